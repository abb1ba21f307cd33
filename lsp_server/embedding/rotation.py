"""The fixed random rotation of all vectors, which makes the signs of their components most informative.

It must be the same on every machine and with every version of NumPy: it uses nothing but SHAKE-256, a stable
sort, and additions and multiplications of single numbers (no BLAS, no QR).
"""

import math
from functools import cache
from hashlib import shake_256

import numpy as np


@cache
def rotation(dimensions: int) -> np.ndarray:
    """Return an orthogonal matrix to multiply row vectors with, float32[d, d], read-only.

    Each round shuffles the axes, flips some, and turns disjoint pairs of them by 45 degrees, like a step of
    the fast Walsh-Hadamard transform (Ailon and Chazelle 2009, "The fast Johnson-Lindenstrauss transform");
    twice as many rounds as such a transform needs mix every axis into all others.
    """
    matrix = np.eye(dimensions)
    half = dimensions // 2
    for turn in range(2 * max(1, math.ceil(math.log2(max(2, dimensions))))):
        digest = shake_256(f"semantic-symbols {dimensions} {turn}".encode()).digest(8 * dimensions)
        draws = np.frombuffer(digest, "<u8")
        matrix = matrix[:, np.argsort(draws, kind="stable")]
        matrix = matrix * np.where(draws & np.uint64(1), -1.0, 1.0)
        left, right = matrix[:, :half].copy(), matrix[:, half : 2 * half].copy()
        matrix[:, :half] = (left + right) * math.sqrt(0.5)
        matrix[:, half : 2 * half] = (left - right) * math.sqrt(0.5)
    rotated: np.ndarray = matrix.astype(np.float32)
    rotated.flags.writeable = False
    return rotated
