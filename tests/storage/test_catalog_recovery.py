"""Killed at any moment, the writer leaves the last commit whole and says which files it was at."""

from pathlib import Path

import numpy as np
from child_process import running

from lsp_server.storage.catalog import Catalog
from lsp_server.storage.records import BatchCommit, FileUpdate

OPEN = """
import sys
from pathlib import Path
import numpy as np
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.records import BatchCommit, FileUpdate, SegmentEntry
catalog = Catalog.open_writer(Path(sys.argv[1]))
def stop_here(): print("here", flush=True); sys.stdin.read()
"""


def first_commit(path: Path) -> None:
    with Catalog.open_writer(path) as catalog:
        catalog.begin(["a.py"])
        ids = np.array([1, 2], dtype=np.uint64)
        catalog.commit(BatchCommit(updated=[FileUpdate("a.py", b"old", 1, 1, "python", ids)]))


def killed_at(path: Path, code: str) -> None:
    with running(OPEN + code, path) as child:
        assert child.next_line() == "here"
        child.kill()


def test_between_begin_and_commit_the_intent_stays(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    first_commit(path)
    killed_at(path, "catalog.begin(['b.py', 'c.py'], ['a.py']); stop_here()")
    with Catalog.open_writer(path) as catalog:
        intent = catalog.leftover_intent()
        assert intent is not None
        assert set(intent.changed) == {"b.py", "c.py"}
        assert set(intent.removed) == {"a.py"}
        assert catalog.generation() == 1
        assert catalog.files()["a.py"].digest == b"old"
        assert catalog.coverage().pending == 2
        assert catalog.problems() == []


def test_inside_the_transaction_nothing_of_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    first_commit(path)
    killed_at(path, "w = catalog._writing(); w.__enter__(); catalog._remove_files(['a.py']); stop_here()")
    with Catalog.open_writer(path) as catalog:
        assert catalog.files()["a.py"].n_symbols == 2
        assert [ids.tolist() for ids in catalog.symbol_ids().values()] == [[1, 2]]


def test_after_the_commit_everything_of_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    first_commit(path)
    killed_at(path, "catalog.begin([], ['a.py']); catalog.commit(BatchCommit(removed=['a.py'])); stop_here()")
    with Catalog.open_writer(path) as catalog:
        assert (catalog.generation(), catalog.files(), catalog.leftover_intent()) == (2, {}, None)


COMMIT_ON_AND_ON = """
while True:
    number = catalog.generation() + 1
    catalog.begin(["a.py", f"{number}.py"])
    ids = np.arange(number, dtype=np.uint64)
    catalog.commit(BatchCommit(
        updated=[FileUpdate(p, str(number).encode(), 1, 1, "python", ids) for p in ("a.py", f"{number}.py")],
        segments=[SegmentEntry(str(number), number, number, "c")],
        tombstones={str(number): np.array([number - 1], dtype=np.uint32)},
        meta={"number": number},
    ))
    print(number, flush=True)
"""


def test_killed_anywhere_in_a_row_of_commits_a_whole_number_of_them_stays(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    for n_lines in (1, 2, 5, 9, 20):
        with running(OPEN + COMMIT_ON_AND_ON, path) as child:
            last_told = [int(child.next_line()) for _ in range(n_lines)][-1]
            child.kill()
        with Catalog.open_writer(path) as catalog:
            generation = catalog.generation()
            assert generation >= last_told
            files, snapshot = catalog.files(), catalog.snapshot()
            assert {f"{number}.py" for number in range(1, generation + 1)} <= set(files)
            assert files["a.py"].digest == str(generation).encode()
            assert len(catalog.symbol_ids()[files["a.py"].file]) == generation
            assert [segment.n_rows for segment in snapshot.segments] == list(range(1, generation + 1))
            assert {name: rows.tolist() for name, rows in snapshot.tombstones.items()} == {
                str(number): [number - 1] for number in range(1, generation + 1)
            }
            assert snapshot.meta["number"] == generation
            assert catalog.problems() == []
