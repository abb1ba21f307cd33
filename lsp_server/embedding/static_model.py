"""The bundled model: a static embedding, one trained vector per sub-word, summed. NumPy only; no download.

A field's vector is normalise(Σ over distinct sub-words of (1 + ln count) · scale · table row), a symbol's is
normalise(Σ weight · field vector) over name, path, body and documentation, plus its `offsets`; a query is
one field with its own scales. Normalising each field before adding lets a short name count as much as a long
body.

The table was rotated before it was quantised (see `rotation`), so nothing needs to be rotated here.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np

from lsp_server.embedding.contract import ModelInfo, SymbolTexts
from lsp_server.embedding.dictionary import Dictionary
from lsp_server.embedding.fields import Field, field_stream
from lsp_server.embedding.nibbles import unpacked
from lsp_server.embedding.offsets import (
    Offsets,
    axis_of_tests,
    is_test_or_example,
    own_directions,
    short_offsets,
)
from lsp_server.embedding.safetensors import read_tensors
from lsp_server.embedding.scores import ScoreCurve, ScoreCurves
from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.errors import ModelUnavailable
from lsp_server.text import split_words

TABLE_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"
CONFIG_FILE = "config.json"
TENSORS = ("table", "symbol_scale", "query_scale")
"""Names of the tensors in the table's file: uint8[v, d / 2], float32[v], float32[v]."""

RECIPE = "fields-3"
"""To be raised when the same files give another vector for the same symbol."""

_PATH_PARTS = 3
_SYMBOLS_A_PRODUCT = 64
"""How many symbols share one matrix product: more means fewer products, but also more zeros in the matrix of
counts. Measured flat between 32 and 128."""
_FEW_TOKENS = 128
"""Up to this many distinct sub-words of a file, all are multiplied: selecting some of them costs more."""
_MAX_COUNT = 1 << 12


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """How much each field's unit vector counts in a symbol's."""

    name: float
    path: float
    body: float
    documentation: float


@dataclass(frozen=True, slots=True, eq=False)
class TokenTable:
    """One vector per sub-word, four bits per component, with two scales: one for symbols, one for queries.

    Attributes:
        packed: uint8[v, d / 2], memory-mapped; see `nibbles`.
        symbol_scale: float32[v].
        query_scale: float32[v].
    """

    packed: np.ndarray
    symbol_scale: np.ndarray
    query_scale: np.ndarray

    def __len__(self) -> int:
        return len(self.packed)

    @property
    def dimensions(self) -> int:
        """Length of a row's vector."""
        return 2 * int(self.packed.shape[1])

    def rows(self, chosen: np.ndarray) -> np.ndarray:
        """Return the unscaled vectors of some rows, float32[m, d]."""
        return unpacked(self.packed[chosen])


