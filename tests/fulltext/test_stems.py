from collections.abc import Callable, Sequence

import pytest
from plain import of_words

from lsp_server.fulltext import Stemmer, TextDocument, TextQuery, TextReader

Indexed = Callable[[Sequence[TextDocument]], TextReader]


def test_forms_share_a_stem() -> None:
    retries, retry, parse = Stemmer().stems(["retries", "retry", "parse"])
    assert retries == retry != parse


@pytest.mark.parametrize("text", ["", " ", "a  b", "c++", "größe", "\udce9", "x" * 500])
def test_every_word_has_a_stem(text: str) -> None:
    stemmer = Stemmer()
    assert len(stemmer.stems(text.split())) == len(text.split())
    assert stemmer.stems([text]) == stemmer.stems([text])


def test_words_are_looked_for_by_their_stems(indexed: Indexed) -> None:
    words = "retries uploading files happily organizational"
    reader = indexed([of_words(1, 1, 12, "go", "f", "f", body=words)])
    for word in (*words.split(), "retry", "upload"):
        assert reader.search(TextQuery((word,)), 9).ids.tolist() == [1]


def test_many_words_are_not_remembered_for_ever() -> None:
    stemmer = Stemmer()
    stemmer.stems(f"word{number}" for number in range(120_000))
    assert len(stemmer._known) <= 50_000
