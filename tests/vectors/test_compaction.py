"""Compaction is asked for when it pays, and stops being asked for once done."""

import numpy as np
import pytest

from lsp_server.vectors.compaction import (
    MAX_SEGMENTS,
    Clustering,
    Compaction,
    SegmentLoad,
    imbalance,
    plan_compaction,
)

EVEN = np.full(100, 1000)


def plan(loads: list[tuple[int, int]], trained: int = 100_000) -> Compaction | None:
    return plan_compaction([SegmentLoad(*load) for load in loads], Clustering(trained), EVEN)


@pytest.mark.parametrize(
    ("loads", "action", "segments"),
    [
        ([], None, ()),
        ([(100, 20)], None, ()),
        ([(100_000, 20_000), (500, 0)], None, ()),
        ([(100_000, 30_000), (500, 0)], "merge", (0,)),
        ([(100_000, 0), (30, 30), (40, 0), (9, 9)], "drop", (1, 3)),
        ([(100_000, 0), (300_001, 0)], "recluster", (0, 1)),
    ],
)
def test_segments_are_merged_dropped_or_clustered_where_that_pays(
    loads: list[tuple[int, int]], action: str | None, segments: tuple[int, ...]
) -> None:
    found = plan(loads)
    assert (found.action if found else None) == action
    assert (found.segments if found else ()) == segments


def test_many_small_segments_are_merged_and_the_large_one_is_left_alone() -> None:
    found = plan([(100_000, 0)] + [(40, 0)] * MAX_SEGMENTS)
    assert found == Compaction("merge", tuple(range(1, MAX_SEGMENTS + 1)), "9 segments")


def test_a_stream_of_appends_rewrites_each_row_few_times() -> None:
    loads, n_rewritten, n_appends = [SegmentLoad(100_000, 0)], 0, 2000
    for _ in range(n_appends):
        loads.append(SegmentLoad(50, 0))
        while found := plan_compaction(loads, Clustering(100_000), EVEN):
            merged = SegmentLoad(sum(loads[number].alive for number in found.segments), 0)
            n_rewritten += merged.rows
            loads = [load for number, load in enumerate(loads) if number not in found.segments] + [merged]
    assert len(loads) <= MAX_SEGMENTS
    assert n_rewritten < 10 * (50 * n_appends + 100_000)


def test_a_small_index_is_never_clustered() -> None:
    assert plan([(1500, 0)], trained=0) is None


def test_the_first_clustering_comes_with_enough_rows() -> None:
    assert plan([(1500, 0), (1500, 0)], trained=0) == Compaction(
        "recluster", (0, 1), "grown from 0 to 3000 rows"
    )


def test_clusters_that_became_lopsided_are_trained_anew_once() -> None:
    sizes = np.full(100, 300)
    sizes[3] = 30_000
    loads = [SegmentLoad(int(sizes.sum()), 0)]
    found = plan_compaction(loads, Clustering(59_700), sizes)
    assert found is not None
    assert found.action == "recluster"
    assert plan_compaction(loads, Clustering(59_700, imbalance(sizes)), sizes) is None


def test_imbalance_is_one_for_equal_clusters() -> None:
    assert imbalance(EVEN) == 1.0
    assert imbalance(np.zeros(3)) == 1.0
    assert imbalance(np.array([10, 0])) == 2.0
