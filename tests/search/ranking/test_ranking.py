from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ranked_ones import One, apart, candidates_of, order, ranking

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.search.ranking.order import rank
from lsp_server.search.ranking.signals import QueryTerms, repeats, signals_of
from lsp_server.search.ranking.weights import LEARNED, nothing

BARE = nothing()


def test_no_candidates_make_no_ranking() -> None:
    assert order("anything", []) == []


@pytest.mark.parametrize("evidence", ["similarity", "text", "file_similarity", "file_text", "file_words"])
def test_more_evidence_ranks_higher(evidence: str) -> None:
    ones = apart(One(), One(**{evidence: 0.9}), One(**{evidence: 0.5}))  # type: ignore[arg-type]
    assert order("query", ones) == [1, 2, 0]


def test_words_count_less_where_a_symbol_holds_little_of_the_query() -> None:
    by_chance, fitting = One(text=9.0, own_words=0.2), One(text=6.0, own_words=0.5)
    assert order("query", apart(by_chance, fitting)) == [1, 0]
    assert order("query", apart(replace(by_chance, own_words=0.4), fitting)) == [0, 1]


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
        ("foo bar", "Foo:bar", "bar", "Foo"),
        ("foo bar", "Foo->bar", "bar", "Foo"),
    ],
)
def test_the_name_that_was_asked_for_comes_before_better_meaning(
    query: str, identifiers: str, name: str, container: str
) -> None:
    ones = apart(One("other", similarity=0.9), One(name, container, similarity=0.6))
    found = ranking(query, ones, identifiers=identifiers)
    assert found.order[0] == 1
    assert found.parts["exact"].tolist() == [0.0, LEARNED.exact]


@pytest.mark.parametrize(
    ("identifiers", "name", "container"),
    [("Foo.bar", "bar", "Other"), ("Foo.bar", "bar", "XFoo"), ("getUser", "getUsers", "")],
)
def test_other_names_are_not_the_one_asked_for(identifiers: str, name: str, container: str) -> None:
    found = ranking("foo bar baz", [One(name, container)], identifiers=identifiers)
    assert found.parts["exact"].tolist() == [0.0]


def test_a_file_is_not_found_by_its_name_as_a_symbol_is() -> None:
    found = ranking("session", [One("session", kind=SymbolKind.FILE, path="session.py")])
    assert found.parts["exact"].tolist() == [0.0]
    assert found.parts["stem"][0] > 0


def test_names_that_say_more_of_the_query_rank_higher() -> None:
    ones = apart(One("run"), One("refreshSession"), One("refresh"), One("refreshSessionOfTheOldKind"))
    assert order("refresh session token", ones, replace(BARE, name=1.0))[0] == 1
    assert order("refresh session token", ones, replace(BARE, name=1.0))[-1] == 0


def test_what_takes_more_lines_ranks_higher_up_to_a_length() -> None:
    ones = apart(One(lines=1), One(lines=20), One(lines=4), One(lines=40), One(lines=200))
    assert order("query", ones) == [3, 4, 1, 2, 0]


def test_what_holds_others_is_not_judged_by_its_lines() -> None:
    types = [One(kind=SymbolKind.CLASS, lines=1), One(kind=SymbolKind.CLASS, lines=200)]
    assert order("query", apart(*types, One(lines=200), One(lines=1))) == [2, 0, 1, 3]


def test_file_names_count() -> None:
    ones = [One(path="misc/a.py"), One(path="misc/session.py"), One(path="misc/old_session.py")]
    assert order("session", ones) == [1, 2, 0]


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


def test_a_files_later_symbols_lose_little_more_than_its_second() -> None:
    ones = [
        *(One(f"good{number}", path="a.py", similarity=0.9) for number in range(9)),
        *(One(f"other{other}", path=f"{other}.py", similarity=0.3) for other in range(20)),
    ]
    assert order("query", ones)[:9] == list(range(9))


def test_one_name_does_not_fill_the_first_places() -> None:
    family = [One("supported_types", f"Parser{number}", f"{number}.py", 0.9) for number in range(4)]
    ones = [*family, One("parser_for", path="registry.py", similarity=0.8)]
    assert order("query", ones).index(4) == 2
    assert order("query", ones, replace(BARE, vector=1.0))[-1] == 4


def test_sections_and_files_of_one_title_are_no_family() -> None:
    for kind in (SymbolKind.FILE, SymbolKind.STRING):
        found = ranking("query", apart(*(One("Usage", similarity=0.9, kind=kind) for _ in range(4))))
        assert found.parts["diversity"].tolist() == [1.0] * 4


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
        lines=st.integers(1, 255),
    ),
    max_size=20,
)


