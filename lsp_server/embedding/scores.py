"""From a cosine, whose scale depends on the model, to a score from 0 to 1 that means the same for all."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class ScoreCurve:
    """A logistic curve.

    Attributes:
        midpoint: The cosine at which a symbol is as likely relevant as not; it scores 0.5.
        steepness: The curve's steepness at its midpoint; 4 / steepness is the width of the doubtful range.
    """

    midpoint: float
    steepness: float


@dataclass(frozen=True, slots=True)
class ScoreCurves:
    """One model's two curves, as symbols are more similar to each other than to queries.

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
        curve: The curve of the model that the cosines are from.

    Returns:
        The same shape, float32.
    """
    steps = curve.steepness * (np.asarray(cosine, np.float32) - np.float32(curve.midpoint))
    scores: np.ndarray = (1 / (1 + np.exp(-steps))).astype(np.float32)
    return scores
