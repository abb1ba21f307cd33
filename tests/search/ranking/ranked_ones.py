"""Candidates with nothing but what a test of the ranking is about, and their order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.search.ranking.order import Ranking, rank
from lsp_server.search.ranking.signals import Candidates, QueryTerms, signals_of
from lsp_server.search.ranking.weights import LEARNED, Weights


@dataclass(frozen=True)
class One:
    name: str = "thing"
    container: str = ""
    path: str = "a.py"
    similarity: float = 0.0
    text: float = 0.0
    file_similarity: float = 0.0
    file_text: float = 0.0
    file_words: float = 0.0
    own_words: float = 1.0
    quoted: bool = False
    kind: SymbolKind = SymbolKind.FUNCTION
    flags: SymbolFlags = SymbolFlags.NONE
    lines: int = 8


def candidates_of(ones: list[One]) -> Candidates:
    files = {path: number for number, path in enumerate(sorted({one.path for one in ones}))}
    return Candidates(
        ids=np.arange(len(ones), dtype=np.uint64),
        similarity=np.array([one.similarity for one in ones], np.float32),
        text=np.array([one.text for one in ones], np.float32),
        file_similarity=np.array([one.file_similarity for one in ones], np.float32),
        file_text=np.array([one.file_text for one in ones], np.float32),
        file_words=np.array([one.file_words for one in ones], np.float32),
        own_words=np.array([one.own_words for one in ones], np.float32),
        quoted=np.array([one.quoted for one in ones], np.bool_),
        kinds=np.array([one.kind for one in ones], np.uint8),
        flags=np.array([one.flags for one in ones], np.uint8),
        lines=np.array([one.lines for one in ones], np.uint8),
        files=np.array([files[one.path] for one in ones], np.int64),
        names=[one.name for one in ones],
        containers=[one.container for one in ones],
        paths=[one.path for one in ones],
    )


def ranking(  # noqa: PLR0917
    query: str,
    ones: list[One],
    weights: Weights = LEARNED,
    identifiers: str = "",
    platform: str = "linux",
    rarity: Mapping[str, float] | None = None,
) -> Ranking:
    candidates = candidates_of(ones)
    asked = QueryTerms(
        query.split(), identifiers.split(), rarity or {}, is_one_name=identifiers.split() == [query]
    )
    found = rank(signals_of(asked, candidates, platform), weights)
    assert sorted(found.order.tolist()) == list(range(len(ones)))
    assert (np.diff(found.relevance) <= 0).all()
    return found


def order(query: str, ones: list[One], weights: Weights = LEARNED, identifiers: str = "") -> list[int]:
    return ranking(query, ones, weights, identifiers).order.tolist()


def apart(*ones: One) -> list[One]:
    """Put each into a file of its own, so that neighbours and diversity stay out of it."""
    return [replace(one, path=f"f{number}.py") for number, one in enumerate(ones)]
