"""Owns the compaction policy: when to drop, merge or re-cluster segments. It decides, others act.

Merging is geometric, as in log-structured merge trees (O'Neil et al. 1996): segments are merged with others
of similar size, so that a row is rewritten a logarithmic number of times and the largest segment rarely.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lsp_server.vectors.arrays import AnyArray
from lsp_server.vectors.kmeans import suggested_clusters

MAX_SEGMENTS = 8
"""A search touches every segment, about ten microseconds each."""

_DEAD_SHARE = 0.25
_MIN_DEAD = 500  # fewer dead rows are not worth a rewrite
_GROWTH = 4.0
_SIMILAR = 2  # a segment joins a merge when it has at most this many times the rows gathered so far
_IMBALANCE = 2.0
_MIN_IMBALANCED_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class SegmentLoad:
    """How many rows a segment has, and how many of them are dead."""

    rows: int
    dead: int

    @property
    def alive(self) -> int:
        """Number of rows that are not dead."""
        return self.rows - self.dead


@dataclass(frozen=True, slots=True)
class Clustering:
    """The state when the centroids were trained.

    Attributes:
        rows: Live rows; 0 before the first training.
        imbalance: `imbalance` of the clusters.
    """

    rows: int
    imbalance: float = 1.0


@dataclass(frozen=True, slots=True)
class Compaction:
    """A step to take.

    Attributes:
        action: "drop": delete segments without live rows; "merge": merge some into one, keeping the clusters;
            "recluster": train new centroids and merge all segments with them.
        segments: Which ones, as indices into the given list.
        reason: A phrase for the log.
    """

    action: Literal["drop", "merge", "recluster"]
    segments: tuple[int, ...]
    reason: str


def imbalance(cluster_sizes: AnyArray) -> float:
    """Return the expected rows that a probe reads, relative to equal clusters, for queries near the rows.

    Args:
        cluster_sizes: Any integers [k].

    Returns:
        k · Σ size² / (Σ size)²; 1 for equal clusters, and for none.
    """
    sizes = np.asarray(cluster_sizes, np.float64)
    total = sizes.sum()
    return float(len(sizes) * np.square(sizes).sum() / total**2) if total else 1.0


def plan_compaction(
    loads: Sequence[SegmentLoad], clustering: Clustering, cluster_sizes: AnyArray
) -> Compaction | None:
    """Decide on the most useful next step; ask again when it is done.

    Args:
        loads: The segments, oldest first.
        clustering: The state at the last training.
        cluster_sizes: Rows in each cluster now, [k].

    Returns:
        The step; None when nothing needs to be done.
    """
    everything = tuple(range(len(loads)))
    n_alive = sum(load.alive for load in loads)
    dead = tuple(number for number in everything if loads[number].rows and not loads[number].alive)
    if dead:
        return Compaction("drop", dead, f"{len(dead)} segments without live rows")
    if suggested_clusters(n_alive) > 1 and n_alive > _GROWTH * clustering.rows:
        return Compaction("recluster", everything, f"grown from {clustering.rows} to {n_alive} rows")
    skew = imbalance(cluster_sizes)
    if n_alive >= _MIN_IMBALANCED_ROWS and skew > _IMBALANCE * clustering.imbalance:
        return Compaction("recluster", everything, f"imbalance {skew:.1f}, was {clustering.imbalance:.1f}")
    heavy = tuple(
        number
        for number in everything
        if loads[number].dead >= max(_MIN_DEAD, _DEAD_SHARE * loads[number].rows)
    )
    if heavy:
        n_dead = sum(loads[number].dead for number in heavy)
        return Compaction("merge", heavy, f"{n_dead} dead rows")
    if len(loads) > MAX_SEGMENTS:
        return Compaction("merge", _small_ones(loads), f"{len(loads)} segments")
    return None


def _small_ones(loads: Sequence[SegmentLoad]) -> tuple[int, ...]:
    by_size = sorted(range(len(loads)), key=lambda number: (loads[number].alive, number))
    least = len(loads) - MAX_SEGMENTS + 1
    chosen: list[int] = []
    n_rows = 0
    for number in by_size:
        if len(chosen) > least and loads[number].alive > _SIMILAR * n_rows:
            break
        chosen.append(number)
        n_rows += loads[number].alive
    return tuple(sorted(chosen))
