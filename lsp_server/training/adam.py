"""Adam (Kingma and Ba 2015, arXiv:1412.6980), lazily, for tables of which a batch touches few rows."""

import numpy as np

_MEAN_DECAY = 0.9
_SQUARE_DECAY = 0.99


class Adam:
    """Optimises one array in place.

    Rows that a batch does not touch keep their moments: they are not pushed on by what was learned of them
    long ago.

    Args:
        values: float32[v] or float32[v, d].
    """

    def __init__(self, values: np.ndarray) -> None:
        self._values = values
        self._mean = np.zeros_like(values)
        self._square = np.zeros_like(values)
        self._steps = np.zeros(len(values), np.int32)

    def step(self, rows: np.ndarray, gradient: np.ndarray, rate: float) -> None:
        """Take one step against the gradient.

        Args:
            rows: Distinct rows, int[u].
            gradient: Gradient of the loss by these rows, float32[u] or float32[u, d].
            rate: Learning rate.
        """
        self._steps[rows] += 1
        steps = self._steps[rows].astype(np.float32)
        if gradient.ndim > 1:
            steps = steps[:, None]
        mean = self._mean[rows]
        mean += (1 - _MEAN_DECAY) * (gradient - mean)
        square = self._square[rows]
        square += (1 - _SQUARE_DECAY) * (gradient * gradient - square)
        self._mean[rows], self._square[rows] = mean, square
        corrected = mean / (1 - _MEAN_DECAY**steps)
        spread = np.sqrt(square / (1 - _SQUARE_DECAY**steps))
        self._values[rows] -= np.float32(rate) * corrected / (spread + 1e-8)
