"""What a cosine is worth: curves from similarity to the chance that a hit is relevant."""

import numpy as np

from lsp_server.embedding.scores import ScoreCurve, ScoreCurves

_ROUNDS = 50
_STEEPEST = 60.0


def fit_curves(similarities: np.ndarray, is_relevant: np.ndarray, strangers: np.ndarray) -> ScoreCurves:
    """Fit both curves of a model: queries' hits, and related symbols.

    Two pieces of code look alike by being code, so the curve of related symbols begins as much higher as
    unrelated symbols are nearer to one another than irrelevant hits are to a query.

    Args:
        similarities: How similar hits are to their queries, float[n].
        is_relevant: Whether each was what was meant, bool[n]; both kinds must occur.
        strangers: Similarities of symbols to their nearest neighbour in another repository, float[m].
    """
    query = fit_curve(similarities, is_relevant)
    nearer = float(np.median(strangers) - np.median(similarities[~is_relevant]))
    return ScoreCurves(query, ScoreCurve(query.midpoint + max(nearer, 0.0), query.steepness))


def fit_curve(similarities: np.ndarray, is_relevant: np.ndarray) -> ScoreCurve:
    """Fit a logistic curve by maximum likelihood (Newton's method; Platt 1999 for scores of classifiers).

    Both classes get the same total weight, so 0.5 is where a hit is as likely relevant as not.

    Args:
        similarities: How similar hits are to their queries, float[n].
        is_relevant: Whether each was what was meant, bool[n].

    Raises:
        ValueError: All of them were, or none.
    """
    x = np.asarray(similarities, np.float64)
    y = np.asarray(is_relevant, np.float64)
    if not 0 < y.sum() < len(y):
        raise ValueError("hits of both kinds are needed")
    weight = np.where(y > 0, 0.5 / y.sum(), 0.5 / (len(y) - y.sum()))
    design = np.stack((np.ones_like(x), x - x.mean()), axis=1)
    # A slight ridge penalty on the slope keeps curves of cleanly separated hits finite.
    ridge = np.diag([0.0, 1e-4])
    coefficients = np.zeros(2)
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-design @ coefficients))
        gradient = design.T @ (weight * (chance - y)) + ridge @ coefficients
        hessian = (design * (weight * chance * (1 - chance))[:, None]).T @ design + ridge + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        coefficients -= np.clip(step, -20, 20)
        if np.abs(step).max() < 1e-9:
            break
    steepness = float(np.clip(coefficients[1], 1.0, _STEEPEST))
    return ScoreCurve(midpoint=float(x.mean() - coefficients[0] / steepness), steepness=steepness)
