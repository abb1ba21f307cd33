"""The catalog keeps what was committed, shows readers one generation, and says clearly when it can't."""

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lsp_server.errors import IndexBusy, IndexDamaged, IndexStorageFailed
from lsp_server.storage import schema
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.records import (
    BatchCommit,
    CatalogCoverage,
    FileStatus,
    FileUpdate,
    SegmentEntry,
)


def update(path: str, *ids: int, status: FileStatus = FileStatus.INDEXED, reason: str = "") -> FileUpdate:
    symbol_ids = np.array(ids, dtype=np.uint64)
    return FileUpdate(path, b"digest of " + path.encode(), 10, 20, "python", symbol_ids, status, reason)


def rows(*numbers: int) -> NDArray[np.uint32]:
    return np.array(numbers, dtype=np.uint32)


def index(catalog: Catalog, *updates: FileUpdate, removed: tuple[str, ...] = (), **rest: Any) -> int:
    catalog.begin([u.path for u in updates], removed)
    return catalog.commit(BatchCommit(updated=updates, removed=removed, **rest))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite3"


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    with Catalog.open_writer(path) as catalog:
        yield catalog


def test_a_new_catalog_is_empty(catalog: Catalog) -> None:
    assert catalog.generation() == 0
    assert catalog.files() == {}
    assert catalog.coverage() == CatalogCoverage()
    assert catalog.leftover_intent() is None
    assert catalog.snapshot().segments == ()


def test_what_was_committed_is_there_after_reopening(path: Path) -> None:
    with Catalog.open_writer(path) as catalog:
        index(
            catalog,
            update("src/a.py", 7, 2**64 - 1),
            meta={"opstamp": 12, "model": "m", "blob": b"\0", "x": 0.5},
        )
    with Catalog.open_writer(path) as catalog:
        state = catalog.files()["src/a.py"]
        assert (state.digest, state.size_bytes, state.mtime_ns, state.language, state.n_symbols) == (
            b"digest of src/a.py",
            10,
            20,
            "python",
            2,
        )
        assert state.status is FileStatus.INDEXED
        assert catalog.file_at("src/a.py") == state
        assert catalog.file_at("src/b.py") is None
        assert catalog.symbol_ids([state.file])[state.file].tolist() == [7, 2**64 - 1]
        meta = catalog.snapshot().meta
        assert (meta["opstamp"], meta["model"], meta["blob"], meta["x"]) == (12, "m", b"\0", 0.5)
        assert catalog.problems() == []


def test_every_commit_raises_the_generation_and_readers_notice(path: Path, catalog: Catalog) -> None:
    with Catalog.open_reader(path) as reader:
        assert reader.generation() == 0
        assert index(catalog, update("a.py")) == 1
        assert reader.generation() == catalog.generation() == 1
        assert index(catalog, update("a.py")) == 2
        assert reader.generation() == 2


def test_setting_a_fact_keeps_the_generation(catalog: Catalog) -> None:
    index(catalog, update("a.py"))
    catalog.set_meta(calibrated=1)
    assert (catalog.generation(), catalog.snapshot().generation) == (1, 1)
    assert catalog.files()["a.py"].status is FileStatus.INDEXED


def test_a_file_keeps_its_id_until_it_is_removed_and_ids_are_never_reused(catalog: Catalog) -> None:
    first = catalog.begin(["a.py", "b.py"]).changed
    index(catalog, update("a.py"), update("b.py"))
    assert catalog.begin(["b.py"]).changed == {"b.py": first["b.py"]}
    index(catalog, removed=("b.py",))
    assert catalog.begin(["b.py"]).changed["b.py"] > first["b.py"]


