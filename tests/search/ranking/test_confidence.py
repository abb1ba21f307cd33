import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.search.ranking.confidence import (
    BEGUN_CONFIDENCE,
    EXACT_CONFIDENCE,
    NAME_CONFIDENCE,
    TEXT_CONFIDENCE,
    confidence,
    scores,
)

SHARES = st.floats(0.0, 1.0)


def of_one(
    *, meaning: float = 0.0, exact: bool = False, begun: bool = False, name: float = 0.0, text: float = 0.0
) -> float:
    (only,) = confidence(*(np.array([source]) for source in (meaning, exact, begun, name, text)))
    return float(only)


def test_nothing_speaks_for_a_stray_result() -> None:
    assert of_one() == 0.0


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_each_source_alone_convinces_by_its_own_measure(share: float) -> None:
    assert of_one(meaning=share) == share
    assert of_one(text=share) == pytest.approx(TEXT_CONFIDENCE * share)
    assert of_one(name=share) == pytest.approx(NAME_CONFIDENCE * share**2)


def test_an_exact_name_convinces_whatever_it_means() -> None:
    assert of_one(exact=True) == EXACT_CONFIDENCE
    assert of_one(begun=True) == BEGUN_CONFIDENCE
    assert of_one(exact=True) > of_one(name=1.0) > of_one(text=1.0) > 0.5


@given(SHARES, st.booleans(), SHARES, SHARES)
def test_evidence_never_lowers_confidence(meaning: float, exact: bool, name: float, text: float) -> None:  # noqa: FBT001
    together = of_one(meaning=meaning, exact=exact, name=name, text=text)
    assert 0.0 <= together <= 1.0
    assert together >= meaning
    assert together >= of_one(exact=exact)


def test_no_results_have_no_scores() -> None:
    assert scores(np.zeros(0), np.zeros(0)).tolist() == []


def test_a_weak_answer_is_weak_from_the_top() -> None:
    assert scores(np.array([2.0, 1.9]), np.array([0.1, 0.1])).max() == pytest.approx(0.1)


def test_one_convincing_result_among_the_first_three_carries_the_answer() -> None:
    assert scores(np.array([1.0, 0.9, 0.8]), np.array([0.2, 0.9, 0.1])).tolist() == pytest.approx(
        [0.9, 0.81, 0.72]
    )


def test_a_convincing_result_far_down_does_not() -> None:
    assert scores(np.array([1.0, 0.9, 0.8, 0.1]), np.array([0.2, 0.2, 0.2, 0.9]))[0] == pytest.approx(0.2)


@given(st.lists(st.tuples(st.floats(-1.0, 5.0), SHARES), min_size=1, max_size=20))
def test_scores_never_rise_and_stay_between_zero_and_one(results: list[tuple[float, float]]) -> None:
    results.sort(key=lambda result: -result[0])
    relevance, confidences = (np.array(column) for column in zip(*results, strict=True))
    found = scores(relevance, confidences)
    assert (np.diff(found) <= 0).all()
    assert found.min() >= 0.0
    assert found.max() <= 1.0