@given(ONES, st.sampled_from(["", "user", "get user by id", "test user", "where is it"]))
def test_relevance_is_made_of_the_signals(ones: list[One], query: str) -> None:
    found = ranking(query, ones, identifiers="getUser Store.user")
    signals = dict(found.parts)
    factors = [signals.pop(name) for name in ("penalty", "diversity")]
    neighbours = signals.pop("neighbours")
    added = signals.pop("defined") + signals.pop("tier")
    evidence = sum(signals.values(), np.zeros(len(ones)))
    relevance = (evidence * factors[0] + neighbours) * factors[1] + added
    assert found.relevance == pytest.approx(relevance[found.order])
    assert all((factor > 0).all() and (factor <= 1).all() for factor in factors)


@given(ONES)
def test_better_evidence_for_all_else_equal_never_hurts(ones: list[One]) -> None:
    weights = replace(LEARNED, neighbours=0.0, repeated_file=1.0)
    better = [replace(one, text=one.text + 1.0) if number == 0 else one for number, one in enumerate(ones)]
    if ones and max(one.text for one in ones) >= better[0].text:  # the best of the search stays the same
        before, after = order("user", ones, weights), order("user", better, weights)
        assert after.index(0) <= before.index(0)


@pytest.mark.parametrize(
    ("query", "name"), [("parse", "parse"), ("parse", "Parse"), ("zebra crossing", "zebraCrossing")]
)
def test_what_the_query_names_comes_before_all_that_is_only_meant(query: str, name: str) -> None:
    much = One("other", similarity=0.9, text=9.0, file_similarity=0.9, file_text=9.0, file_words=1.0)
    ones = [*apart(much, much, much), One(name, path="g.py", flags=SymbolFlags.TEST)]
    found = ranking(query, ones, identifiers="parse" if query == "parse" else "")
    assert found.order[0] == 3
    assert found.parts["tier"][3] > 0


def test_names_that_begin_with_the_one_word_come_next() -> None:
    much = One("other", similarity=0.9, text=9.0, file_similarity=0.9, file_text=9.0, file_words=1.0)
    ones = apart(much, One("sessionStore"), One("session"), One("oldSession", similarity=0.3))
    assert order("session", ones, identifiers="session") == [2, 1, 0, 3]


def test_a_sentence_is_not_answered_by_beginnings() -> None:
    ones = apart(One("sessionStore"), One("refresh", similarity=0.9, text=3.0))
    assert ranking("session refresh", ones).parts["tier"].tolist() == [0.0, 0.0]


def test_overloads_of_one_file_leave_room() -> None:
    family = [One("merge", path="a.py", similarity=0.5) for _ in range(6)]
    found = ranking(
        "merge", [*family, One("mergeAll", path="b.py"), One("join", path="c.py")], identifiers="merge"
    )
    assert 6 in found.order[:4].tolist()


def test_common_words_of_a_folder_say_little() -> None:
    ones = apart(One("axumRoute"), One("nestRouter"))
    only_names = replace(BARE, name=1.0)
    assert ranking("axum nest", ones, only_names, rarity={"axum": 0.2, "nest": 1.0}).order[0] == 1
    assert ranking("axum nest", ones, only_names, rarity={"axum": 1.0, "nest": 0.2}).order[0] == 0


@pytest.mark.parametrize("path", ["extract/mod.rs", "extract/index.ts", "extract/__init__.py"])
def test_a_file_that_stands_for_its_folder_is_called_like_it(path: str) -> None:
    ones = [One(path="other/extract_all.rs"), One(path=path)]
    assert order("extract", ones, replace(BARE, stem=1.0)) == [1, 0]


@pytest.mark.parametrize(
    ("path", "platform", "steps_back"),
    [
        ("src/win/tty.c", "linux", True),
        ("src/unix/tty.c", "linux", False),
        ("src/unix/tty.c", "win32", True),
        ("src/win/tty.c", "win32", False),
        ("poll_windows.go", "linux", True),
        ("poll_windows.go", "darwin", True),
        ("darwin-proctitle.c", "linux", True),
        ("darwin-proctitle.c", "darwin", False),
        ("twin/winner.c", "linux", False),
    ],
)
def test_code_for_another_system_steps_back(path: str, platform: str, *, steps_back: bool) -> None:
    def first(query: str) -> int:
        ones = [One(path=path, similarity=0.8), One(path="src/other.c", similarity=0.75)]
        return int(ranking(query, ones, replace(BARE, vector=1.0, elsewhere=0.7), platform=platform).order[0])

    assert first("raw mode") == (1 if steps_back else 0)
    assert first("raw mode on windows darwin unix") == 0


