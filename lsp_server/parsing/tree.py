"""Parses a source with tree-sitter within a time limit, as some grammars stall on odd text."""

from time import monotonic, thread_time
from typing import Final

from tree_sitter import Language, Parser, Point, Tree

LEAST_LIMIT_S: Final = 3.0
"""CPU time, not wall time: a busy machine must not change what is found."""

LIMIT_S_PER_MB: Final = 5.0
"""Some thirty times what an ordinary source takes."""

_PARSED_PIECE: Final = 65536
_TEXT_PIECE: Final = 256


class _Reader:
    """Feeds a source to the parser in pieces; only then can parsing be aborted.

    A node's `text` is read through this, too, at a cost per piece's size: once parsed, pieces are small.
    """

    __slots__ = ("_source", "piece")

    def __init__(self, source: bytes) -> None:
        self._source = source
        self.piece = _PARSED_PIECE

    def __call__(self, offset: int, _point: Point) -> bytes:
        return self._source[offset : offset + self.piece]


def parse_in_time(grammar: Language, source: bytes, limit_s: float | None = None) -> Tree | None:
    """Return the syntax tree of a source, or None when it would take too long.

    Args:
        grammar: The grammar of the source's language.
        source: UTF-8.
        limit_s: CPU time; None for a limit that depends on the source's size.
    """
    if limit_s is None:
        limit_s = LEAST_LIMIT_S + LIMIT_S_PER_MB * len(source) / 1_000_000
    reader = _Reader(source)
    end, end_of_clock = thread_time() + limit_s, monotonic() + limit_s

    def takes_too_long(_offset: int, _has_error: object) -> bool:
        # The clock is cheap to read, the thread's CPU time is not, and can't be ahead of the clock.
        return monotonic() > end_of_clock and thread_time() > end

    try:
        tree = Parser(grammar).parse(reader, progress_callback=takes_too_long)
    except ValueError:  # raised when the callback aborts parsing
        return None
    reader.piece = _TEXT_PIECE
    return tree
