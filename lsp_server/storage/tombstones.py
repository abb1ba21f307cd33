"""How sets of dead rows are stored: in blocks, like Roaring bitmaps, so that a commit writes little.

A block covers 65,536 rows. One with fewer than 4,096 rows is an ascending u16 array, a fuller one a bitmap of
8,192 bytes (Chambi et al., "Better bitmap performance with Roaring bitmaps", 2014).
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLOCK_ROWS: Final = 1 << 16
_BITMAP_BYTES: Final = BLOCK_ROWS // 8
_ARRAY_LIMIT: Final = _BITMAP_BYTES // 2


def split_blocks(rows: NDArray[np.uint32]) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """Yield (block, ascending u16 rows inside it) for each block that `rows` touches.

    Args:
        rows: u32[n], in any order, repetitions allowed.
    """
    ordered = np.unique(np.asarray(rows, dtype=np.uint32))
    blocks = ordered >> 16
    present, starts = np.unique(blocks, return_index=True)
    for block, part in zip(present.tolist(), np.split(ordered, starts[1:]), strict=False):
        yield int(block), (part & 0xFFFF).astype(np.uint16)


def encode_block(rows: NDArray[np.uint16]) -> bytes:
    """Return the stored form of a block's ascending, distinct rows."""
    if len(rows) < _ARRAY_LIMIT:
        return rows.astype("<u2").tobytes()
    bits = np.zeros(BLOCK_ROWS, dtype=bool)
    bits[rows] = True
    return np.packbits(bits, bitorder="little").tobytes()


def decode_block(data: bytes) -> NDArray[np.uint16]:
    """Return a block's ascending rows.

    Raises:
        ValueError: `data` is not a block.
    """
    if len(data) == _BITMAP_BYTES:
        bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")
        return np.flatnonzero(bits).astype(np.uint16)
    if len(data) > _BITMAP_BYTES:
        raise ValueError("a block of tombstones is too long")
    return np.frombuffer(data, dtype="<u2").astype(np.uint16)


def join_blocks(blocks: Iterable[tuple[int, bytes]]) -> NDArray[np.uint32]:
    """Return all rows of the given (block, stored form) pairs, ascending when the blocks are.

    Raises:
        ValueError: One of them is not a block.
    """
    parts = [decode_block(data).astype(np.uint32) + np.uint32(block << 16) for block, data in blocks]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint32)
