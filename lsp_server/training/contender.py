"""A model in training, able to encode what it is measured with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.text import split_words
from lsp_server.training.bags import Bags, rows_of_words
from lsp_server.training.corpus import CorpusPart
from lsp_server.training.network import Parameters, encode_queries, encode_symbols
from lsp_server.training.pairs import field_bags
from lsp_server.training.ragged import Ragged


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """Parameters with what it takes to use them."""

    parameters: Parameters
    wordpiece: WordPiece
    field_weights: Mapping[str, float]

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return unit or zero vectors, float32[n, d]."""
        rows = Ragged.of([self.wordpiece.rows_of(split_words(text)) for text in texts])
        return encode_queries(self.parameters, Bags.of(rows, self._n_rows))

    def symbols(self, part: CorpusPart) -> np.ndarray:
        """Return unit or zero vectors of a repository's symbols, float32[n, d]."""
        fields = field_bags(part, rows_of_words(part.words, self.wordpiece), self._n_rows)
        return encode_symbols(self.parameters, fields, self.field_weights)

    @property
    def _n_rows(self) -> int:
        return len(self.parameters.table)
