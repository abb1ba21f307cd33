"""From relevance, which only orders, to a score: 0.5 is "probably relevant", 0 is "nothing close"."""

import numpy as np

EXACT_CONFIDENCE = 0.97
"""What an exact name is worth, whatever its meaning."""

BEGUN_CONFIDENCE = 0.75
"""What a name that begins with the one word that was typed is worth."""

NAME_CONFIDENCE = 0.75
"""What a name that holds every content word of the query is worth."""

TEXT_CONFIDENCE = 0.6
"""What words alone can be worth: they stand there, but perhaps mean something else."""


def scores(relevance: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Return the score of each result.

    The answer as a whole is as good as the most convincing of its first results; within it scores follow
    relevance.

    Args:
        relevance: float64[n], never rising.
        confidence: float64[n], 0 to 1, of the same results.

    Returns:
        float64[n], 0 to 1, never rising.
    """
    if not len(relevance):
        return np.zeros(0)
    top = float(confidence[:3].max())
    best = max(float(relevance[0]), 1e-9)
    falling: np.ndarray = np.clip(top * np.maximum(relevance, 0.0) / best, 0.0, 1.0)
    return falling


def confidence(
    meaning: np.ndarray,
    exact: np.ndarray,
    begun: np.ndarray,
    name_coverage: np.ndarray,
    text_share: np.ndarray,
) -> np.ndarray:
    """Return how sure we are of each result on its own.

    Args:
        meaning: float[n], calibrated similarity, 0 to 1.
        exact: bool[n], the query names it.
        begun: bool[n], its name begins with the query.
        name_coverage: float[n], 0 to 1, of the query by its name.
        text_share: float[n], 0 to 1, its BM25 relative to what a document with every query word reaches.
    """
    sources = (
        meaning,
        EXACT_CONFIDENCE * exact,
        BEGUN_CONFIDENCE * begun,
        NAME_CONFIDENCE * np.square(name_coverage),
        TEXT_CONFIDENCE * text_share,
    )
    strongest: np.ndarray = np.max(sources, axis=0)
    return strongest
