"""What a query quotes: an error message, a comment, a line of code, as it stands in a symbol's body."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from lsp_server.model import Symbol, SymbolKind
from lsp_server.search.query.words import STOP_WORDS

RUN: Final = 4
"""Words one after the other: fewer stand in two texts by chance."""

ENOUGH: Final = 3
"""Runs that make a quotation, however much stands around them."""

WHOLE: Final = 6
"""Words of a query that as a whole is a quotation; of fewer it is a question that a comment puts alike."""

LEAST_SHARE: Final = 0.5
"""The part of its runs that is enough for what looks pasted: error names and values surround a message."""

_PASTED: Final = re.compile(r"""[:;=(){}\[\]<>"`\\%\n]|\.\.\.|\w\.\w|(?<!\w)'""")
"""Signs that code and messages have, and questions that somebody types seldom."""

_MOST_RUNS: Final = 12
_LEAST_TELLING: Final = 2  # "is in the list" stands everywhere


@dataclass(frozen=True, slots=True)
class Quotation:
    """How a body is known to hold what a query quotes.

    Attributes:
        runs: Runs of the query's words, spread over it; none where it can't be a quotation.
        least: How many of them such a body holds.
    """

    runs: tuple[tuple[str, ...], ...] = ()
    least: int = 1

    @classmethod
    def of(cls, text: str, words: Sequence[str]) -> Self:
        """Return what a query may quote.

        Args:
            text: The query.
            words: All its words, split and lower-cased, in order.
        """
        runs = [tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)]
        telling = [run for run in dict.fromkeys(runs) if _n_telling(run) >= _LEAST_TELLING]
        chosen = tuple(telling[:: max(1, -(-len(telling) // _MOST_RUNS))])
        if not chosen:
            return cls()
        if _PASTED.search(text):
            return cls(chosen, min(max(1, math.ceil(LEAST_SHARE * len(chosen))), ENOUGH))
        # One run stands in many a comment that puts things as a question does.
        return cls(chosen, min(len(chosen), ENOUGH)) if len(words) >= WHOLE and len(chosen) > 1 else cls()


def innermost(symbols: Sequence[Symbol], files: Sequence[int]) -> list[bool]:
    """Return which symbols hold a quotation themselves: no file's entry, and none around another of them.

    A long function is indexed in sections, too; it stands for those in it.

    Args:
        symbols: All symbols whose bodies hold the quotation.
        files: A number for the file of each.
    """
    is_section = [symbol.kind is SymbolKind.STRING for symbol in symbols]

    def stands_aside(place: int) -> bool:
        own = symbols[place]
        others = [
            other
            for number, other in enumerate(symbols)
            if number != place and files[number] == files[place] and other.kind is not SymbolKind.FILE
        ]
        if is_section[place]:
            return any(_holds(other, own) for other in others if other.kind is not SymbolKind.STRING)
        return any(_holds(own, other) for other in others if other.kind is not SymbolKind.STRING)

    return [
        symbol.kind is not SymbolKind.FILE and not stands_aside(place) for place, symbol in enumerate(symbols)
    ]


def _holds(outer: Symbol, inner: Symbol) -> bool:
    (first, last), (start, end) = _lines(outer), _lines(inner)
    return first <= start and end <= last and (first, last) != (start, end)


def _lines(symbol: Symbol) -> tuple[int, int]:
    return symbol.span.start.line, symbol.span.end.line


def _n_telling(run: Sequence[str]) -> int:
    return len({word for word in run if word not in STOP_WORDS and len(word) > 1})