def test_an_intent_lasts_until_a_commit_names_its_paths(catalog: Catalog) -> None:
    index(catalog, update("old.py"))
    intent = catalog.begin(["new.py", "other.py"], ["old.py", "unheard-of.py"])
    assert set(intent.removed) == {"old.py"}
    assert catalog.leftover_intent() == intent
    catalog.commit(BatchCommit(updated=[update("new.py")], removed=["old.py"]))
    leftover = catalog.leftover_intent()
    assert leftover is not None
    assert set(leftover.changed) == {"other.py"}
    catalog.commit(BatchCommit(removed=["other.py"]))
    assert catalog.leftover_intent() is None


def test_coverage_counts_files_by_status(catalog: Catalog) -> None:
    catalog.discover(["a.py", "b.png", "c.py", "d.py", "e.py"])
    assert catalog.coverage().pending == 5
    index(
        catalog,
        update("a.py", 1, 2, 3),
        update("b.png", status=FileStatus.SKIPPED, reason="binary"),
        update("c.py", status=FileStatus.QUARANTINED, reason="stalled a worker"),
        update("d.py", 4),
    )
    coverage = catalog.coverage()
    assert coverage == CatalogCoverage(indexed=2, skipped=1, pending=1, quarantined=1, symbols=4)
    assert coverage.files == 5
    reasons = {path: state.reason for path, state in catalog.files().items() if state.reason}
    assert reasons == {"b.png": "binary", "c.py": "stalled a worker"}


def test_discovering_a_known_file_changes_nothing(catalog: Catalog) -> None:
    index(catalog, update("a.py", 1))
    before = catalog.files()
    catalog.discover(["a.py"])
    assert catalog.files() == before


def test_a_removed_file_takes_its_symbols_along(catalog: Catalog) -> None:
    index(catalog, update("a.py", 1), update("b.py", 2))
    index(catalog, removed=("a.py",))
    assert set(catalog.files()) == {"b.py"}
    assert [ids.tolist() for ids in catalog.symbol_ids().values()] == [[2]]


def test_tombstones_add_up_and_leave_with_their_segment(catalog: Catalog) -> None:
    catalog.commit(BatchCommit(segments=[SegmentEntry("s1", 200_000, 9, "c")], tombstones={"s1": rows(5, 3)}))
    catalog.commit(BatchCommit(tombstones={"s1": rows(70_000, 5, 199_999)}))
    snapshot = catalog.snapshot()
    assert snapshot.tombstones["s1"].tolist() == [3, 5, 70_000, 199_999]
    assert snapshot.segments == (SegmentEntry("s1", 200_000, 9, "c"),)
    catalog.commit(BatchCommit(segments=[SegmentEntry("s2", 1, 1, "c")], retired=["s1"]))
    snapshot = catalog.snapshot()
    assert [segment.name for segment in snapshot.segments] == ["s2"]
    assert snapshot.tombstones == {}


def test_a_commit_that_fails_changes_nothing(catalog: Catalog) -> None:
    index(catalog, update("a.py", 1))
    catalog.begin(["a.py"])
    with pytest.raises(KeyError):
        catalog.commit(BatchCommit(updated=[update("a.py", 5)], tombstones={"no such segment": rows(1)}))
    assert catalog.generation() == 1
    assert catalog.leftover_intent() is not None
    assert [ids.tolist() for ids in catalog.symbol_ids().values()] == [[1]]


def test_a_file_that_was_not_begun_can_not_be_committed(catalog: Catalog) -> None:
    with pytest.raises(KeyError):
        catalog.commit(BatchCommit(updated=[update("a.py")]))


