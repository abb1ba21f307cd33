"""What a query quotes: an error message, a comment, a line of code, as it stands in a symbol's body."""

from collections.abc import Sequence
from typing import Final

from lsp_server.model import Symbol, SymbolKind
from lsp_server.search.matching import QUESTION_WORDS

RUN: Final = 4
"""Words one after the other that no two texts have in common by chance."""

LEAST_SHARE: Final = 0.5
"""The part of a query's runs that must stand in a body: error names and values surround a message."""

ENOUGH: Final = 3
"""Runs that make a quotation, however much stands around them."""

_MOST_RUNS: Final = 12
_LEAST_TELLING: Final = 2  # "is in the list" stands everywhere


def runs_of(words: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the runs of a query's words by which a quotation is known, spread over the query.

    Args:
        words: All words of the query, split and lower-cased, in order.
    """
    runs = [tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)]
    telling = [run for run in dict.fromkeys(runs) if _n_telling(run) >= _LEAST_TELLING]
    step = max(1, -(-len(telling) // _MOST_RUNS))
    return tuple(telling[::step])


def is_quoted(n_held: float, runs: Sequence[Sequence[str]]) -> bool:
    """Tell whether a body that holds so many of the runs is what the query quotes."""
    return n_held >= min(max(1.0, LEAST_SHARE * len(runs)), ENOUGH)


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
    return len({word for word in run if word not in QUESTION_WORDS and len(word) > 1})
