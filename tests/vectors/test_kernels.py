"""The inner loops agree with their definitions, bit by bit."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.vectors.kernels import dot_products, hamming_kernel, numpy_hamming, sign_codes, to_single


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
