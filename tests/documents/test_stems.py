from collections.abc import Callable, Sequence

import pytest

from lsp_server.documents import Stemmer, TextDocument, TextQuery, TextReader

Indexed = Callable[[Sequence[TextDocument]], TextReader]


def test_forms_share_a_stem() -> None:
    retries, retry, parse = Stemmer().stems(["retries", "retry", "parse"])
    assert retries == retry != parse


@pytest.mark.parametrize("text", ["", " ", "a  b", "c++", "größe", "\udce9", "x" * 500])
def test_every_word_has_a_stem(text: str) -> None:
    stemmer = Stemmer()
    assert len(stemmer.stems(text.split())) == len(text.split())
    assert stemmer.stem_text(text).split() == stemmer.stems(text.split())
    assert stemmer.stems([text]) == stemmer.stems([text])


def test_documents_may_bring_their_stems(indexed: Indexed) -> None:
    words = "retries uploading files happily organizational"
    stems = Stemmer().stem_text(words)
    plain = TextDocument(1, 1, 12, "go", "f", "f", body=words)
    stemmed = TextDocument(2, 1, 12, "go", "f", "f", body=stems, stemmed=True)
    reader = indexed([plain, stemmed])
    for word in words.split():
        assert reader.search(TextQuery((word,)), 9).ids.tolist() == [1, 2]


def test_many_words_are_not_remembered_for_ever() -> None:
    stemmer = Stemmer()
    stemmer.stems(f"word{number}" for number in range(120_000))
    assert len(stemmer._known) <= 50_000
