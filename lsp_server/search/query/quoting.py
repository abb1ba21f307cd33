"""What a query quotes: an error message, a comment or a line of code, as it occurs in a symbol's body."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from lsp_server.model import Symbol, SymbolKind
from lsp_server.text.stop_words import STOP_WORDS
from lsp_server.text.words import split_words

RUN: Final = 4
"""Words in a run (an n-gram): fewer occur in two texts by chance."""

ENOUGH: Final = 3
"""This many runs make a quotation, however much is around them."""

WHOLE: Final = 6
"""Least words of a query that may be a quotation as a whole; a comment may phrase a shorter one by chance."""

LEAST_SHARE: Final = 0.5
"""The share of runs that is enough for pasted text: error names and values surround a message."""

_PASTED: Final = re.compile(r"""[:;=(){}\[\]<>"`\\%\n]|\.\.\.|\w\.\w|(?<!\w)'""")
"""Characters that are common in code and messages and rare in questions that somebody types."""

_PIECE: Final = re.compile(r"""[-+]\[\w+\ [\w:]+\] | [^\s()\[\]{}<>"'`,;=|&]+""", re.VERBOSE)
"""A word, or a name with all that qualifies it: the words of one alone are no quotation."""

_CUT: Final = re.compile(
    r"""
    (?<=[\w\])"']) [:;] (?=\s|$)
    | ["`\u201c-\u201e\u2018\u00ab\u00bb] | (?<!\w) ['\u2019] | ['\u2019] (?!\w)
    | (?<!\S) [(\[{<] | [)\]}>] (?=[\s.,:;!?]|$)
    """,
    re.VERBOSE,
)
"""Where the words of a message may end and a value begin: colons, quotation marks, brackets."""

_VALUE: Final = re.compile(r"\d|[/\\@=]|\w\.\w|[(\[{]\w\w")
"""What shows that a piece is a value of a message: a number, a path, an address, a piece of code."""

_KEY: Final = re.compile(r"\w+(?==)")
"""What a message says before a value: `key` in `key=42`."""

_LEAST_OF_PART: Final = 3  # words
_MAX_OF_PART: Final = 24  # words
_MAX_RUNS: Final = 12
_MAX_OF_PIECE: Final = 12  # words: longer pieces are paths, addresses and data
_LEAST_TELLING: Final = 2  # content words in a run: "is in the list" occurs everywhere


@dataclass(frozen=True, slots=True)
class Quotation:
    """How to tell that a body contains what a query quotes.

    Attributes:
        runs: Runs of the query's words, spread over it; none where it can't be a quotation.
        least: How many of them a body must contain.
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
        pieces = [number for number, piece in enumerate(_PIECE.findall(text)) for _ in split_words(piece)]
        runs = [
            tuple(words[start : start + RUN])
            for start in range(len(words) - RUN + 1)
            if pieces[start] != pieces[start + RUN - 1]
        ]
        telling = [run for run in dict.fromkeys(runs) if _n_telling(run) >= _LEAST_TELLING]
        chosen = tuple(telling[:: max(1, -(-len(telling) // _MAX_RUNS))])
        if not chosen:
            return cls()
        if _PASTED.search(text):
            return cls(chosen, min(max(1, math.ceil(LEAST_SHARE * len(chosen))), ENOUGH))
        # Many a comment shares one run with a question by chance.
        return cls(chosen, min(len(chosen), ENOUGH)) if len(words) >= WHOLE and len(chosen) > 1 else cls()

    @classmethod
    def of_part(cls, text: str) -> Self:
        """Return how to find a message or a label by its longest part without a value, word for word.

        The values in it are others each time, and what is left may be too short for runs.

        Args:
            text: The query. It must be one line, and either have a value or what may stand around one, or
                begin with a capital letter, as what is copied does, and be no question.
        """
        parts = () if "\n" in text else _parts_between_values(text)
        is_copied = len(parts) > 1 or (text[:1].isupper() and not text.endswith("?"))
        longest = max(map(tuple, parts), key=_n_telling, default=())
        is_enough = _LEAST_OF_PART <= len(longest) <= _MAX_OF_PART and _n_telling(longest) >= _LEAST_TELLING
        return cls((longest,)) if is_copied and is_enough else cls()

    @classmethod
    def of_piece(cls, words: Sequence[str]) -> Self:
        """Return how to find what mentions a name, flag or setting: all its words in a row.

        Args:
            words: Its words, split and lower-cased, in order.
        """
        return cls((tuple(words),)) if 1 < len(words) <= _MAX_OF_PIECE else cls()


def innermost(symbols: Sequence[Symbol], files: Sequence[int]) -> list[bool]:
    """Return which symbols are the innermost ones with a quotation: neither file entries nor containers.

    A long function is indexed in sections, too; then the function represents them.

    Args:
        symbols: All symbols whose bodies contain the quotation.
        files: The number of each one's file.
    """
    is_section = [symbol.kind is SymbolKind.STRING for symbol in symbols]

    def stands_aside(index: int) -> bool:
        own = symbols[index]
        others = [
            other
            for number, other in enumerate(symbols)
            if number != index and files[number] == files[index] and other.kind is not SymbolKind.FILE
        ]
        if is_section[index]:
            return any(_holds(other, own) for other in others if other.kind is not SymbolKind.STRING)
        return any(_holds(own, other) for other in others if other.kind is not SymbolKind.STRING)

    return [
        symbol.kind is not SymbolKind.FILE and not stands_aside(index) for index, symbol in enumerate(symbols)
    ]


def _holds(outer: Symbol, inner: Symbol) -> bool:
    (first, last), (start, end) = _lines(outer), _lines(inner)
    return first <= start and end <= last and (first, last) != (start, end)


def _lines(symbol: Symbol) -> tuple[int, int]:
    return symbol.span.start.line, symbol.span.end.line


def _parts_between_values(text: str) -> list[list[str]]:
    """Return the words of each stretch of text between values and what may stand around them."""
    parts = []
    for stretch in _CUT.split(text):
        parts.append(list[str]())
        for piece in stretch.split():
            if _VALUE.search(piece):
                key = _KEY.match(piece)
                parts[-1] += split_words(key[0]) if key else ()
                parts.append([])
            else:
                parts[-1] += split_words(piece)
    return parts


def _n_telling(run: Iterable[str]) -> int:
    return len({word for word in run if word not in STOP_WORDS and len(word) > 1})
