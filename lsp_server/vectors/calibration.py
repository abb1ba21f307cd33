"""Owns self-measurement: which `probes` and `rerank` reach the wanted recall on this index at the least cost.

For each query the exact answer is known; an answer's rank among the sign codes of each number of probed
clusters then tells, without searching again, for which settings it would have been found.
"""

from dataclasses import dataclass

import numpy as np

from lsp_server.vectors.arrays import F32, I64, AnyArray
from lsp_server.vectors.index import VectorIndex
from lsp_server.vectors.kernels import BLOCK_ROWS, sign_codes, to_single

DEFAULT_TARGET = 0.98
SCAN_ALL_ROWS = 500_000
"""Up to so many rows every cluster is probed: the scan takes under 2 ms and loses nothing."""

_TOP = 10
_N_QUERIES = 128
_COSINE = 0.7  # of a perturbed row to the row itself: about what a query has to its answer
_MIN_RERANK = 100
_TRIVIAL_RERANK = 500
_RERANKS = (100, 150, 200, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000)
_PROBED_SHARES = (1 / 64, 1 / 32, 1 / 16, 3 / 32, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1.0)
# Nanoseconds a row on two AVX-512 cores; only their ratios matter.
_SCAN_NS, _GATHERED_SCAN_NS, _RERANK_NS = 4.0, 6.5, 200.0
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Recall@10 measured with one pair of settings."""

    probes: int
    rerank: int
    recall: float
    cost_ns: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Settings for an index, and why.

    Attributes:
        probes: Clusters to probe.
        rerank: Rows to compare exactly.
        recall_at_10: Measured with these settings.
        n_queries: On how many queries; 0 when the index is so small that all rows are compared exactly.
        curve: Everything measured, by probes, then rerank.
    """

    probes: int
    rerank: int
    recall_at_10: float
    n_queries: int = 0
    curve: tuple[CurvePoint, ...] = ()


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
        target_recall: The wanted mean recall; when nothing reaches it, the best there is.
        seed: For the sampled queries.
        queries: f32[m, d] unit rows like those that users will ask. By default rows of the index, perturbed,
            with the row itself left out of the answer.
        scan_all_rows: Up to so many rows all clusters are probed, and only `rerank` is chosen.

    Returns:
        The settings with the measured curve. It takes less than as many exact searches, one after the other.
    """
    if index.n_alive <= _TRIVIAL_RERANK:
        return Calibration(index.n_clusters, max(1, index.n_alive), 1.0)
    own = np.full(0 if queries is None else len(queries), -1, np.int64)
    if queries is None:
        queries, own = _perturbed_rows(index, seed)
    if not len(queries):
        return Calibration(index.n_clusters, _TRIVIAL_RERANK, 1.0)
    answers = _exact_answers(index, queries, own)
    shares = _PROBED_SHARES if index.n_rows > scan_all_rows else (1.0,)
    probes = np.unique([max(1, round(share * index.n_clusters)) for share in shares])
    measured = [
        _needed_rerank(index, query, row, probes) for query, row in zip(queries, answers, strict=True)
    ]
    needed = np.stack([part for part, _ in measured])
    n_scanned = np.mean([part for _, part in measured], axis=0)
    curve = _curve(needed, n_scanned, probes, index)
    good = [point for point in curve if point.recall >= target_recall]
    best = min(good, key=_cost) if good else max(curve, key=lambda point: (point.recall, -point.cost_ns))
    return Calibration(best.probes, best.rerank, best.recall, len(queries), curve)


def _cost(point: CurvePoint) -> float:
    return point.cost_ns


def _perturbed_rows(index: VectorIndex, seed: int) -> tuple[F32, I64]:
    random = np.random.default_rng(seed)
    living = np.arange(index.n_rows) if index.alive is None else np.flatnonzero(index.alive)
    own = np.sort(random.choice(living, min(_N_QUERIES, len(living)), replace=False))
    rows = np.concatenate([to_single(segment.vectors[local]) for segment, _, local in index.by_segment(own)])
    useful = rows.any(axis=1)
    rows, own = rows[useful], own[useful]
    noise = random.standard_normal(rows.shape).astype(np.float32)
    noise *= np.tan(np.arccos(_COSINE)) / np.linalg.norm(noise, axis=1, keepdims=True)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    queries: F32 = rows + noise
    return queries / np.linalg.norm(queries, axis=1, keepdims=True), own


def _exact_answers(index: VectorIndex, queries: F32, own: I64) -> I64:
    """Return the ordinals of each query's best rows, i64[m, ≤ 10]."""
    n_queries = len(queries)
    best = np.full((n_queries, 0), -np.inf, np.float32)
    ordinals = np.empty((n_queries, 0), np.int64)
    for segment, base in zip(index.segments, index.bases.tolist(), strict=False):
        for start in range(0, segment.n_rows, BLOCK_ROWS // 4):
            block = segment.vectors[start : start + BLOCK_ROWS // 4]
            places = np.arange(base + start, base + start + len(block))
            scores = queries @ to_single(block).T
            if index.alive is not None:
                scores[:, ~index.alive[places]] = -np.inf
            scores[own[:, None] == places] = -np.inf
            best = np.concatenate([best, scores], axis=1)
            ordinals = np.concatenate([ordinals, np.broadcast_to(places, scores.shape)], axis=1)
            kept = (
                np.argsort(-best, axis=1, kind="stable")[:, :_TOP]
                if best.shape[1] <= _TOP
                else (np.argpartition(-best, _TOP - 1, axis=1)[:, :_TOP])
            )
            best, ordinals = np.take_along_axis(best, kept, 1), np.take_along_axis(ordinals, kept, 1)
    return ordinals


def _needed_rerank(index: VectorIndex, query: F32, answers: I64, probes: I64) -> tuple[I64, I64]:
    """Return the smallest rerank that finds each answer, i64[answers, probes], and rows read, i64[probes]."""
    probed = np.stack([index.probed(query, n_probes) for n_probes in probes.tolist()])
    code = sign_codes(query[None])[0]
    limits = _distances(index, answers, code)
    nearer: list[I64] = []
    distances: list[AnyArray] = []
    n_scanned = np.zeros(len(probes), np.int64)
    for segment, base in zip(index.segments, index.bases.tolist(), strict=False):
        n_scanned += probed @ np.diff(segment.cluster_starts.astype(np.int64))
        for start in range(0, segment.n_rows, BLOCK_ROWS):
            block = index.kernel(code, segment.codes[start : start + BLOCK_ROWS])
            near = np.flatnonzero(block < limits.max())
            nearer.append(near + base + start)
            distances.append(block[near])
    ordinals, distance = np.concatenate(nearer), np.concatenate(distances)
    if index.alive is not None:
        living = index.alive[ordinals]
        ordinals, distance = ordinals[living], distance[living]
    order = np.argsort(distance, kind="stable")
    counts = np.cumsum(probed[:, index.cluster_of(ordinals[order])], axis=1)
    counts = np.concatenate((np.zeros((len(probes), 1), np.int64), counts), axis=1)
    competitors = counts[:, np.searchsorted(distance[order], limits)].T
    return np.where(probed[:, index.cluster_of(answers)].T, competitors + 1, _NEVER), n_scanned


def _distances(index: VectorIndex, ordinals: I64, code: AnyArray) -> AnyArray:
    distances = np.empty(len(ordinals), np.int64)
    for segment, places, rows in index.by_segment(ordinals):
        distances[places] = index.kernel(code, segment.codes[rows])
    return distances


def _curve(needed: I64, n_scanned: AnyArray, probes: I64, index: VectorIndex) -> tuple[CurvePoint, ...]:
    points: list[CurvePoint] = []
    for column, n_probes in enumerate(probes.tolist()):
        scan_ns = _SCAN_NS if n_probes == index.n_clusters else _GATHERED_SCAN_NS
        for rerank in _RERANKS:
            recall = float(np.mean(needed[:, :, column] <= rerank))
            cost_ns = float(n_scanned[column]) * scan_ns + rerank * _RERANK_NS
            points.append(CurvePoint(n_probes, rerank, recall, cost_ns))
            if rerank >= index.n_alive:
                break
    return tuple(points)
