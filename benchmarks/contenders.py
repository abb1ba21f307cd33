"""The vector indexes that are compared: ours, exact search, FAISS, usearch, behind one small interface."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lsp_server.vectors.arrays import F16, F32, I64, Mask
from lsp_server.vectors.index import VectorIndex
from lsp_server.vectors.kernels import HammingKernel
from lsp_server.vectors.kmeans import (
    SAMPLE_PER_CLUSTER,
    assign_twice,
    suggested_clusters,
    train_centroids,
)
from lsp_server.vectors.segment import Segment
from lsp_server.vectors.writer import SegmentRows, write_segment

TOP = 10
SEED = 7


class Contender(Protocol):
    """One index with its knobs.

    Attributes:
        name: For the table.
        build_s: How long it took to make.
    """

    name: str
    build_s: float

    def settings(self) -> Iterator[str]:
        """Turn the knobs from cheap to dear, naming each position."""
        ...

    def apply(self, setting: str) -> None:
        """Turn the knobs to a position by its name."""
        ...

    def search(self, query: F32) -> I64:
        """Return the numbers of the ten best rows, f32[d] → i64[10]."""
        ...

    def bytes_read(self, query: F32) -> int:
        """Return how many bytes of vectors, codes and centroids a search looks at."""
        ...


class Knobs:
    """Positions of knobs, named."""

    def __init__(self, names: tuple[str, ...], positions: list[tuple[int, ...]]) -> None:
        self._names = names
        self._positions = {self.label(position): position for position in positions}

    def label(self, position: tuple[int, ...]) -> str:
        """Return the name of a position."""
        return ", ".join(f"{name} {value:,}" for name, value in zip(self._names, position, strict=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    def __getitem__(self, label: str) -> tuple[int, ...]:
        return self._positions[label]


def shares_of(n: int) -> list[int]:
    """Return numbers of clusters worth trying, of n."""
    shares = (
        1 / 64,
        1 / 32,
        3 / 64,
        1 / 16,
        5 / 64,
        3 / 32,
        1 / 8,
        5 / 32,
        3 / 16,
        1 / 4,
        5 / 16,
        3 / 8,
        1 / 2,
    )
    return sorted({max(1, round(share * n)) for share in (*shares, 3 / 4, 1.0)})


@dataclass(frozen=True, slots=True)
class OurParts:
    """Our index on disk, and how long each step of making it took, in seconds."""

    segment: Segment
    centroids: F32
    train_s: float
    assign_s: float
    write_s: float


def build_ours(folder: Path, vectors: F16) -> OurParts:
    """Cluster and write one segment."""
    n_rows = len(vectors)
    random = np.random.default_rng(SEED)
    n_clusters = suggested_clusters(n_rows)
    stages = [time.perf_counter()]
    sample = np.sort(random.choice(n_rows, min(n_rows, SAMPLE_PER_CLUSTER * n_clusters), replace=False))
    centroids = train_centroids(vectors[sample], n_clusters, SEED)
    stages.append(time.perf_counter())
    clusters, second = assign_twice(vectors, centroids)
    stages.append(time.perf_counter())
    small, wide = np.zeros(n_rows, np.uint8), np.zeros(n_rows, np.uint32)
    ids = np.arange(n_rows, dtype=np.uint64)
    names, records = ["x"] * n_rows, [b""] * n_rows
    rows = SegmentRows(ids, vectors, small, small, wide, small, small, names, names, records)
    write_segment(folder / "a.segment", rows, clusters, n_clusters, second)
    stages.append(time.perf_counter())
    return OurParts(Segment.open(folder / "a.segment"), centroids, *np.diff(stages).tolist())


class Ours:
    """Our index; `rerank` is tried with every number of probes."""

    RERANKS = (200, 300, 400, 500, 600, 700, 800, 1000, 1500, 2000)

    def __init__(
        self, name: str, parts: OurParts, kernel: HammingKernel | None = None, allowed: Mask | None = None
    ) -> None:
        self.name = name
        self.build_s = parts.train_s + parts.assign_s + parts.write_s
        self.index = VectorIndex([parts.segment], [None], parts.centroids, kernel)
        self._allowed = None if allowed is None else allowed[self.index.ids(self.index.living())]
        self._knobs = Knobs(
            ("probes", "rerank"),
            [(probes, rerank) for probes in shares_of(len(parts.centroids)) for rerank in self.RERANKS],
        )
        self._probes, self._rerank = len(parts.centroids), 500

    def settings(self) -> Iterator[str]:
        """See `Contender`."""
        return iter(self._knobs)

    def apply(self, setting: str) -> None:
        """See `Contender`."""
        self.set(*self._knobs[setting])

    def set(self, probes: int, rerank: int) -> str:
        """Choose settings that stand in no list; return their name."""
        self._probes, self._rerank = probes, rerank
        return self._knobs.label((probes, rerank))

    def search(self, query: F32) -> I64:
        """See `Contender`."""
        hits = self.index.search(query, TOP, self._probes, self._rerank, self._allowed)
        return self.index.ids(hits.ordinals).astype(np.int64)

    def bytes_read(self, query: F32) -> int:
        """See `Contender`."""
        hits = self.index.search(query, TOP, self._probes, self._rerank, self._allowed)
        segment = self.index.segments[0]
        per_row = segment.vectors.itemsize * segment.dimensions
        is_probing = self._probes < self.index.n_clusters
        return (
            hits.n_scanned * segment.codes.shape[1]
            + hits.n_reranked * per_row
            + (self.index.centroids.nbytes if is_probing else 0)
        )


class Exact:
    """NumPy over all rows in float32."""

    name = "NumPy, exact"
    build_s = 0.0

    def __init__(self, vectors: F32) -> None:
        self._vectors = vectors

    def settings(self) -> Iterator[str]:
        """See `Contender`."""
        return iter(["float32"])

    def apply(self, setting: str) -> None:
        """There is nothing to turn."""

    def search(self, query: F32) -> I64:
        """See `Contender`."""
        scores = self._vectors @ query
        return np.argpartition(scores, -TOP)[-TOP:]

    def bytes_read(self, query: F32) -> int:  # noqa: ARG002 - as `Contender` has it
        """See `Contender`."""
        return self._vectors.nbytes


class Faiss:
    """A FAISS inverted file, inner product.

    Args:
        kind: What its lists hold, as `faiss.index_factory` names it; after a comma what reranks.
        vectors: f32[n, d].
        code_bytes: Of a vector in the lists.
    """

    REFINES = (10, 20, 40, 80)

    def __init__(self, kind: str, vectors: F32, code_bytes: int) -> None:
        import faiss  # noqa: PLC0415 - optional

        self._faiss: Any = faiss
        faiss.omp_set_num_threads(1)
        n_lists = round(len(vectors) ** 0.5)
        began = time.perf_counter()
        self._index = faiss.index_factory(
            vectors.shape[1], f"IVF{n_lists},{kind}", faiss.METRIC_INNER_PRODUCT
        )
        self._index.train(vectors[:: max(1, len(vectors) // (SAMPLE_PER_CLUSTER * n_lists))])
        self._index.add(vectors)
        self.build_s = time.perf_counter() - began
        self.name = f"FAISS IVF,{kind}"
        self._code_bytes, self._row_bytes = code_bytes, vectors.itemsize * vectors.shape[1]
        self._centroid_bytes = n_lists * self._row_bytes
        refines = self.REFINES if kind.endswith("RFlat") else (0,)
        self._knobs = Knobs(
            ("nprobe", "k_factor"),
            [(n_probe, refine) for n_probe in shares_of(n_lists) for refine in refines],
        )
        self._refine = 0

    def settings(self) -> Iterator[str]:
        """See `Contender`."""
        return iter(self._knobs)

    def apply(self, setting: str) -> None:
        """See `Contender`."""
        n_probe, self._refine = self._knobs[setting]
        space = self._faiss.ParameterSpace()
        space.set_index_parameter(self._index, "nprobe", n_probe)
        if self._refine:
            space.set_index_parameter(self._index, "k_factor_rf", self._refine)

    def search(self, query: F32) -> I64:
        """See `Contender`."""
        found: I64 = self._index.search(query[None], TOP)[1][0]
        return found

    def bytes_read(self, query: F32) -> int:
        """See `Contender`."""
        statistics = self._faiss.cvar.indexIVF_stats
        statistics.reset()
        self.search(query)
        return int(
            statistics.ndis * self._code_bytes + self._centroid_bytes + self._refine * TOP * self._row_bytes
        )


class Usearch:
    """A usearch graph (HNSW) on float16."""

    name = "usearch HNSW, float16"

    def __init__(self, vectors: F16) -> None:
        from usearch.index import Index  # noqa: PLC0415 - optional

        began = time.perf_counter()
        self._index = Index(ndim=vectors.shape[1], metric="ip", dtype="f16")
        self._index.add(np.arange(len(vectors)), vectors)
        self.build_s = time.perf_counter() - began
        self._row_bytes = vectors.itemsize * vectors.shape[1]
        self._knobs = Knobs(("expansion",), [(64,), (128,), (256,), (512,), (1024,), (2048,)])

    def settings(self) -> Iterator[str]:
        """See `Contender`."""
        return iter(self._knobs)

    def apply(self, setting: str) -> None:
        """See `Contender`."""
        (self._index.expansion_search,) = self._knobs[setting]

    def search(self, query: F32) -> I64:
        """See `Contender`."""
        return self._index.search(query, TOP, threads=1).keys.astype(np.int64)

    def bytes_read(self, query: F32) -> int:
        """See `Contender`."""
        return int(self._index.search(query, TOP, threads=1).computed_distances) * self._row_bytes
