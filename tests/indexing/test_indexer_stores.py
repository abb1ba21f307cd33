"""What an indexer does about the index itself: damaged, deleted, of another version, or written by others."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, contents, failures, function, is_settled, names

from lsp_server.indexing import indexer
from lsp_server.indexing.messages import (
    Event,
    Failed,
    Pause,
    Published,
    Resume,
    Scan,
    Settled,
    Update,
    Waiting,
)
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.storage.folders import IndexRoot
from lsp_server.storage.lease import ReaderLock, WriterLease, lease_holder
from lsp_server.vectors.format import HEADER_BYTES
from lsp_server.workspace.reader import IndexReader


def test_an_index_that_was_deleted_is_made_of_all_files(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    desk.restart()
    desk.parts.version.delete()
    desk.write("b.py", function("beta"))
    desk.update("b.py")
    assert names(desk) == {"alpha", "beta"}
    assert desk.parts.version.is_ready


def test_another_recipe_makes_everything_anew(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    with IndexWriter(desk.parts.version, desk.parts.embedder.info) as writer:
        writer.finish_scan(1, "another recipe")
        generation = writer.generation
    desk.restart()
    events = desk.update("nothing.py")
    assert Published(generation + 1) in events
    with IndexWriter(desk.parts.version, desk.parts.embedder.info) as writer:
        assert writer.meta.recipe == desk.parts.cache_recipe
    assert names(desk) == {"alpha"}
    assert not any(isinstance(event, Published) for event in desk.scan())


def test_a_damaged_index_is_built_anew(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    before = desk.contents
    for segment in desk.parts.version.segments.iterdir():
        segment.write_bytes(segment.read_bytes()[:100])
    events = desk.update("a.py")
    assert failures(events) == []
    assert is_settled(events)
    assert desk.contents == before


@pytest.mark.parametrize("what", ["segments", "text", "catalog.sqlite3"])
def test_a_part_of_the_index_is_gone(desk: Desk, what: str) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    before = desk.contents
    path = desk.parts.version.path / what
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert is_settled(desk.scan())
    assert desk.contents == before


@pytest.mark.parametrize(("where", "offset"), [("segments/*.seg", HEADER_BYTES), ("text/*.idx", 0)])
def test_a_scan_finds_damage_that_only_checksums_show(desk: Desk, where: str, offset: int) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    (damaged,) = desk.parts.version.path.glob(where)
    content = bytearray(damaged.read_bytes())
    content[offset] ^= 1
    damaged.write_bytes(content)
    desk.restart()
    events = desk.scan()
    assert failures(events) == []
    assert is_settled(events)
    assert not damaged.exists()
    assert names(desk) == {"alpha"}


@pytest.mark.usefixtures("shared_as_on_windows")
def test_a_damaged_index_that_a_reader_keeps_open_is_built_anew_beside_it(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    damaged = desk.parts.version
    reader = IndexReader(desk.parts.index, damaged.fingerprint)
    assert reader.refresh()
    desk.restart()
    with next(damaged.segments.iterdir()).open("r+b") as segment:
        segment.write(bytes(8))
    events = desk.update("a.py")
    assert failures(events) == []
    assert is_settled(events)
    assert desk.parts.version.path != damaged.path
    assert names(desk) == {"alpha"}
    reader.follow()
    assert reader.version == desk.parts.version
    desk.scan()
    assert not damaged.path.exists(), "nobody reads it any more"
    reader.close()


@pytest.mark.usefixtures("shared_as_on_windows")
@pytest.mark.parametrize("damaged", ["text/meta.json", "segments"])
def test_a_damaged_index_that_nobody_keeps_open_is_built_anew_in_its_place(desk: Desk, damaged: str) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    desk.write("b.py", function("beta"))
    desk.scan()
    desk.restart()
    version = desk.parts.version
    path = version.path / damaged
    (max(path.iterdir()) if path.is_dir() else path).write_bytes(b"")
    assert is_settled(desk.update("a.py"))
    assert desk.parts.version.path == version.path
    assert names(desk) == {"alpha", "beta"}


@pytest.mark.usefixtures("shared_as_on_windows")
def test_an_index_that_is_deleted_under_readers_and_a_resting_writer_is_made_anew(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    deleted = desk.parts.version
    reader = IndexReader(desk.parts.index, deleted.fingerprint)
    assert reader.refresh()
    assert not desk.parts.index.delete()
    assert reader.is_lost
    desk.write("b.py", function("beta"))
    assert failures(desk.scan()) == []
    assert names(desk) == {"alpha", "beta"}
    reader.follow()
    assert reader.version == desk.parts.version != deleted
    reader.close()


def test_a_damaged_cache_costs_only_time(desk: Desk) -> None:
    desk.write("a.py", function("kept_in_a_bad_cache"))
    desk.scan()
    with sqlite3.connect(desk.parts.cache._path) as database:
        database.execute("UPDATE entries SET data = substr(data, 1, length(data) - 3)")
    database.close()
    desk.write("b.py", function("kept_in_a_bad_cache"))
    assert is_settled(desk.scan())
    assert desk.contents.problems == []
    assert {row[0] for row in desk.contents.symbols.values()} == {"a.py", "b.py"}
    desk.parts.cache.clear()  # it is the other tests' too


def test_two_indexers_take_turns(desk: Desk, tmp_path: Path, root: IndexRoot) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    other = Desk(tmp_path, root, desk.parts.pool, desk.parts.embedder, desk.parts.cache_recipe)
    desk.write("b.py", function("beta"))
    other.update("b.py")
    desk.write("c.py", function("gamma"))
    desk.update("c.py")
    assert names(desk) == {"alpha", "beta", "gamma"}
    other.close()


def test_waiting_for_the_lease_ends_with_a_pause(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    with WriterLease.acquire(desk.parts.index.create().lease_lock):
        desk.on_event = lambda _: desk.inbox.put(Pause())
        assert [type(event) for event in desk.scan()] == [Waiting]
        desk.on_event = lambda _: None
    assert is_settled(desk.do(Resume()))
    assert names(desk) == {"alpha"}


def test_an_older_version_answers_until_the_new_one_is_ready(desk: Desk) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    current = desk.parts.version
    older = desk.parts.index.version("0123456789abcdef")
    current.path.rename(older.path)
    desk.restart()
    desk.do(Pause(), Scan(1))
    assert older.is_ready
    assert contents(older).names == {"alpha"}
    desk.do(Resume())
    assert names(desk) == {"alpha"}
    assert not older.path.exists()
    assert current.is_ready


def test_a_version_that_somebody_reads_stays_until_nobody_does(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write("a.py", function("alpha"))
    desk.scan()
    older = desk.parts.index.version("0123456789abcdef")
    shutil.copytree(desk.parts.version.path, older.path)
    monkeypatch.setattr(indexer, "READERS_S", 0.1)
    mark = ReaderLock.acquire(older.readers_lock)
    assert mark is not None
    desk.scan()
    assert older.is_ready
    assert contents(older).names == {"alpha"}
    desk.on_event = lambda event: mark.release() if isinstance(event, Settled) else None
    desk.scan()
    assert not older.path.exists()


def test_an_indexer_that_stays_opens_the_index_once(desk: Desk) -> None:
    """Between jobs others may write; only then is the catalog read anew."""
    desk.write("a.py", function("alpha"))
    desk.inbox.put(Scan(1))
    desk.indexer._work()
    writer = desk.indexer._writer
    desk.write("b.py", function("beta"))
    desk.inbox.put(Update(("b.py",), 2))
    desk.indexer._work()
    assert desk.indexer._writer is writer
    with (
        WriterLease.acquire(desk.parts.index.lease_lock),
        IndexWriter(desk.parts.version, desk.parts.embedder.info) as other,
    ):
        other.expire(["a.py"])
    desk.inbox.put(Update(("b.py",), 3))
    desk.indexer._work()
    assert desk.indexer._writer is not writer
    desk.indexer._let_go()
    assert names(desk) == {"alpha", "beta"}


def test_an_index_that_another_process_makes_anew_meanwhile_is_left_to_it(
    desk: Desk, tmp_path: Path, root: IndexRoot
) -> None:
    """Deleting an index deletes its lock file, so that the next process finds the lease free."""
    desk.write("a.py", function("alpha"))
    desk.write("b.py", function("beta"))
    other = Desk(tmp_path, root, desk.parts.pool, desk.parts.embedder, desk.parts.cache_recipe)
    leases: list[WriterLease] = []

    def take_over() -> None:
        shutil.rmtree(desk.parts.index.path)
        assert is_settled(other.scan())
        leases.append(WriterLease.acquire(desk.parts.index.lease_lock))

    def let_in(event: Event) -> None:
        if isinstance(event, Waiting):
            assert lease_holder(desk.parts.index.lease_lock) is not None
            assert names(desk) == {"alpha", "beta"}
            leases.pop().release()

    desk.interrupt(take_over)
    desk.on_event = let_in
    events = desk.scan()
    assert [type(event) for event in events if isinstance(event, Waiting | Failed)] == [Waiting]
    assert is_settled(events)
    assert names(desk) == {"alpha", "beta"}
    other.close()


def test_an_index_that_is_deleted_while_it_is_opened_is_begun_anew_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write("a.py", function("alpha"))
    connect = sqlite3.connect
    n_deletions = 0

    def delete_and_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        nonlocal n_deletions
        if "catalog" in str(arguments[0]) and n_deletions < 2:
            n_deletions += 1
            shutil.rmtree(desk.parts.index.path)
        return connect(*arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", delete_and_connect)
    events = desk.scan()
    assert n_deletions == 2
    assert failures(events) == []
    assert names(desk) == {"alpha"}


@pytest.mark.parametrize("what", ["text", "segments", "v*", "."])
def test_an_index_that_is_deleted_while_files_are_read_is_begun_anew_at_once(desk: Desk, what: str) -> None:
    desk.write("a.py", function("alpha"))
    desk.write("b.py", function("beta"))
    desk.interrupt(lambda: [shutil.rmtree(path) for path in _found(desk, what)])
    events = desk.scan()
    assert failures(events) == []
    assert is_settled(events)
    assert names(desk) == {"alpha", "beta"}


def _found(desk: Desk, what: str) -> list[Path]:
    index = desk.parts.index.path
    return [index] if what == "." else list((index if "*" in what else desk.parts.version.path).glob(what))


def test_a_failure_of_the_disk_is_reported_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("a.py", function("alpha"))
    n_tries = 0

    def refuse(*_: object) -> int:
        nonlocal n_tries
        n_tries += 1
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    (failure,) = failures(desk.scan())
    assert "No space left" in failure.message
    assert n_tries == 1
