"""Owns the approximate half of a search: which rows' sign codes are nearest to the query's.

The outcome depends on codes and ids alone, never on how rows are distributed over segments: all rows as near
as the last one wanted are kept, and where these are too many, the smallest ids win.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from lsp_server.vectors.arrays import I64, U8, U32, U64, AnyArray, Mask, ascending
from lsp_server.vectors.columns import JoinedSegments
from lsp_server.vectors.kernels import BLOCK_ROWS, HammingKernel

_SHORT_ROWS = 192  # shorter runs are gathered first: a kernel call costs as much as comparing this many codes
_SAMPLE = 4_096  # how many distances are sampled to guess where the wanted ones end
_MARGIN = 1.5  # how many times the wanted number to aim at, so that one pass is nearly always enough
_SHARED_ROWS = 4 * BLOCK_ROWS  # a scan of fewer codes is over before another thread has begun
_TIES = 4  # how many times the wanted number may be kept because of ties


RunConcurrently = Callable[[Callable[[], None]], Callable[[], None]]
"""Starts work in another thread and returns what waits for its end, or does it if no thread has begun."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of contiguous codes in one segment.

    Attributes:
        codes: u8[n, b], the codes that the runs are slices of.
        starts: i64[m], where each run starts.
        ends: i64[m], where each run ends, exclusive.
        base: The first ordinal of the segment.
        rows: u32[n], the segment's row of each code; None where codes are in row order.
    """

    codes: U8
    starts: I64
    ends: I64
    base: int
    rows: U32 | None = None

    @property
    def n_codes(self) -> int:
        """Number of codes in all runs."""
        return int((self.ends - self.starts).sum())

    def ordinals(self, indices: I64) -> I64:
        """Turn indices into `codes` into ordinals."""
        return indices + self.base if self.rows is None else self.rows[indices].astype(np.int64) + self.base


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Some runs, and where the distances of each end (exclusive) in those of the whole scan, i64[m]."""

    runs: Runs
    ends: I64


class _Block(NamedTuple):
    """Contiguous codes, u8[m, b], and where their distances go."""

    offset: int
    codes: U8


class Scanned:
    """The distances of a scan, and their rows; a row in two clusters may occur twice.

    Args:
        distances: u16[m], Hamming distances.
        parts: The runs that they belong to, in order.

    Attributes:
        distances: As given.
    """

    def __init__(self, distances: AnyArray, parts: Sequence[_Compared]) -> None:
        self.distances = distances
        self._parts = parts

    def ordinals(self, indices: I64) -> I64:
        """Turn ascending indices into `distances` into ordinals."""
        found = np.empty(len(indices), np.int64)
        first = 0
        for part in self._parts:
            if not len(part.ends):
                continue
            borders = np.searchsorted(indices, part.ends)  # this way round: runs are fewer than indices
            counts = np.diff(borders, prepend=first)
            last = int(borders[-1])
            shifts = np.repeat(part.runs.ends - part.ends, counts)
            found[first:last] = part.runs.ordinals(indices[first:last] + shifts)
            first = last
        return found


def scan_runs(
    kernel: HammingKernel, code: U8, parts: Sequence[Runs], concurrently: RunConcurrently | None = None
) -> Scanned:
    """Compare all codes of some runs; long runs are read in place, short ones are gathered first.

    Args:
        kernel: A Hamming kernel.
        code: u8[b], the query's code.
        parts: The runs.
        concurrently: Where a part of a long scan may be done; in this thread alone without it.
    """
    distances = np.empty(sum(part.n_codes for part in parts), np.uint16)
    compared: list[_Compared] = []
    blocks: deque[_Block] = deque()
    scattered: list[tuple[int, U8, I64]] = []
    offset = 0
    for part in parts:
        lengths = part.ends - part.starts
        is_long = lengths >= _SHORT_ROWS
        n_long = int(np.count_nonzero(is_long))
        order = np.argsort(~is_long, kind="stable")
        sorted_part = Runs(part.codes, part.starts[order], part.ends[order], part.base, part.rows)
        compared.append(_Compared(sorted_part, offset + np.cumsum(lengths[order])))
        starts, ends = sorted_part.starts, sorted_part.ends
        for start, end in _blocks(starts[:n_long].tolist(), ends[:n_long].tolist()):
            blocks.append(_Block(offset, part.codes[start:end]))
            offset += end - start
        rows = _rows_of(starts[n_long:], ends[n_long:])
        scattered.append((offset, part.codes, rows))
        offset += len(rows)

    def compare() -> None:
        # Both threads take blocks until none is left; a deque gives each to one of them.
        while blocks:
            try:
                block = blocks.popleft()
            except IndexError:
                return
            distances[block.offset : block.offset + len(block.codes)] = kernel(code, block.codes)

    finish = concurrently(compare) if concurrently is not None and offset >= _SHARED_ROWS else compare
    for first, codes, rows in scattered:
        distances[first : first + len(rows)] = _measured(partial(kernel, code), codes, rows)
    compare()
    finish()
    return Scanned(distances, compared)


