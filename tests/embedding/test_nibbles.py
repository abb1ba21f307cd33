"""Four bits a component: rounding loses little, and what is packed comes back."""

import numpy as np

from lsp_server.embedding.nibbles import packed, unpacked


def test_levels_come_back_as_they_were() -> None:
    levels = np.arange(16, dtype=np.float32) - 7.5
    rows = np.stack((levels, levels[::-1]))
    codes, scale = packed(rows * 0.25)
    np.testing.assert_allclose(unpacked(codes) * scale[:, None], rows * 0.25, atol=1e-6)


def test_the_direction_of_a_row_is_kept() -> None:
    rows = np.random.default_rng(0).standard_normal((200, 384)).astype(np.float32)
    codes, scale = packed(rows)
    assert codes.shape == (200, 192)
    back = unpacked(codes) * scale[:, None]
    cosines = (rows * back).sum(1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(back, axis=1)
    # Sixteen even levels leave a noise of about one percent of a normal distribution's power.
    assert cosines.mean() > 0.99
    assert cosines.min() > 0.98


def test_a_row_of_zeros_does_no_harm() -> None:
    codes, scale = packed(np.zeros((1, 4)))
    assert np.isfinite(unpacked(codes) * scale[:, None]).all()
