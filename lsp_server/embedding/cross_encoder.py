"""A cross-encoder: reads a query and a text together and judges how well the text answers the query."""

import threading
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from lsp_server.errors import ModelUnavailable

_BATCH = 16


class PairModel(Protocol):
    """The part of `fastembed.rerank.cross_encoder.TextCrossEncoder` that is used."""

    def rerank(self, query: str, documents: Iterable[str], batch_size: int) -> Iterable[float]:
        """Judge texts, in their order."""


class CrossEncoder:
    """A model that judges pairs. Thread-safe, as its library is.

    Args:
        name: For display.
        model: The library's model.

    Attributes:
        turn: A lock for callers to hold while judging, as one judgement uses all cores. After waiting for it,
            check whether the search was cancelled meanwhile.
    """

    def __init__(self, name: str, model: PairModel) -> None:
        self.name = name
        self.turn = threading.Lock()
        self._model = model

    def judge(self, query: str, texts: Sequence[str]) -> np.ndarray:
        """Return the model's own output for each text, float64[n]: higher is better, usually log odds.

        Raises:
            ModelUnavailable: The model can't be run, or its output is not finite.
        """
        # Texts of similar length share a batch, since a batch is padded to its longest.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        judged = np.zeros(len(texts))
        try:
            judged[order] = list(self._model.rerank(query, [texts[index] for index in order], _BATCH))
        except Exception as error:  # whatever the library raises, the model can't be used
            raise ModelUnavailable(
                f"The reranking model {self.name} can't be run: {error}",
                "Set search.rerankModel to a cross-encoder with one output, or leave it empty.",
            ) from error
        if not np.isfinite(judged).all():
            raise ModelUnavailable(
                f"The reranking model {self.name} returned something that is not a number.",
                "Set search.rerankModel to another model, or leave it empty.",
            )
        return judged
