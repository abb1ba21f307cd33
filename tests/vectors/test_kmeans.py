"""Centroids describe their vectors, the same ones every time."""

import numpy as np
import pytest
from vector_rows import unit_rows

from lsp_server.vectors.kmeans import assign, assign_twice, suggested_clusters, train_centroids


def test_separate_groups_are_found() -> None:
    random = np.random.default_rng(0)
    centres = np.eye(32, dtype=np.float32)[:6]
    rows = centres[np.arange(600) % 6] + 0.05 * random.standard_normal((600, 32)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels = assign(rows, train_centroids(rows, 12, seed=0))
    for label in np.unique(labels):
        assert len(np.unique(np.flatnonzero(labels == label) % 6)) == 1


def test_the_same_sample_and_seed_give_the_same_centroids() -> None:
    rows = unit_rows(3000, 64, seed=4)
    first = train_centroids(rows, 20, seed=7)
    assert np.array_equal(first, train_centroids(rows, 20, seed=7))
    assert not np.array_equal(first, train_centroids(rows, 20, seed=8))


def test_every_vector_goes_to_its_nearest_centroid() -> None:
    rows = unit_rows(1000, 64, seed=2)
    centroids = train_centroids(rows, 10, seed=1)
    expected = (rows.astype(np.float32) @ centroids.T).argmax(axis=1)
    assert assign(rows, centroids).tolist() == expected.tolist()
    assert np.allclose(np.linalg.norm(centroids, axis=1), 1, atol=1e-5)


def test_a_second_cluster_errs_in_another_direction() -> None:
    rows = unit_rows(1000, 64, seed=2)
    rows[3] = 0
    centroids = train_centroids(rows, 10, seed=1)
    first, second = assign_twice(rows, centroids)
    assert first.tolist() == assign(rows, centroids).tolist()
    for row, own, other in zip(rows.astype(np.float64), first.tolist(), second.tolist(), strict=True):
        if not row.any():
            assert other == len(centroids)
            continue
        error = row - centroids[own]
        direction = error / np.linalg.norm(error)
        costs = [np.sum((row - one) ** 2) + (direction @ (row - one)) ** 2 for one in centroids]
        costs[own] = np.inf
        assert costs[other] == pytest.approx(min(costs), abs=1e-3)


def test_one_cluster_has_no_second() -> None:
    rows = unit_rows(10, 16, seed=0)
    assert assign_twice(rows, train_centroids(rows, 1, seed=0))[1].tolist() == [1] * 10


@pytest.mark.parametrize(
    ("n_rows", "wanted", "expected"), [(0, 5, 1), (3, 5, 3), (100, 5, 5), (9000, 10, 10)]
)
def test_there_are_never_more_centroids_than_vectors(n_rows: int, wanted: int, expected: int) -> None:
    assert train_centroids(unit_rows(n_rows, 16, seed=0), wanted, seed=0).shape == (expected, 16)


def test_equal_and_zero_vectors_do_no_harm() -> None:
    rows = np.repeat(unit_rows(2, 16, seed=0), 50, axis=0)
    rows[::10] = 0
    centroids = train_centroids(rows, 7, seed=0)
    assert np.isfinite(centroids).all()
    assert assign(rows, centroids)[0] == 0


@pytest.mark.parametrize(("n_rows", "expected"), [(0, 1), (1000, 1), (10_000, 100), (1_000_000, 1000)])
def test_the_suggested_number_grows_with_the_root(n_rows: int, expected: int) -> None:
    assert suggested_clusters(n_rows) == expected
