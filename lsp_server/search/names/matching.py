"""Tells which names match what a user types, and how well; never loops over rows in Python.

Every class of match implies "the letters occur in order" (or "all words occur"), and that implies "the name
has all letters", which a scan of one 64-bit mask per name decides. A substring is looked for only where a
second mask says that the name has all its bigrams. Each step looks only at what the one before left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np

from lsp_server.search.names.bits import LONGEST, Bits, NameWindows
from lsp_server.search.names.columns import (
    NameColumns,
    is_text,
    low_names,
    lowered_letters,
    name_lengths,
    names_as_written,
    rows_with_pairs,
)
from lsp_server.text.words import split_words
from lsp_server.vectors.arrays import I64, Mask, ascending
from lsp_server.vectors.names import lowered

_BLOCK_ROWS = 16_384  # names matched together: half a megabyte, which fits in the L2 cache
_MAX_BY_WORDS = 20_000  # at most this many names that contain all words are split one by one


class NameMatch(IntEnum):
    """How a name matches, best first."""

    EXACT = 0
    SAME_LETTERS = 1
    """Equal but for the case."""
    PREFIX = 2
    HUMPS = 3
    """Beginnings of its words, one after the other: `gUBI`, `gubi` or `geus` for getUserById."""
    WORD_PREFIX = 4
    """A later word of it begins with the text."""
    INSIDE = 5
    LETTERS = 6
    """The letters occur in this order."""


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Rows that match.

    Attributes:
        rows: i64[m], ascending.
        classes: i64[m], `NameMatch`.
    """

    rows: I64
    classes: I64

    @classmethod
    def none(cls) -> Self:
        """Return no match."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64))


def match_beginning(columns: NameColumns, text: str, rows: I64) -> Matches:
    """Return which of the rows' names are a text, or begin with it, in any case."""
    rows = rows_with_pairs(columns, rows, lowered(text))
    firsts = columns.lowered_starts[rows].astype(np.int64) + 1
    for offset, byte in enumerate(lowered_letters(text)):
        kept = np.flatnonzero(columns.lowered[firsts + offset] == byte)
        rows, firsts = rows[kept], firsts[kept]
    classes = np.full(len(rows), NameMatch.PREFIX, np.int64)
    ends = columns.lowered_starts[rows + 1].astype(np.int64)
    classes[ends - firsts == len(lowered_letters(text))] = NameMatch.SAME_LETTERS
    equal = np.flatnonzero(classes == NameMatch.SAME_LETTERS)
    classes[equal[is_text(columns, text, rows[equal])]] = NameMatch.EXACT
    return Matches(rows, classes)


def match_last_part(columns: NameColumns, text: str, rows: I64) -> Matches:
    """Return which names have a text after their last dot, in any case: Router finds Phoenix.Router."""
    ending = b"." + lowered_letters(text)
    rows = rows_with_pairs(columns, rows, ending)
    ends = columns.lowered_starts[rows + 1].astype(np.int64)
    rows = rows[same := np.flatnonzero(columns.lowered[ends - 1] == ending[-1])]
    longer = name_lengths(columns, rows) > len(ending)
    rows, ends = rows[longer], ends[same][longer]
    for back, byte in enumerate(reversed(ending), start=1):
        kept = np.flatnonzero(columns.lowered[ends - back] == byte)
        rows, ends = rows[kept], ends[kept]
    return Matches(rows, np.full(len(rows), NameMatch.SAME_LETTERS, np.int64))


def match_in_order(columns: NameColumns, text: str, rows: I64) -> Matches:
    """Return which of the rows have the letters of a text in order, in any case, classified."""
    letters = lowered_letters(text)
    parts = []
    for block in _blocks(columns, rows):
        found = block.rows[_in_order(block, letters)]
        if not text.isascii() and len(found):  # bytes of different characters may have matched as one
            found = found[_has_characters_in_order(columns, text.lower(), found)]
        if len(found):
            parts.append(Matches(found, _classified(columns, text, found, block.width)))
    if not parts:
        return Matches.none()
    found_rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(found_rows)
    return Matches(found_rows[order], np.concatenate([part.classes for part in parts])[order])


def match_closely(columns: NameColumns, text: str, rows: I64) -> Matches:
    """Return what `match_in_order` would, without `NameMatch.LETTERS`.

    Such a name contains the text, or its words begin with the text's letters, the first with the first. So
    most rows are never looked at.

    Args:
        columns: The names.
        text: What was typed, not empty.
        rows: The rows in question, ascending, those of `possible_rows`.
    """
    letters = lowered_letters(text)
    begun = rows[columns.name_firsts[rows] == letters[0]]
    likely = ascending(np.concatenate((rows_with_pairs(columns, rows, letters), begun)))
    found = match_in_order(columns, text, likely)
    close = found.classes < NameMatch.LETTERS
    return Matches(found.rows[close], found.classes[close])


