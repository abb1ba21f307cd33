"""The table before training: a general model's vector of each sub-word on its own."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lsp_server.training.network import Parameters, normalised

_SMOOTHING = 1e-3


def start_parameters(vectors: np.ndarray, frequencies: np.ndarray) -> Parameters:
    """Return parameters to start from.

    Args:
        vectors: The vectors of the sub-words, float32[v, d]; a zero row stays zero.
        frequencies: How often each occurs, float[v].
    """
    known = np.linalg.norm(vectors, axis=1) > 0
    shares = frequencies / max(frequencies.sum(), 1)
    # Centre the vectors: the mean does not distinguish any words.
    centre = (shares[:, None] * vectors)[known].sum(axis=0) / max(shares[known].sum(), 1e-9)
    table = normalised(np.where(known[:, None], vectors - centre, 0).astype(np.float32))
    # Smooth inverse frequency (Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline").
    weights = np.log(_SMOOTHING / (_SMOOTHING + shares)).astype(np.float32)
    return Parameters(table, weights, weights.copy())


def row_frequencies(
    counts: Mapping[str, float], rows_of: Callable[[str], Sequence[int]], n_rows: int
) -> np.ndarray:
    """Return how often each row occurs, float64[n_rows], given how often each word does."""
    frequencies = np.zeros(n_rows)
    for word, count in counts.items():
        for row in rows_of(word):
            frequencies[row] += count
    return frequencies