def test_a_snapshot_holds_only_indexed_files(catalog: Catalog) -> None:
    catalog.discover(["later.py"])
    index(catalog, update("a.py"), update("b.bin", status=FileStatus.SKIPPED, reason="binary"))
    snapshot = catalog.snapshot()
    assert [path for path in snapshot.paths if path] == ["a.py"]
    assert snapshot.paths[catalog.files()["a.py"].file] == "a.py"
    assert snapshot.n_files == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"updated": ["a.py"]},
        {"updated": ["new.py"]},
        {"skipped": ["a.py"]},
        {"removed": ["b.py"]},
        {"removed": ["c.py"], "updated": ["new.py"]},
        {"removed": ["c.py"], "updated": ["c.py"]},
        {"removed": ["a.py", "b.py", "c.py"]},
    ],
    ids=str,
)
def test_a_snapshot_made_from_an_older_one_equals_a_fresh_one(
    catalog: Catalog, changes: dict[str, list[str]]
) -> None:
    index(catalog, update("a.py"), update("b.py"), update("c.py"))
    older = catalog.snapshot()
    if "removed" in changes:
        index(catalog, removed=tuple(changes["removed"]))
    index(catalog, *[update(path) for path in changes.get("updated", ())])
    index(
        catalog,
        *[update(path, status=FileStatus.SKIPPED, reason="big") for path in changes.get("skipped", ())],
    )
    newer, fresh = catalog.snapshot(older), catalog.snapshot()
    longest = max(len(newer.paths), len(fresh.paths))
    filled = [[*s.paths, *[""] * (longest - len(s.paths))] for s in (newer, fresh)]
    assert filled[0] == filled[1]
    assert (newer.n_files, newer.generation) == (fresh.n_files, fresh.generation)
    assert catalog.snapshot(newer) is newer


def test_unlisted_segments_are_those_no_commit_names(catalog: Catalog, tmp_path: Path) -> None:
    folder = tmp_path / "segments"
    folder.mkdir()
    for name in ("listed", "orphan", "half.tmp"):
        (folder / name).touch()
    catalog.commit(BatchCommit(segments=[SegmentEntry("listed", 1, 1, "c")]))
    assert [entry.name for entry in catalog.unlisted_segments(folder)] == ["half.tmp", "orphan"]


def test_paths_of_any_shape_come_back_as_they_were(catalog: Catalog) -> None:
    paths = ["a b/ü.py", "日本/語.ts", "quote'\".c", "percent%20.go", "x" * 900 + ".rs"]
    index(catalog, *[update(path) for path in paths])
    assert set(catalog.files()) == set(paths)


def test_a_folder_with_odd_characters_can_hold_a_catalog(tmp_path: Path) -> None:
    path = tmp_path / "what? 100% #1 ü" / "catalog.sqlite3"
    path.parent.mkdir()
    with Catalog.open_writer(path) as catalog, Catalog.open_reader(path) as reader:
        index(catalog, update("a.py"))
        assert set(reader.files()) == {"a.py"}


def test_a_catalog_that_is_being_made_is_empty_or_complete(tmp_path: Path) -> None:
    def look(path: Path) -> None:
        while not (path.exists() and path.stat().st_size):
            pass
        Catalog.open_reader(path).close()

    with ThreadPoolExecutor(1) as reader:
        for number in range(20):
            path = tmp_path / f"{number}.sqlite3"
            looking = reader.submit(look, path)
            Catalog.open_writer(path).close()
            looking.result()


def test_a_reader_creates_nothing(path: Path) -> None:
    with pytest.raises(IndexDamaged, match="no catalog"):
        Catalog.open_reader(path)
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not move an open file")
def test_a_reader_notices_that_the_index_was_deleted_and_built_anew(path: Path) -> None:
    Catalog.open_writer(path).close()
    with Catalog.open_reader(path) as reader:
        assert not reader.is_replaced()
        path.rename(path.with_name("kept, so that its number is not given to the next file"))
        assert reader.is_replaced()
        Catalog.open_writer(path).close()
        assert reader.is_replaced()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="modes don't bind this user")
@pytest.mark.parametrize("is_open_elsewhere", [False, True])
def test_a_read_only_disk_gives_the_old_answers(path: Path, *, is_open_elsewhere: bool) -> None:
    writer = Catalog.open_writer(path)
    index(writer, update("a.py"))
    if not is_open_elsewhere:
        writer.close()
    path.parent.chmod(0o555)
    try:
        with Catalog.open_reader(path) as reader:
            assert set(reader.files()) == {"a.py"}
    finally:
        path.parent.chmod(0o755)
        writer.close()