def match_words(columns: NameColumns, words: Sequence[str], rows: I64) -> Matches:
    """Return which of the rows' names have all the words: in order, or as words of the name in any order."""
    wanted = [word.lower() for word in words]
    for word in sorted(set(wanted), key=len, reverse=True):
        rows = match_inside(columns, word, rows)
    joined = "".join("".join(split_words(word)) or word for word in wanted)
    known: dict[str, NameMatch | None] = {}
    classes = np.full(len(rows), -1, np.int64)
    for index, name in enumerate(names_as_written(columns, rows[:_MAX_BY_WORDS])):
        if name not in known:
            known[name] = _match_of_words(name, wanted, joined)
        match = known[name]
        if match is not None:
            classes[index] = match
    matching = classes >= 0
    return Matches(rows[matching], classes[matching])


def match_inside(columns: NameColumns, text: str, rows: I64) -> I64:
    """Return those of the rows whose names contain a text, in any case, i64[m] ascending."""
    letters = lowered_letters(text)
    blocks = _blocks(columns, rows_with_pairs(columns, rows, letters))
    holding = [block.rows[_holds(block, letters)] for block in blocks]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *holding]))


def _match_of_words(name: str, words: Sequence[str], joined: str) -> NameMatch | None:
    name_words = split_words(name)
    if "".join(name_words) == joined:
        return NameMatch.SAME_LETTERS
    low, start = name.lower(), 0
    for word in words:
        start = low.find(word, start)
        if start < 0:
            break
        start += len(word)
    else:
        return NameMatch.WORD_PREFIX
    if all(any(mine.startswith(word) for mine in name_words) for word in words):
        return NameMatch.INSIDE
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Some rows whose names fall into the same class of length."""

    columns: NameColumns
    rows: I64
    width: int  # of the windows in bytes, see `NameWindows`; 0 for names that are too long for these

    def windows(self) -> NameWindows:
        return _low_windows(self.columns, self.rows, self.width)


def _low_windows(columns: NameColumns, rows: I64, width: int) -> NameWindows:
    starts = columns.lowered_starts[rows].astype(np.int64) + 1
    return NameWindows(columns.lowered, starts, name_lengths(columns, rows), width)


def _blocks(columns: NameColumns, rows: I64) -> Iterator[_Block]:
    lengths = name_lengths(columns, rows)
    short, long = lengths <= LONGEST // 2, lengths > LONGEST
    for width, chosen in ((LONGEST // 2, short), (LONGEST, ~(short | long)), (0, long)):
        of_width = rows[chosen]
        for start in range(0, len(of_width), _BLOCK_ROWS):
            yield _Block(columns, of_width[start : start + _BLOCK_ROWS], width)


def _in_order(block: _Block, letters: bytes) -> Mask:
    if block.width:
        return block.windows().in_order(letters)
    columns = block.columns
    return np.fromiter((_follow(name, letters) for name in low_names(columns, block.rows)), np.bool_)


def _holds(block: _Block, letters: bytes) -> Mask:
    if block.width:
        holds: Mask = block.windows().run(letters) != 0
        return holds
    return np.fromiter((letters in name for name in low_names(block.columns, block.rows)), np.bool_)


def _follow(name: bytes, letters: bytes) -> bool:
    start = 0
    for letter in letters:
        start = name.find(letter, start) + 1
        if not start:
            return False
    return True


def _has_characters_in_order(columns: NameColumns, low_text: str, rows: I64) -> Mask:
    def has(name: str) -> bool:
        letters = iter(name.lower().replace("\n", " "))
        return all(letter in letters for letter in low_text)

    return np.fromiter((has(name) for name in names_as_written(columns, rows)), np.bool_, len(rows))


def _classified(columns: NameColumns, text: str, rows: I64, width: int) -> I64:
    """Return the class of rows whose names have the text's letters in order; a long name's start decides."""
    letters = lowered_letters(text)
    low = _low_windows(columns, rows, width or LONGEST)
    begins = _word_beginnings(columns, rows, low)
    inside = low.run(letters)
    classes = np.full(len(rows), NameMatch.LETTERS, np.int64)
    classes[inside != 0] = NameMatch.INSIDE
    classes[(inside & begins) != 0] = NameMatch.WORD_PREFIX
    classes[low.humps(letters, begins)] = NameMatch.HUMPS
    last = match_last_part(columns, text, rows)
    classes[np.searchsorted(rows, last.rows)] = last.classes
    beginning = match_beginning(columns, text, rows)
    classes[np.searchsorted(rows, beginning.rows)] = beginning.classes
    return classes


def _word_beginnings(columns: NameColumns, rows: I64, low: NameWindows) -> Bits:
    """Return where words begin; case changes count unless lower-casing a name changed its length."""
    firsts = columns.name_starts[rows].astype(np.int64)
    lengths = columns.name_starts[rows + 1].astype(np.int64) - firsts
    begins = NameWindows(columns.names, firsts, lengths, low.width).word_beginnings()
    other = lengths != name_lengths(columns, rows)
    if other.any():
        begins[other] = low.word_beginnings()[other]
    return begins
