import pytest

from lsp_server.search.query.shortened_words import WHOLE_WORDS
from lsp_server.search.query.words import QueryWords, similarity_of_words


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("configuration", "config"),
        ("req", "request"),
        ("cfg", "config"),
        ("initialized", "init"),
        ("dir", "directories"),
    ],
)
def test_a_shortened_word_stands_for_the_whole_one(query: str, name: str) -> None:
    of_query, of_name = QueryWords([query]).coverage([name])
    assert 0.7 < of_query == of_name < 1.0


@pytest.mark.parametrize("name", ["config", "configuration"])
def test_the_very_word_is_still_better(name: str) -> None:
    assert QueryWords([name]).coverage([name]) == (1.0, 1.0)


@pytest.mark.parametrize(("query", "name"), [("text", "tmp"), ("apple", "app"), ("arc", "arg")])
def test_other_words_are_not_meant(query: str, name: str) -> None:
    assert QueryWords([query]).coverage([name]) == (0.0, 0.0)


def test_only_shortened_words_are_listed() -> None:
    for short, whole in WHOLE_WORDS.items():
        assert len(short) < len(whole)
        assert whole not in WHOLE_WORDS
        assert short[0] == whole[0]
        assert similarity_of_words(short, whole) < 1.0
