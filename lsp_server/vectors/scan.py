"""Owns the approximate half of a search: which rows' sign codes are nearest to the query's.

The outcome depends on codes and ids alone, never on how rows are spread over segments: all rows as near as
the last one wanted stay in, and where these are too many, the smallest ids win.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lsp_server.vectors.arrays import I64, U8, U64, AnyArray, Mask
from lsp_server.vectors.columns import JoinedSegments
from lsp_server.vectors.kernels import BLOCK_ROWS, HammingKernel
from lsp_server.vectors.segment import Segment

_SHORT_ROWS = 192  # shorter runs are copied together first: a call costs as much as comparing so many codes
_SAMPLE = 4_096  # distances that tell where the wanted ones end
_MARGIN = 1.5  # how many times the wanted number is aimed at, so that one look is nearly always enough
_TIES = 4  # how many times the wanted number may stay in for being equally near
_FARTHEST = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of consecutive rows of one segment.

    Attributes:
        segment: Where they are.
        base: The segment's first ordinal.
        starts: i64[m], first rows, none below the end of the run before.
        ends: i64[m], the rows after the last.
    """

    segment: Segment
    base: int
    starts: I64
    ends: I64

    @property
    def n_rows(self) -> int:
        """Rows in all runs."""
        return int((self.ends - self.starts).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    """Rows whose codes were compared.

    Attributes:
        distances: u16[m], differing bits.
        ordinals: Turns ascending places in `distances` into ordinals, i64 → i64.
    """

    distances: AnyArray
    ordinals: Callable[[I64], I64]


def scan_runs(kernel: HammingKernel, code: U8, parts: Sequence[Runs]) -> Scanned:
    """Compare all rows of some runs; long runs are read where they lie, short ones are gathered first.

    Args:
        kernel: Compares codes.
        code: u8[b], the query's.
        parts: Runs of different segments.
    """
    distances = np.empty(sum(part.n_rows for part in parts), np.uint16)
    ends: list[I64] = []
    shifts: list[I64] = []
    place = 0
    for part in parts:
        lengths = part.ends - part.starts
        is_long = lengths >= _SHORT_ROWS
        order = np.concatenate((np.flatnonzero(is_long), np.flatnonzero(~is_long)))
        n_long = int(np.count_nonzero(is_long))
        starts, stops = part.starts[order], part.ends[order]
        run_ends = place + np.cumsum(lengths[order])
        ends.append(run_ends)
        shifts.append(part.base + stops - run_ends)
        codes = part.segment.codes
        for start, stop in _blocks(starts[:n_long].tolist(), stops[:n_long].tolist()):
            distances[place : place + stop - start] = kernel(code, codes[start:stop])
            place += stop - start
        rows = _rows_of(starts[n_long:], stops[n_long:])
        place = _compare(kernel, code, codes, rows, distances, place)
    all_ends = np.concatenate([np.zeros(0, np.int64), *ends])
    all_shifts = np.concatenate([np.zeros(0, np.int64), *shifts])

    def ordinals(places: I64) -> I64:
        # There are fewer runs than places.
        counts = np.diff(np.searchsorted(places, all_ends), prepend=0)
        return places + np.repeat(all_shifts, counts)

    return Scanned(distances, ordinals)


def scan_rows(kernel: HammingKernel, code: U8, table: JoinedSegments, rows: I64) -> Scanned:
    """Compare single rows, given by ascending ordinals."""
    distances = np.empty(len(rows), np.uint16)
    place = 0
    for segment, _, local in table.by_segment(rows):
        place = _compare(kernel, code, segment.codes, local, distances, place)
    return Scanned(distances, rows.__getitem__)


def nearest(
    scanned: Scanned, wanted: int, passing: Mask | None, share: float, ids_of: Callable[[I64], U64]
) -> I64:
    """Return the rows with the smallest distances: as many as wanted, and more on ties.

    Args:
        scanned: Rows and their distances.
        wanted: How many, at least 1.
        passing: bool[n_rows], which rows may be returned; None for all.
        share: About how much of what was scanned passes, 0 to 1.
        ids_of: Turns ordinals into ids, which decide among too many ties.

    Returns:
        Ordinals, ascending.
    """
    distances = scanned.distances
    aim = _MARGIN * wanted / max(share, 1e-9)
    while True:
        limit = _guess(distances, aim)
        places = np.arange(len(distances)) if limit is None else np.flatnonzero(distances <= limit)
        if passing is not None:
            places = places[passing[scanned.ordinals(places)]]
        if limit is None or len(places) >= wanted:
            break
        aim *= 4
    near = distances[places]
    if len(near) > wanted:
        last = int(np.searchsorted(np.cumsum(np.bincount(near)), wanted))
        kept = near <= last
        places, near = places[kept], near[kept]
    ordinals = scanned.ordinals(places)
    if len(ordinals) > _TIES * wanted:
        order = np.lexsort((ids_of(ordinals), near))
        ordinals = ordinals[order[: _TIES * wanted]]
    return np.sort(ordinals)


def _guess(distances: AnyArray, aim: float) -> int | None:
    """Return a distance that about so many stay within; None when that is about all of them."""
    step = max(1, len(distances) // _SAMPLE)
    sample = distances[::step]
    # One standard deviation more, as of few sampled ones there may well be one too many.
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


def _compare(kernel: HammingKernel, code: U8, codes: U8, rows: I64, distances: AnyArray, place: int) -> int:
    """Write the distances of single rows from a place on; return the place after them."""
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        distances[place : place + len(block)] = kernel(code, codes.take(block, axis=0))
        place += len(block)
    return place
