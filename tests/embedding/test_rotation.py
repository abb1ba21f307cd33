"""The rotation changes no likeness, mixes every axis into all others, and never changes itself."""

from hashlib import sha256

import numpy as np
import pytest

from lsp_server.embedding.rotation import rotation


@pytest.mark.parametrize("dimensions", [1, 2, 7, 128, 384, 1024])
def test_the_rotation_is_orthogonal(dimensions: int) -> None:
    matrix = rotation(dimensions).astype(np.float64)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(dimensions), atol=1e-5)


def test_every_axis_goes_into_all_others() -> None:
    matrix = rotation(384)
    assert np.abs(matrix).max() < 8 / np.sqrt(384)
    assert np.mean(np.abs(matrix) > 0.1 / np.sqrt(384)) > 0.8


def test_it_is_the_same_everywhere() -> None:
    # Indexes outlive upgrades of Python and NumPy: these bits must never change.
    assert sha256(rotation(384).astype("<f4").tobytes()).hexdigest()[:16] == "f5d921fb2fbd3e85"
