import math
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import lsp_server
from lsp_server.app import visit_parts
from lsp_server.indexing.foreground import Ending
from lsp_server.indexing.messages import Event, Progress
from lsp_server.indexing.scanning import scanner
from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.results import SearchRequest
from lsp_server.settings import settings_from_mapping
from lsp_server.storage.lease import WriterLease, holder_path
from lsp_server.workspace import visit as visits
from lsp_server.workspace.status import IndexState
from lsp_server.workspace.visit import FolderVisit


class Visits:
    """Looks at one folder again and again, as commands do."""

    def __init__(self, base: Path) -> None:
        self.folder = base / "folder"
        self.settings = settings_from_mapping(
            {"storage.indexDir": str(base / "index"), "indexing.workers": 1}
        )
        self.index = visit_parts(self.folder, self.settings).index
        self.events: list[Event] = []
        self.notes: list[str] = []

    def visit(self) -> FolderVisit:
        self.events.clear()
        self.notes.clear()
        return FolderVisit(visit_parts(self.folder, self.settings), self.events.append, self.notes.append)

    def names(self) -> set[str]:
        with self.visit() as visit:
            assert visit.catch_up() is Ending.DONE or self.notes
            outcome = search([visit.view()], SearchRequest("kind:function", limit=50), Cancel())
            assert outcome.is_incomplete is bool(self.notes)
            return {found.symbol.name for found in outcome.results}

    @property
    def parsed_files(self) -> int:
        return max((event.done for event in self.events if isinstance(event, Progress)), default=0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(lsp_server.__file__).parent.parent))  # for parse workers
        base = tmp_path_factory.mktemp("made")
        (base / "folder").mkdir()
        (base / "folder" / "one.py").write_text("def one():\n    pass\n")
        (base / "folder" / "two.py").write_text("def two():\n    pass\n")
        old = (base / "folder").stat().st_mtime_ns - 60_000_000_000
        for file in (base / "folder").iterdir():
            os.utime(file, ns=(old, old))
        yield base


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Visits:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Visits(tmp_path)


def test_the_first_visit_indexes_and_the_next_parses_nothing(folder: Visits) -> None:
    assert folder.names() == {"one", "two"}
    assert folder.parsed_files == 2
    assert folder.names() == {"one", "two"}
    assert folder.events == []


def test_a_file_rewritten_within_one_tick_of_the_clock_is_noticed_by_its_content(folder: Visits) -> None:
    (folder.folder / "one.py").write_text("def one():\n    pass\n")
    young_ns = time.time_ns() + 60_000_000_000  # no older than the scan, whenever that gets to it
    os.utime(folder.folder / "one.py", ns=(young_ns, young_ns))
    assert folder.names() == {"one", "two"}
    stat = (folder.folder / "one.py").stat()
    assert folder.names() == {"one", "two"}
    assert folder.events == []
    (folder.folder / "one.py").write_text("def eno():\n    pass\n")
    os.utime(folder.folder / "one.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert folder.names() == {"eno", "two"}
    assert folder.parsed_files == 1


def test_a_file_that_a_cloud_drive_took_away_is_not_asked_for_at_every_visit(
    folder: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.names()
    changed = folder.folder / "one.py"
    changed.write_text("def changed_elsewhere():\n    pass\n")
    inode = changed.stat().st_ino
    monkeypatch.setattr(scanner, "_is_away", lambda stat: stat.st_ino == inode)
    assert folder.names() == {"one", "two"}
    assert folder.events == []


def test_a_paused_folder_is_answered_as_it_is(folder: Visits) -> None:
    folder.names()
    folder.index.pause()
    (folder.folder / "three.py").write_text("def three():\n    pass\n")
    assert folder.names() == {"one", "two"}
    assert "paused" in folder.notes[0]
    with folder.visit() as visit:
        assert visit.status().state is IndexState.PAUSED
    folder.index.resume()
    assert folder.names() == {"one", "two", "three"}


def test_when_checking_takes_too_long_the_index_answers_as_it_is(
    folder: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.names()
    (folder.folder / "three.py").write_text("def three():\n    pass\n")
    monkeypatch.setattr(visits, "CHECK_S", -1.0)
    assert folder.names() == {"one", "two"}
    assert "Too many files" in folder.notes[0]


def test_a_status_leaves_the_lease_and_its_signature_alone(folder: Visits) -> None:
    folder.names()
    signature = holder_path(folder.index.lease_lock)
    signature.write_text("of one that was killed")
    with folder.visit() as visit:
        assert visit.status().state is IndexState.READY
    assert signature.read_text() == "of one that was killed"


def test_an_index_that_another_process_writes_answers_as_it_is(folder: Visits) -> None:
    folder.names()
    (folder.folder / "three.py").write_text("def three():\n    pass\n")
    with WriterLease.acquire(folder.index.lease_lock):
        assert folder.index.is_being_written()
        assert folder.names() == {"one", "two"}
    assert not folder.index.is_being_written()
    assert folder.names() == {"one", "two", "three"}


def test_a_wait_without_end_is_over_when_the_other_process_is(folder: Visits) -> None:
    lease = WriterLease.acquire(folder.index.lease_lock)
    threading.Timer(0.5, lease.release).start()
    with folder.visit() as visit:
        assert visit.index(math.inf) is Ending.DONE


def test_a_first_visit_while_another_process_writes_finds_nothing_and_says_so(
    folder: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "FIRST_COMMITS_S", 0.1)
    folder.index.create()
    with WriterLease.acquire(folder.index.lease_lock), folder.visit() as visit:
        assert visit.catch_up() is Ending.BUSY
        assert folder.notes


def test_a_first_visit_waits_for_the_process_that_writes(folder: Visits) -> None:
    folder.index.create()
    lease = WriterLease.acquire(folder.index.lease_lock)
    released = threading.Timer(0.5, lease.release)
    released.start()
    assert folder.names() == {"one", "two"}
    released.join()


@pytest.mark.parametrize("name", ["catalog.sqlite3", "segments", "text/meta.json"])
def test_a_damaged_index_is_built_anew(folder: Visits, name: str) -> None:
    folder.names()
    (version,) = folder.index.versions()
    damaged = version.path / name
    for file in sorted(damaged.iterdir()) if damaged.is_dir() else [damaged]:
        file.write_bytes(b"garbage")
    assert folder.names() == {"one", "two"}


def test_an_unfinished_first_index_is_finished(folder: Visits) -> None:
    folder.names()
    (version,) = folder.index.versions()
    (version.path / "ready").unlink()
    (folder.folder / "three.py").write_text("def three():\n    pass\n")
    with folder.visit() as visit:
        assert visit.status().state is IndexState.STARTING
    assert folder.names() == {"one", "two", "three"}
    assert version.is_ready


def test_an_empty_folder_has_an_index_too(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    folder = Visits(tmp_path)
    assert folder.names() == set()
    with folder.visit() as visit:
        assert visit.index(0) is Ending.DONE
        assert visit.status().coverage.files == 0
