"""The inner loops agree with their definitions, bit by bit."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.vectors.kernels import (
    dot_products,
    hamming_kernel,
    is_finite,
    numpy_hamming,
    query_planes,
    rounded_distances,
    sign_codes,
    to_single,
)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5000), st.integers(1, 50), st.integers(0, 100))
def test_both_hamming_kernels_count_differing_bits(n_codes: int, words: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    codes = random.integers(0, 256, (n_codes, words * 8), np.uint8)
    query = random.integers(0, 256, words * 8, np.uint8)
    expected = np.unpackbits(codes ^ query, axis=1).sum(axis=1)
    assert numpy_hamming(query, codes).tolist() == expected.tolist()
    assert hamming_kernel()(query, codes).tolist() == expected.tolist()


def test_without_simsimd_numpy_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simsimd", None)
    assert hamming_kernel() is numpy_hamming


def test_a_kernel_leaves_no_reference_counts_behind() -> None:
    kernel = hamming_kernel()
    query, codes = np.zeros(48, np.uint8), np.zeros((100, 48), np.uint8)
    before = sys.getrefcount(None), sys.getrefcount(codes), sys.getrefcount(query)
    for _ in range(1000):
        kernel(query, codes)
    after = sys.getrefcount(None), sys.getrefcount(codes), sys.getrefcount(query)
    assert np.abs(np.subtract(after, before)).max() < 100


@pytest.mark.parametrize("dimensions", [8, 20, 64, 384])
def test_a_code_has_a_bit_for_every_positive_component(dimensions: int) -> None:
    vectors = np.random.default_rng(0).standard_normal((7, dimensions)).astype(np.float16)
    vectors[0] = 0
    codes = sign_codes(vectors)
    assert codes.shape[1] % 8 == 0
    assert np.array_equal(np.unpackbits(codes, axis=1)[:, :dimensions].astype(bool), vectors > 0)
    assert not np.unpackbits(codes, axis=1)[:, dimensions:].any()


@pytest.mark.parametrize("dimensions", [8, 20, 64, 384])
def test_distances_of_a_rounded_query_follow_its_dot_products_with_signs(dimensions: int) -> None:
    random = np.random.default_rng(0)
    query = random.standard_normal(dimensions).astype(np.float32)
    vectors = random.standard_normal((300, dimensions)).astype(np.float16)
    distances = rounded_distances(hamming_kernel(), query_planes(query), sign_codes(vectors))
    rounded = np.clip(np.floor((query / np.abs(query).max() + 1) * 8), 0, 15) - 7.5
    products = np.where(vectors > 0, 1, -1) @ rounded
    assert distances.dtype == np.uint16
    assert distances.tolist() == (7.5 * dimensions - products).tolist()


def test_a_rounded_query_holds_the_nearest_in_fewer_rows_than_a_sign_code() -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((5000, 384)).astype(np.float16)
    kernel, codes = hamming_kernel(), sign_codes(vectors)
    needed = {"signs": 0, "rounded": 0}
    for query in random.standard_normal((20, 384)).astype(np.float32):
        nearest = np.argsort(-(vectors.astype(np.float32) @ query))[:10]
        for name, distances in (
            ("signs", kernel(sign_codes(query[None])[0], codes)),
            ("rounded", rounded_distances(kernel, query_planes(query), codes)),
        ):
            needed[name] += int((distances < distances[nearest].max()).sum())
    assert needed["rounded"] < needed["signs"] / 2


def test_every_half_is_told_by_its_bits() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    assert [is_finite(halves[place : place + 1]) for place in range(len(halves))] == np.isfinite(
        halves
    ).tolist()
    finite = halves[np.isfinite(halves)]
    assert sign_codes(finite[None]).tobytes() == sign_codes(finite[None].astype(np.float32)).tobytes()


def test_every_finite_half_is_converted_exactly() -> None:
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    assert np.array_equal(to_single(halves), halves.astype(np.float32))


def test_a_dot_product_depends_on_its_row_alone() -> None:
    random = np.random.default_rng(0)
    rows = (random.standard_normal((1000, 384)) / 20).astype(np.float16)
    query = random.standard_normal(384).astype(np.float32)
    together = dot_products(rows, query)
    alone = [dot_products(rows[row : row + 1].copy(), query)[0] for row in range(1000)]
    assert together.tolist() == alone
    assert np.allclose(together, rows.astype(np.float64) @ query, atol=1e-5)
