"""What goes into a search and what comes out of it: plain values, the same for every front end."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from lsp_server.model import ClusterId, Symbol, SymbolId, SymbolKind

PROBABLY_RELEVANT: Final = 0.5
"""Results with this score or more are probably relevant."""


def percent(score: float) -> int:
    """Return a score in percent, rounded down: only a score that reaches a limit is shown as if it did."""
    return math.floor(score * 100 + 1e-6)  # the sum undoes what binary fractions do to 0.57


TEST_MARK: Final = "test"
DUPLICATE_MARK: Final = "duplicate"
"""Signals of `related`: the result is a test, or nearly repeats the symbol asked about or another result."""


class SearchMode(StrEnum):
    """Which retrievers answer."""

    HYBRID = "hybrid"
    VECTOR = "vector"
    TEXT = "text"


MAX_RESULTS = 200
"""The highest `limit` of a search."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search, already validated.

    Attributes:
        query: The user's text, which may carry its own filters (`kind:class lang:python -word "phrase"`).
        limit: How many results at most, 1 to 200.
        kinds: Only these kinds; None for all. Intersected with the query's own.
        languages: Only these canonical language ids; None for all.
        include: gitignore patterns relative to the workspace folder; a file must match one, if any are given.
        exclude: gitignore patterns; a file must match none.
        folder: Only this workspace folder; None for all.
        mode: Which retrievers answer.
        min_score: Results below are dropped before the limit, 0 to 1.
        explain: Whether each result carries the signals that ranked it.
        correct_spelling: Whether misspelt words are corrected.
    """

    query: str
    limit: int = 20
    kinds: frozenset[SymbolKind] | None = None
    languages: frozenset[str] | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    folder: Path | None = None
    mode: SearchMode = SearchMode.HYBRID
    min_score: float = 0.0
    explain: bool = False
    correct_spelling: bool = True


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a result is ranked where it is.

    Attributes:
        vector: Cosine similarity to the query, -1 to 1.
        text: BM25 score; None where no word hit.
        signals: Every other signal by name, as it was added or multiplied in.
        cluster: The k-means cluster of the symbol; None for unsaved text.
    """

    vector: float | None
    text: float | None
    signals: Mapping[str, float] = field(default_factory=dict)
    cluster: ClusterId | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One symbol that answers a search.

    Attributes:
        id: The symbol's stable id.
        symbol: What it is and where in its file.
        folder: Its workspace folder.
        path: Relative to the folder, with forward slashes.
        score: 0 to 1; from `PROBABLY_RELEVANT` on it probably is relevant.
        explanation: Present when the request asked for it, and always in related results.
    """

    id: SymbolId
    symbol: Symbol
    folder: Path
    path: str
    score: float
    explanation: Explanation | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """What to show next to a related symbol: "test", "duplicate"."""
        signals = {} if self.explanation is None else self.explanation.signals
        return tuple(mark for mark in (TEST_MARK, DUPLICATE_MARK) if signals.get(mark))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the workspace has been indexed; files = indexed + pending + skipped."""

    files: int = 0
    indexed_files: int = 0
    symbols: int = 0
    skipped_files: int = 0

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            self.files + other.files,
            self.indexed_files + other.indexed_files,
            self.symbols + other.symbols,
            self.skipped_files + other.skipped_files,
        )


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """The answer to a search.

    Attributes:
        results: Best first; scores never rise.
        is_incomplete: The index was still being built, or a buffer was not parsed in time.
        coverage: Summed over the folders that were searched.
        took_ms: Wall time of the whole search, in milliseconds.
        corrected_query: The query with spelling corrections, where there were any; else None.
    """

    results: tuple[SearchResult, ...]
    is_incomplete: bool
    coverage: Coverage
    took_ms: float
    corrected_query: str | None = None