@pytest.mark.parametrize("path", ["src/legacy/merge.c", "src/deprecated.c"])
def test_what_is_set_aside_steps_back_unless_it_is_asked_for(path: str) -> None:
    ones = [One(path=path, similarity=0.8), One(path="src/other.c", similarity=0.75)]
    assert order("merge bases", ones, replace(BARE, vector=1.0, elsewhere=0.7)) == [1, 0]
    assert order("legacy or deprecated merge", ones, replace(BARE, vector=1.0, elsewhere=0.7)) == [0, 1]


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("fetch!", "fetch"),
        ("fetch?", "fetch"),
        ("~Fetch", "Fetch"),
        ("operator==", "operator="),
        ("__fetch__", "fetch"),
    ],
)
def test_a_sign_belongs_to_the_name(typed: str, other: str) -> None:
    ones = apart(One(other, similarity=0.9), One(typed, similarity=0.5))
    assert order(typed.strip("~!?=_"), ones, identifiers=typed) == [1, 0]


def test_the_very_name_comes_before_one_that_only_sounds_like_it() -> None:
    declared = One("FromRequest", flags=SymbolFlags.DECLARATION)
    ones = apart(
        One("from_request", similarity=0.9, text=9.0), declared, One("FromRequestParts", similarity=0.9)
    )
    asked = QueryTerms(["from", "request"], ["FromRequest"], is_one_name=True)
    found = rank(signals_of(asked, candidates_of(ones)), LEARNED)
    assert found.order.tolist() == [1, 0, 2]


def test_what_is_quoted_comes_before_better_evidence() -> None:
    better, quoted = One(similarity=0.9, text=9), One(similarity=0.1, text=1, quoted=True)
    assert order("no such page here", apart(better, quoted)) == [1, 0]


def test_tests_examples_and_foreign_code_repeat_unless_they_are_asked_for() -> None:
    flags = np.array([SymbolFlags.TEST, SymbolFlags.EXAMPLE, SymbolFlags.VENDORED, SymbolFlags.EXPORTED])
    assert repeats(["no", "such", "page"], flags).tolist() == [True, True, True, False]
    assert repeats(["test", "such", "page"], flags).tolist() == [False, True, True, False]


def test_a_quoted_symbol_comes_before_a_quoted_section() -> None:
    section = One(similarity=0.9, text=9, quoted=True, kind=SymbolKind.STRING)
    assert order("no such page here", apart(section, One(quoted=True))) == [1, 0]


@pytest.mark.parametrize(
    ("identifier", "name", "container", "path"),
    [
        ("com.shop.Cart.add", "add", "Cart", "src/main/java/com/shop/Cart.java"),
        ("shop.Cart.add", "add", "Cart", "cart.go"),
        ("com.shop.Cart", "Cart", "", "src/main/java/com/shop/Cart.java"),
        ("shop.cart.total", "total", "", "lib/shop/cart.py"),
        ("shop::till::ring", "ring", "", "src/shop/till/mod.rs"),
    ],
)
def test_a_name_behind_its_package_is_that_name(
    identifier: str, name: str, container: str, path: str
) -> None:
    ones = [One("other", similarity=0.9), One(name, container, path, similarity=0.3)]
    found = ranking("what is it", ones, identifiers=identifier)
    assert found.parts["exact"].tolist() == [0.0, LEARNED.exact]


@pytest.mark.parametrize(
    ("name", "container", "path"),
    [("total", "", "lib/cart/shop.py"), ("total", "", "lib/till.py"), ("total", "Till", "shop/cart.py")],
)
def test_a_name_in_another_package_is_not(name: str, container: str, path: str) -> None:
    ones = [One("other", similarity=0.9), One(name, container, path, similarity=0.3)]
    found = ranking("what is it", ones, identifiers="shop.cart.total")
    assert found.parts["exact"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("name", ["soft delete", "--soft-delete", "soft-delete", "Soft.delete"])
def test_what_a_test_says_of_itself_is_no_name(name: str) -> None:
    ones = apart(One("remove_row", similarity=0.5), One(name, similarity=0.4, flags=SymbolFlags.TEST))
    assert order("soft delete", ones) == [0, 1]
    named = apart(
        One("remove_row", similarity=0.5), One("softDelete", similarity=0.4, flags=SymbolFlags.TEST)
    )
    assert order("soft delete", named) == [1, 0]
