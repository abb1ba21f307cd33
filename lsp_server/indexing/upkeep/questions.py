"""Realistic queries for measuring an index's recall: its symbols' own documentation, embedded as queries."""

from typing import Final

import numpy as np

from lsp_server.embedding import Embedder
from lsp_server.storage.symbol_record import unpack_symbol
from lsp_server.vectors.arrays import F32
from lsp_server.vectors.index import VectorIndex

N_QUESTIONS: Final = 200
LEAST_QUESTIONS: Final = 60
"""With fewer, a recall of 0.98 is a matter of chance."""

_MAX_LOOKED_AT: Final = 20 * N_QUESTIONS
_WORDS: Final = range(4, 41)
"""How many words read like a query; shorter texts are names, longer ones essays."""


def questions(index: VectorIndex, embedder: Embedder, seed: int) -> F32 | None:
    """Return the first paragraphs of some symbols' documentation as unit query vectors, f32[m, d].

    Args:
        index: The index.
        embedder: The model of its vectors.
        seed: Seeds the choice of symbols.

    Returns:
        At most `N_QUESTIONS`; None where too few symbols are documented.
    """
    living = index.living()
    random = np.random.default_rng(seed)
    chosen = random.choice(living, min(_MAX_LOOKED_AT, len(living)), replace=False)
    asked: list[np.ndarray] = []
    for ordinal in chosen.tolist():
        segment, row = index.row_of(ordinal)
        symbol = unpack_symbol(segment.record(row), segment.path)
        beginning = symbol.documentation.partition("\n\n")[0]
        if len(beginning.split()) in _WORDS:
            vector = embedder.query_vector(beginning)
            if vector.any():
                asked.append(vector)
        if len(asked) == N_QUESTIONS:
            break
    return np.stack(asked) if len(asked) >= LEAST_QUESTIONS else None
