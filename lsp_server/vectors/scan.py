"""Owns the approximate half of a search: which rows' sign codes are nearest to the query's.

The outcome depends on codes and ids alone, never on how rows are spread over segments: all rows as near as
the last one wanted stay in, and where these are too many, the smallest ids win.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lsp_server.vectors.arrays import I64, U8, U64, AnyArray, Mask
from lsp_server.vectors.columns import JoinedSegments
from lsp_server.vectors.kernels import BLOCK_ROWS, HammingKernel
from lsp_server.vectors.segment import Segment

_FEW = 8
_TIES = 4  # how many times the wanted number may stay in for being equally near


class Stretch(NamedTuple):  # made by the hundred for each query, which a frozen dataclass would be slow at
    """Consecutive rows of one segment, `start` to before `end`; `base` is the segment's first ordinal."""

    segment: Segment
    base: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    codes: U8
    ordinals: Callable[[I64], I64]  # positions in `codes` → ordinals


class NearestCodes:
    """Collects the rows with the smallest distances while blocks of them stream by.

    Args:
        wanted: How many, at least 1.
        passing: bool[n_rows], which rows may be collected; None for all.
    """

    def __init__(self, wanted: int, passing: Mask | None) -> None:
        self._wanted = wanted
        self._passing = passing
        self._threshold: float = np.inf
        self._distances: list[AnyArray] = []
        self._ordinals: list[I64] = []
        self._n_held = 0

    def offer(self, distances: AnyArray, ordinals: Callable[[I64], I64]) -> None:
        """Take what is near enough.

        Args:
            distances: Hamming distances [m].
            ordinals: Turns positions in `distances` into ordinals.
        """
        if self._threshold == np.inf:
            self._set_first_threshold(distances, ordinals)
        positions = np.flatnonzero(distances <= self._threshold)
        taken = ordinals(positions)
        if self._passing is not None:
            passing = self._passing[taken]
            positions, taken = positions[passing], taken[passing]
        self._distances.append(distances[positions].astype(np.uint16))
        self._ordinals.append(taken)
        self._n_held += len(taken)
        if self._n_held > 2 * self._wanted:
            self._tighten()

    def finish(self, ids_of: Callable[[I64], U64]) -> I64:
        """Return the collected rows' ordinals, ascending: as many as wanted, and more on ties.

        Args:
            ids_of: Turns ordinals into ids, which decide among too many ties.
        """
        self._tighten()
        distances, ordinals = self._distances[0], self._ordinals[0]
        if len(ordinals) > _TIES * self._wanted:
            order = np.lexsort((ids_of(ordinals), distances))
            ordinals = ordinals[order[: _TIES * self._wanted]]
        return np.sort(ordinals)

    def _set_first_threshold(self, distances: AnyArray, ordinals: Callable[[I64], I64]) -> None:
        # The n-th smallest of a few is an upper bound of the n-th smallest of all.
        few = distances[: _FEW * self._wanted]
        if self._passing is not None:
            few = few[self._passing[ordinals(np.arange(len(few)))]]
        if len(few) >= self._wanted:
            self._threshold = _nth_smallest(few.astype(np.uint16), self._wanted)

    def _tighten(self) -> None:
        distances = np.concatenate([np.empty(0, np.uint16), *self._distances])
        ordinals = np.concatenate([np.empty(0, np.int64), *self._ordinals])
        if len(distances) > self._wanted:
            self._threshold = _nth_smallest(distances, self._wanted)
            near = distances <= self._threshold
            distances, ordinals = distances[near], ordinals[near]
        self._distances, self._ordinals, self._n_held = [distances], [ordinals], len(ordinals)


def _nth_smallest(distances: AnyArray, n: int) -> int:
    return int(np.searchsorted(np.cumsum(np.bincount(distances)), n))


def scan_stretches(
    kernel: HammingKernel, code: U8, stretches: Sequence[Stretch], nearest: NearestCodes
) -> None:
    """Offer all rows of the stretches; long ones are read where they lie, short ones are gathered first."""
    for block in _packed(stretches):
        nearest.offer(kernel(code, block.codes), block.ordinals)


def scan_rows(
    kernel: HammingKernel,
    code: U8,
    table: JoinedSegments,
    rows: I64,
    nearest: NearestCodes,
) -> None:
    """Offer single rows, given by ascending ordinals."""
    for start in range(0, len(rows), BLOCK_ROWS):
        chosen = rows[start : start + BLOCK_ROWS]
        for segment, places, local in table.by_segment(chosen):
            nearest.offer(kernel(code, segment.codes[local]), chosen[places].__getitem__)


def _packed(stretches: Sequence[Stretch]) -> Iterator[_Block]:
    group: list[Stretch] = []
    n_grouped = 0
    for stretch in _cut(stretches):
        n_rows = stretch.end - stretch.start
        if group and n_grouped + n_rows > BLOCK_ROWS:
            yield _block(group)
            group, n_grouped = [], 0
        group.append(stretch)
        n_grouped += n_rows
    if group:
        yield _block(group)


def _cut(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    for stretch in stretches:
        if stretch.end - stretch.start <= BLOCK_ROWS:
            yield stretch
            continue
        for start in range(stretch.start, stretch.end, BLOCK_ROWS):
            yield Stretch(stretch.segment, stretch.base, start, min(start + BLOCK_ROWS, stretch.end))


def _block(group: list[Stretch]) -> _Block:
    first = group[0]
    if len(group) == 1:
        shift = first.base + first.start
        return _Block(first.segment.codes[first.start : first.end], lambda positions: positions + shift)
    ends = np.cumsum([stretch.end - stretch.start for stretch in group])
    shifts = np.array([stretch.base + stretch.end for stretch in group]) - ends
    codes = np.concatenate([stretch.segment.codes[stretch.start : stretch.end] for stretch in group])
    return _Block(codes, lambda positions: positions + shifts[np.searchsorted(ends, positions, side="right")])
