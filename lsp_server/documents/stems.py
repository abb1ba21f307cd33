"""From words to terms: the English stem of each word, the same for documents, queries and unsaved text."""

from collections.abc import Iterable
from typing import Final

import tantivy

_MOST_KNOWN: Final = 50_000


def encodable(text: str) -> str:
    """Return the text without lone surrogates, which have no UTF-8 form and so no place in the index."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class Stemmer:
    """Finds stems: "retries" and "retry" are both "retri". Remembers a bounded number of words.

    Stemming all words of a document in Tantivy costs as much as indexing them; a file's distinct words are
    few, and most were seen before.
    """

    def __init__(self) -> None:
        self._known = _KnownStems()

    def stems(self, words: Iterable[str]) -> list[str]:
        """Return the stem of each word, one for one."""
        return list(map(self._known.__getitem__, words))

    def stem_text(self, text: str) -> str:
        """Return the stems of the words of a text, joined by single spaces."""
        return " ".join(map(self._known.__getitem__, text.split()))


class _KnownStems(dict[str, str]):
    def __init__(self) -> None:
        super().__init__()
        builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
        self._analyzer = builder.filter(tantivy.Filter.stemmer("english")).build()

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        terms: list[str] = self._analyzer.analyze(encodable(word))
        stem = self[word] = "".join(terms)
        return stem
