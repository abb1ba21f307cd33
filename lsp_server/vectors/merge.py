"""Owns merging: the live rows of several segments, streamed into a new one.

Besides the mapped files, it holds some 60 bytes per row while planning, then one block of rows at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lsp_server.vectors.arrays import F32, I64, U8, U32, AnyArray, Mask
from lsp_server.vectors.format import SMALL_COLUMNS, TEXTS, code_bytes
from lsp_server.vectors.kmeans import assign_twice
from lsp_server.vectors.names import byte_positions
from lsp_server.vectors.segment import Segment
from lsp_server.vectors.writer import SegmentFile, SegmentInfo, add_spills, spills, starts_of, text_end

_BLOCK_ROWS = 8_192


def merge_segments(
    path: Path,
    segments: Sequence[Segment],
    alive: Sequence[Mask | None],
    centroids: F32 | None = None,
) -> SegmentInfo:
    """Write the live rows of several segments as one.

    Args:
        path: The new segment's file, not one of the old ones'.
        segments: At least one, oldest first; of rows with the same id the newest wins.
        alive: For each segment bool[rows], or None where no row is dead.
        centroids: f32[k, d], a new clustering, to two clusters of which each row is assigned; None keeps the
            rows' clusters.

    Returns:
        What to record in the catalog.

    Raises:
        IndexStorageFailed: The file could not be written; nothing is left of it.
        ValueError: Rows should keep their clusters, but the segments have different numbers of them.
    """
    n_clusters = segments[0].n_clusters if centroids is None else len(centroids)
    if centroids is None and any(segment.n_clusters != n_clusters for segment in segments):
        raise ValueError("segments of different clusterings can't keep their clusters")
    plan = _plan(segments, alive, centroids)
    n_rows, dimensions = len(plan.rows), segments[0].dimensions
    ids = np.concatenate([np.empty(0, np.uint64), *plan.column("ids")])
    by_id = np.argsort(ids, kind="stable")
    with SegmentFile(path, rows=n_rows, dimensions=dimensions, clusters=n_clusters) as file:
        file.add("codes", (n_rows, code_bytes(dimensions)), plan.column("codes"))
        file.add("vectors", (n_rows, dimensions), plan.column("vectors"))
        file.add("ids", ids.shape, [ids])
        for name in SMALL_COLUMNS:
            file.add(name, (n_rows,), plan.column(name))
        file.add("cluster_starts", (n_clusters + 1,), [starts_of(plan.clusters, n_clusters)])
        spilled = spills(plan.second, n_clusters)
        add_spills(file, spilled, plan.taken(spilled.rows).column("codes"))
        file.add("sorted_ids", ids.shape, [ids[by_id]])
        file.add("sorted_rows", ids.shape, [by_id])
        for name, boundaries in TEXTS.items():
            starts = plan.text_starts(name)
            end = text_end(name)
            file.add(name, (int(starts[-1]) + len(end),), _followed_by(plan.texts(name, starts), end))
            file.add(boundaries, starts.shape, [starts])
        return file.finish()


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Where each row of the new segment comes from: `rows[i]` of `segments[numbers[i]]`."""

    segments: tuple[Segment, ...]
    numbers: I64
    rows: I64
    clusters: U32
    second: U32

    def taken(self, chosen: I64) -> "_Plan":
        """Return the plan for some of the rows."""
        return _Plan(
            self.segments,
            self.numbers[chosen],
            self.rows[chosen],
            self.clusters[chosen],
            self.second[chosen],
        )

    def column(self, name: str) -> Iterator[AnyArray]:
        """Yield a column's blocks in the new order."""
        for block in self._blocks():
            numbers, rows = self.numbers[block], self.rows[block]
            example: AnyArray = getattr(self.segments[0], name)
            values = np.empty((len(rows), *example.shape[1:]), example.dtype)
            for number, indices in _grouped(numbers):
                values[indices] = getattr(self.segments[number], name)[rows[indices]]
            yield values

    def text_starts(self, name: str) -> I64:
        """Return the boundaries of the new blob, i64[n + 1]."""
        starts = np.zeros(len(self.rows) + 1, np.int64)
        for number, indices in _grouped(self.numbers):
            _, lengths = _text_ranges(self.segments[number], name, self.rows[indices])
            starts[indices + 1] = lengths
        return np.cumsum(starts, out=starts)

    def texts(self, name: str, starts: I64) -> Iterator[U8]:
        """Yield the new blob in pieces."""
        for block in self._blocks():
            numbers, rows, new_starts = self.numbers[block], self.rows[block], starts[block]
            if not len(rows):
                continue
            base = new_starts[0]
            piece = np.empty(starts[block.start + len(rows)] - base, np.uint8)
            for number, indices in _grouped(numbers):
                segment = self.segments[number]
                firsts, lengths = _text_ranges(segment, name, rows[indices])
                blob: U8 = getattr(segment, name)
                piece[byte_positions(new_starts[indices] - base, lengths)] = blob[
                    byte_positions(firsts, lengths)
                ]
            yield piece

    def _blocks(self) -> Iterator[slice]:
        return (slice(start, start + _BLOCK_ROWS) for start in range(0, len(self.rows), _BLOCK_ROWS))


def _plan(segments: Sequence[Segment], alive: Sequence[Mask | None], centroids: F32 | None) -> _Plan:
    living = [
        np.arange(segment.n_rows) if mask is None else np.flatnonzero(mask)
        for segment, mask in zip(segments, alive, strict=True)
    ]
    rows = np.concatenate(living)
    numbers = np.repeat(np.arange(len(segments)), [len(part) for part in living])
    ids = np.concatenate([segment.ids[part] for segment, part in zip(segments, living, strict=True)])
    assigned = [
        (segment.clusters(), segment.second_clusters())
        if centroids is None
        else assign_twice(segment.vectors, centroids)
        for segment in segments
    ]
    clusters, second = (
        np.concatenate([pair[side][part] for pair, part in zip(assigned, living, strict=True)])
        for side in (0, 1)
    )
    # `unique` returns the first of equal ids; in reverse order, that is the newest.
    newest = len(ids) - 1 - np.unique(ids[::-1], return_index=True)[1]
    order = newest[np.lexsort((ids[newest], clusters[newest]))]
    return _Plan(tuple(segments), numbers[order], rows[order], clusters[order], second[order])


def _grouped(numbers: I64) -> Iterator[tuple[int, I64]]:
    for number in np.unique(numbers).tolist():
        yield number, np.flatnonzero(numbers == number)


def _text_ranges(segment: Segment, name: str, rows: I64) -> tuple[I64, I64]:
    starts: AnyArray = getattr(segment, TEXTS[name])
    firsts = starts[rows].astype(np.int64)
    return firsts, starts[rows + 1].astype(np.int64) - firsts


def _followed_by(pieces: Iterator[U8], end: U8) -> Iterator[U8]:
    yield from pieces
    yield end
