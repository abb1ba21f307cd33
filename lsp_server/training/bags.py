"""Fields as sparse bags of sub-words: what the network multiplies its table with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.training.ragged import Ragged, starts_of


def rows_of_words(words: Sequence[str], wordpiece: WordPiece) -> Ragged:
    """Return the table rows of each word's sub-words; none for an unknown word."""
    return Ragged.of(wordpiece.rows_of_each(words))


@dataclass(frozen=True, slots=True, eq=False)
class Bags:
    """n bags: distinct rows of the table, each with its damped count 1 + ln count.

    Attributes:
        rows: Rows of the table.
        damped: float32, one for each entry of `rows.flat`.
    """

    rows: Ragged
    damped: np.ndarray

    @classmethod
    def of(cls, lists: Ragged, n_rows: int) -> "Bags":
        """Count the rows in each list."""
        keys = lists.owners * n_rows + lists.flat
        distinct, counts = np.unique(keys, return_counts=True)
        owners = distinct // n_rows
        starts = np.searchsorted(owners, np.arange(len(lists) + 1))
        return cls(
            Ragged((distinct % n_rows).astype(np.int32), starts), (1 + np.log(counts)).astype(np.float32)
        )

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def joined(cls, parts: Sequence["Bags"]) -> "Bags":
        """Concatenate several."""
        return cls(
            Ragged.joined([part.rows for part in parts]), np.concatenate([part.damped for part in parts])
        )

    def take(self, chosen: np.ndarray) -> "Bags":
        """Return the bags with the given numbers, int[m]."""
        damped = Ragged(self.damped, self.rows.starts).take(chosen).flat
        return Bags(self.rows.take(chosen), damped)

    def without(self, dropped: np.ndarray) -> "Bags":
        """Return the bags without some of their entries.

        Args:
            dropped: bool, one for each entry.
        """
        starts = starts_of(~dropped)[self.rows.starts]
        return Bags(Ragged(self.rows.flat[~dropped], starts), self.damped[~dropped])

    def matrix(self, columns: np.ndarray, n_columns: int) -> sp.csr_matrix:
        """Return the bags as a matrix, float32[n, n_columns].

        Args:
            columns: Column of each row of the table, int[v].
            n_columns: How many there are.
        """
        return sp.csr_matrix(
            (self.damped, columns[self.rows.flat], self.rows.starts), shape=(len(self), n_columns)
        )
