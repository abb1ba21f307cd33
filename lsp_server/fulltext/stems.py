"""From words to terms: the English stem of each word, the same for documents, queries and unsaved text."""

from collections.abc import Iterable, Sequence
from typing import Final, cast

import tantivy

from lsp_server.text.words import split_words

_MAX_KNOWN: Final = 50_000
_LONGEST_NAME: Final = 80


def encodable(text: str) -> str:
    """Return the text without lone surrogates, which have no UTF-8 form and so no place in the index."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class Stemmer:
    """Stems words: "retries" and "retry" are both "retri". Caches a bounded number of words.

    Stemming all words of a document in Tantivy costs as much as indexing them; a file's distinct words are
    few, and most have been seen before.
    """

    def __init__(self) -> None:
        self._known = _KnownStems()
        self._names: dict[str, str] = {}

    def stems(self, words: Iterable[str]) -> list[str]:
        """Return the stem of each word, one for one."""
        words = list(words)
        found = list(map(self._known.get, words))
        if None not in found:
            return cast("list[str]", found)
        self._known.learn([word for word, stem in zip(words, found, strict=True) if stem is None])
        return list(map(self._known.__getitem__, words))

    def name_terms(self, name: str) -> str:
        """Return the stems of the words that a name consists of, joined by single spaces.

        Whole names are cached: a container occurs with each of its members, and code repeats itself.
        """
        terms = self._names.get(name)
        if terms is None:
            terms = " ".join(self.stems(split_words(name)))
            if len(name) <= _LONGEST_NAME:
                if len(self._names) >= _MAX_KNOWN:
                    self._names.clear()
                self._names[name] = terms
        return terms


class _KnownStems(dict[str, str]):
    """Word → stem, with two generations: once full, words of the older one move up as they are met again."""

    def __init__(self) -> None:
        super().__init__()
        self._earlier: dict[str, str] = {}
        english = tantivy.Filter.stemmer("english")
        self._analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(english).build()
        self._of_many = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(english).build()

    def learn(self, words: Sequence[str]) -> None:
        """Stem new words in one call: a call per word costs several times as much as stemming it."""
        stems: list[str] = self._of_many.analyze(encodable(" ".join(words)))
        # If a word is empty or has a space in it, the counts differ, and all are stemmed one by one.
        if len(stems) == len(words) and len(self) + len(words) <= _MAX_KNOWN:
            self.update(zip(words, stems, strict=True))

    def __missing__(self, word: str) -> str:
        if len(self) >= _MAX_KNOWN:
            self._earlier = dict(self)
            self.clear()
        stem = self._earlier.get(word)
        if stem is None:
            terms: list[str] = self._analyzer.analyze(encodable(word))
            stem = "".join(terms)
        self[word] = stem
        return stem
