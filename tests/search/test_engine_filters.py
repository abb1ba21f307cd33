"""Filters hold before the limit, whatever the retrievers look at first."""

from collections.abc import Callable

import pytest
from corpus import Known
from hypothesis import given
from hypothesis import strategies as st
from small_searches import Shelf, asked, names, results

from lsp_server.errors import InvalidParams
from lsp_server.fulltext import Stemmer
from lsp_server.model import SymbolKind
from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.query.words import content_words
from lsp_server.search.results import SearchMode, SearchRequest
from lsp_server.text.words import split_words

Condition = Callable[[Known], bool]
STEMMER = Stemmer()


def holds(word: str) -> Condition:
    (stem,) = STEMMER.stems([word])
    return lambda one: stem in one.terms


def holds_none(word: str) -> Condition:
    return lambda one: not holds(word)(one)


FILTERS: list[tuple[str, Condition]] = [
    ("", lambda _: True),
    ("kind:class", lambda one: one.symbol.kind is SymbolKind.CLASS),
    ("kind:function kind:method", lambda one: one.symbol.kind in {SymbolKind.FUNCTION, SymbolKind.METHOD}),
    ("kind:event", lambda _: False),
    ("lang:python", lambda one: one.symbol.language == "python"),
    ("lang:go lang:ts", lambda one: one.symbol.language in {"go", "typescript"}),
    ("path:src/**", lambda one: one.path.startswith("src/")),
    ("path:*.py -path:src/net/**", lambda one: one.path.endswith(".py") and "src/net" not in one.path),
    ("name:SESSION", lambda one: "session" in one.symbol.name.lower()),
    ("name:parse name:token", lambda one: any(s in one.symbol.name.lower() for s in ("parse", "token"))),
    ("-storage", holds_none("storage")),
    ('"access token"', lambda one: any("access token" in " ".join(t) for t in one.document.terms.values())),
]
WORDS = ["", "session", "load session", "retry a request", "parseHeader", "zzyzx", "エラー", "chocolate cake"]


def is_found_by_words(one: Known, words: str) -> bool:
    return any(holds(word)(one) for word in content_words(split_words(words)))


def combined(filters: list[tuple[str, Condition]]) -> tuple[str, Condition]:
    """Join filters with "and"; the same key twice would mean "or"."""
    keys = [text.split(":")[0] for text, _ in filters]
    chosen = filters[:1] if len(set(keys)) < len(keys) else filters
    return " ".join(text for text, _ in chosen), lambda one: all(condition(one) for _, condition in chosen)


@given(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(FILTERS), min_size=1, max_size=2).map(combined),
    st.sampled_from(SearchMode),
    st.integers(1, 40),
)
def test_as_many_results_as_wanted_come_back_wherever_so_many_pass(
    shelf: Shelf, words: str, condition: tuple[str, Condition], mode: SearchMode, limit: int
) -> None:
    filters, passes = condition
    query = f"{words} {filters}".strip()
    passing = {one.id for one in shelf.known if passes(one)}
    asked_words = words + (" access token" if '"' in filters else "")
    if asked_words and mode is SearchMode.TEXT:
        passing = {one.id for one in shelf.known if one.id in passing and is_found_by_words(one, asked_words)}
    if query in {"", "-storage"}:
        passing = set()  # nothing is asked
    found = {one.id for one in results(shelf.view, query, limit=limit, mode=mode)}
    assert found <= passing
    assert len(found) == min(limit, len(passing))


CROWD_FILTERS: list[tuple[str, Condition]] = [
    ("", lambda _: True),
    ("path:app/**", lambda one: one.path.startswith("app/")),
    ("path:part3.py", lambda one: one.path == "lib/part3.py"),
    ("name:flush", lambda one: "flush" in one.symbol.name),
    ("-hash", holds_none("hash")),
    ('"hash socket"', lambda one: any("hash socket" in " ".join(t) for t in one.document.terms.values())),
]


@given(
    st.sampled_from(["socket", "lock a socket", "zzyzx", "hash", "kind:function"]),
    st.sampled_from(CROWD_FILTERS),
    st.sampled_from(SearchMode),
    st.sampled_from([1, 20, 200]),
)
def test_limits_are_filled_where_there_is_more_than_retrievers_are_asked_for(
    crowd: Shelf, words: str, condition: tuple[str, Condition], mode: SearchMode, limit: int
) -> None:
    filters, passes = condition
    passing = {one.id for one in crowd.known if passes(one)}
    if words == "kind:function":
        passing -= {one.id for one in crowd.known if one.symbol.kind is not SymbolKind.FUNCTION}
    asked_words = ("" if words == "kind:function" else words) + (" hash socket" if '"' in filters else "")
    if asked_words and mode is SearchMode.TEXT:
        passing = {one.id for one in crowd.known if one.id in passing and is_found_by_words(one, asked_words)}
    found = {one.id for one in results(crowd.view, f"{words} {filters}", limit=limit, mode=mode)}
    assert found <= passing
    assert len(found) == min(limit, len(passing))


def test_parameters_and_query_intersect(view: FolderView) -> None:
    both = results(view, "session lang:python", kinds=frozenset({SymbolKind.CLASS, SymbolKind.STRUCT}))
    assert names(both) == ["SessionStore"]
    assert not results(view, "session kind:class", kinds=frozenset({SymbolKind.METHOD}))
    assert not results(view, "session lang:python", languages=frozenset({"go"}))
    assert not results(view, "session path:src/**", include=("core/**",))
    assert {
        one.path for one in results(view, "session", include=("*.py",), exclude=("tests/**", "src/**"))
    } == {"日本/エラー.py"}


def test_a_pattern_that_is_none_is_refused(view: FolderView) -> None:
    with pytest.raises(InvalidParams) as refused:
        asked(view, SearchRequest("session", include=("",)))
    assert "include" in str(refused.value)


@given(st.sampled_from(WORDS[1:]), st.sampled_from(SearchMode), st.floats(0, 1), st.integers(1, 30))
def test_min_score_holds_before_the_limit(
    shelf: Shelf, words: str, mode: SearchMode, min_score: float, limit: int
) -> None:
    everyone = results(shelf.view, words, mode=mode, limit=60)
    wanted = [one.id for one in everyone if one.score >= min_score][:limit]
    assert [
        one.id for one in results(shelf.view, words, mode=mode, min_score=min_score, limit=limit)
    ] == wanted


@pytest.mark.parametrize("query", ["", "   ", "???", "-word"])
def test_an_empty_query_has_no_results(view: FolderView, query: str) -> None:
    assert not results(view, query)


@pytest.mark.parametrize("mode", list(SearchMode))
def test_a_wanted_score_is_reached_by_the_same_symbols_whatever_the_limit(
    crowd: Shelf, mode: SearchMode
) -> None:
    for query in ("open a socket", "flush the socket part", "socket"):
        found = {
            limit: search(
                [crowd.view], SearchRequest(query, limit=limit, min_score=0.2, mode=mode), Cancel()
            ).results
            for limit in (5, 60, 200)
        }
        for limit in (5, 60):
            few, many = found[limit], found[200][:limit]
            assert [(one.id, one.score) for one in few] == [(one.id, one.score) for one in many]
