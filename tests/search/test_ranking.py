from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.search.ranking import Candidates, Ranking, Weights, rank

PENALTIES = ("test", "example", "vendored", "generated", "declaration", "repeated_file")
BARE = Weights(
    **{field.name: 1.0 if field.name in PENALTIES else 0.0 for field in fields(Weights)},
)
"""No signal at all."""


@dataclass(frozen=True)
class One:
    name: str = "thing"
    container: str = ""
    path: str = "a.py"
    similarity: float = 0.0
    text: float = 0.0
    file_similarity: float = 0.0
    file_text: float = 0.0
    kind: SymbolKind = SymbolKind.FUNCTION
    flags: SymbolFlags = SymbolFlags.NONE


def ranking(query: str, ones: list[One], weights: Weights = Weights(), identifiers: str = "") -> Ranking:  # noqa: B008
    files = {path: number for number, path in enumerate(sorted({one.path for one in ones}))}
    found = rank(
        query.split(),
        identifiers.split(),
        Candidates(
            ids=np.arange(len(ones), dtype=np.uint64),
            similarity=np.array([one.similarity for one in ones], np.float32),
            text=np.array([one.text for one in ones], np.float32),
            file_similarity=np.array([one.file_similarity for one in ones], np.float32),
            file_text=np.array([one.file_text for one in ones], np.float32),
            kinds=np.array([one.kind for one in ones], np.uint8),
            flags=np.array([one.flags for one in ones], np.uint8),
            files=np.array([files[one.path] for one in ones], np.int64),
            names=[one.name for one in ones],
            containers=[one.container for one in ones],
            paths=[one.path for one in ones],
        ),
        weights,
    )
    assert sorted(found.order.tolist()) == list(range(len(ones)))
    assert (np.diff(found.relevance) <= 0).all()
    return found


def order(query: str, ones: list[One], weights: Weights = Weights(), identifiers: str = "") -> list[int]:  # noqa: B008
    return ranking(query, ones, weights, identifiers).order.tolist()


def apart(*ones: One) -> list[One]:
    """Put each into a file of its own, so that neighbours and diversity stay out of it."""
    return [replace(one, path=f"f{number}.py") for number, one in enumerate(ones)]


def test_no_candidates_make_no_ranking() -> None:
    assert order("anything", []) == []


@pytest.mark.parametrize("evidence", ["similarity", "text", "file_similarity", "file_text"])
def test_more_evidence_ranks_higher(evidence: str) -> None:
    ones = apart(One(), One(**{evidence: 0.9}), One(**{evidence: 0.5}))  # type: ignore[arg-type]
    assert order("query", ones) == [1, 2, 0]


def test_equal_candidates_are_ordered_by_id() -> None:
    assert order("query", apart(One(), One(), One())) == [0, 1, 2]


def test_evidence_counts_relative_to_the_best_of_the_search() -> None:
    found = ranking("query", apart(One(similarity=0.2), One(similarity=0.1)), replace(BARE, vector=1.0))
    assert found.relevance.tolist() == pytest.approx([1.0, 0.5])


def test_a_negative_similarity_counts_as_none() -> None:
    found = ranking("query", apart(One(similarity=-0.5), One(similarity=0.5)), replace(BARE, vector=1.0))
    assert found.relevance.tolist() == pytest.approx([1.0, 0.0])


@pytest.mark.parametrize(
    ("query", "identifiers", "name", "container"),
    [
        ("get user", "getUser", "getUser", ""),
        ("get user", "", "getUser", ""),
        ("get user", "", "get_user", ""),
        ("foo bar", "Foo::bar", "bar", "Foo"),
        ("foo bar", "foo.bar", "bar", "outer.Foo"),
        ("foo bar", "Foo#bar", "bar", "Foo"),
        ("foo bar", "Foo->bar", "bar", "Foo"),
    ],
)
def test_the_name_that_was_asked_for_comes_before_better_meaning(
    query: str, identifiers: str, name: str, container: str
) -> None:
    ones = apart(One("other", similarity=0.9), One(name, container, similarity=0.6))
    found = ranking(query, ones, identifiers=identifiers)
    assert found.order[0] == 1
    assert found.signals["exact"].tolist() == [0.0, Weights().exact]


@pytest.mark.parametrize(
    ("identifiers", "name", "container"),
    [("Foo.bar", "bar", "Other"), ("Foo.bar", "bar", "XFoo"), ("getUser", "getUsers", "")],
)
def test_other_names_are_not_the_one_asked_for(identifiers: str, name: str, container: str) -> None:
    found = ranking("foo bar baz", [One(name, container)], identifiers=identifiers)
    assert found.signals["exact"].tolist() == [0.0]


