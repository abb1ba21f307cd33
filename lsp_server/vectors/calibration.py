"""Owns calibration: which `probes` and `rerank` reach the wanted recall on this index at the least cost.

The exact answers of each query are computed once. An answer's rank among the codes of the probed clusters
then shows, without searching again, with which settings it would have been found.

Two kinds of queries are used. Rows of the index represent "what is related to this". What people ask lies
between the rows, not on one, and is harder: the caller may pass such queries. Without any, they are simulated
by turning a row towards another one. The angle was chosen on real vectors; on others such queries may be too
easy (`benchmarks/vectors.py` compares them with documentation). Noise in all directions, which is easier to
make, leads away from all rows and needs far wider searches.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lsp_server.vectors.arrays import F32, I64, AnyArray
from lsp_server.vectors.index import SHORTLIST, VectorIndex
from lsp_server.vectors.kernels import BLOCK_ROWS, query_planes, rounded_distances, sign_codes, to_single
from lsp_server.vectors.scan import within

DEFAULT_TARGET = 0.98
SCAN_ALL_ROWS = 200_000
"""Up to this many rows every cluster is probed: the scan takes under a millisecond and loses nothing."""

_TOP = 10
_N_QUERIES = 160
_N_SYMBOLS = 64
_COSINE = 0.8  # of a simulated query to the row that it was made from
_TRIVIAL_RERANK = 500
# Searches gather more than ten hits: with fewer reranked, codes alone would decide which.
_RERANKS = (300, 400, 500, 600, 700, 800, 1000, 1200, 1500, 2000, 3000, 5000)
_PROBED_SHARES = tuple(share / 64 for share in (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 32, 64))
# Nanoseconds per code, per run of codes, and per reranked row with its shortlist, on two AVX-512 cores; only
# ratios matter.
_SCAN_NS, _RUN_NS, _RERANK_NS = 4.4, 2_000.0, 850.0
_LEAST = 1e-3
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What was measured with one pair of settings.

    Attributes:
        probes: Clusters probed.
        rerank: Rows compared exactly.
        recall: Recall@10 of what people ask.
        related_recall: Recall@10 of symbols' own vectors.
        cost_ns: Estimated time of a search.
    """

    probes: int
    rerank: int
    recall: float
    related_recall: float
    cost_ns: float

    @property
    def worse_recall(self) -> float:
        """The recall of the harder kind of queries."""
        return min(self.recall, self.related_recall)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Settings for an index, and the measurements behind them.

    Attributes:
        probes: Clusters to probe.
        rerank: Rows to compare exactly.
        recall_at_10: Measured with these settings, for what people ask.
        related_recall_at_10: The same for symbols' own vectors.
        curve: Everything measured, by probes, then rerank; empty where nothing had to be measured.
    """

    probes: int
    rerank: int
    recall_at_10: float
    related_recall_at_10: float
    curve: tuple[CurvePoint, ...] = ()


class _Queries(NamedTuple):
    """Unit vectors f32[m, d], and the row each was made from, i64[m], which is not an answer; -1 for none."""

    vectors: F32
    own: I64


def calibrate(
    index: VectorIndex,
    target_recall: float = DEFAULT_TARGET,
    seed: int = 0,
    queries: F32 | None = None,
    scan_all_rows: int = SCAN_ALL_ROWS,
) -> Calibration:
    """Measure recall@10 and choose the cheapest settings that reach the target.

    Args:
        index: The index.
        target_recall: The mean recall wanted for both kinds of queries; when no settings reach it, the best
            ones are returned.
        seed: Seeds the sampling of queries.
        queries: f32[m, d], unit rows, what people ask, in place of simulated queries.
        scan_all_rows: Up to this many rows all clusters are probed, and only `rerank` is chosen.

    Returns:
        The settings with the measured curve. This takes less time than as many exact searches.
    """
    if index.n_alive <= _TRIVIAL_RERANK:
        return Calibration(index.n_clusters, max(1, index.n_alive), 1.0, 1.0)
    random = np.random.default_rng(seed)
    asked = _simulated(index, random) if queries is None else _Queries(queries, np.full(len(queries), -1))
    symbols = _symbols(index, _N_SYMBOLS, random)
    if not len(asked.vectors) or not len(symbols.vectors):
        return Calibration(index.n_clusters, _TRIVIAL_RERANK, 1.0, 1.0)
    shares = _PROBED_SHARES if index.n_rows > scan_all_rows else (1.0,)
    probes = np.unique([max(1, round(share * index.n_clusters)) for share in shares])
    curve = _curve(_measured(index, asked, probes), _measured(index, symbols, probes), probes, index)
    good = [point for point in curve if point.worse_recall >= target_recall]
    best = (
        min(good, key=lambda point: point.cost_ns)
        if good
        else max(curve, key=lambda point: (point.worse_recall, -point.cost_ns))
    )
    return Calibration(best.probes, best.rerank, best.recall, best.related_recall, curve)


def _simulated(index: VectorIndex, random: np.random.Generator) -> _Queries:
    """Return at most `_N_QUERIES` simulated queries that need as wide a search as what people ask."""
    rows, own = _symbols(index, _N_QUERIES, random)
    others = _symbols(index, _N_QUERIES, random).vectors
    m = min(len(rows), len(others))
    rows, own, others = rows[:m], own[:m], others[random.permutation(len(others))[:m]]
    away = others - others.mean(axis=0) if m > 1 else others
    away -= (away * rows).sum(axis=1, keepdims=True) * rows
    lengths = np.linalg.norm(away, axis=1, keepdims=True)
    turned = (lengths > _LEAST)[:, 0]
    rows, own, away = rows[turned], own[turned], away[turned] / lengths[turned]
    return _Queries(_COSINE * rows + (1 - _COSINE**2) ** 0.5 * away, own)


def _symbols(index: VectorIndex, n_rows: int, random: np.random.Generator) -> _Queries:
    living = index.living()
    own = np.sort(random.choice(living, min(n_rows, len(living)), replace=False))
    rows = np.concatenate([to_single(segment.vectors[local]) for segment, _, local in index.by_segment(own)])
    useful = rows.any(axis=1)
    rows, own = rows[useful], own[useful]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return _Queries(rows, own)


class _Measured(NamedTuple):
    """The least `rerank` to find each answer, i64[queries, answers, probes]; mean codes read, f64[probes]."""

    needed: I64
    n_scanned: AnyArray


def _measured(index: VectorIndex, queries: _Queries, probes: I64) -> _Measured:
    answers = _exact_answers(index, queries.vectors, queries.own)
    clusters = _Clusters.of(index)
    each = [
        _needed_rerank(index, clusters, query, row, probes)
        for query, row in zip(queries.vectors, answers, strict=True)
    ]
    return _Measured(np.stack([part for part, _ in each]), np.mean([part for _, part in each], axis=0))


def _exact_answers(index: VectorIndex, queries: F32, own: I64) -> I64:
    """Return the ordinals of each query's best rows, i64[m, ≤ 10]."""
    n_queries = len(queries)
    best = np.full((n_queries, 0), -np.inf, np.float32)
    ordinals = np.empty((n_queries, 0), np.int64)
    for segment, base in zip(index.segments, index.bases.tolist(), strict=False):
        for start in range(0, segment.n_rows, BLOCK_ROWS // 4):
            block = segment.vectors[start : start + BLOCK_ROWS // 4]
            indices = np.arange(base + start, base + start + len(block))
            scores = queries @ to_single(block).T
            if index.alive is not None:
                scores[:, ~index.alive[indices]] = -np.inf
            scores[own[:, None] == indices] = -np.inf
            best = np.concatenate([best, scores], axis=1)
            ordinals = np.concatenate([ordinals, np.broadcast_to(indices, scores.shape)], axis=1)
            kept = (
                np.argsort(-best, axis=1, kind="stable")[:, :_TOP]
                if best.shape[1] <= _TOP
                else (np.argpartition(-best, _TOP - 1, axis=1)[:, :_TOP])
            )
            best, ordinals = np.take_along_axis(best, kept, 1), np.take_along_axis(ordinals, kept, 1)
    return ordinals


@dataclass(frozen=True, slots=True, eq=False)
class _Clusters:
    """Every row's first and second cluster, u32[n], k where there is no second one; codes in each, i64[k]."""

    first: AnyArray
    second: AnyArray
    sizes: I64

    @classmethod
    def of(cls, index: VectorIndex) -> "_Clusters":
        first = np.concatenate([segment.clusters() for segment in index.segments])
        second = np.concatenate([segment.second_clusters() for segment in index.segments])
        n_clusters = index.n_clusters
        sizes = np.bincount(first, minlength=n_clusters) + np.bincount(second, minlength=n_clusters + 1)[:-1]
        return cls(first, second, sizes)

    def times_found(self, probed: AnyArray, ordinals: I64) -> I64:
        """Return how often a scan of the probed clusters, bool[p, k], meets each row, i64[p, m]."""
        # Where all are probed, second clusters are not scanned.
        in_second = np.where(probed.all(axis=1, keepdims=True), np.False_, probed)
        in_second = np.concatenate((in_second, np.zeros((len(probed), 1), np.bool_)), axis=1)
        times: I64 = probed[:, self.first[ordinals]].astype(np.int64) + in_second[:, self.second[ordinals]]
        return times


def _needed_rerank(
    index: VectorIndex, clusters: _Clusters, query: F32, answers: I64, probes: I64
) -> tuple[I64, I64]:
    """Return the least `rerank` that finds each answer, i64[answers, probes], and codes read, i64[probes]."""
    probed = np.stack([index.probed(query, n_probes) for n_probes in probes.tolist()])
    n_scanned = np.where(probed, clusters.sizes, 0).sum(axis=1)
    is_whole = probed.all(axis=1) | (n_scanned >= index.n_alive)  # as `VectorIndex.search` decides
    probed[is_whole] = True
    n_scanned[is_whole] = index.n_rows
    by_code, rounded = _ranked(index, query, answers)
    # A row that is in two probed clusters takes two places among the codes, but one in the shortlist.
    before = by_code.counts(clusters.times_found(probed, by_code.ordinals))
    before_rounded = rounded.counts(clusters.times_found(probed, rounded.ordinals).clip(max=1))
    needed = np.maximum(before // SHORTLIST, before_rounded) + 1
    is_found = clusters.times_found(probed, answers).T > 0
    return np.where(is_found, needed, _NEVER), n_scanned


class _Ranked(NamedTuple):
    """Rows nearer than the farthest answer, nearest first; how many are nearer than each answer."""

    ordinals: I64
    before: I64

    @classmethod
    def of(cls, ordinals: I64, distances: AnyArray, limits: AnyArray) -> "_Ranked":
        """Rank rows by their distances; `limits` are those of the answers."""
        nearer = np.flatnonzero(distances < limits.max())
        nearer = nearer[np.argsort(distances[nearer], kind="stable")]
        return cls(ordinals[nearer], np.searchsorted(distances[nearer], limits))

    def counts(self, times: I64) -> I64:
        """Return how many codes are nearer than each answer, i64[answers, p]; `times` is i64[p, rows]."""
        sums = np.zeros((len(times), times.shape[1] + 1), np.int64)
        np.cumsum(times, axis=1, out=sums[:, 1:])
        counts: I64 = sums[:, self.before].T
        return counts


def _ranked(index: VectorIndex, query: F32, answers: I64) -> tuple[_Ranked, _Ranked]:
    """Rank live rows by their codes and by the rounded query.

    By the rounded query, only rows are ranked that are nearer by code than an answer or in the longest
    shortlist of a search of all clusters. A narrower search may shortlist others, but hardly ever does one of
    these come before an answer.
    """
    distances = np.empty(index.n_rows, np.uint16)
    code = sign_codes(query[None])[0]
    for segment, base in zip(index.segments, index.bases.tolist(), strict=False):
        for start in range(0, segment.n_rows, BLOCK_ROWS):
            block = segment.codes[start : start + BLOCK_ROWS]
            distances[base + start : base + start + len(block)] = index.kernel(code, block)
    if index.alive is not None:
        distances[~index.alive] = np.iinfo(np.uint16).max
    is_near = distances <= distances[answers].max()
    is_near[within(distances, SHORTLIST * _RERANKS[-1])] = True
    if index.alive is not None:
        is_near &= index.alive
    near = np.flatnonzero(is_near)
    rounded = np.empty(len(near), np.uint16)
    planes = query_planes(query)
    for segment, indices, rows in index.by_segment(near):
        rounded[indices] = rounded_distances(index.kernel, planes, segment.codes[rows])
    return (
        _Ranked.of(near, distances[near], distances[answers]),
        _Ranked.of(near, rounded, rounded[np.searchsorted(near, answers)]),
    )


def _curve(asked: _Measured, symbols: _Measured, probes: I64, index: VectorIndex) -> tuple[CurvePoint, ...]:
    points: list[CurvePoint] = []
    for column, n_probes in enumerate(probes.tolist()):
        n_runs = 2 * n_probes if n_probes < index.n_clusters else 1
        scan_ns = float(asked.n_scanned[column]) * _SCAN_NS + len(index.segments) * n_runs * _RUN_NS
        for rerank in _RERANKS:
            recalls = [float(np.mean(one.needed[:, :, column] <= rerank)) for one in (asked, symbols)]
            points.append(
                CurvePoint(
                    probes=n_probes,
                    rerank=rerank,
                    recall=recalls[0],
                    related_recall=recalls[1],
                    cost_ns=scan_ns + rerank * _RERANK_NS,
                )
            )
            if rerank >= index.n_alive:
                break
    return tuple(points)
