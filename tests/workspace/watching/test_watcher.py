"""What the watcher tells: changes by any program, once a burst, whatever way it watches."""

import errno
import os
import shutil
import sys
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from ear import PATIENCE_S, Ear, write
from watchdog.events import FileDeletedEvent, FileModifiedEvent, FileSystemEvent
from watchdog.observers.api import BaseObserver, EventEmitter

from lsp_server import disk
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.workspace.watching import system_events
from lsp_server.workspace.watching import watcher as watcher_module
from lsp_server.workspace.watching.bursts import BURST_S, MAX_PATHS
from lsp_server.workspace.watching.inotify import InotifyWatcher, WatchesExhausted
from lsp_server.workspace.watching.watcher import FolderWatcher


@pytest.fixture(params=["each", "recursive", "polling"])
def watcher(
    request: pytest.FixtureRequest, root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FolderWatcher]:
    if request.param == "each" and sys.platform != "linux":
        pytest.skip("inotify is Linux'")
    if request.param == "recursive":
        monkeypatch.setattr(sys, "platform", "darwin")
    if request.param == "polling":
        monkeypatch.setattr(watcher_module, "MIN_POLL_S", 0.05)
        monkeypatch.setattr(InotifyWatcher, "watch", _no_watches)
    watcher = FolderWatcher(IgnoreRules(root), ear.listener, debounce_s=0.05)
    watcher.start()
    assert watcher.wait_until_ready(PATIENCE_S)
    if request.param == "polling":
        # The change from watching to polling may have missed something.
        ear.wait_for(lambda: ear.n_rescans == 1)
        ear.forget()
    yield watcher
    watcher.stop()


def ignore(*_: object) -> None:
    pass


def _no_watches(_self: InotifyWatcher, _folder: str) -> None:
    raise WatchesExhausted(errno.ENOSPC, "No space left on device")


