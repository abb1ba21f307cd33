"""Which model a query is embedded with: always the one that the answering index was made with."""

import logging
from collections.abc import Iterable, Iterator

import numpy as np

from lsp_server.embedding import (
    BUNDLED,
    NO_WORDS,
    Dictionary,
    Embedder,
    ModelChoice,
    ModelInfo,
    ScoreCurve,
    ScoreCurves,
    SymbolTexts,
    load_embedder,
)
from lsp_server.errors import ModelUnavailable
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.storage.folders import IndexVersion

logger = logging.getLogger(__name__)

_NEVER = ScoreCurve(midpoint=2.0, steepness=100.0)
"""A curve on which no cosine is relevant."""


class TextOnly:
    """Stands in for a model that is not available: it knows no word, so that text alone decides.

    Args:
        info: The missing model.
    """

    def __init__(self, info: ModelInfo) -> None:
        self._info = info

    @property
    def info(self) -> ModelInfo:
        """The missing model."""
        return self._info

    @property
    def curves(self) -> ScoreCurves:
        """Curves on which nothing is relevant."""
        return ScoreCurves(query=_NEVER, related=_NEVER)

    @property
    def words(self) -> Dictionary:
        """An empty dictionary."""
        return NO_WORDS

    def content_vectors(self, texts: SymbolTexts) -> np.ndarray:
        """Return zero vectors, float16[n, d]."""
        return np.zeros((len(texts.names), self._info.dimensions), np.float16)

    def place(self, content: np.ndarray, path: str) -> np.ndarray:  # noqa: ARG002 - the contract's
        """Return zero vectors, float16[n, d]."""
        return np.zeros_like(content)

    def query_vector(self, query: str) -> np.ndarray:  # noqa: ARG002 - the contract's
        """Return the zero vector, float32[d]."""
        return np.zeros(self._info.dimensions, np.float32)


class QueryModels:
    """The loaded models, by fingerprint.

    Args:
        embedders: Those that are loaded already, the configured one first.
    """

    def __init__(self, embedders: Iterable[Embedder]) -> None:
        self._known: dict[str, Embedder] = {}
        for embedder in embedders:
            self._known.setdefault(embedder.info.fingerprint, embedder)

    def __iter__(self) -> Iterator[Embedder]:
        return iter(list(self._known.values()))

    def of(self, version: IndexVersion, snapshot: Snapshot) -> Embedder:
        """Return the model that an index was made with, or `TextOnly` in its place.

        Only the bundled model is loaded here: an index does not record what others need (a folder, prefixes,
        a download).

        Args:
            version: The version that answers.
            snapshot: What is open of it.
        """
        fingerprint = version.fingerprint
        found = self._known.get(fingerprint)
        if found is None:
            info = ModelInfo(snapshot.meta.model_name, fingerprint, snapshot.vectors.n_dimensions, "")
            found = self._known[fingerprint] = _loaded(info)
        return found


def _loaded(info: ModelInfo) -> Embedder:
    try:
        bundled = load_embedder(ModelChoice(name=BUNDLED))
        if bundled.info.fingerprint == info.fingerprint:
            return bundled
    except ModelUnavailable:
        logger.exception("the bundled model can't be loaded")
    logger.warning("the older index's model %s is not available: it is searched by text alone", info.name)
    return TextOnly(info)
