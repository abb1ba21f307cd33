"""Four-bit quantised tables: two components per byte, sixteen evenly spaced levels around zero.

The low nibbles of a row's bytes are the first half of its components, the high nibbles the second. Level n
stands for n - 7.5; so no level is zero, which components of trained vectors never need.
"""

import numpy as np

_MIDDLE = np.float32(7.5)
_STEPS = 24


def unpacked(packed: np.ndarray) -> np.ndarray:
    """Return the levels that the nibbles stand for.

    Args:
        packed: uint8[n, m].

    Returns:
        float32[n, 2 m], from -7.5 to 7.5.
    """
    n_rows, n_bytes = packed.shape
    levels = np.empty((n_rows, 2 * n_bytes), np.float32)
    # In place, half by half: a look-up table of bytes takes twice the time.
    np.bitwise_and(packed, 15, out=levels[:, :n_bytes], dtype=np.uint8, casting="unsafe")
    np.right_shift(packed, 4, out=levels[:, n_bytes:], dtype=np.uint8, casting="unsafe")
    levels -= _MIDDLE
    return levels


def packed(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quantise rows to four bits, each with the scale that loses least.

    Args:
        rows: float[n, d], d even.

    Returns:
        The bytes, uint8[n, d / 2], and each row's scale, float32[n]: scale · level approximates the row.
    """
    rows = np.asarray(rows, np.float32)
    largest = np.abs(rows).max(axis=1)
    best_error = np.full(len(rows), np.inf, np.float32)
    best_scale = np.ones(len(rows), np.float32)
    # Clipping a few outlying components makes the steps finer for all others.
    for share in np.linspace(0.35, 1.0, _STEPS, dtype=np.float32):
        scale = np.where(largest > 0, share * largest / _MIDDLE, np.float32(1))
        error = np.square(scale[:, None] * (_codes(rows, scale) - _MIDDLE) - rows).sum(axis=1)
        better = error < best_error
        best_error[better], best_scale[better] = error[better], scale[better]
    codes = _codes(rows, best_scale).astype(np.uint8)
    half = rows.shape[1] // 2
    return codes[:, :half] | codes[:, half:] << 4, best_scale


def _codes(rows: np.ndarray, scale: np.ndarray) -> np.ndarray:
    codes: np.ndarray = np.clip(np.rint(rows / scale[:, None] + _MIDDLE), 0, 15)
    return codes
