"""How well words cover each other: the query's against those of a name, a path, a file stem."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from lsp_server.search.query.shortened_words import WHOLE_WORDS
from lsp_server.text.stop_words import STOP_WORDS
from lsp_server.text.words import split_words

SHORTENED = 0.9
"""Similarity of an abbreviation to the whole word."""

SHORTEST_PREFIX = 4
"""How many first letters two different words must share to count as forms of one word."""

_MAX_KNOWN: Final = 20_000
"""How many split names are cached: some 5 MB."""


def content_words(words: Sequence[str]) -> list[str]:
    """Return the distinct words that are not stop words, in order; all of them if there are only such."""
    distinct = list(dict.fromkeys(words))
    return [word for word in distinct if word not in STOP_WORDS] or distinct


def similarity_of_words(left: str, right: str) -> float:
    """Return 1 for equal words, 0.85 for forms of one word ("retry", "retries"), else 0.

    Two words count as forms of one when they share a beginning of at least four letters and what follows it
    is short on both sides.
    """
    if left == right:
        return 1.0
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    if shared < SHORTEST_PREFIX:
        return 0.0
    rest = max(len(left), len(right)) - shared
    return 0.85 if rest <= 3 and shared >= rest else 0.0  # "-ing", "-ies", "-ers"


@lru_cache(_MAX_KNOWN)
def words_of_name(name: str) -> tuple[str, ...]:
    """Return the lower-case words of a name or a path.

    The same names keep coming up as candidates; splitting them would cost more than the rest of ranking.
    """
    return tuple(map(sys.intern, split_words(name)))


class QueryWords:
    """The content words of one query, with a cache of how they match other words.

    Args:
        words: Split, lower-case words of the query.
        rarity: Word → how rare it is, 0 to 1; absent words count 1.
    """

    def __init__(self, words: Sequence[str], rarity: Mapping[str, float] | None = None) -> None:
        self.words = content_words(words)
        self._worth = [(rarity or {}).get(word, 1.0) for word in self.words]
        self._whole = sum(self._worth)
        self._met = _Matches(self.words)

    def met(self, words: Iterable[str]) -> frozenset[str]:
        """Return those of the words that are forms of a word of the query."""
        return frozenset(word for word in words if self._met[word])

    def coverage(self, words: Sequence[str]) -> tuple[float, float]:
        """Return how much of the query the words cover, and how much of the words the query covers, 0 to 1.

        A word of the query weighs as much as its rarity; any other word weighs 1.
        """
        met = [matches for matches in map(self._met.__getitem__, words) if matches]
        if not met:
            return 0.0, 0.0
        if len(met) == len(met[0]) == 1:  # most often
            ((index, similarity),) = met[0]
            counted = similarity * self._worth[index]
            return counted / self._whole, counted / (len(words) - 1 + self._worth[index])
        best: dict[int, float] = {}
        covered = 0.0
        of_words = float(len(words) - len(met))
        for matches in met:
            index, similarity = max(matches, key=self._counts)
            covered += similarity * self._worth[index]
            of_words += self._worth[index]
            for other, its_similarity in matches:
                best[other] = max(best.get(other, 0.0), its_similarity)
        of_query = sum(self._worth[index] * similarity for index, similarity in best.items())
        return of_query / self._whole, covered / of_words

    def _counts(self, match: tuple[int, float]) -> float:
        index, similarity = match
        return similarity * self._worth[index]


class _Matches(dict[str, tuple[tuple[int, float], ...]]):
    """Word → (number of a query word that it is a form of, similarity), computed on first access."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self._words = [(word, WHOLE_WORDS.get(word, word)) for word in words]
        # Only words with the same first letters can be alike.
        self._by_beginning: dict[str, list[int]] = {}
        for index, (_, whole) in enumerate(self._words):
            self._by_beginning.setdefault(whole[:SHORTEST_PREFIX], []).append(index)

    def __missing__(self, word: str) -> tuple[tuple[int, float], ...]:
        whole = WHOLE_WORDS.get(word, word)
        indices = self._by_beginning.get(whole[:SHORTEST_PREFIX])
        if indices is None:  # most words
            self[word] = ()
            return ()
        scored = ((index, self._similarity(self._words[index], (word, whole))) for index in indices)
        matches = self[word] = tuple((index, similarity) for index, similarity in scored if similarity > 0)
        return matches

    @staticmethod
    def _similarity(mine: tuple[str, str], other: tuple[str, str]) -> float:
        if mine[0] == other[0]:
            return 1.0
        similarity = similarity_of_words(mine[1], other[1])
        return similarity if mine[0] == mine[1] and other[0] == other[1] else SHORTENED * similarity
