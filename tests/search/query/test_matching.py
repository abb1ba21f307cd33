import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.search.query.words import QueryWords, content_words, similarity_of_words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("where is the session refreshed", ["session", "refreshed"]),
        ("retry failed retry", ["retry", "failed"]),
        ("get all of it", ["get", "all", "of", "it"]),
        ("", []),
    ],
)
def test_question_words_count_only_where_nothing_else_is_left(words: str, expected: list[str]) -> None:
    assert content_words(words.split()) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("retry", "retries"), ("parse", "parser"), ("index", "indexing"), ("configure", "configured")],
)
def test_forms_of_one_word_are_alike(one: str, other: str) -> None:
    assert 0.8 <= similarity_of_words(one, other) < 1.0
    assert similarity_of_words(one, other) == similarity_of_words(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("get", "gets"), ("test", "text"), ("con", "config"), ("inter", "international")]
)
def test_short_or_distant_words_are_not_alike(one: str, other: str) -> None:
    assert similarity_of_words(one, other) == 0.0


def test_coverage_counts_both_ways() -> None:
    query = QueryWords(["session", "refresh"])
    assert query.coverage(["refresh", "session"]) == (1.0, 1.0)
    assert query.coverage(["session"]) == (0.5, 1.0)
    assert query.coverage(["session", "store", "old", "one"]) == (0.5, 0.25)
    assert query.coverage(["refreshing"]) == pytest.approx((0.425, 0.85))


def test_nothing_covers_nothing() -> None:
    assert QueryWords([]).coverage(["name"]) == (0.0, 0.0)
    assert QueryWords(["name"]).coverage([]) == (0.0, 0.0)


WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=7), max_size=6)


@given(WORDS, WORDS)
def test_coverage_is_a_share_that_more_words_never_lower(query: list[str], name: list[str]) -> None:
    words = QueryWords(query)
    of_query, of_name = words.coverage(name)
    assert 0.0 <= of_query <= 1.0
    assert 0.0 <= of_name <= 1.0
    assert words.coverage([*name, "extra"])[0] >= of_query
    assert words.coverage(name) == (of_query, of_name)


@given(st.lists(st.text("abcdefg", min_size=1, max_size=7), min_size=1, max_size=6))
def test_words_cover_themselves(words: list[str]) -> None:
    assert QueryWords(words).coverage(words)[0] == 1.0
