"""Score curves say at which similarity a hit is as probably right as wrong."""

import numpy as np
import pytest

from lsp_server.training.calibration import fit_curve, fit_curves


def hits(n_right: int, n_wrong: int) -> tuple[np.ndarray, np.ndarray]:
    """Right hits around 0.7, wrong ones around 0.3, alike in spread: the border lies at 0.5."""
    random = np.random.default_rng(0)
    similarities = np.concatenate((random.normal(0.7, 0.1, n_right), random.normal(0.3, 0.1, n_wrong)))
    return similarities, np.arange(n_right + n_wrong) < n_right


@pytest.mark.parametrize(("n_right", "n_wrong"), [(2000, 2000), (200, 4000)])
def test_the_midpoint_lies_between_right_and_wrong_however_many_there_are(n_right: int, n_wrong: int) -> None:
    curve = fit_curve(*hits(n_right, n_wrong))
    assert curve.midpoint == pytest.approx(0.5, abs=0.03)
    assert curve.steepness > 10


def test_hits_that_overlap_give_a_flatter_curve() -> None:
    similarities, is_right = hits(2000, 2000)
    blurred = similarities + np.random.default_rng(1).normal(0, 0.3, len(similarities))
    assert fit_curve(blurred, is_right).steepness < fit_curve(similarities, is_right).steepness


def test_right_hits_alone_tell_nothing() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        fit_curve(np.array([0.5, 0.6]), np.array([True, True]))


def test_related_symbols_have_to_be_nearer_where_strangers_are_near() -> None:
    similarities, is_right = hits(500, 500)
    apart = fit_curves(similarities, is_right, np.full(10, 0.2))
    near = fit_curves(similarities, is_right, np.full(10, 0.4))
    assert apart.related == apart.query
    assert near.related.midpoint == pytest.approx(near.query.midpoint + 0.1, abs=0.02)
