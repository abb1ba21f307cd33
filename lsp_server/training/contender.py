"""A model in training, able to encode what it is measured with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lsp_server.embedding.nibbles import unpacked
from lsp_server.embedding.offsets import (
    Offsets,
    axis_of_tests,
    is_test_or_example,
    own_directions,
    short_offsets,
)
from lsp_server.embedding.safetensors import read_tensors
from lsp_server.embedding.static_model import CONFIG_FILE, TABLE_FILE, TENSORS, TOKENIZER_FILE
from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.text import split_words
from lsp_server.training.bags import Bags, rows_of_words
from lsp_server.training.corpus import CorpusPart
from lsp_server.training.network import Parameters, encode_queries, normalised, symbol_sums
from lsp_server.training.pairs import field_bags
from lsp_server.training.ragged import Ragged

_NOTHING = 1e-30
"""Stands for the logarithm of a weight of zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """Parameters with everything needed to encode with them."""

    parameters: Parameters
    wordpiece: WordPiece
    field_weights: Mapping[str, float]
    offsets: Offsets = field(default_factory=Offsets)

    @classmethod
    def of_exported(cls, folder: Path) -> "Contender":
        """Read an exported model back, as rounded; its vectors come rotated."""
        config = json.loads((folder / CONFIG_FILE).read_bytes())
        tensors = read_tensors(folder / TABLE_FILE)
        table, symbol_scale, query_scale = (tensors[name] for name in TENSORS)
        weights = (np.log(np.maximum(scale, _NOTHING)) for scale in (symbol_scale, query_scale))
        return cls(
            Parameters(unpacked(np.asarray(table)), *weights),
            WordPiece.read(folder / TOKENIZER_FILE),
            config["field_weights"],
            Offsets(**config.get("quiet", {})),
        )

    def similarities(self, queries: Sequence[str], part: CorpusPart) -> np.ndarray:
        """Return the cosine of each query and each symbol, float32[q, n]."""
        cosines: np.ndarray = self.queries(queries) @ self.symbols(part).T
        return cosines

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return unit or zero vectors, float32[n, d]."""
        rows = Ragged.of([self.wordpiece.rows_of(split_words(text)) for text in texts])
        vectors = encode_queries(self.parameters, Bags.of(rows, self._n_rows))
        if self.offsets.aside:
            asking = np.array([is_test_or_example(text) for text in texts]) & vectors.any(axis=1)
            vectors[asking] += np.float32(self.offsets.query) * axis_of_tests(vectors.shape[1])
        return normalised(vectors)

    def symbols(self, part: CorpusPart) -> np.ndarray:
        """Return unit or zero vectors of a repository's symbols, float32[n, d]."""
        fields = field_bags(part, rows_of_words(part.words, self.wordpiece), self._n_rows)
        sums = symbol_sums(self.parameters, fields, self.field_weights)
        sizes = np.array([len(self.wordpiece.rows(word)) for word in part.words])[part.bodies.flat]
        body_sizes = np.bincount(part.bodies.owners, weights=sizes, minlength=len(part))
        turned = short_offsets(self.offsets, body_sizes)
        short = np.flatnonzero((turned > 0) & sums.any(axis=1))
        if len(short):
            # A part has no source to derive keys from; it only matters that no two share a direction.
            keys = [index.tobytes() for index in short]
            sums[short] += turned[short, None] * own_directions(sums.shape[1], keys)
        if self.offsets.aside:
            aside = np.array([is_test_or_example(path) for path in part.file_names])[part.files] & sums.any(
                axis=1
            )
            sums[aside] += np.float32(self.offsets.aside) * axis_of_tests(sums.shape[1])
        return normalised(sums)

    @property
    def _n_rows(self) -> int:
        return len(self.parameters.table)