@pytest.mark.usefixtures("watcher")
class TestEveryWay:
    def test_a_saved_a_new_and_a_deleted_file_are_told(self, root: Path, ear: Ear) -> None:
        write(root, "src/a.py", "changed")
        write(root, "src/new.py")
        (root / "src/deep/b.py").unlink()
        ear.hears("src/a.py", "src/new.py", "src/deep/b.py")

    def test_saving_by_renaming_over_is_told(self, root: Path, ear: Ear) -> None:
        write(root, "src/.a.py.swp", "changed")
        (root / "src/.a.py.swp").replace(root / "src/a.py")
        ear.hears("src/a.py")

    def test_an_edit_that_keeps_size_and_time_is_told(self, root: Path, ear: Ear) -> None:
        before = (root / "src/a.py").stat()
        write(root, "src/a.py", "y")
        os.utime(root / "src/a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
        ear.hears("src/a.py")

    def test_a_new_folder_is_told_and_watched(self, root: Path, ear: Ear) -> None:
        for folder in ("fresh", "fresh/one"):
            write(root, f"{folder}/first.py")
            ear.wait_for(lambda: any("fresh".startswith(path.partition("/")[0]) for path in ear.paths))
            # Who watches all folders at once may tell of a new one before it watches what lies in it.
            ear.hears_a_save(root, f"{folder}/saved.py")
            ear.forget()
            write(root, f"{folder}/next.py")
            ear.hears(f"{folder}/next.py")

    def test_a_moved_folder_is_told_at_both_ends_and_stays_watched(self, root: Path, ear: Ear) -> None:
        (root / "src").rename(root / "lib")
        ear.wait_for(lambda: bool(ear.paths & {"src", "src/a.py"}) and bool(ear.paths & {"lib", "lib/a.py"}))
        ear.forget()
        write(root, "lib/deep/b.py", "changed")
        ear.hears("lib/deep/b.py")

    def test_what_is_ignored_is_not_told(self, root: Path, ear: Ear) -> None:
        write(root, "node_modules/lib/index.js", "changed")
        write(root, "src/noise.log")
        write(root, "src/a.py", "changed")
        ear.hears("src/a.py")
        assert not [path for path in ear.paths if "node_modules" in path or path.endswith(".log")]

    def test_a_changed_ignore_file_is_told_and_counts_at_once(self, root: Path, ear: Ear) -> None:
        write(root, ".gitignore", "src/deep/\n")
        ear.wait_for(lambda: ear.n_rescans > 0)
        write(root, "src/deep/b.py", "changed")
        ear.hears_a_save(
            root, "src/now.log"
        )  # a write is two events: the ignore file may be told of once more
        assert "src/deep/b.py" not in ear.paths


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux'")
class TestFolderByFolder:
    @pytest.fixture
    def watcher(self, root: Path, ear: Ear) -> Iterator[FolderWatcher]:
        watcher = FolderWatcher(IgnoreRules(root), ear.listener, debounce_s=0.05)
        watcher.start()
        assert watcher.wait_until_ready(PATIENCE_S)
        yield watcher
        watcher.stop()

    def test_ignored_folders_cost_no_watch(self, watcher: FolderWatcher, ear: Ear) -> None:
        assert watcher._watches is not None
        assert watcher._watches.n_watches == len(["", "src", "src/deep"])
        assert ear.reasons_to_poll == []

    @pytest.mark.usefixtures("watcher")
    def test_a_folder_that_is_no_longer_ignored_is_watched(self, root: Path, ear: Ear) -> None:
        write(root, ".semanticsymbolsignore", "!node_modules/lib/*.js\n")
        ear.wait_for(lambda: ear.n_rescans > 0)
        write(root, "node_modules/lib/index.js", "changed")
        ear.hears("node_modules/lib/index.js")

    @pytest.fixture
    def waiting_watcher(self, root: Path, ear: Ear) -> Iterator[FolderWatcher]:
        """One that waits long enough to see one burst where a busy machine writes now and then."""
        watcher = FolderWatcher(IgnoreRules(root), ear.listener, debounce_s=BURST_S)
        watcher.start()
        assert watcher.wait_until_ready(PATIENCE_S)
        yield watcher
        watcher.stop()

    @pytest.mark.usefixtures("waiting_watcher")
    def test_thousands_of_changes_ask_for_one_scan(self, root: Path, ear: Ear) -> None:
        for number in range(MAX_PATHS * 2):
            (root / f"src/f{number}.py").write_text("x")
        ear.wait_for(lambda: ear.n_rescans > 0 or len(ear.paths) >= MAX_PATHS * 2)
        assert len(ear.deliveries) + ear.n_rescans <= 30

    @pytest.mark.usefixtures("waiting_watcher")
    def test_a_burst_is_delivered_together(self, root: Path, ear: Ear) -> None:
        for number in range(100):
            (root / f"src/f{number}.py").write_text("x")
        ear.hears(*(f"src/f{number}.py" for number in range(100)))
        assert len(ear.deliveries) < 20

    @pytest.mark.usefixtures("watcher")
    def test_a_root_that_vanishes_and_returns_is_watched_again(
        self, root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watcher_module, "UNWATCHED_S", 0.05)
        shutil.rmtree(root)
        ear.wait_for(lambda: ear.reasons_to_poll == ["the folder does not exist"])
        write(root, "a.py")
        ear.wait_for(lambda: ear.reasons_to_poll[1:] == [None] and ear.n_rescans > 0)
        ear.hears_a_save(root, "b.py")

    @pytest.mark.usefixtures("watcher")
    def test_a_root_that_another_took_the_place_of_is_watched(
        self, root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watcher_module, "UNWATCHED_S", 0.05)
        above = root.parent
        above.rename(above.with_name("elsewhere"))  # nothing happens to the root itself
        write(root, "a.py")
        ear.wait_for(lambda: ear.n_rescans > 0)
        write(root, "b.py")
        ear.hears("b.py")

    def test_a_root_that_came_again_is_scanned_once_it_is_watched(
        self, root: Path, ear: Ear, watcher: FolderWatcher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watcher_module, "UNWATCHED_S", 0.05)
        steps: list[str] = []
        watch, add_all = InotifyWatcher.watch, watcher._debouncer.add_all
        monkeypatch.setattr(
            InotifyWatcher, "watch", lambda self, folder: (watch(self, folder), steps.append("watched"))
        )
        monkeypatch.setattr(watcher._debouncer, "add_all", lambda: (steps.append("told"), add_all()))
        root.rename(root.with_name("away"))
        write(root, "a.py")
        ear.wait_for(lambda: "told" in steps)
        assert steps[0] == "watched"

    def test_folders_that_are_deleted_one_by_one_and_come_again_are_watched(
        self, root: Path, ear: Ear, watcher: FolderWatcher
    ) -> None:
        watches = watcher._watches
        assert watches is not None
        for number in range(200):
            write(root, f"src/many/d{number}/deep/a.py")
        ear.wait_for(lambda: watches.n_watches == len(["", "src", "src/deep", "src/many"]) + 400)
        shutil.rmtree(root / "src/many")
        ear.wait_for(lambda: watches.n_watches == len(["", "src", "src/deep"]))
        write(root, "src/many/d7/deep/a.py")
        ear.wait_for(lambda: watches.n_watches == len(["", "src", "src/deep", "src/many", "d7", "deep"]))
        ear.forget()
        write(root, "src/many/d7/deep/a.py", "again")
        ear.hears("src/many/d7/deep/a.py")

    @pytest.mark.usefixtures("watcher")
    def test_lost_events_ask_for_a_scan(self, watcher: FolderWatcher, ear: Ear) -> None:
        assert watcher._watches is not None
        watcher._watches._handle(-1, 0x4000, "")
        ear.wait_for(lambda: ear.n_rescans == 1)

    def test_stop_ends_all_threads(self, root: Path, ear: Ear) -> None:
        others = set(threading.enumerate())
        watcher = FolderWatcher(IgnoreRules(root), ear.listener)
        watcher.start()
        assert watcher.wait_until_ready(PATIENCE_S)
        own = [thread for thread in threading.enumerate() if thread not in others]
        assert own
        watcher.stop()
        for thread in own:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


class TestRecursively:
    """As on Windows and macOS, of whose events some are made up here."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        root = tmp_path / "Pro\u00eft"
        write(root, "src/a.py")
        return root

    @pytest.fixture
    def watcher(self, root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> Iterator[FolderWatcher]:
        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(system_events, "ignores_case", lambda _: True)
        monkeypatch.setattr(system_events, "STORM_EVENTS", 20)
        monkeypatch.setattr(system_events, "CALM_S", 0.05)
        monkeypatch.setattr(watcher_module, "MIN_POLL_S", 0.05)
        monkeypatch.setattr(watcher_module, "UNWATCHED_S", 0.2)
        watcher = FolderWatcher(IgnoreRules(root), ear.listener, debounce_s=0.05)
        watcher.start()
        assert watcher.wait_until_ready(PATIENCE_S)
        yield watcher
        watcher.stop()

    def test_the_system_may_spell_the_root_in_its_own_way(
        self, watcher: FolderWatcher, root: Path, ear: Ear
    ) -> None:
        spelled = unicodedata.normalize("NFD", str(root)).upper()
        tell(watcher, FileModifiedEvent(f"{spelled}/src/a.py"))
        ear.hears("src/a.py")

    def test_macos_reports_names_as_they_were_made_and_they_are_told_composed(
        self, watcher: FolderWatcher, root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(disk, "_COMPOSES_NAMES", True)
        tell(watcher, FileModifiedEvent(f"{root}/src/ne\u0301.py"))
        ear.hears("src/n\u00e9.py")

    def test_neighbours_of_the_root_are_not_told(self, watcher: FolderWatcher, root: Path, ear: Ear) -> None:
        tell(watcher, FileModifiedEvent(f"{root}2/src/b.py"), FileModifiedEvent(f"{root}/src/a.py"))
        ear.hears("src/a.py")
        assert ear.paths == {"src/a.py"}

    def test_after_a_storm_that_may_have_cost_events_everything_is_compared(
        self, watcher: FolderWatcher, root: Path, ear: Ear
    ) -> None:
        write(root, "src/b.py")
        ear.hears("src/b.py")
        assert ear.n_rescans == 0
        tell(watcher, *(FileModifiedEvent(f"{root}/node_modules/{number}.js") for number in range(30)))
        ear.wait_for(lambda: ear.n_rescans == 1)

    def test_an_overwritten_file_that_keeps_its_time_is_told(
        self, watcher: FolderWatcher, root: Path, ear: Ear
    ) -> None:
        event = FileModifiedEvent(f"{root}/src/a.py")
        event.event_type = "attrib"
        tell(watcher, event)
        ear.hears("src/a.py")

    def test_a_folder_that_went_is_told_though_files_of_its_name_are_ignored(
        self, watcher: FolderWatcher, root: Path, ear: Ear
    ) -> None:
        write(root, ".gitignore", "*\n!*/\n!*.py\n")
        ear.wait_for(lambda: ear.n_rescans > 0)
        ear.forget()
        shutil.move(root / "src", root.parent / "bin")
        tell(watcher, FileDeletedEvent(f"{root}/src"))
        ear.hears("src")

    def test_watching_that_ended_unseen_begins_again(
        self, watcher: FolderWatcher, root: Path, ear: Ear
    ) -> None:
        assert watcher._observer is not None
        for emitter in watcher._observer.emitters:
            emitter.stop()
        ear.wait_for(lambda: ear.n_rescans > 0)
        write(root, "src/b.py")
        ear.wait_for(lambda: "src/b.py" in ear.paths or ear.n_rescans > 1)

    def test_what_can_not_be_watched_is_polled(
        self, root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise SystemError("Cannot start fsevents stream.")

        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(BaseObserver, "schedule", refuse)
        watcher = FolderWatcher(IgnoreRules(root), ear.listener)
        watcher.start()
        ear.wait_for(lambda: ear.reasons_to_poll == ["Cannot start fsevents stream."])
        watcher.stop()

    def test_a_disk_where_watching_ends_at_once_again_and_again_is_polled(
        self, root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(EventEmitter, "run", ignore)
        monkeypatch.setattr(watcher_module, "MIN_POLL_S", 0.05)
        monkeypatch.setattr(watcher_module, "UNWATCHED_S", 0.05)
        watcher = FolderWatcher(IgnoreRules(root), ear.listener, debounce_s=0.05)
        watcher.start()
        ear.wait_for(lambda: ear.reasons_to_poll == ["the disk does not report changes"])
        ear.hears_a_save(root, "src/b.py")
        watcher.stop()


def tell(watcher: FolderWatcher, *events: FileSystemEvent) -> None:
    """Have the system's observer report these."""
    assert watcher._observer is not None
    for emitter in watcher._observer.emitters:
        for event in events:
            emitter.queue_event(event)


def test_polling_says_why(root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(InotifyWatcher, "watch", _no_watches)
    watcher = FolderWatcher(IgnoreRules(root), ear.listener)
    watcher.start()
    ear.wait_for(lambda: ear.reasons_to_poll == ["the system's limit of watches is reached"])
    watcher.stop()
