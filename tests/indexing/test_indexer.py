"""What an indexer makes of a folder, with real workers: every change ends up in all three stores."""

import errno
import mmap
import os
import sqlite3
import time
from contextlib import closing

import pytest
from desk import Desk, embedded, failures, function, is_settled, names

from lsp_server.indexing.messages import (
    Pause,
    Prioritise,
    Published,
    Rebuild,
    Resume,
    Scan,
    Settled,
    Tidied,
    Update,
)
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.processes.pool import WorkerPool


def test_a_folder_is_indexed_and_marked_ready(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.write("lib/b.js", "export function beta() { return 1 }\n")
    events = desk.scan()
    assert names(desk) == {"alpha", "beta"}
    assert Settled(1) in events
    assert events[-1] == Tidied()
    assert is_settled(events)
    assert desk.parts.version.is_ready


def test_an_empty_folder_settles(desk: Desk) -> None:
    assert is_settled(desk.scan())
    assert desk.parts.version.is_ready


def test_only_files_that_are_left_out(desk: Desk) -> None:
    desk.write("picture.py", b"\0\1\2" * 100)
    assert is_settled(desk.scan())
    assert names(desk) == set()
    assert desk.contents.files["picture.py"][1] == "skipped"


def test_edits_renames_and_removals(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.write("b.py", function("beta"))
    desk.scan()
    desk.write("a.py", function("alpha_two"))
    (desk.folder / "b.py").rename(desk.folder / "c.py")
    desk.update("a.py", "b.py", "c.py")
    assert names(desk) == {"alpha_two", "beta"}
    (desk.folder / "c.py").unlink()
    desk.update("c.py")
    assert names(desk) == {"alpha_two"}
    assert set(desk.contents.files) == {"a.py"}


def test_what_is_written_through_one_of_two_names_is_found_under_both(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    (desk.folder / "lib").mkdir()
    (desk.folder / "lib/b.py").hardlink_to(desk.folder / "a.py")
    desk.scan()
    desk.write("a.py", function("alpha_two"))
    assert (desk.folder / "lib/b.py").read_bytes() == (desk.folder / "a.py").read_bytes()
    desk.update("a.py")
    assert names(desk) == {"alpha_two"}
    assert len(desk.contents.symbols) == len(["a.py", "alpha_two", "b.py", "alpha_two"])


def test_a_folder_that_came_and_one_that_went(desk: Desk) -> None:
    desk.write("old/a.py", function("alpha"))
    desk.scan()
    (desk.folder / "old").rename(desk.folder / "new")
    desk.update("old", "new")
    assert set(desk.contents.files) == {"new/a.py"}
    assert names(desk) == {"alpha"}


def test_a_rename_embeds_nothing(desk: Desk) -> None:
    desk.write("a.py", function("renamed_without_a_thought"))
    desk.scan()
    (desk.folder / "a.py").rename(desk.folder / "b.py")
    before = embedded(desk.scan())
    assert names(desk) == {"renamed_without_a_thought"}
    desk.write("c.py", function("renamed_without_a_thought"))
    assert embedded(desk.scan()) == before


def test_a_restart_embeds_nothing_and_commits_nothing(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.write("locked.bin", b"\0" * 10)
    desk.scan()
    with IndexWriter(desk.parts.version, desk.parts.embedder.info) as writer:
        before = writer.generation
    desk.restart()
    events = desk.do(Scan(7))
    assert Settled(7) in events
    assert not any(isinstance(event, Published) for event in events)
    assert embedded(events) == 0
    with IndexWriter(desk.parts.version, desk.parts.embedder.info) as writer:
        assert writer.generation == before


def test_a_new_time_and_the_old_content(desk: Desk) -> None:
    path = desk.write("a.py", function("alpha"))
    desk.scan()
    os.utime(path, ns=(10**18, 10**18))
    events = desk.scan()
    assert is_settled(events)
    assert names(desk) == {"alpha"}
    with IndexWriter(desk.parts.version, desk.parts.embedder.info) as writer:
        assert writer.known["a.py"].mtime_ns == 10**18


def test_ignored_later_and_wanted_again(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.write("b.py", function("beta"))
    desk.scan()
    desk.write(".gitignore", "b.py\n")
    desk.update(".gitignore")
    desk.scan()
    assert names(desk) == {"alpha"}
    (desk.folder / ".gitignore").unlink()
    desk.scan()
    assert names(desk) == {"alpha", "beta"}


def test_a_folder_that_is_not_there_keeps_its_index(desk: Desk) -> None:
    """A disk that is not mounted says nothing about the files on it."""
    desk.write("a.py", function("alpha"))
    desk.scan()
    away = desk.folder.with_name("away")
    desk.folder.rename(away)
    assert is_settled(desk.scan())
    assert names(desk) == {"alpha"}
    away.rename(desk.folder)
    assert names(desk) == {"alpha"}


def test_another_branch_is_checked_out(desk: Desk) -> None:
    desk.git("init", "-q", "-b", "main")
    for number in range(40):
        desk.write(f"m{number}.py", function(f"main_{number}"))
    desk.git("add", ".")
    desk.git("commit", "-qm", "one")
    desk.scan()
    desk.git("checkout", "-q", "-b", "other")
    for number in range(0, 40, 2):
        (desk.folder / f"m{number}.py").unlink()
        desk.write(f"n{number}.py", function(f"other_{number}"))
    desk.git("add", "-A")
    desk.git("commit", "-qm", "two")
    desk.scan()
    odd = {f"main_{number}" for number in range(1, 40, 2)}
    assert names(desk) == odd | {f"other_{number}" for number in range(0, 40, 2)}
    desk.git("checkout", "-q", "main")
    before = embedded(desk.scan())
    assert names(desk) == {f"main_{number}" for number in range(40)}
    desk.git("checkout", "-q", "other")
    assert embedded(desk.scan()) == before


def test_a_pause_keeps_the_work(desk: Desk) -> None:
    for number in range(30):
        desk.write(f"m{number}.py", function(f"kept_{number}"))
    desk.inspect_jobs(lambda order: len(order) == 5 and desk.inbox.put(Pause()))
    events = desk.scan()
    assert not is_settled(events)
    assert len(desk.contents.names) == 5
    assert desk.contents.problems == []
    assert not desk.parts.version.is_ready
    events = desk.do(Resume())
    assert is_settled(events)
    assert names(desk) == {f"kept_{number}" for number in range(30)}
    assert desk.parts.version.is_ready


def test_what_is_open_comes_first(desk: Desk) -> None:
    for number in range(30):
        desk.write(f"m{number}.py", function(f"f{number}"))
    orders: list[list[str]] = []
    desk.inspect_jobs(orders.append)
    desk.do(Prioritise(("m17.py",)), Scan(1))
    assert orders[0] == ["m17.py"]


def test_a_file_removed_while_a_worker_has_it(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))

    def remove() -> None:
        (desk.folder / "a.py").unlink()
        desk.inbox.put(Update(("a.py",), 2))

    desk.interrupt(remove)
    desk.scan()
    assert desk.contents.files == {}
    assert names(desk) == set()


def test_a_file_changed_while_a_worker_has_it(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))

    def change() -> None:
        desk.write("a.py", function("omega"))
        desk.inbox.put(Update(("a.py",), 2))

    desk.interrupt(change)
    events = desk.scan()
    assert Settled(2) in events
    assert names(desk) == {"omega"}


def test_new_rules_do_not_wait_for_what_is_queued(desk: Desk) -> None:
    for number in range(20):
        desk.write(f"first/m{number}.py", function(f"first{number}"))
        desk.write(f"second/m{number}.py", function(f"second{number}"))
    read: list[str] = []

    def look(paths: list[str]) -> None:
        read[:] = paths
        if len(paths) == 1:
            desk.write(".gitignore", "second/\n")
            desk.write("first/later.py", function("later"))
            desk.inbox.put(Scan(2))

    desk.inspect_jobs(look)
    events = desk.scan()
    assert Settled(2) in events
    assert names(desk) == {*(f"first{number}" for number in range(20)), "later"}
    assert sum(path.startswith("second/") for path in read) <= 1
    assert sum(path.startswith("first/") for path in read) == 21, "each was read once"


def test_a_rebuild_in_the_midst_of_a_scan_trusts_no_result(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.write("b.py", function("beta"))
    desk.scan()
    desk.write("a.py", function("omega"))
    read: list[str] = []

    def look(paths: list[str]) -> None:
        read[:] = paths
        if len(paths) == 1:
            desk.inbox.put(Rebuild(2))

    desk.inspect_jobs(look)
    assert Settled(2) in desk.scan()
    assert sorted(read) == ["a.py", "a.py", "b.py"]
    assert names(desk) == {"omega", "beta"}


def test_a_file_that_changes_back_inside_a_batch(desk: Desk) -> None:
    first = function("alpha")
    path = desk.write("a.py", first)
    desk.scan()
    stat = path.stat()
    desk.write("b.py", function("beta"))
    desk.write("a.py", function("omega"))

    def change_back() -> None:
        desk.write("a.py", first)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        desk.inbox.put(Update(("a.py",), 2))

    desk.interrupt(change_back)
    desk.update("a.py", "b.py")
    assert names(desk) == {"alpha", "beta"}


def test_a_file_moved_away_and_back_inside_a_batch(desk: Desk) -> None:
    path = desk.write("a.py", function("alpha"))
    desk.scan()
    desk.write("b.py", function("beta"))
    path.rename(desk.folder / "elsewhere.txt")

    def move_back() -> None:
        (desk.folder / "elsewhere.txt").rename(path)
        desk.inbox.put(Update(("a.py", "elsewhere.txt"), 2))

    desk.interrupt(move_back)
    desk.update("a.py", "b.py")
    assert names(desk) == {"alpha", "beta"}


@pytest.mark.parametrize("harm", ["KILL", pytest.param("STALL", marks=pytest.mark.long)])
def test_a_file_that_no_worker_survives(desk: Desk, impatient_pool: WorkerPool[str], harm: str) -> None:
    desk.run_jobs(impatient_pool.run)
    desk.write("bad.py", f"# {harm} THE WORKER\n")
    desk.write("good.py", function("good"))
    assert is_settled(desk.scan())
    assert names(desk) == {"good"}
    assert desk.contents.files["bad.py"][1] == "quarantined"
    assert desk.contents.files["bad.py"][0]  # its digest: it is left alone until it changes
    os.utime(desk.folder / "bad.py", ns=(10**18, 10**18))
    assert is_settled(desk.scan())
    assert desk.contents.files["bad.py"][1] == "quarantined"
    desk.write("bad.py", function("healed"))
    desk.scan()
    assert names(desk) == {"good", "healed"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="modes don't bind this user")
def test_a_file_that_may_not_be_read(desk: Desk) -> None:
    path = desk.write("a.py", function("alpha"))
    path.chmod(0)
    desk.scan()
    assert desk.contents.files["a.py"][1:3] == ("skipped", "unreadable: permission denied")
    path.chmod(0o600)
    desk.scan()
    assert names(desk) == {"alpha"}


@pytest.mark.skipif(os.name == "nt", reason="every name is Unicode there")
def test_a_name_that_is_no_unicode(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    odd = os.fsencode(desk.folder) + b"/b\xff.py"
    descriptor = os.open(odd, os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"def beta(): pass\n")
    os.close(descriptor)
    assert is_settled(desk.scan())
    assert names(desk) == {"alpha"}


def test_a_rebuild_reads_everything_anew(desk: Desk) -> None:
    desk.write("a.py", function("rebuilt_alpha"))
    desk.write("b.py", function("rebuilt_beta"))
    before = embedded(desk.scan())
    assert before == 4
    contents_before = desk.contents
    assert embedded(desk.do(Rebuild(2))) == 2 * before
    assert desk.contents == contents_before
    assert embedded(desk.scan()) == 2 * before


def test_an_index_whose_facts_are_garbled_is_built_anew(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    before = desk.contents
    with closing(sqlite3.connect(desk.parts.version.catalog)) as database, database:
        database.execute("UPDATE meta SET value = '{' WHERE key = 'facts'")
    events = desk.scan()
    assert failures(events) == []
    assert is_settled(events)
    assert desk.contents == before


def test_an_index_that_can_not_be_read_for_now_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    kept = {file: file.stat().st_ino for file in desk.parts.version.segments.iterdir()}
    before = desk.contents

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patch:
        patch.setattr(mmap, "mmap", fail)
        assert [failure.kind for failure in failures(desk.scan())] == ["IndexStorageFailed"]
    assert is_settled(desk.scan())
    assert {file: file.stat().st_ino for file in desk.parts.version.segments.iterdir()} == kept
    assert desk.contents == before


@pytest.mark.parametrize(("before", "after"), [("CMakeLists.txt", "old.txt"), ("old.txt", "CMakeLists.txt")])
def test_a_file_renamed_into_another_language_is_read_as_that(desk: Desk, before: str, after: str) -> None:
    file = desk.write(before, f"function(renamed_from_{before[:3]})\nendfunction()\n")
    desk.scan()
    file.rename(file.with_name(after))
    desk.scan()
    renamed = desk.contents
    assert list(renamed.files) == [after]
    desk.do(Rebuild(1))
    assert desk.contents == renamed


def test_a_clock_that_was_ahead_hides_no_later_change(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = desk.write("a.py", function("alpha"))
    with monkeypatch.context() as ahead:
        ahead.setattr(time, "time_ns", lambda now=time.time_ns: now() + 3600 * 10**9)
        desk.scan()
    written_ns = time.time_ns() + 60 * 10**9  # no older than the scan, whenever that gets to it
    os.utime(file, ns=(written_ns, written_ns))
    desk.scan()
    file.write_text(function("omega"))
    os.utime(file, ns=(written_ns, written_ns))  # within one tick of the disk's clock
    desk.scan()
    assert names(desk) == {"omega"}
