"""The whole words that a model knows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final


class Dictionary(AbstractSet[str]):
    """An immutable set of words that also lists them by their first letter.

    Args:
        words: In lower case.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._by_letter: dict[str, tuple[str, ...]] = {}

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def beginning(self, letter: str) -> tuple[str, ...]:
        """Return the words of two letters and more with this first letter, in alphabetical order."""
        if not self._by_letter and self._words:
            lists: defaultdict[str, list[str]] = defaultdict(list)
            for word in sorted(self._words):
                if len(word) > 1:
                    lists[word[0]].append(word)
            self._by_letter = {first: tuple(words) for first, words in lists.items()}
        return self._by_letter.get(letter, ())


NO_WORDS: Final = Dictionary(())
"""Of a model that knows no whole words."""
