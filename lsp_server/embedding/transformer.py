"""Embeds symbols with a transformer, whatever library runs it: symbols' texts, prefixes, score curves."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from lsp_server.embedding.contract import ModelInfo, SymbolTexts
from lsp_server.embedding.dictionary import NO_WORDS
from lsp_server.embedding.probes import PROBES
from lsp_server.embedding.rotation import rotation
from lsp_server.embedding.scores import ScoreCurve, ScoreCurves

RECIPE = "text-1"
"""To be raised when the same symbol gives another text."""

_MAX_DOCUMENTATION_BYTES = 600
_MAX_CODE_BYTES = 1200
_BATCH = 32


class TextModel(Protocol):
    """The part of `fastembed.TextEmbedding` that is used."""

    def query_embed(self, query: str) -> Iterable[np.ndarray]:
        """Embed a query."""

    def passage_embed(self, texts: Iterable[str], *, batch_size: int) -> Iterable[np.ndarray]:
        """Embed passages, in their order."""


class TransformerModel:
    """An `Embedder` around a text model.

    A symbol's text is its qualified name, its documentation and its code. The path is left out: embedding
    every symbol again because its file was moved would take minutes.
    """

    def __init__(self, info: ModelInfo, model: TextModel, query_prefix: str, passage_prefix: str) -> None:
        self.info = info
        self.words = NO_WORDS
        self._model = model
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._rotation = rotation(info.dimensions)

    @cached_property
    def curves(self) -> ScoreCurves:
        """See `Embedder.curves`. Measured with `PROBES`, since every model has its own scale."""
        queries = np.stack([self.query_vector(query) for query, _ in PROBES])
        codes = self._passages([code for _, code in PROBES])
        similarities = queries @ (codes @ self._rotation).T
        is_answer = np.eye(len(PROBES), dtype=bool)
        right, wrong = np.median(similarities[is_answer]), np.median(similarities[~is_answer])
        distance = max(float(right - wrong), 0.01)
        curve = ScoreCurve(midpoint=float(right + wrong) / 2, steepness=4 / distance)
        # Any two pieces of code are similar by being code: the curve shifts by how much unrelated ones are.
        unrelated = float(np.median((codes @ codes.T)[~is_answer]))
        midpoint = curve.midpoint + max(unrelated - float(wrong), 0.0)
        return ScoreCurves(curve, ScoreCurve(max(min(midpoint, 0.98), curve.midpoint), curve.steepness))

    def content_vectors(self, texts: SymbolTexts) -> np.ndarray:
        """See `Embedder.content_vectors`."""
        rotated: np.ndarray = (self._passages(_texts_of(texts)) @ self._rotation).astype(np.float16)
        return rotated

    def place(self, content: np.ndarray, path: str) -> np.ndarray:  # noqa: ARG002 - the path says nothing here
        """See `Embedder.place`."""
        placed: np.ndarray = _normalised(content.astype(np.float32)).astype(np.float16)
        return placed

    def query_vector(self, query: str) -> np.ndarray:
        """See `Embedder.query_vector`."""
        if not query.strip():
            return np.zeros(self.info.dimensions, np.float32)
        vectors = np.stack(list(self._model.query_embed(self._query_prefix + query)))
        rotated: np.ndarray = _normalised(vectors.astype(np.float32))[0] @ self._rotation
        return rotated

    def _passages(self, passages: Sequence[str]) -> np.ndarray:
        """Return unit vectors, not rotated, float32[n, d]; zero for an empty passage."""
        vectors = np.zeros((len(passages), self.info.dimensions), np.float32)
        # Passages of similar length share a batch, since a batch is padded to its longest.
        order = sorted(
            (index for index, passage in enumerate(passages) if passage.strip()),
            key=lambda index: (len(passages[index]), index),
        )
        prefixed = [self._passage_prefix + passages[index] for index in order]
        if prefixed:
            vectors[order] = np.stack(list(self._model.passage_embed(prefixed, batch_size=_BATCH)))
        return _normalised(vectors)


def _texts_of(texts: SymbolTexts) -> list[str]:
    made = []
    for name, container, (start, end), documentation in zip(
        texts.names, texts.containers, texts.code, texts.documentation, strict=True
    ):
        qualified = f"{container}.{name}" if container else name
        explained, code = b"", texts.source[start : min(end, start + _MAX_CODE_BYTES)]
        if documentation is not None:
            first, last = documentation
            explained = texts.source[first : min(last, first + _MAX_DOCUMENTATION_BYTES)]
            if start <= first < end:
                code = (texts.source[start:first].rstrip() + texts.source[last:end])[:_MAX_CODE_BYTES]
        parts = (qualified, _decoded(explained), _decoded(code))
        made.append("\n".join(part for part in parts if part))
    return made


def _decoded(cut: bytes) -> str:
    return cut.decode("utf-8", "ignore").strip()


def _normalised(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normalised: np.ndarray = vectors / np.where(lengths > 0, lengths, 1)
    return normalised
