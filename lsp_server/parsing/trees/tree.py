"""Parses a source with tree-sitter within a time limit, as some grammars stall on odd text."""

from collections.abc import Iterator
from functools import partial
from time import monotonic, thread_time
from typing import Final

import numpy as np
from tree_sitter import Language, Parser, Point, Tree

LEAST_LIMIT_S: Final = 3.0
"""CPU time, not wall time: a busy machine must not change what is found."""

LIMIT_S_PER_MB: Final = 5.0
"""Some thirty times what an ordinary source takes."""

_PARSED_PIECE: Final = 65536
_TEXT_PIECE: Final = 256
_GAP: Final = 8
"""Changes that are not farther apart are one to the parser."""


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


def parse_in_time(
    grammar: Language, source: bytes, limit_s: float | None = None, edited: Tree | None = None
) -> Tree | None:
    """Return the syntax tree of a source, or None when it would take too long.

    Args:
        grammar: The grammar of the source's language.
        source: UTF-8.
        limit_s: CPU time; None for a limit that depends on the source's size.
        edited: The tree of an earlier version that was told of all edits since; see `parse_changed`.
    """
    if limit_s is None:
        limit_s = LEAST_LIMIT_S + LIMIT_S_PER_MB * len(source) / 1_000_000
    reader = _Reader(source)
    end, end_of_clock = thread_time() + limit_s, monotonic() + limit_s

    def takes_too_long(_offset: int, _has_error: object) -> bool:
        # The clock is cheap to read, the thread's CPU time is not, and can't be ahead of the clock.
        return monotonic() > end_of_clock and thread_time() > end

    parse = partial(Parser(grammar).parse, reader, progress_callback=takes_too_long)
    try:
        tree = parse() if edited is None else parse(old_tree=edited)
    except ValueError:  # raised when the callback aborts parsing
        return None
    reader.piece = _TEXT_PIECE
    return tree


def parse_changed(grammar: Language, tree: Tree, before: bytes, after: bytes) -> Tree | None:
    """Return the syntax tree of a changed source, or None; what has not changed is not parsed again.

    Args:
        grammar: The grammar of the source's language.
        tree: The tree before the changes; it stays as it is.
        before: The source before them.
        after: The source with them: as many bytes, line breaks where they were.
    """
    edited = tree.copy()
    line_ends = np.flatnonzero(np.frombuffer(before, np.uint8) == ord("\n"))

    def point(at: int) -> Point:
        row = int(np.searchsorted(line_ends, at))
        return Point(row, at - int(line_ends[row - 1]) - 1 if row else at)

    for start, end in _changes(before, after):
        edited.edit(start, end, end, point(start), point(end), point(end))
    return parse_in_time(grammar, after, edited=edited)


def _changes(before: bytes, after: bytes) -> Iterator[tuple[int, int]]:
    changed = np.flatnonzero(np.frombuffer(before, np.uint8) != np.frombuffer(after, np.uint8))
    if len(changed):
        breaks = np.flatnonzero(np.diff(changed) > _GAP)
        starts = changed[np.concatenate(([0], breaks + 1))]
        ends = changed[np.concatenate((breaks, [len(changed) - 1]))] + 1
        yield from zip(starts.tolist(), ends.tolist(), strict=True)
