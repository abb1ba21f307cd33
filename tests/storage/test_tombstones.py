"""Sets of rows come back from their blocks, sparse or full."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.storage.tombstones import decode_block, encode_block, join_blocks, split_blocks


def check_round_trip(rows: np.ndarray) -> None:
    blocks = [(block, encode_block(part)) for block, part in split_blocks(rows)]
    assert np.array_equal(join_blocks(blocks), np.unique(rows))
    assert all(len(data) <= 8192 for _, data in blocks)


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_any_rows_come_back_ascending_and_once(rows: list[int]) -> None:
    check_round_trip(np.array(rows, dtype=np.uint32))


@pytest.mark.parametrize("n_rows", [4095, 4096, 4097, 65536, 200_000])
def test_dense_blocks_come_back(n_rows: int) -> None:
    check_round_trip(np.arange(n_rows, dtype=np.uint32))


@pytest.mark.parametrize("garbage", [b"x", b"x" * 8193])
def test_what_is_no_block_is_refused(garbage: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_block(garbage)