class StaticModel:
    """Embeds by summing sub-word vectors; an `Embedder`."""

    def __init__(
        self,
        info: ModelInfo,
        curves: ScoreCurves,
        weights: FieldWeights,
        *,
        offsets: Offsets,
        wordpiece: WordPiece,
        table: TokenTable,
    ) -> None:
        self.info = info
        self.curves = curves
        self._weights = weights
        self._offsets = offsets
        self._wordpiece = wordpiece
        self._table = table
        self._damped = 1 + np.log(np.arange(_MAX_COUNT, dtype=np.float32).clip(1))
        self._damped[0] = 0

    @classmethod
    def read(cls, folder: Path) -> "StaticModel":
        """Read a model from the folder with its three files.

        An exported model has its revision in its configuration, so the table need not be read at startup.

        Raises:
            ModelUnavailable: A file is missing or damaged, or they don't match.
        """
        wordpiece = WordPiece.read(folder / TOKENIZER_FILE)
        try:
            config = json.loads((folder / CONFIG_FILE).read_bytes())
            weights = config["field_weights"]
            table = _table(read_tensors(folder / TABLE_FILE), wordpiece)
            return cls(
                ModelInfo(
                    name=config.get("name", folder.name),
                    revision=config.get("revision") or revision_of(folder),
                    dimensions=table.dimensions,
                    recipe=RECIPE,
                ),
                ScoreCurves(
                    query=ScoreCurve(**config["score_curves"]["query"]),
                    related=ScoreCurve(**config["score_curves"]["related"]),
                ),
                FieldWeights(
                    **{field: weights[field] for field in ("name", "path", "body", "documentation")}
                ),
                offsets=Offsets(**config.get("quiet", {})),
                wordpiece=wordpiece,
                table=table,
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelUnavailable(
                f"The model in {folder} can't be used: {error!r}.",
                "Reinstall the package, or choose another model in the settings.",
            ) from error

    @cached_property
    def words(self) -> Dictionary:
        """See `Embedder.words`."""
        return Dictionary(self._wordpiece.whole_words)

    def content_vectors(self, texts: SymbolTexts) -> np.ndarray:
        """See `Embedder.content_vectors`."""
        content = np.zeros((len(texts.names), self.info.dimensions), np.float32)
        stream = field_stream(texts, self._wordpiece)
        # The file's distinct sub-words are numbered and dequantised once, for all blocks and fields.
        here, tokens = _numbered(stream.rows, len(self._table))
        table = _FileTable(tokens, self._table.rows(here), self._table.symbol_scale[here])
        for weight, field in (
            (self._weights.name, stream.name),
            (self._weights.body, stream.body),
            (self._weights.documentation, stream.documentation),
        ):
            for first in range(0, len(content), _SYMBOLS_A_PRODUCT):
                part = content[first : first + _SYMBOLS_A_PRODUCT]
                self._add_field(weight, field, table, first, part)
        self._offset_short_symbols(content, texts, stream.body)
        return content.astype(np.float16)

    def place(self, content: np.ndarray, path: str) -> np.ndarray:
        """See `Embedder.place`."""
        vector = self._weights.path * self._bag(path_words(path), self._table.symbol_scale)
        sums = content.astype(np.float32) + vector
        if self._offsets.aside and is_test_or_example(path):
            sums[sums.any(axis=1)] += np.float32(self._offsets.aside) * axis_of_tests(self.info.dimensions)
        placed: np.ndarray = _normalised(sums).astype(np.float16)
        return placed

    def query_vector(self, query: str) -> np.ndarray:
        """See `Embedder.query_vector`."""
        vector = self._bag(split_words(query), self._table.query_scale)
        if self._offsets.aside and vector.any() and is_test_or_example(query):
            vector += np.float32(self._offsets.query) * axis_of_tests(self.info.dimensions)
            vector = _normalised(vector[None])[0]
        return vector

    def _bag(self, words: list[str], scale: np.ndarray) -> np.ndarray:
        """Return the unit vector of one field, float32[d]."""
        rows, counts = np.unique(np.array(self._wordpiece.rows_of(words), np.int64), return_counts=True)
        factors = self._damped.take(counts, mode="clip") * scale[rows]
        unit: np.ndarray = _normalised((factors @ self._table.rows(rows))[None])[0]
        return unit

    def _offset_short_symbols(self, content: np.ndarray, texts: SymbolTexts, body: Field) -> None:
        """Offset symbols with a short body; see `offsets`."""
        sizes = np.bincount(body.symbols, weights=body.ends - body.starts, minlength=len(content))
        short = short_offsets(self._offsets, sizes)
        chosen = np.flatnonzero((short > 0) & content.any(axis=1))
        if len(chosen):
            keys = [texts.source[slice(*texts.code[index])] for index in chosen.tolist()]
            content[chosen] += short[chosen, None] * own_directions(self.info.dimensions, keys)

    def _add_field(
        self,
        weight: float,
        field: Field,
        table: "_FileTable",
        first: int,
        content: np.ndarray,
    ) -> None:
        """Add the weighted unit vectors of one field of some symbols to their rows of `content`.

        Args:
            weight: The field's weight.
            field: The field of all symbols of the file, as slices of its sub-words.
            table: The sub-words of the file.
            first: Number of the first of the symbols.
            content: float32[m, d], rows of the m symbols from `first` on.
        """
        symbols, tokens = _tokens_of(field, table.tokens, first, len(content))
        if not len(tokens):
            return
        owners, position = _numbered(symbols, len(content))
        levels, scale = table.levels, table.scale
        if len(scale) > _FEW_TOKENS:
            # Only the sub-words of these symbols take part in the product.
            here, tokens = _numbered(tokens, len(scale))
            levels, scale = levels[here], scale[here]
        counts = np.bincount(position * len(scale) + tokens, minlength=len(owners) * len(scale))
        bags = self._damped.take(counts, mode="clip").reshape(len(owners), len(scale))
        bags *= scale
        content[owners] += weight * _normalised(bags @ levels)


@dataclass(frozen=True, slots=True, eq=False)
class _FileTable:
    """The sub-words of one file, and the rows of the model's table that they need.

    Attributes:
        tokens: The row below of each sub-word, int64[s].
        levels: float32[m, d], unscaled vectors.
        scale: Their scales for symbols, float32[m].
    """

    tokens: np.ndarray
    levels: np.ndarray
    scale: np.ndarray


def path_words(path: str) -> list[str]:
    """Return the words of the path field: those of a path's last three parts."""
    return split_words("/".join(path.split("/")[-_PATH_PARTS:]))


def _table(tensors: Mapping[str, np.ndarray], wordpiece: WordPiece) -> TokenTable:
    # Plain arrays on the mapped memory: indexing an `np.memmap` costs microseconds more each time.
    packed, symbol_scale, query_scale = (np.asarray(tensors[name]) for name in TENSORS)
    n_rows = len(packed)
    if packed.dtype != np.uint8 or {symbol_scale.shape, query_scale.shape} != {(n_rows,)}:
        raise ValueError("its tensors are not those of a table with four bits per component")
    if n_rows <= wordpiece.max_row:
        raise ValueError("the table and the vocabulary differ in size")
    return TokenTable(packed, symbol_scale, query_scale)


def revision_of(folder: Path) -> str:
    """Return a digest of everything that a model's vectors depend on, 16 hex digits."""
    config = json.loads((folder / CONFIG_FILE).read_bytes())
    settings = [config["field_weights"], config.get("quiet", {})]
    digest = blake2b(json.dumps(settings, sort_keys=True).encode(), digest_size=8)
    for name in (TOKENIZER_FILE, TABLE_FILE):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _tokens_of(field: Field, rows: np.ndarray, first: int, n_symbols: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the symbol, counted from `first`, and the row of each sub-word of a field of some symbols."""
    low, high = np.searchsorted(field.symbols, (first, first + n_symbols))
    starts = field.starts[low:high]
    lengths = field.ends[low:high] - starts
    offsets = np.cumsum(lengths) - lengths
    indices = np.repeat(starts - offsets, lengths) + np.arange(lengths.sum())
    return np.repeat(field.symbols[low:high] - first, lengths), rows[indices]


def _numbered(values: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct values, ascending, and each value's number among them; all are below `limit`."""
    is_here = np.zeros(limit, bool)
    is_here[values] = True
    here = np.flatnonzero(is_here)
    number = np.empty(limit, np.int64)
    number[here] = np.arange(len(here))
    return here, number[values]


def _normalised(vectors: np.ndarray) -> np.ndarray:
    """Return the rows scaled to unit length; zero rows stay zero."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    normalised: np.ndarray = vectors / np.where(lengths > math.ulp(1.0), lengths, 1)
    return normalised
