"""How good a model is, by cosine alone: documented symbols are asked for by their documentation.

Measures; nothing here is trained or tuned on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from lsp_server.training.corpus import CorpusPart, hash_of
from lsp_server.training.ragged import Ragged


class Finder(Protocol):
    """Whatever can say how near symbols are to queries."""

    def similarities(self, queries: Sequence[str], part: CorpusPart) -> np.ndarray:
        """Return how near each symbol is to each query, float[q, n]; more is nearer."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Results of asking documented symbols' questions, with the documentation hidden.

    Attributes:
        similarities: To all symbols, float[q, n].
        ranks: The rank of the right symbol, from 1, int64[q].
    """

    similarities: np.ndarray
    ranks: np.ndarray


def hidden_documentation(finder: Finder, part: CorpusPart, asked: np.ndarray) -> Found:
    """Look for symbols by their documentation, which is hidden from the symbols.

    Where several symbols say the same, as overloads do, any of them is right.

    Args:
        finder: The model to measure.
        part: The repository.
        asked: The symbols whose questions are asked, int64[q].
    """
    empty = Ragged(np.zeros(0, np.int32), np.zeros(len(part) + 1, np.int64))
    hidden = replace(part, documentations=empty)
    similarities = finder.similarities(question_texts(part.take(asked)), hidden)
    said = np.array([hash_of(part.questions[index]) for index in range(len(part))], np.uint64)
    placed = np.empty(len(asked), np.int64)
    for number, (row, index) in enumerate(zip(similarities, asked.tolist(), strict=True)):
        placed[number] = (row > row[said == said[index]].max()).sum() + 1
    return Found(similarities, placed)


def question_texts(part: CorpusPart) -> list[str]:
    """Return the questions of a repository's symbols, words joined by spaces."""
    return [" ".join(part.words[word] for word in part.questions[index]) for index in range(len(part))]
