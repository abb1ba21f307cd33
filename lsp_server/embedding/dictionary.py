"""The whole words that a model knows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import numpy as np

_BITS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class _Bucket:
    """Words with one first letter, and for each its length and a bit mask of its letters."""

    words: tuple[str, ...]
    lengths: np.ndarray
    letters: np.ndarray

    @classmethod
    def of(cls, words: Iterable[str]) -> "_Bucket":
        kept = tuple(words)
        lengths = np.array([len(word) for word in kept], np.int64)
        return cls(kept, lengths, np.array([_letters(word) for word in kept], np.uint64))


class Dictionary(AbstractSet[str]):
    """An immutable set of words that also finds similar words.

    Args:
        words: In lower case.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._buckets: dict[str, _Bucket] = {}

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def near(self, word: str, most: int) -> list[str]:
        """Return the words with the same first letter that may be at most `most` edits away, sorted.

        A superset: each edit changes at most two letters in a word's set of letters, and its length by one.
        """
        if not self._buckets and self._words:
            by_letter: defaultdict[str, list[str]] = defaultdict(list)
            for known in sorted(self._words):
                by_letter[known[0]].append(known)
            self._buckets = {first: _Bucket.of(words) for first, words in by_letter.items()}
        bucket = self._buckets.get(word[:1])
        if bucket is None:
            return []
        others = np.bitwise_count(bucket.letters ^ np.uint64(_letters(word)))
        may_be = (np.abs(bucket.lengths - len(word)) <= most) & (others <= 2 * most)
        return [bucket.words[index] for index in np.flatnonzero(may_be).tolist()]


def _letters(word: str) -> int:
    mask = 0
    for letter in word:
        mask |= 1 << (ord(letter) % _BITS)
    return mask


NO_WORDS: Final = Dictionary(())
"""For models whose words are unknown."""
