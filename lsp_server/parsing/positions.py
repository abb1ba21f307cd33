"""Turns byte offsets in one source into positions with columns in all three encodings."""

import re
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from lsp_server.model import Position, Span

_FEW = 8
_LINE_END = re.compile(rb"\r\n|\r|\n")


class Positions:
    """The lines of one source.

    Args:
        source: UTF-8; every invalid sequence counts as one replacement character.
        starts: The result of `line_starts`, if known already.
    """

    __slots__ = ("_is_ascii", "_line_starts", "source")

    def __init__(self, source: bytes, starts: list[int] | None = None) -> None:
        self.source = source
        self._is_ascii = source.isascii()
        self._line_starts = line_starts(source) if starts is None else starts

    def position(self, offset: int) -> Position:
        """Return the position of a byte offset; one inside a character counts as after it."""
        line = bisect_right(self._line_starts, offset) - 1
        start = self._line_starts[line]
        column = offset - start
        if not column or self._is_ascii or (before := self.source[start:offset]).isascii():
            return Position(line, column, column, column)
        text = before.decode("utf-8", "replace")
        return Position(line, column, len(text.encode("utf-16-le")) // 2, len(text))

    def spans(self, ranges: Sequence[tuple[int, int]]) -> list[Span]:
        """Return the spans of many byte ranges, faster than one by one."""
        if len(ranges) < _FEW:
            return [self.span(start, end) for start, end in ranges]
        starts = np.array(self._line_starts, np.int64)
        offsets = np.array(ranges, np.int64).ravel()
        lines = starts.searchsorted(offsets, "right") - 1
        columns = offsets - starts[lines]
        found = [
            Position(line, column, column, column)
            for line, column in zip(lines.tolist(), columns.tolist(), strict=True)
        ]
        if not self._is_ascii:
            # The encodings count differently only after non-ASCII characters.
            others = np.zeros(len(self.source) + 1, np.int32)
            np.cumsum(np.frombuffer(self.source, np.uint8) >= 0x80, out=others[1:])
            for index in np.flatnonzero(others[offsets] > others[offsets - columns]).tolist():
                found[index] = self.position(int(offsets[index]))
        return list(map(Span, found[::2], found[1::2]))

    def span(self, start: int, end: int) -> Span:
        """Return the span between two byte offsets."""
        if not self._is_ascii:
            return Span(self.position(start), self.position(end))
        starts = self._line_starts
        line = bisect_right(starts, start) - 1
        column = start - starts[line]
        first = Position(line, column, column, column)
        if line + 1 < len(starts) and end >= starts[line + 1]:
            line = bisect_right(starts, end, line + 1) - 1
        column = end - starts[line]
        return Span(first, Position(line, column, column, column))


def line_starts(source: bytes) -> list[int]:
    """Return the byte offset of every line's start; lines end with a line feed, a carriage return or both."""
    if b"\r" in source:
        return [0, *(match.end() for match in _LINE_END.finditer(source))]
    ends = np.flatnonzero(np.frombuffer(source, dtype=np.uint8) == ord("\n"))
    return [0, *(ends + 1).tolist()]
