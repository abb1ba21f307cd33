import numpy as np
import pytest
from corpus import FILES, many_functions
from small_index import SmallIndex

from lsp_server.embedding import Embedder
from lsp_server.search.folder.listing import listed_order, listed_rows
from lsp_server.search.folder.snapshot import Snapshot


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Snapshot:
    index = SmallIndex(tmp_path_factory.mktemp("listing"), embedder)
    index.commit({"core/parser.go": "package core\n\nfunc outdated() {}\n"})
    index.commit(FILES)
    snapshot = index.view().snapshot
    assert snapshot is not None
    return snapshot


def paths_of(snapshot: Snapshot, rows: np.ndarray) -> list[str]:
    return [snapshot.path_of(file) for file in snapshot.vectors.files(rows).tolist()]


def test_all_that_lives_is_listed_where_it_fits(snapshot: Snapshot) -> None:
    assert snapshot.vectors.alive is not None
    assert listed_rows(snapshot, None, 1000).tolist() == np.flatnonzero(snapshot.vectors.alive).tolist()
    nothing = np.zeros(snapshot.vectors.n_rows, np.bool_)
    assert listed_rows(snapshot, nothing, 1000).tolist() == []


def test_the_first_files_are_listed_first_and_tests_last(snapshot: Snapshot) -> None:
    counts = {limit: listed_rows(snapshot, None, limit) for limit in range(1, 40)}
    n_living = snapshot.vectors.n_alive
    for limit, rows in counts.items():
        assert len(rows) == min(limit, n_living)
    n_core = paths_of(snapshot, counts[39]).count("core/parser.go")
    assert set(paths_of(snapshot, counts[n_core])) == {"core/parser.go"}
    n_tests = paths_of(snapshot, counts[39]).count("tests/test_session.py")
    assert "tests/test_session.py" not in paths_of(snapshot, counts[n_living - n_tests - 3])


def test_a_file_too_long_for_the_list_fills_it(index: SmallIndex) -> None:
    index.commit(many_functions(2, 90))
    snapshot = index.view().snapshot
    assert snapshot is not None
    assert set(paths_of(snapshot, listed_rows(snapshot, None, 50))) == {"app/part0.py"}
    assert len(listed_rows(snapshot, None, 50)) == 50


def test_symbols_are_listed_by_path_and_line(snapshot: Snapshot) -> None:
    rows = listed_rows(snapshot, None, 1000)[::-1]
    symbols = [snapshot.symbol_of(row) for row in rows.tolist()]
    paths = paths_of(snapshot, rows)
    order = listed_order(symbols, paths, snapshot.vectors.flags(rows))
    assert sorted(order) == list(range(len(rows)))
    places = [(paths[number], symbols[number].selection.start.line) for number in order]
    often = [place for place in places if not place[0].startswith(("tests/", "docs/"))]
    assert often == sorted(often)
    assert places.index(often[-1]) < min(
        places.index(place) for place in places if place[0].startswith("tests/")
    )