def nearest_of(measure: Callable[[U8], AnyArray], table: JoinedSegments, ordinals: I64, wanted: int) -> I64:
    """Compare some rows, and return the nearest: as many as wanted, and more on ties.

    Args:
        measure: Codes u8[m, b] → their distances, u16[m].
        table: The segments of the rows.
        ordinals: i64[n], ascending.
        wanted: How many, at least 1.

    Returns:
        Ordinals, ascending.
    """
    if len(ordinals) <= wanted:
        return ordinals
    distances = np.empty(len(ordinals), np.uint16)
    for segment, indices, rows in table.by_segment(ordinals):
        distances[indices] = _measured(measure, segment.codes, rows)
    near = within(distances, wanted)
    return first_by_id(ordinals[near], distances[near], wanted, table.ids)


def nearest_scanned(
    scanned: Scanned, wanted: int, passing: Mask | None, share: float, ids_of: Callable[[I64], U64]
) -> I64:
    """Return the nearest of the rows that were scanned: as many as wanted, and more on ties.

    Args:
        scanned: Rows and their distances.
        wanted: How many, at least 1; a row that occurs twice counts twice.
        passing: bool[n_rows], which rows may be returned; None for all.
        share: The estimated share of the scanned rows that pass, 0 to 1.
        ids_of: Turns ordinals into ids, which decide among too many ties.

    Returns:
        Ordinals, ascending, each once.
    """
    distances = scanned.distances
    aim = _MARGIN * wanted / max(share, 1e-9)
    while True:
        limit = _guess(distances, aim)
        indices = np.arange(len(distances)) if limit is None else np.flatnonzero(distances <= limit)
        if passing is not None:
            indices = indices[passing[scanned.ordinals(indices)]]
        if limit is None or len(indices) >= wanted:
            break
        aim *= 4
    near = within(distances[indices], wanted)
    return first_by_id(scanned.ordinals(indices[near]), distances[indices[near]], wanted, ids_of)


def within(distances: AnyArray, wanted: int) -> I64:
    """Return the indices of the smallest distances: as many as wanted, and all ties with the last."""
    if len(distances) <= wanted:
        return np.arange(len(distances))
    last = int(np.searchsorted(np.cumsum(np.bincount(distances)), wanted))
    return np.flatnonzero(distances <= last)


def first_by_id(ordinals: I64, distances: AnyArray, wanted: int, ids_of: Callable[[I64], U64]) -> I64:
    """Return the ordinals ascending, each once; of far too many, the nearest, ties broken by smallest id."""
    if len(ordinals) > _TIES * wanted:
        order = np.lexsort((ids_of(ordinals), distances))
        ordinals = ordinals[order[: _TIES * wanted]]
    return ascending(ordinals)


def _guess(distances: AnyArray, aim: float) -> int | None:
    """Return a distance that about `aim` of the distances are within; None when that is about all of them."""
    step = max(1, len(distances) // _SAMPLE)
    sample = distances[::step]
    # One standard deviation more, as the sample may have one small distance too many.
    rank = aim / step
    rank = int(rank + rank**0.5) + 1
    return int(np.partition(sample, rank)[rank]) if rank < len(sample) // 2 else None


def _blocks(starts: Sequence[int], stops: Sequence[int]) -> Iterator[tuple[int, int]]:
    for start, stop in zip(starts, stops, strict=True):
        if stop - start <= BLOCK_ROWS:
            yield start, stop
            continue
        for first in range(start, stop, BLOCK_ROWS):
            yield first, min(first + BLOCK_ROWS, stop)


def _rows_of(starts: I64, stops: I64) -> I64:
    lengths = stops - starts
    total = int(lengths.sum())
    return np.arange(total) + np.repeat(stops - np.cumsum(lengths), lengths)


def _measured(measure: Callable[[U8], AnyArray], codes: U8, rows: I64) -> AnyArray:
    """Return the distances of single rows, u16[m]."""
    distances = np.empty(len(rows), np.uint16)
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        distances[start : start + len(block)] = measure(codes.take(block, axis=0))
    return distances
