import numpy as np
import pytest
from corpus import FILES
from small_index import SmallIndex

from lsp_server.embedding import Embedder
from lsp_server.errors import InvalidParams
from lsp_server.model import SymbolKind
from lsp_server.search.folder.filters import Filters
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.query.syntax import parse_query
from lsp_server.search.results import SearchRequest


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Snapshot:
    index = SmallIndex(tmp_path_factory.mktemp("filters"), embedder)
    index.commit({"core/parser.go": "package core\n\nfunc outdated() {}\n"})
    index.commit(FILES)
    snapshot = index.view().snapshot
    assert snapshot is not None
    return snapshot


def filters(query: str = "", **conditions: object) -> Filters:
    request = SearchRequest(query, **conditions)  # type: ignore[arg-type]
    return Filters.of(request, parse_query(query))


def passing(snapshot: Snapshot, some: Filters, hidden: tuple[str, ...] = ()) -> set[str]:
    """Return the names of the living symbols that pass."""
    mask = some.symbols(snapshot, some.files(snapshot, hidden))
    alive = snapshot.vectors.alive
    assert alive is not None
    rows = np.flatnonzero(alive if mask is None else mask & alive)
    return set(snapshot.names_of(rows))


def test_no_condition_is_no_mask(snapshot: Snapshot) -> None:
    some = filters("retry")
    assert some.files(snapshot, ()) is None
    assert some.symbols(snapshot, None) is None


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("kind:class", {"SessionStore", "HttpClient"}),
        ("kind:interface kind:struct", {"Transport", "Parser"}),
        ("lang:go kind:function", {"drawCircle"}),
        ("lang:rust", set()),
        ("path:core/** kind:method", {"ParseHeader"}),
        ("-path:src/** -path:tests/** kind:function", {"drawCircle", "エラー処理"}),
        ("name:HEADER", {"ParseHeader", "parseHeader"}),
        ("name:transport name:circle", {"Transport", "drawCircle"}),
        ('"access token"', {"refresh_token"}),
        ("kind:function -session -request -header -原", {"drawCircle"}),
    ],
)
def test_each_condition_lets_through_what_it_says(snapshot: Snapshot, query: str, names: set[str]) -> None:
    assert passing(snapshot, filters(query)) == names


def test_parameters_are_intersected_with_the_querys_own() -> None:
    some = filters(
        "kind:class kind:enum lang:go", kinds=frozenset({SymbolKind.CLASS}), languages=frozenset({"c"})
    )
    assert some.kinds == frozenset({SymbolKind.CLASS})
    assert some.languages == frozenset()
    assert filters(kinds=frozenset({SymbolKind.CLASS})).kinds == frozenset({SymbolKind.CLASS})
    assert filters("kind:class").kinds == frozenset({SymbolKind.CLASS})
    assert filters().kinds is None


def test_what_nothing_can_be_lets_nothing_through(snapshot: Snapshot) -> None:
    assert passing(snapshot, filters("kind:class", kinds=frozenset({SymbolKind.ENUM}))) == set()


def test_include_of_parameter_and_query_must_both_match(snapshot: Snapshot) -> None:
    assert passing(snapshot, filters("path:*.py kind:function", include=("src/**",))) == {
        "refresh_token",
        "retry_request",
    }
    assert passing(snapshot, filters("-path:*.py kind:function", exclude=("src/**",))) == {"drawCircle"}


def test_a_broken_pattern_is_named() -> None:
    for key in ("include", "exclude"):
        with pytest.raises(InvalidParams) as refused:
            filters("", **{key: ("*" * 9,)})
        assert refused.value.details["key"] == key


def test_files_that_open_buffers_stand_in_for_are_hidden(snapshot: Snapshot) -> None:
    assert passing(snapshot, filters("kind:function"), ("src/session.py", "nowhere.py")) == {
        "retry_request",
        "parseHeader",
        "drawCircle",
        "エラー処理",
        "test_load_session_reads_the_storage",
    }
    assert passing(snapshot, filters("path:src/*.py"), ("src/session.py",)) == set()


def test_filters_are_evaluated_once_for_a_generation(snapshot: Snapshot) -> None:
    some, again = (filters("-token path:src/**"), filters("-token path:src/** session"))
    assert some.files(snapshot, ()) is again.files(snapshot, ())
    assert passing(snapshot, some) == passing(snapshot, again)
    assert passing(snapshot, filters("-token path:core/**")) != passing(snapshot, some)
