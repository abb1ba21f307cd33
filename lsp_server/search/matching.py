"""How well words cover words: the query's against a name's, a path's, a file stem's."""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

from lsp_server.text.words import split_words

QUESTION_WORDS = frozenset(
    """a about all an and any are as at be been by can could do does for from get gets had has have how i if in into is
    it its me my of on one or our out over so some such than that the their them then there these this those to under
    up use used uses using was we were what when where which who why will with would you your""".split()
)
"""Words that hold a sentence together and say nothing about code."""

SHORTEST_PREFIX = 4
"""Letters two different words must share to be taken for forms of one word."""


_MOST_KNOWN: Final = 20_000
"""Split names kept: some 5 MB."""


def content_words(words: Sequence[str]) -> list[str]:
    """Return the distinct words that say something, in order; all of them if none does."""
    distinct = list(dict.fromkeys(words))
    return [word for word in distinct if word not in QUESTION_WORDS] or distinct


def similarity_of_words(left: str, right: str) -> float:
    """Return 1 for equal words, 0.8 or more for forms of one word ("retry", "retries"), else 0.

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
    return 0.85 if rest <= 3 and shared >= rest else 0.0  # noqa: PLR2004 - "-ing", "-ies", "-ers"


class SplitNames:
    """Splits names and paths into words, and remembers a bounded number of them. Thread-safe.

    The names that come close to queries are met again and again, and splitting them would cost more than all
    else that ranking does.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, text: str) -> tuple[str, ...]:
        """Return the lower-case words of a text."""
        words = self._known.get(text)
        if words is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            words = self._known[text] = tuple(map(sys.intern, split_words(text)))
        return words


class QueryWords:
    """The content words of one query, remembered against every word they have met.

    Args:
        words: Split, lower-case words of the query.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = content_words(words)
        # Only words with the same first letters can be alike.
        self._by_beginning: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            self._by_beginning.setdefault(word[:SHORTEST_PREFIX], []).append(place)
        self._met: dict[str, tuple[tuple[int, float], ...]] = {}

    def _matches(self, word: str) -> tuple[tuple[int, float], ...]:
        known = self._met.get(word)
        if known is None:
            places = self._by_beginning.get(word[:SHORTEST_PREFIX], ())
            scored = ((place, similarity_of_words(self.words[place], word)) for place in places)
            known = self._met[word] = tuple(
                (place, similarity) for place, similarity in scored if similarity > 0
            )
        return known

    def coverage(self, words: Iterable[str]) -> tuple[float, float]:
        """Return how much of the query the words cover, and how much of the words the query covers, 0 to 1."""
        best: dict[int, float] = {}
        covered = 0.0
        n_words = 0
        for word in words:
            n_words += 1
            top = 0.0
            for place, similarity in self._matches(word):
                best[place] = max(best.get(place, 0.0), similarity)
                top = max(top, similarity)
            covered += top
        if not best:
            return 0.0, 0.0
        return sum(best.values()) / len(self.words), covered / n_words
