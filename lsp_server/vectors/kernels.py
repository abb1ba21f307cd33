"""Owns the inner loops of vector search: sign codes, Hamming distances, exact dot products.

The float16 → float32 conversion shifts bits instead of using NumPy's cast, which is seven times slower. A
library's float16 dot product is no alternative: where the processor adds in float16, results lose digits and
differ between machines.
"""

from collections.abc import Callable

import numpy as np

from lsp_server.vectors.arrays import F16, F32, U8, AnyArray
from lsp_server.vectors.format import code_bytes

HammingKernel = Callable[[U8, U8], AnyArray]
"""(code u8[b], codes u8[m, b]) → number of differing bits [m], any real dtype; b is a multiple of 8."""

BLOCK_ROWS = 32_768
"""Codes per kernel call: distances stay in the L2 cache, and memory does not grow with the index."""

_FALLBACK_ROWS = 2_048
_QUERY_BITS = 4
_PLANES = np.arange(_QUERY_BITS, dtype=np.uint8)[:, None]
_MAGNITUDE, _INFINITE = np.uint16(0x7FFF), np.uint16(0x7C00)
_SIGN_AND_MAGNITUDE = np.uint32(0x8FFF_E000).astype(np.int32)
_UNSCALE = np.float32(2.0**112)


def sign_codes(vectors: AnyArray) -> U8:
    """Return one bit per component, set where it is positive.

    Args:
        vectors: Any float dtype, [n, d].

    Returns:
        u8[n, code_bytes(d)], most significant bit first (`np.packbits`), padded with zeros.
    """
    n_rows, dimensions = vectors.shape
    codes = np.zeros((n_rows, code_bytes(dimensions)), np.uint8)
    # The bits of a positive float16 are a positive integer, which takes a fiftieth of the time to compare.
    values = vectors.view(np.int16) if vectors.dtype == np.float16 else vectors
    packed = np.packbits(values > 0, axis=1)
    codes[:, : packed.shape[1]] = packed
    return codes


def is_finite(halves: F16) -> bool:
    """Tell whether all values are finite, at a fraction of what `np.isfinite` costs for float16."""
    return bool((halves.view(np.uint16) & _MAGNITUDE < _INFINITE).all())


def query_planes(query: F32) -> U8:
    """Return a query rounded to four bits per component, as one code (bit plane) per bit.

    When sign codes are compared, most of the error is the query's. With a rounded query, a third to a sixth
    as many rows contain the same nearest ones (RaBitQ, Gao and Long 2024, arXiv:2405.12497).

    Args:
        query: f32[d], not zero.

    Returns:
        u8[4, code_bytes(d)]; plane j has the weight 2**j. See `rounded_distances`.
    """
    middle = np.float32(2 ** (_QUERY_BITS - 1))
    levels = np.minimum(query * (middle / np.abs(query).max()) + middle, 2 * middle - 1).astype(np.uint8)
    return sign_codes(levels >> _PLANES & 1)


def rounded_distances(kernel: HammingKernel, planes: U8, codes: U8) -> AnyArray:
    """Return how far a rounded query is from sign codes, u16[m].

    The Hamming distances of the planes, weighted by 2**j. Up to a constant, this is the negative dot product
    of the rounded query and the code's signs.

    Args:
        kernel: A Hamming kernel.
        planes: The query's planes; see `query_planes`.
        codes: u8[m, b].
    """
    distances = np.zeros(len(codes), np.uint16)
    for bit, plane in enumerate(planes):
        distances += kernel(plane, codes).astype(np.uint16) << np.uint16(bit)
    return distances


def hamming_kernel() -> HammingKernel:
    """Return the fastest Hamming kernel available here; all give identical distances."""
    try:
        import simsimd  # noqa: PLC0415 - a wheel may be missing on a platform; nothing else needs it
    except ImportError:
        return numpy_hamming

    def simsimd_hamming(query: U8, codes: U8) -> AnyArray:
        # Not `out=`: in 6.5 that path returns None without owning a reference to it, which on Python 3.11
        # ends the process once None's count reaches zero.
        return np.asarray(simsimd.hamming(query, codes, "bin8")) if len(codes) else np.empty(0)

    return simsimd_hamming


def numpy_hamming(query: U8, codes: U8) -> AnyArray:
    """Count differing bits with NumPy alone.

    Args:
        query: u8[b], b a multiple of 8.
        codes: u8[m, b], C-contiguous.

    Returns:
        u16[m].
    """
    distances = np.zeros(len(codes), np.uint16)
    query_words = np.ascontiguousarray(query).view(np.uint64)
    code_words = np.ascontiguousarray(codes).view(np.uint64)
    for start in range(0, len(codes), _FALLBACK_ROWS):
        bits = np.bitwise_count(code_words[start : start + _FALLBACK_ROWS] ^ query_words)
        block = distances[start : start + _FALLBACK_ROWS]
        for column in bits.T:  # adding columns is nearly twice as fast as a sum along such short rows
            block += column
    return distances


def to_single(halves: F16) -> F32:
    """Convert finite float16 values to float32, exactly.

    Args:
        halves: Any shape.

    Returns:
        The same shape.
    """
    singles = _shifted(halves)
    singles *= _UNSCALE
    return singles


def dot_products(rows: F16, query: F32) -> F32:
    """Return each row's dot product with the query.

    A row's result depends on that row alone, so the layout of segments can't change a ranking.

    Args:
        rows: f16[m, d], finite.
        query: f32[d].

    Returns:
        f32[m].
    """
    products: F32 = np.vecdot(_shifted(rows), query * _UNSCALE)
    return products


def _shifted(halves: F16) -> F32:
    # Sign to bit 31, exponent and fraction to bits 13-27: the value, times 2**-112 (biases are 15 and 127).
    bits = np.left_shift(halves.view(np.int16), 13, dtype=np.int32)
    bits &= _SIGN_AND_MAGNITUDE
    return bits.view(np.float32)
