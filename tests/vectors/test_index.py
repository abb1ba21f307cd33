"""A search answers like a look at every row, whatever the segments, filters and dead rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_rows import best_ids, index_of, part_of, some_rows, unit_query

from lsp_server.vectors.index import VectorIndex
from lsp_server.vectors.kernels import numpy_hamming

shapes = st.fixed_dictionaries(
    {
        "n_rows": st.integers(0, 150),
        "cuts": st.lists(st.integers(0, 150), max_size=3),
        "limit": st.integers(1, 30),
        "share_alive": st.sampled_from([0.0, 0.2, 0.9, 1.0]),
        "share_allowed": st.sampled_from([0.0, 0.05, 0.5, 1.0]),
        "dimensions": st.sampled_from([8, 20, 64, 384]),
        "seed": st.integers(0, 1000),
    }
)


@settings(max_examples=60, deadline=None)
@given(shapes)
def test_probing_and_reranking_everything_is_exact(shape: dict) -> None:
    n_rows, limit, seed = shape["n_rows"], shape["limit"], shape["seed"]
    random = np.random.default_rng(seed)
    rows = some_rows(n_rows, shape["dimensions"], seed)
    alive = random.random(n_rows) < shape["share_alive"]
    wanted = random.random(n_rows) < shape["share_allowed"]
    query = unit_query(shape["dimensions"], seed)
    with index_of(rows, shape["cuts"], alive=alive) as index:
        allowed = np.isin(index.ids(np.arange(index.n_rows)), rows.ids[wanted])
        filtered = index.search(query, limit, index.n_clusters, n_rows, allowed)
        unfiltered = index.search(query, limit, index.n_clusters, n_rows)
        assert index.ids(filtered.ordinals).tolist() == best_ids(rows, query, limit, alive & wanted).tolist()
        assert index.ids(unfiltered.ordinals).tolist() == best_ids(rows, query, limit, alive).tolist()


@settings(max_examples=60, deadline=None)
@given(shapes, st.integers(0, 5))
def test_a_filter_never_costs_results_however_few_clusters_are_probed(shape: dict, probes: int) -> None:
    n_rows, limit, seed = shape["n_rows"], shape["limit"], shape["seed"]
    random = np.random.default_rng(seed)
    rows = some_rows(n_rows, shape["dimensions"], seed)
    alive = random.random(n_rows) < shape["share_alive"]
    wanted = random.random(n_rows) < shape["share_allowed"]
    query = unit_query(shape["dimensions"], seed)
    with index_of(rows, shape["cuts"], alive=alive) as index:
        allowed = np.isin(index.ids(np.arange(index.n_rows)), rows.ids[wanted])
        hits = index.search(query, limit, probes, 1, allowed)
        found = index.ids(hits.ordinals)
        assert len(found) == min(limit, np.count_nonzero(alive & wanted))
        assert np.isin(found, rows.ids[alive & wanted]).all()
        assert len(set(found.tolist())) == len(found)
        assert np.array_equal(hits.similarities, np.sort(hits.similarities)[::-1])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=4), st.integers(1, 60), st.integers(0, 100))
def test_the_spread_over_segments_changes_nothing(cuts: list[int], rerank: int, seed: int) -> None:
    rows = some_rows(3000, 64, seed)
    query = unit_query(64, seed)
    answers = []
    for places in ([], cuts):
        with index_of(rows, places) as index:
            hits = index.search(query, 10, index.n_clusters, rerank)
            answers.append((index.ids(hits.ordinals).tolist(), hits.similarities.tolist()))
    assert answers[0] == answers[1]


def test_equal_rows_beyond_number_are_decided_by_id() -> None:
    rows = some_rows(2000, 64)
    rows.vectors[:] = rows.vectors[0]
    with index_of(rows, [700]) as index:
        hits = index.search(rows.vectors[0].astype(np.float32), 10, index.n_clusters, 20)
        assert index.ids(hits.ordinals).tolist() == np.sort(rows.ids)[:10].tolist()


def test_a_zero_query_finds_nothing() -> None:
    with index_of(some_rows(50)) as index:
        assert len(index.search(np.zeros(64, np.float32), 10, 5, 50).ordinals) == 0


def test_few_probes_read_less_and_miss_little() -> None:
    rows = some_rows(20_000, 64)
    query = rows.vectors[17].astype(np.float32)
    with index_of(rows, [19_000], n_clusters=40) as index:
        few = index.search(query, 10, 12, 400)
        everything = index.search(query, 10, 40, 400)
        assert few.n_scanned < everything.n_scanned == 20_000
        assert len(np.intersect1d(few.ordinals, everything.ordinals)) >= 8


def test_the_kernels_find_the_same() -> None:
    rows = some_rows(5000, 384)
    query = unit_query(384, 1)
    with index_of(rows, [1000]) as index:
        plain = VectorIndex(index.segments, [None, None], index.centroids, numpy_hamming)
        for probes in (2, 5):
            hits, expected = index.search(query, 20, probes, 50), plain.search(query, 20, probes, 50)
            assert hits.ordinals.tolist() == expected.ordinals.tolist()
            assert hits.n_reranked == expected.n_reranked


def test_centroids_of_another_clustering_are_refused() -> None:
    with index_of(some_rows(50)) as index, pytest.raises(ValueError, match="was written for centroids"):
        VectorIndex(index.segments, [None], index.centroids[:-1])


def test_columns_follow_the_ordinals() -> None:
    rows = some_rows(400)
    with index_of(rows, [150, 150, 380]) as index:
        ordinals = index.ordinals_of(rows.ids)
        assert index.ids(ordinals).tolist() == rows.ids.tolist()
        assert index.kinds(ordinals).tolist() == rows.kinds.tolist()
        assert index.files(ordinals).tolist() == rows.files.tolist()
        assert index.flags(ordinals).tolist() == rows.flags.tolist()
        assert index.lines(ordinals).tolist() == rows.lines.tolist()
        assert [index.name(ordinal) for ordinal in ordinals] == rows.names
        found = [index.row_of(ordinal) for ordinal in ordinals]
        assert [segment.record(row) for segment, row in found] == rows.records
        assert index.where("kinds", lambda kinds: kinds == 5)[ordinals].tolist() == (rows.kinds == 5).tolist()
        nearest = (rows.vectors.astype(np.float32) @ index.centroids.T).argmax(axis=1)
        assert index.cluster_of(ordinals).tolist() == nearest.tolist()


def test_dead_rows_are_left_out_where_the_living_are_asked_for() -> None:
    rows = some_rows(100)
    with index_of(rows, [40]) as whole:
        dead = np.arange(0, 40, 3, dtype=np.uint32)
        alive = [whole.segments[0].alive(dead), whole.segments[1].alive(dead[:0])]
        assert alive[1] is None
        index = VectorIndex(whole.segments, alive, whole.centroids)
        assert index.living().tolist() == sorted(set(range(100)) - set(dead.tolist()))
        everything = index.living_where("kinds", lambda kinds: kinds >= 0)
        assert np.flatnonzero(everything).tolist() == index.living().tolist()
        assert index.where("kinds", lambda kinds: kinds >= 0).all()


def test_ids_lead_to_the_newest_row_that_is_alive() -> None:
    rows = some_rows(100)
    twice = part_of(rows, 0, 100)
    with index_of(rows, []) as old, index_of(twice, [], alive=np.arange(100) < 60) as new:
        both = VectorIndex(
            [*old.segments, *new.segments], [np.arange(100) % 2 == 0, new.alive], old.centroids
        )
        ordinals = both.ordinals_of(np.append(rows.ids, np.uint64(1)))
        assert (ordinals[:60] >= 100).all()
        dead = ordinals[60:100] < 0
        assert dead.any()
        assert both.alive is not None
        assert both.alive[ordinals[60:100][~dead]].all()
        assert ordinals[100] == -1
