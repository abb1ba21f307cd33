"""Many short lists of numbers in one array: words of symbols, sub-words of words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """n lists; list i is `flat[starts[i]:starts[i + 1]]`.

    Attributes:
        flat: All lists one after the other, int32[total].
        starts: Where each begins, and the end of the last, int64[n + 1].
    """

    flat: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, lists: Sequence[Sequence[int] | np.ndarray]) -> "Ragged":
        """Lay lists out one after the other."""
        lengths = np.fromiter(map(len, lists), np.int64, len(lists))
        parts = [np.asarray(one, np.int32) for one in lists]
        return cls(np.concatenate(parts) if parts else np.zeros(0, np.int32), starts_of(lengths))

    @classmethod
    def joined(cls, parts: Iterable["Ragged"]) -> "Ragged":
        """Concatenate several."""
        parts = list(parts)
        lengths = [part.lengths for part in parts]
        return cls(
            np.concatenate([part.flat for part in parts]) if parts else np.zeros(0, np.int32),
            starts_of(np.concatenate(lengths) if lengths else np.zeros(0, np.int64)),
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> np.ndarray:
        """Return list `index`, int32."""
        part: np.ndarray = self.flat[self.starts[index] : self.starts[index + 1]]
        return part

    @property
    def lengths(self) -> np.ndarray:
        """How long each list is, int64[n]."""
        lengths: np.ndarray = np.diff(self.starts)
        return lengths

    def take(self, chosen: np.ndarray) -> "Ragged":
        """Return the lists with the given numbers, in that order.

        Args:
            chosen: int[m], or bool[n].
        """
        if chosen.dtype == bool:
            chosen = np.flatnonzero(chosen)
        lengths = self.lengths[chosen]
        starts = starts_of(lengths)
        indices = np.repeat(self.starts[:-1][chosen] - starts[:-1], lengths) + np.arange(starts[-1])
        return Ragged(self.flat[indices], starts)

    def replaced(self, by: "Ragged") -> "Ragged":
        """Return the lists with every number replaced by a list of its own: words by their sub-words."""
        ends = starts_of(by.lengths[self.flat])
        return Ragged(by.take(self.flat).flat, ends[self.starts])

    @property
    def owners(self) -> np.ndarray:
        """Which list each entry of `flat` belongs to, int64[total]."""
        return np.repeat(np.arange(len(self)), self.lengths)


def starts_of(lengths: np.ndarray) -> np.ndarray:
    """Return where lists of these lengths begin, and the end of the last, int64[n + 1]."""
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts
