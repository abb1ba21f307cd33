"""Owns nearest-neighbour search over segments: probe clusters, scan sign codes, rerank exactly.

An inverted file index, IVF (Jégou, Douze & Schmid 2011), over binary codes. The codes of the probed clusters
are compared with the query's code; those of the nearest, the shortlist, with the query rounded to four bits;
and the full vectors of the nearest of these with the query itself. Rows that don't pass the filter are
dropped before the best are chosen, so a filter never costs results.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from lsp_server.vectors.arrays import F32, I64, Mask
from lsp_server.vectors.columns import JoinedSegments
from lsp_server.vectors.kernels import (
    HammingKernel,
    dot_products,
    hamming_kernel,
    query_planes,
    rounded_distances,
    sign_codes,
)
from lsp_server.vectors.scan import RunConcurrently, Runs, nearest_of, nearest_scanned, scan_runs
from lsp_server.vectors.segment import Segment

SHORTLIST = 4
"""How many rows are compared with the rounded query per row compared exactly, at a sixth of the cost."""

_RERANK_ROWS = 256  # rows converted to float32 at a time: 0.4 MB, which fits in the L2 cache
_SCATTERED = 3  # reading one row in this many costs as much as scanning them all


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What a search found, best first; equally similar rows in order of symbol id.

    Attributes:
        ordinals: i64[m].
        similarities: f32[m], dot products with the query.
        n_scanned: How many sign codes were compared.
        n_reranked: How many rows were compared exactly.
    """

    ordinals: I64
    similarities: F32
    n_scanned: int = 0
    n_reranked: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Passing:
    mask: Mask | None  # None when every row passes
    count: int
    n_rows: int

    def ordinals(self) -> I64:
        return np.arange(self.n_rows) if self.mask is None else np.flatnonzero(self.mask)


