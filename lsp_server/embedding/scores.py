"""From a cosine, whose scale is each model's own, to a score from 0 to 1 that means the same everywhere."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class ScoreCurve:
    """A logistic curve.

    Attributes:
        midpoint: The cosine that is as likely as not to be a relevant symbol's; it scores 0.5.
        steepness: Of the curve at its midpoint; 4 / steepness is the width of the doubtful stretch.
    """

    midpoint: float
    steepness: float


@dataclass(frozen=True, slots=True)
class ScoreCurves:
    """One model's two curves: symbols resemble one another more than they resemble queries.

    Attributes:
        query: For the similarity of a query and a symbol.
        related: For the similarity of two symbols.
    """

    query: ScoreCurve
    related: ScoreCurve


def similarity_to_score(cosine: np.ndarray, curve: ScoreCurve) -> np.ndarray:
    """Return scores from 0 to 1, rising with the cosine, where 0.5 means "probably relevant".

    Args:
        cosine: Any shape, float.
        curve: Of the model the cosines are from.

    Returns:
        The same shape, float32.
    """
    steps = curve.steepness * (np.asarray(cosine, np.float32) - np.float32(curve.midpoint))
    scores: np.ndarray = (1 / (1 + np.exp(-steps))).astype(np.float32)
    return scores
