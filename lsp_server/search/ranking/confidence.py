"""From relevance, which only orders, to a score: 0.5 means "probably relevant", 0 "nothing close"."""

import numpy as np

EXACT_CONFIDENCE = 0.97
"""Of an exact name, whatever its meaning."""

BEGUN_CONFIDENCE = 0.75
"""Of a name that begins with the one word that was typed, and of what the query quotes."""

NAME_CONFIDENCE = 0.75
"""Of a name that has every content word of the query."""

TEXT_CONFIDENCE = 0.65
"""The most that words alone can reach: they occur, but may mean something else."""


def scores(relevance: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Return the score of each result.

    The first result scores the highest confidence among the first three; the others follow in proportion to
    their relevance.

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
    is_lifted: np.ndarray,
    name_coverage: np.ndarray,
    text_share: np.ndarray,
) -> np.ndarray:
    """Return how sure we are of each result on its own.

    Args:
        meaning: float[n], calibrated similarity, 0 to 1.
        exact: bool[n], whether the query names it.
        is_lifted: bool[n], whether its name begins with the query, or the query quotes it.
        name_coverage: float[n], 0 to 1, how well its name and the query cover each other.
        text_share: float[n], 0 to 1, BM25 relative to that of a document with every query word.
    """
    sources = (
        meaning,
        EXACT_CONFIDENCE * exact,
        BEGUN_CONFIDENCE * is_lifted,
        NAME_CONFIDENCE * np.square(name_coverage),
        TEXT_CONFIDENCE * text_share,
    )
    strongest: np.ndarray = np.max(sources, axis=0)
    return strongest
