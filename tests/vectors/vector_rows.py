"""Random rows, and segments and indexes made of them, for the tests of this folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lsp_server.vectors.arrays import F16, F32, U64, Mask
from lsp_server.vectors.index import VectorIndex
from lsp_server.vectors.kmeans import assign_twice, train_centroids
from lsp_server.vectors.segment import Segment
from lsp_server.vectors.writer import SegmentRows, write_segment


def unit_rows(n_rows: int, dimensions: int, seed: int) -> F16:
    random = np.random.default_rng(seed)
    centres = random.standard_normal((8, dimensions))
    rows = centres[random.integers(0, 8, n_rows)] + random.standard_normal((n_rows, dimensions))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16)


def unit_query(dimensions: int, seed: int) -> F32:
    query = np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
    return query / np.linalg.norm(query)


def some_rows(n_rows: int, dimensions: int = 64, seed: int = 0) -> SegmentRows:
    random = np.random.default_rng(seed)
    names = [f"Name{row}Ünï_{random.integers(100)}" for row in range(n_rows)]
    return SegmentRows(
        ids=random.permutation(np.arange(n_rows, dtype=np.uint64) * 7 + np.uint64(2**63 + seed * 1_000_003)),
        vectors=unit_rows(n_rows, dimensions, seed),
        kinds=random.integers(1, 27, n_rows, np.uint8),
        languages=random.integers(0, 20, n_rows, np.uint8),
        files=random.integers(0, 2**32, n_rows, np.uint32),
        flags=random.integers(0, 64, n_rows, np.uint8),
        lines=random.integers(1, 256, n_rows, np.uint8),
        names=names,
        qualified_names=[f"Outer.{name}" for name in names],
        records=[f"record of {name}".encode() * int(random.integers(0, 3)) for name in names],
    )


def part_of(rows: SegmentRows, start: int, end: int) -> SegmentRows:
    return SegmentRows(
        rows.ids[start:end],
        rows.vectors[start:end],
        rows.kinds[start:end],
        rows.languages[start:end],
        rows.files[start:end],
        rows.flags[start:end],
        rows.lines[start:end],
        rows.names[start:end],
        rows.qualified_names[start:end],
        rows.records[start:end],
    )


def stored(folder: Path, rows: SegmentRows, centroids: F32, name: str = "a.segment") -> Segment:
    path = folder / name
    clusters, second = assign_twice(rows.vectors, centroids)
    write_segment(path, rows, clusters, len(centroids), second)
    return Segment.open(path)


@contextmanager
def index_of(
    rows: SegmentRows, cuts: Sequence[int] = (), *, n_clusters: int = 5, alive: Mask | None = None
) -> Iterator[VectorIndex]:
    """Yield an index of the rows, cut into segments at the places given; `alive` is in the rows' order."""
    centroids = train_centroids(rows.vectors, n_clusters, seed=1)
    edges = [0, *sorted(min(cut, len(rows.ids)) for cut in cuts), len(rows.ids)]
    with TemporaryDirectory() as folder:
        segments = [
            stored(Path(folder), part_of(rows, start, end), centroids, f"{number}.segment")
            for number, (start, end) in enumerate(pairwise(edges))
        ]
        masks: list[Mask | None] = [None] * len(segments)
        if alive is not None:
            masks = [np.isin(segment.ids, rows.ids[alive]) for segment in segments]
        yield VectorIndex(segments, masks, centroids)
        for segment in segments:
            segment.close()


def best_ids(rows: SegmentRows, query: F32, limit: int, passing: Mask) -> U64:
    """The right answer, by looking at every row."""
    similarities = np.vecdot(rows.vectors.astype(np.float32), query)
    order = np.lexsort((rows.ids, -similarities))
    return rows.ids[order[passing[order]][:limit]]
