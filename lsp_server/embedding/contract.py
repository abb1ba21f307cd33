"""What every embedding model offers, and what it is told about the symbols of a file."""

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
    """Which model to load, as the settings say.

    Attributes:
        name: "bundled", or the name of a model that fastembed knows ("BAAI/bge-small-en-v1.5").
        path: A folder with a model's files, of the bundled model's form or ONNX; nothing is fetched then.
        query_prefix: What to put before queries; None leaves it to what is known of the model.
        passage_prefix: What to put before the texts of symbols; None likewise.
    """

    name: str = "bundled"
    path: Path | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What tells one model from another: vectors of two models are never compared.

    Attributes:
        name: For people.
        revision: Changes when the model's files do.
        dimensions: Length of its vectors.
        recipe: Version of the way texts are made from symbols, and vectors from texts.
    """

    name: str
    revision: str
    dimensions: int
    recipe: str

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal characters that stand for all four."""
        text = "\0".join((self.name, self.revision, str(self.dimensions), self.recipe))
        return blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class SymbolTexts:
    """What there is to say about the symbols of one file, save where the file lies.

    Attributes:
        words: The file's words.
        names: Each symbol's name as written; empty for the file's own entry.
        containers: Names of the enclosing definitions joined by ".".
        code: Byte range of the definition.
        documentation: Byte range of its documentation, inside or before `code`; None without any.
        source: The file as UTF-8: what the byte ranges refer to.
        names_at: Byte ranges that read as the names do, None where nothing does; empty when none is known.
    """

    words: FileWords
    names: Sequence[str]
    containers: Sequence[str]
    code: Sequence[tuple[int, int]]
    documentation: Sequence[tuple[int, int] | None]
    source: bytes
    names_at: Sequence[tuple[int, int] | None] = ()


class Embedder(Protocol):
    """Turns symbols and queries into vectors whose dot product is their likeness.

    All vectors come randomly rotated, by a rotation that depends on the number of dimensions alone, so that
    their signs make good one-bit codes. What is computed for a file depends on that file alone.
    """

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        ...

    @property
    def curves(self) -> ScoreCurves:
        """How likely its similarities are to mean something."""
        ...

    @property
    def words(self) -> Dictionary:
        """The whole words that it knows; none where that can't be told."""
        ...

    def content_vectors(self, texts: SymbolTexts) -> np.ndarray:
        """Return what the symbols say wherever their file lies, float16[n, d], not normalised."""
        ...

    def place(self, content: np.ndarray, path: str) -> np.ndarray:
        """Return the symbols' vectors in a file at a path, float16[n, d]: unit rows, or zero rows.

        Depends on the float16 content and the path alone, so that cached and fresh content give equal bytes.

        Args:
            content: What `content_vectors` returned, float16[n, d].
            path: Relative to the workspace folder, with forward slashes.
        """
        ...

    def query_vector(self, query: str) -> np.ndarray:
        """Return the vector of a query, float32[d]: unit, or zero when the model knows none of its words."""
        ...
