import numpy as np
import pytest

from lsp_server.search.folder.masks import Masks


def test_a_mask_is_evaluated_once() -> None:
    masks = Masks()
    first = masks.of("even", lambda: np.arange(4) % 2 == 0)
    assert masks.of("even", lambda: pytest.fail("evaluated again")) is first
    assert first.tolist() == [True, False, True, False]


def test_nobody_can_change_what_others_are_given() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Masks().of("all", lambda: np.ones(3, np.bool_))[0] = False


def test_only_the_last_few_are_kept() -> None:
    masks = Masks()
    first = masks.of(0, lambda: np.ones(1, np.bool_))
    for condition in range(1, 8):
        masks.of(condition, lambda: np.ones(1, np.bool_))
    assert masks.of(0, lambda: np.ones(1, np.bool_)) is first  # asked for again, and so among the last
    masks.of(8, lambda: np.ones(1, np.bool_))
    assert masks.of(0, lambda: np.ones(1, np.bool_)) is first
    for condition in range(9, 17):
        masks.of(condition, lambda: np.ones(1, np.bool_))
    assert masks.of(0, lambda: np.ones(1, np.bool_)) is not first