class VectorIndex(JoinedSegments):
    """Immutable; any number of threads may search at once.

    Args:
        segments: Oldest first, all written with `len(centroids)` clusters.
        alive: For each segment bool[rows], or None where no row is dead.
        centroids: f32[k, d].
        kernel: Hamming kernel; this machine's fastest by default.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        alive: Sequence[Mask | None],
        centroids: F32,
        kernel: HammingKernel | None = None,
    ) -> None:
        super().__init__(segments, alive)
        for segment in segments:
            if (segment.n_clusters, segment.dimensions) != centroids.shape:
                shape = (segment.n_clusters, segment.dimensions)
                raise ValueError(
                    f"{segment.path.name} was written for centroids {shape}, not {centroids.shape}"
                )
        self.centroids = centroids
        self.kernel = kernel or hamming_kernel()

    @property
    def n_clusters(self) -> int:
        """Number of centroids."""
        return len(self.centroids)

    @property
    def n_dimensions(self) -> int:
        """Length of a vector."""
        return int(self.centroids.shape[1])

    def search(
        self,
        query: F32,
        limit: int,
        probes: int,
        rerank: int,
        allowed: Mask | None = None,
        *,
        concurrently: RunConcurrently | None = None,
    ) -> Hits:
        """Find the rows most similar to a query.

        Args:
            query: f32[d]; a zero vector finds nothing.
            limit: How many hits are wanted.
            probes: How many of the nearest clusters to scan. All are scanned when these have fewer than
                `limit` rows that pass, or when no more rows pass in all than these clusters have.
            rerank: How many rows to compare exactly; at least `limit`. `SHORTLIST` times as many are compared
                with the rounded query.
            allowed: bool[n_rows], the filter; None lets every row pass. Dead rows never pass.
            concurrently: Where a part of a long scan may be done; the hits are the same.

        Returns:
            `limit` hits, fewer only when fewer rows pass.
        """
        if limit < 1 or not query.any():
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        rerank = max(rerank, limit)
        candidates, n_scanned = self._shortlist(
            query, limit, probes, SHORTLIST * rerank, self._passing(allowed), concurrently=concurrently
        )
        rounded = partial(rounded_distances, self.kernel, query_planes(query))
        candidates = nearest_of(rounded, self, candidates, rerank)
        similarities = self.similarities(query, candidates)
        best = self._best(candidates, similarities, limit)
        return Hits(candidates[best], similarities[best], n_scanned, len(candidates))

    def similarities(self, query: F32, ordinals: I64) -> F32:
        """Return the exact dot products of the query, f32[d], and rows, i64[m] ordinals, as f32[m]."""
        query = np.ascontiguousarray(query, np.float32)
        similarities = np.empty(len(ordinals), np.float32)
        for start in range(0, len(ordinals), _RERANK_ROWS):
            part = similarities[start : start + _RERANK_ROWS]
            for segment, indices, rows in self.by_segment(ordinals[start : start + _RERANK_ROWS]):
                part[indices] = dot_products(segment.vectors.take(rows, axis=0), query)
        return similarities

    def probed(self, query: F32, probes: int) -> Mask:
        """Return which clusters a search scans, bool[k].

        These are the clusters whose centroids are most similar to the query, and every single one between two
        of them, since reading on costs no more than stopping: the rows of clusters with consecutive numbers
        are contiguous in a segment.
        """
        if probes >= self.n_clusters:
            return np.ones(self.n_clusters, np.bool_)
        chosen = np.zeros(self.n_clusters, np.bool_)
        if probes > 0:
            chosen[np.argpartition(self.centroids @ query, -probes)[-probes:]] = True
            chosen[1:-1] |= chosen[:-2] & chosen[2:]
        return chosen

    def _passing(self, allowed: Mask | None) -> _Passing:
        if allowed is None:
            return _Passing(self.alive, self.n_alive, self.n_rows)
        mask = allowed if self.alive is None else allowed & self.alive
        return _Passing(mask, int(np.count_nonzero(mask)), self.n_rows)

    def _shortlist(
        self,
        query: F32,
        limit: int,
        probes: int,
        wanted: int,
        passing: _Passing,
        *,
        concurrently: RunConcurrently | None,
    ) -> tuple[I64, int]:
        """Return the rows with the codes nearest to the query's, and how many codes were compared."""
        if passing.count <= wanted:
            return passing.ordinals(), 0
        code = sign_codes(query[None])[0]
        share = passing.count / self.n_rows
        if probes < self.n_clusters:
            runs = self._probed_runs(self.probed(query, probes))
            n_probed = sum(part.n_codes for part in runs)
            if passing.count > n_probed:
                # A row may be found in two clusters, so `limit` rows may be twice as many codes.
                scanned = scan_runs(self.kernel, code, runs, concurrently)
                shortlist = nearest_scanned(scanned, wanted, passing.mask, share, self.ids)
                if len(shortlist) >= limit:
                    return shortlist, n_probed
        if share * _SCATTERED < 1:
            return nearest_of(partial(self.kernel, code), self, passing.ordinals(), wanted), passing.count
        scanned = scan_runs(self.kernel, code, self._all_runs(), concurrently)
        return nearest_scanned(scanned, wanted, passing.mask, share, self.ids), self.n_rows

    def _all_runs(self) -> list[Runs]:
        return [
            Runs(segment.codes, np.zeros(1, np.int64), np.full(1, segment.n_rows), base)
            for segment, base, _ in self._placed()
        ]

    def _probed_runs(self, chosen: Mask) -> list[Runs]:
        """Return the runs of codes of the chosen clusters, contiguous ones joined, segment by segment."""
        fenced = np.zeros(len(chosen) + 2, np.bool_)
        fenced[1:-1] = chosen
        borders = np.flatnonzero(fenced[1:] != fenced[:-1])
        parts: list[Runs] = []
        for segment, base, _ in self._placed():
            for codes, starts, rows in (
                (segment.codes, segment.cluster_starts, None),
                (segment.spilled_codes, segment.spilled_starts, segment.spilled_rows),
            ):
                if not len(codes):
                    continue
                bounds = starts[borders].astype(np.int64)
                firsts, ends = bounds[::2], bounds[1::2]
                filled = ends > firsts
                parts.append(Runs(codes, firsts[filled], ends[filled], base, rows))
        return parts

    def _best(self, ordinals: I64, similarities: F32, limit: int) -> I64:
        indices = np.arange(len(ordinals))
        if len(ordinals) > limit:
            last = np.partition(similarities, -limit)[-limit]
            indices = np.flatnonzero(similarities >= last)
        order = np.lexsort((self.ids(ordinals[indices]), -similarities[indices]))
        return indices[order[:limit]]
