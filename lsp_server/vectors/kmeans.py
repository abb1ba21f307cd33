"""Owns spherical k-means: training centroids on a sample, and assigning vectors to clusters.

Nearest means the largest dot product (Dhillon & Modha 2001, "Concept decompositions for large sparse text
data"). A second cluster is chosen as in SOAR (Sun et al. 2023, "SOAR: Improved indexing for approximate
nearest neighbor search"): queries miss a vector when its first centroid represents it badly, so the second
one's error should point in another direction.
"""

from collections.abc import Iterator

import numpy as np

from lsp_server.vectors.arrays import F32, I64, U32, AnyArray
from lsp_server.vectors.kernels import to_single

SAMPLE_PER_CLUSTER = 64
"""How many training vectors per centroid are enough in practice; more than 256 never helped."""

_MAX_SAMPLE_PER_CLUSTER = 256
_MAX_ROUNDS = 12
_CONVERGED = 0.005  # stop when less than this share of the vectors changed clusters
_UNCLUSTERED_ROWS = 2_000
_TINY = 1e-6
_BLOCK_SCORES = 4_000_000  # similarities held at a time: 16 MB


def suggested_clusters(n_rows: int) -> int:
    """Return how many clusters suit an index: one for a small index, else the square root of its rows."""
    return 1 if n_rows < _UNCLUSTERED_ROWS else round(n_rows**0.5)


def train_centroids(sample: AnyArray, n_clusters: int, seed: int) -> F32:
    """Train centroids.

    Args:
        sample: f16 or f32 [m, d], unit rows; zero rows are dropped, more than 256 rows per cluster sampled.
        n_clusters: How many centroids are wanted.
        seed: The same sample, number and seed give the same centroids on one machine.

    Returns:
        f32[k, d], unit rows, ordered so that similar ones tend to be neighbours. k is at least 1, and less
        than `n_clusters` only when the sample has fewer usable rows; without any, the one centroid is zero.
    """
    random = np.random.default_rng(seed)
    usable = np.flatnonzero(sample.any(axis=1))
    if not len(usable):
        return np.zeros((1, sample.shape[1]), np.float32)
    n_clusters = max(1, min(n_clusters, len(usable)))
    limit = _MAX_SAMPLE_PER_CLUSTER * n_clusters
    if len(usable) > limit:
        usable = np.sort(random.choice(usable, limit, replace=False))
    if len(usable) < len(sample):
        sample = sample[usable]
    centroids = _single(sample[np.sort(random.choice(len(sample), n_clusters, replace=False))])
    labels = np.full(len(sample), -1, np.int64)
    for _ in range(_MAX_ROUNDS):
        previous = labels
        labels, scores = _nearest(sample, centroids)
        centroids = _means(sample, labels, scores, n_clusters)
        if np.count_nonzero(labels != previous) < _CONVERGED * len(sample):
            break
    return centroids[_chain(centroids)]


def assign(vectors: AnyArray, centroids: F32) -> U32:
    """Return each vector's nearest centroid.

    Args:
        vectors: f16 or f32 [n, d].
        centroids: f32[k, d].

    Returns:
        u32[n]; the first of equals, so 0 for a zero vector.
    """
    return _nearest(vectors, centroids)[0].astype(np.uint32)


def assign_twice(vectors: AnyArray, centroids: F32) -> tuple[U32, U32]:
    """Return each vector's nearest centroid, and a second one that best complements it (SOAR).

    Args:
        vectors: f16 or f32 [n, d], unit rows.
        centroids: f32[k, d], unit rows.

    Returns:
        Two u32[n]. The second is k, meaning none, for a zero vector and where there is only one centroid.
    """
    n_clusters = len(centroids)
    first = np.zeros(len(vectors), np.uint32)
    second = np.full(len(vectors), n_clusters, np.uint32)
    between = centroids @ centroids.T
    for rows in _blocks(len(vectors), n_clusters):
        block = _single(vectors[rows])
        similarities = block @ centroids.T
        nearest = similarities.argmax(axis=1)
        first[rows] = nearest
        if n_clusters > 1:
            own = np.take_along_axis(similarities, nearest[:, None], axis=1)
            # With r = x - c: |x - c'|² + λ (r/|r| · (x - c'))², λ = 1, less the terms that all c' share.
            costs = between[nearest] - similarities
            costs += 1 - own
            costs /= np.sqrt(np.maximum(2 - 2 * own, _TINY))
            costs *= costs
            costs -= 2 * similarities
            np.put_along_axis(costs, nearest[:, None], np.inf, axis=1)
            second[rows] = np.where(block.any(axis=1), costs.argmin(axis=1), n_clusters)
    return first, second


def _nearest(vectors: AnyArray, centroids: F32) -> tuple[I64, F32]:
    labels = np.zeros(len(vectors), np.int64)
    scores = np.zeros(len(vectors), np.float32)
    for rows in _blocks(len(vectors), len(centroids)):
        similarities = _single(vectors[rows]) @ centroids.T
        labels[rows] = similarities.argmax(axis=1)
        scores[rows] = np.take_along_axis(similarities, labels[rows, None], axis=1)[:, 0]
    return labels, scores


def _chain(centroids: F32) -> I64:
    """Return an order in which each centroid is followed by the most similar one left, i64[k].

    Clusters that are probed together then tend to be contiguous, and are read in fewer runs.
    """
    similarities = centroids @ centroids.T
    is_left = np.ones(len(centroids), np.bool_)
    last = int(similarities.sum(axis=1).argmin())
    order = [last]
    for _ in range(len(centroids) - 1):
        is_left[last] = False
        last = int(np.where(is_left, similarities[last], -np.inf).argmax())
        order.append(last)
    return np.array(order)


def _means(sample: AnyArray, labels: I64, scores: F32, n_clusters: int) -> F32:
    sums = np.zeros((n_clusters, sample.shape[1]), np.float32)
    order = np.argsort(labels, kind="stable")
    for block in _blocks(len(sample), sample.shape[1]):
        rows = order[block]
        present, starts = np.unique(labels[rows], return_index=True)
        sums[present] += np.add.reduceat(_single(sample[rows]), starts, axis=0)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    # An empty cluster restarts from one of the vectors that are farthest from their own centroids.
    empty = np.flatnonzero(norms[:, 0] == 0)
    if len(empty):
        strangers = np.argsort(scores, kind="stable")[: len(empty)]
        sums[empty] = _single(sample[strangers])
        norms[empty] = np.linalg.norm(sums[empty], axis=1, keepdims=True)
    means: F32 = sums / norms
    return means


def _single(vectors: AnyArray) -> F32:
    return to_single(vectors) if vectors.dtype == np.float16 else vectors.astype(np.float32, copy=False)


def _blocks(n_rows: int, width: int) -> Iterator[slice]:
    step = max(256, _BLOCK_SCORES // max(width, 1))
    return (slice(start, start + step) for start in range(0, n_rows, step))