def test_a_reader_can_not_write(path: Path) -> None:
    Catalog.open_writer(path).close()
    with Catalog.open_reader(path) as reader, pytest.raises(IndexStorageFailed, match="Suggestion"):
        reader.begin(["a.py"])


@pytest.mark.parametrize(
    "garbage", [b"no database at all, whatever its size" * 200, b"SQLite format 3\0" + b"\1" * 5000]
)
def test_a_damaged_file_is_reported_as_such(path: Path, garbage: bytes) -> None:
    path.write_bytes(garbage)
    with pytest.raises(IndexDamaged, match="doctor"):
        Catalog.open_reader(path)
    with pytest.raises(IndexDamaged, match="doctor"):
        Catalog.open_writer(path)


def test_another_programs_database_is_no_catalog(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE other (x)")
    database.commit()
    database.close()
    with pytest.raises(IndexDamaged):
        Catalog.open_writer(path)


def test_a_page_gone_bad_is_noticed(path: Path) -> None:
    with Catalog.open_writer(path) as catalog:
        index(catalog, *[update(f"folder/{number}.py", *range(50)) for number in range(500)])
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xab" * 20_000
    path.write_bytes(content)
    with Catalog.open_reader(path) as reader:
        try:
            assert reader.problems()
        except IndexDamaged:
            return


def test_a_value_that_makes_no_sense_is_damage(catalog: Catalog) -> None:
    index(catalog, update("a.py", 1))
    catalog._database.execute("UPDATE file_symbols SET ids = x'010203'")
    catalog._database.execute("UPDATE files SET status = 'strange'")
    for read in (catalog.files, catalog.symbol_ids):
        with pytest.raises(IndexDamaged):
            read()
    assert any("a.py" in problem for problem in catalog.problems())


def test_a_file_beyond_the_numbers_given_is_damage(path: Path, catalog: Catalog) -> None:
    index(catalog, update("a.py", 1))
    catalog._database.execute("UPDATE sqlite_sequence SET seq = 0")
    with Catalog.open_reader(path) as reader, pytest.raises(IndexDamaged, match="an invalid value"):
        reader.snapshot()


def test_a_catalog_out_of_reach_is_not_called_damaged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Catalog.open_writer(path).close()

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", fail)
    with pytest.raises(IndexStorageFailed, match="can't be read"):
        Catalog.open_reader(path)


def test_a_full_disk_leaves_the_last_commit_and_says_so(catalog: Catalog) -> None:
    index(catalog, update("a.py", 1))
    (n_pages,) = catalog._database.execute("PRAGMA page_count").fetchone()
    catalog._database.execute(f"PRAGMA max_page_count = {n_pages}")
    with pytest.raises(IndexStorageFailed, match=r"full[\s\S]*Suggestion"):
        index(catalog, update("b.py", *range(20_000)))
    assert catalog.generation() == 1
    assert catalog.files()["a.py"].n_symbols == 1
    catalog._database.execute("PRAGMA max_page_count = 100000")
    assert index(catalog, update("b.py", *range(20_000))) == 2


def test_a_second_writer_at_the_same_time_is_told_that_the_index_is_busy(
    path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_TIMEOUT_S", 0.05)
    with Catalog.open_writer(path) as other, catalog._writing(), pytest.raises(IndexBusy):
        other.begin(["a.py"])


def test_a_reader_sees_the_last_commit_while_the_writer_is_inside_a_transaction(
    path: Path, catalog: Catalog
) -> None:
    index(catalog, update("a.py"))
    with Catalog.open_reader(path) as reader, catalog._writing():
        catalog._remove_files(["a.py"])
        assert set(reader.files()) == {"a.py"}