def test_a_file_is_not_found_by_its_name_as_a_symbol_is() -> None:
    found = ranking("session", [One("session", kind=SymbolKind.FILE, path="session.py")])
    assert found.signals["exact"].tolist() == [0.0]
    assert found.signals["stem"][0] > 0


def test_names_that_say_more_of_the_query_rank_higher() -> None:
    ones = apart(One("run"), One("refreshSession"), One("refresh"), One("refreshSessionOfTheOldKind"))
    assert order("refresh session token", ones, replace(BARE, name=1.0))[0] == 1
    assert order("refresh session token", ones, replace(BARE, name=1.0))[-1] == 0


def test_folders_and_file_names_count() -> None:
    ones = [One(path="misc/a.py"), One(path="session/a.py"), One(path="misc/session.py")]
    assert order("session", ones) == [2, 1, 0]


@pytest.mark.parametrize(
    "flag",
    [
        SymbolFlags.TEST,
        SymbolFlags.EXAMPLE,
        SymbolFlags.VENDORED,
        SymbolFlags.GENERATED,
        SymbolFlags.DECLARATION,
    ],
)
def test_what_is_seldom_meant_steps_back(flag: SymbolFlags) -> None:
    ones = apart(One(similarity=0.8, flags=flag), One(similarity=0.78))
    assert order("query", ones) == [1, 0]
    assert order("query", ones, replace(BARE, vector=1.0)) == [0, 1]


@pytest.mark.parametrize(
    ("query", "flag"),
    [("test of the parser", SymbolFlags.TEST), ("example of the parser", SymbolFlags.EXAMPLE)],
)
def test_tests_and_examples_do_not_when_asked_for(query: str, flag: SymbolFlags) -> None:
    ones = apart(One(similarity=0.8, flags=flag), One(similarity=0.78))
    assert order(query, ones) == [0, 1]
    assert order("parser", ones) == [1, 0]


def test_good_neighbours_in_its_file_lift_a_symbol() -> None:
    ones = [
        One(path="lonely.py", similarity=0.8),
        *(One(path="rich.py", similarity=s) for s in (0.79, 0.7, 0.7)),
    ]
    assert order("query", ones)[0] == 1
    assert order("query", ones, replace(BARE, vector=1.0))[0] == 0


def test_one_file_does_not_fill_the_first_places() -> None:
    ones = [*(One(path="a.py", similarity=0.9) for _ in range(4)), One(path="b.py", similarity=0.8)]
    assert order("query", ones).index(4) <= 2
    assert order("query", ones, replace(BARE, vector=1.0))[-1] == 4


def test_diversity_drops_nothing() -> None:
    assert len(order("query", [One(similarity=0.5) for _ in range(50)])) == 50


ONES = st.lists(
    st.builds(
        One,
        name=st.sampled_from(["getUser", "user", "x", "", "get_user_by_id", "日本"]),
        container=st.sampled_from(["", "Store", "a.B"]),
        path=st.sampled_from(["a.py", "src/user.py", "tests/test_user.py", "Makefile", ".env", "x"]),
        similarity=st.floats(-1, 1, width=32),
        text=st.floats(0, 50, width=32),
        file_similarity=st.floats(-1, 1, width=32),
        file_text=st.floats(0, 50, width=32),
        kind=st.sampled_from(SymbolKind),
        flags=st.builds(SymbolFlags, st.integers(0, 63)),
    ),
    max_size=20,
)


@given(ONES, st.sampled_from(["", "user", "get user by id", "test user", "where is it"]))
def test_relevance_is_made_of_the_signals(ones: list[One], query: str) -> None:
    found = ranking(query, ones, identifiers="getUser Store.user")
    signals = dict(found.signals)
    factors = [signals.pop(name) for name in ("penalty", "diversity")]
    neighbours = signals.pop("neighbours")
    relevance = (sum(signals.values(), np.zeros(len(ones))) * factors[0] + neighbours) * factors[1]
    assert found.relevance == pytest.approx(relevance[found.order])
    assert all((factor > 0).all() and (factor <= 1).all() for factor in factors)


@given(ONES)
def test_better_evidence_for_all_else_equal_never_hurts(ones: list[One]) -> None:
    weights = replace(Weights(), neighbours=0.0, repeated_file=1.0)
    better = [replace(one, text=one.text + 1.0) if number == 0 else one for number, one in enumerate(ones)]
    if ones and max(one.text for one in ones) >= better[0].text:  # the best of the search stays the same
        before, after = order("user", ones, weights), order("user", better, weights)
        assert after.index(0) <= before.index(0)
