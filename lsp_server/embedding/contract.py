"""The interface of every embedding model, and what it gets to know about the symbols of a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import numpy as np

from lsp_server.embedding.dictionary import Dictionary
from lsp_server.embedding.scores import ScoreCurves
from lsp_server.text import FileWords


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model to load, according to the settings.

    Attributes:
        name: "bundled", or the name of a model that fastembed knows ("BAAI/bge-small-en-v1.5").
        path: A folder with a model, in the bundled model's format or ONNX; nothing is downloaded then.
        query_prefix: What to put before queries; None means what the model is known to need.
        passage_prefix: The same for the texts of symbols.
    """

    name: str = "bundled"
    path: Path | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The identity of a model: vectors of two models are never compared.

    Attributes:
        name: For display.
        revision: Changes when the model's files do.
        dimensions: Length of its vectors.
        recipe: Version of how texts are made from symbols, and vectors from texts.
    """

    name: str
    revision: str
    dimensions: int
    recipe: str

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits: a digest of all four."""
        text = "\0".join((self.name, self.revision, str(self.dimensions), self.recipe))
        return blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class SymbolTexts:
    """Everything to embed about the symbols of one file, except the file's path; sequences of one length n.

    Attributes:
        words: The file's words.
        names: Each symbol's name as written; for the file's own entry, the names in the file.
        containers: Names of the enclosing definitions joined by ".".
        code: Byte range of each definition.
        documentation: Byte range of its documentation, inside or before `code`; None without any.
        source: The file as UTF-8: what the byte ranges refer to.
        names_at: Byte range with the same text as the name, or None; may be empty if none is known.
    """

    words: FileWords
    names: Sequence[str]
    containers: Sequence[str]
    code: Sequence[tuple[int, int]]
    documentation: Sequence[tuple[int, int] | None]
    source: bytes
    names_at: Sequence[tuple[int, int] | None] = ()


class Embedder(Protocol):
    """Turns symbols and queries into vectors whose dot product is their similarity.

    All vectors are randomly rotated, by a rotation that depends only on the number of dimensions, so that
    their signs make good one-bit codes. What is computed for a file depends on that file alone.
    """

    @property
    def info(self) -> ModelInfo:
        """The identity of the model."""

    @property
    def curves(self) -> ScoreCurves:
        """The curves that turn its similarities into scores."""

    @property
    def words(self) -> Dictionary:
        """The whole words that it knows; empty where that is unknown."""

    def content_vectors(self, texts: SymbolTexts) -> np.ndarray:
        """Return the symbols' vectors without the path's part, float16[n, d], not normalised."""

    def place(self, content: np.ndarray, path: str) -> np.ndarray:
        """Return the symbols' final vectors for a file at a path, float16[n, d]: unit or zero rows.

        Depends only on the float16 content and the path, so cached and fresh content give equal bytes.

        Args:
            content: The result of `content_vectors`, float16[n, d].
            path: Relative to the workspace folder, with forward slashes.
        """

    def query_vector(self, query: str) -> np.ndarray:
        """Return a query's vector, float32[d]: unit, or zero when the model knows none of its words."""
