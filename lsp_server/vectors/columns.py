"""Owns the view of several segments as one table: ordinals, columns, look-up by id. It does not search.

An *ordinal* is a row's number across all segments in order; it is valid for one snapshot and never stored.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np

from lsp_server.vectors.arrays import I64, U8, U32, U64, AnyArray, Mask
from lsp_server.vectors.segment import Segment

ColumnName = Literal["ids", "kinds", "languages", "files", "flags", "lines"]


class JoinedSegments:
    """The rows of several segments, oldest segment first.

    Args:
        segments: Open segments; they must outlive this object.
        alive: For each segment bool[rows], or None where no row is dead (has a tombstone).

    Attributes:
        segments: As given.
        n_rows: Number of rows, dead ones included.
        n_alive: Number of rows that are not dead.
        bases: i64[segments + 1], each segment's first ordinal, then `n_rows`.
        alive: bool[n_rows], or None when all are.
    """

    def __init__(self, segments: Sequence[Segment], alive: Sequence[Mask | None]) -> None:
        self.segments = tuple(segments)
        self.bases = np.cumsum([0, *(segment.n_rows for segment in segments)], dtype=np.int64)
        self.n_rows = int(self.bases[-1])
        self.alive = _joined_masks(self.segments, alive)
        self.n_alive = self.n_rows if self.alive is None else int(np.count_nonzero(self.alive))

    def living(self) -> I64:
        """Return the ordinals of the rows that are not dead, i64[n_alive], ascending."""
        return np.arange(self.n_rows) if self.alive is None else np.flatnonzero(self.alive)

    def where(self, name: ColumnName, condition: Callable[[AnyArray], Mask]) -> Mask:
        """Evaluate a condition on a column, segment by segment, without joining the column.

        Args:
            name: The column.
            condition: Values [m] → bool[m].

        Returns:
            bool[n_rows]; may be True for dead rows.
        """
        mask = np.empty(self.n_rows, np.bool_)
        for segment, start, end in self._placed():
            mask[start:end] = condition(self._stored(segment, name))
        return mask

    def living_where(self, name: ColumnName, condition: Callable[[AnyArray], Mask]) -> Mask:
        """Do as `where`, but with False for dead rows."""
        mask = self.where(name, condition)
        return mask if self.alive is None else mask & self.alive

    def ids(self, ordinals: I64) -> U64:
        """Return stable symbol ids, u64[m]."""
        return self._gathered("ids", ordinals, np.dtype(np.uint64))

    def kinds(self, ordinals: I64) -> U8:
        """Return LSP's symbol kinds, u8[m]."""
        return self._gathered("kinds", ordinals, np.dtype(np.uint8))

    def files(self, ordinals: I64) -> U32:
        """Return the catalog's file ids, u32[m]."""
        return self._gathered("files", ordinals, np.dtype(np.uint32))

    def flags(self, ordinals: I64) -> U8:
        """Return symbol flags, u8[m]."""
        return self._gathered("flags", ordinals, np.dtype(np.uint8))

    def lines(self, ordinals: I64) -> U8:
        """Return how many lines the symbols cover, 255 for more, u8[m]."""
        return self._gathered("lines", ordinals, np.dtype(np.uint8))

    def cluster_of(self, ordinals: I64) -> U32:
        """Return each row's cluster, u32[m]."""
        clusters = np.empty(len(ordinals), np.uint32)
        for segment, indices, rows in self.by_segment(ordinals):
            clusters[indices] = np.searchsorted(segment.cluster_starts, rows, side="right") - 1
        return clusters

    def ordinals_of(self, ids: U64) -> I64:
        """Look up symbols by id.

        Args:
            ids: u64[m].

        Returns:
            i64[m]: each symbol's newest live row, -1 where it has none.
        """
        order = np.argsort(ids)  # for locality of the look-ups
        rising = ids[order]
        found = np.full(len(ids), -1, np.int64)
        for segment, start, _ in reversed(list(self._placed())):
            missing = np.flatnonzero(found < 0)
            if not len(missing):
                break
            rows = segment.find(rising[missing])
            is_here = rows >= 0
            missing, rows = missing[is_here], rows[is_here] + start
            if self.alive is not None:
                living = self.alive[rows]
                missing, rows = missing[living], rows[living]
            found[missing] = rows
        ordinals = np.empty_like(found)
        ordinals[order] = found
        return ordinals

    def name(self, ordinal: int) -> str:
        """Return a row's name as written."""
        segment, row = self.row_of(ordinal)
        return segment.name(row)

    def row_of(self, ordinal: int) -> tuple[Segment, int]:
        """Return the segment of a single row and its row there: the cheap way to a single row's columns."""
        number = int(np.searchsorted(self.bases, ordinal, side="right")) - 1
        return self.segments[number], int(ordinal - self.bases[number])

    def by_segment(self, ordinals: I64) -> Iterator[tuple[Segment, I64 | slice, I64]]:
        """Split ordinals by segment.

        Yields:
            A segment, indices into `ordinals` of those in it, and their rows there.
        """
        if len(self.segments) == 1:
            yield self.segments[0], slice(None), ordinals
            return
        numbers = np.searchsorted(self.bases, ordinals, side="right") - 1
        for number in np.unique(numbers).tolist():
            indices = np.flatnonzero(numbers == number)
            yield self.segments[number], indices, ordinals[indices] - self.bases[number]

    def _placed(self) -> Iterator[tuple[Segment, int, int]]:
        return zip(self.segments, self.bases[:-1].tolist(), self.bases[1:].tolist(), strict=True)

    def _gathered(self, name: ColumnName, ordinals: I64, dtype: np.dtype[Any]) -> AnyArray:
        values = np.empty(len(ordinals), dtype)
        for segment, indices, rows in self.by_segment(ordinals):
            values[indices] = self._stored(segment, name)[rows]
        return values

    @staticmethod
    def _stored(segment: Segment, name: ColumnName) -> AnyArray:
        column: AnyArray = getattr(segment, name)
        return column


def _joined_masks(segments: Sequence[Segment], alive: Sequence[Mask | None]) -> Mask | None:
    if any(
        mask is not None and len(mask) != segment.n_rows
        for segment, mask in zip(segments, alive, strict=True)
    ):
        raise ValueError("an alive mask must have one entry for each row of its segment")
    if all(mask is None or mask.all() for mask in alive):
        return None
    pieces = [
        np.ones(segment.n_rows, np.bool_) if mask is None else mask
        for segment, mask in zip(segments, alive, strict=True)
    ]
    return np.concatenate(pieces)
