"""Tells which names match what a user types, and how well; never loops over rows in Python.

Every class of match but the matching by words is a subset of "the letters occur in order", and that a subset of
"the name has all letters", which a scan of one 64-bit mask per name decides. Each step looks only at what is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, Self

import numpy as np

from lsp_server.text.words import split_words
from lsp_server.vectors.arrays import I64, U8, U64, Mask
from lsp_server.vectors.names import byte_positions, encoded, letter_mask, letter_masks, lowered, pack

_BLOCK_ROWS = 32_768  # names looked at together: half a megabyte, within the second-level cache
_DENSE = 6  # a block is read as it lies when more than one row in so many is looked at
_MOST_BY_WORDS = 20_000  # names that hold all words and are split one by one
_NEWLINE = 10


class NameMatch(IntEnum):
    """How a name matches, best first."""

    EXACT = 0
    SAME_LETTERS = 1
    """Equal but for the case."""
    PREFIX = 2
    HUMPS = 3
    """Beginnings of its words, one after the other: `gUBI`, `gubi` and `geus` for getUserById, get_user_by_id."""
    WORD_PREFIX = 4
    """A later word of it begins so."""
    INSIDE = 5
    LETTERS = 6
    """The letters occur in this order."""


class NameColumns(Protocol):
    """Names as a vector segment keeps them; see `vectors.names`."""

    n_rows: int
    name_masks: U64
    names: U8
    name_starts: U64
    lowered: U8
    lowered_starts: U64


@dataclass(slots=True, eq=False)
class NameTable:
    """A few names in the form of a segment's columns."""

    n_rows: int
    name_masks: U64
    names: U8
    name_starts: U64
    lowered: U8
    lowered_starts: U64

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Lay out names."""
        blob, starts = pack([encoded(name) for name in names])
        low, low_starts = pack([lowered(name) for name in names])
        low = np.append(low, np.uint8(_NEWLINE))
        return cls(len(names), letter_masks(names), blob, starts, low, low_starts)


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


def possible_rows(columns: NameColumns, text: str) -> I64:
    """Return the rows whose names have all letters of a text, in any order, i64[m] ascending."""
    wanted = np.uint64(letter_mask(text))
    return np.flatnonzero((columns.name_masks & wanted) == wanted)


def match_beginning(columns: NameColumns, text: str, rows: I64) -> Matches:
    """Return which of the rows are a text, or begin with it, in any case."""
    firsts = columns.lowered_starts[rows].astype(np.int64) + 1
    for place, byte in enumerate(_lowered(text)):
        kept = np.flatnonzero(columns.lowered[firsts + place] == byte)
        rows, firsts = rows[kept], firsts[kept]
    classes = np.full(len(rows), NameMatch.PREFIX, np.int64)
    ends = columns.lowered_starts[rows + 1].astype(np.int64)
    classes[ends - firsts == len(_lowered(text))] = NameMatch.SAME_LETTERS
    equal = np.flatnonzero(classes == NameMatch.SAME_LETTERS)
    classes[equal[_is_text(columns, text, rows[equal])]] = NameMatch.EXACT
    return Matches(rows, classes)


def match_in_order(columns: NameColumns, text: str, rows: I64) -> Matches:
    """Return which of the rows have the letters of a text in order, in any case, classified."""
    letters = _lowered(text)
    parts = []
    for block in _blocks(rows):
        found = block[_has_letters_in_order(columns, letters, block)]
        if not text.isascii() and len(found):  # bytes of different characters may look like one
            found = found[_has_characters_in_order(columns, text.lower(), found)]
        if len(found):
            parts.append(Matches(found, _classified(columns, text, found)))
    if not parts:
        return Matches.none()
    return Matches(
        np.concatenate([part.rows for part in parts]), np.concatenate([part.classes for part in parts])
    )


def match_words(columns: NameColumns, words: Sequence[str], rows: I64) -> Matches:
    """Return which of the rows hold all of several words: in order, or as words of the name in any order."""
    wanted = [word.lower() for word in words]
    for word in sorted(set(wanted), key=len, reverse=True):
        rows = _holding(columns, _lowered(word), rows)
    joined = "".join("".join(split_words(word)) or word for word in wanted)
    known: dict[str, NameMatch | None] = {}
    classes = np.full(len(rows), -1, np.int64)
    for place, name in enumerate(_names(columns, rows[:_MOST_BY_WORDS])):
        if name not in known:
            known[name] = _match_of_words(name, wanted, joined)
        match = known[name]
        if match is not None:
            classes[place] = match
    matching = classes >= 0
    return Matches(rows[matching], classes[matching])


def name_lengths(columns: NameColumns, rows: I64) -> I64:
    """Return the lengths of names in bytes, i64[m]."""
    lengths: I64 = (columns.lowered_starts[rows + 1] - columns.lowered_starts[rows]).astype(np.int64) - 1
    return lengths


def _match_of_words(name: str, words: Sequence[str], joined: str) -> NameMatch | None:
    name_words = split_words(name)
    if "".join(name_words) == joined:
        return NameMatch.SAME_LETTERS
    low, place = name.lower(), 0
    for word in words:
        place = low.find(word, place)
        if place < 0:
            break
        place += len(word)
    else:
        return NameMatch.WORD_PREFIX
    if all(any(mine.startswith(word) for mine in name_words) for word in words):
        return NameMatch.INSIDE
    return None


def _lowered(text: str) -> bytes:
    return lowered(text)[1:]


def _blocks(rows: I64) -> Iterator[I64]:
    """Split ascending rows by the blocks of the table they lie in."""
    if len(rows):
        edges = np.arange(rows[0] // _BLOCK_ROWS + 1, rows[-1] // _BLOCK_ROWS + 1) * _BLOCK_ROWS
        yield from (block for block in np.split(rows, np.searchsorted(rows, edges)) if len(block))


def _names(columns: NameColumns, rows: I64) -> Iterator[str]:
    blob = columns.names
    starts = columns.name_starts[rows].tolist()
    ends = columns.name_starts[rows + 1].tolist()
    for start, end in zip(starts, ends, strict=True):
        yield blob[start:end].tobytes().decode("utf-8", "replace")


def _is_text(columns: NameColumns, text: str, rows: I64) -> Mask:
    wanted = encoded(text)
    starts = columns.name_starts[rows].astype(np.int64)
    equal: Mask = columns.name_starts[rows + 1].astype(np.int64) - starts == len(wanted)
    for place, byte in enumerate(wanted):
        checked = np.flatnonzero(equal)
        equal[checked] = columns.names[starts[checked] + place] == byte
    return equal


def _has_letters_in_order(columns: NameColumns, letters: bytes, block: I64) -> Mask:
    """Follow all names at once: from each one's place to the next occurrence of the next letter."""
    starts = columns.lowered_starts[block].astype(np.int64)
    ends = columns.lowered_starts[block + 1].astype(np.int64)
    if len(block) * _DENSE > block[-1] - block[0]:
        blob = columns.lowered[starts[0] : ends[-1]]
        starts, ends = starts - starts[0], ends - starts[0]
    else:
        lengths = ends - starts
        blob = columns.lowered[byte_positions(starts, lengths)]
        ends = np.cumsum(lengths)
        starts = ends - lengths
    left, places = np.arange(len(block)), starts
    for letter in letters:
        occurrences = np.flatnonzero(blob == letter)
        if not len(occurrences):
            return np.zeros(len(block), np.bool_)
        nexts = np.searchsorted(occurrences, places)
        places = occurrences[np.minimum(nexts, len(occurrences) - 1)]
        going_on = (nexts < len(occurrences)) & (places < ends[left])
        left, places = left[going_on], places[going_on] + 1
    has = np.zeros(len(block), np.bool_)
    has[left] = True
    return has


def _has_characters_in_order(columns: NameColumns, low_text: str, rows: I64) -> Mask:
    def has(name: str) -> bool:
        letters = iter(name.lower().replace("\n", " "))
        return all(letter in letters for letter in low_text)

    return np.fromiter((has(name) for name in _names(columns, rows)), np.bool_, len(rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Gathered:
    """Some names one after the other, each with a newline before it."""

    low: U8
    starts: I64  # of each name's newline
    ends: I64

    @classmethod
    def of(cls, columns: NameColumns, rows: I64) -> Self:
        firsts = columns.lowered_starts[rows].astype(np.int64)
        lengths = columns.lowered_starts[rows + 1].astype(np.int64) - firsts
        ends = np.cumsum(lengths)
        return cls(columns.lowered[byte_positions(firsts, lengths)], ends - lengths, ends)

    def occurrences(self, letters: bytes) -> I64:
        """Return where a run of letters stands."""
        if len(letters) > len(self.low):
            return np.zeros(0, np.int64)
        places = np.flatnonzero(self.low[: len(self.low) - len(letters) + 1] == letters[0])
        for offset, letter in enumerate(letters[1:], 1):
            places = places[self.low[places + offset] == letter]
        return places

    def rows_of(self, places: I64) -> I64:
        """Return which name each place lies in."""
        rows: I64 = np.searchsorted(self.starts, places, "right") - 1
        return rows


def _holding(columns: NameColumns, letters: bytes, rows: I64) -> I64:
    parts = [np.zeros(0, np.int64)]
    for block in _blocks(rows):
        names = _Gathered.of(columns, block)
        parts.append(block[np.unique(names.rows_of(names.occurrences(letters)))])
    return np.concatenate(parts)


def _classified(columns: NameColumns, text: str, rows: I64) -> I64:
    """Return the class of rows whose names have the text's letters in order."""
    letters = _lowered(text)
    names = _Gathered.of(columns, rows)
    begins_word = _word_beginnings(_as_written(columns, rows, names))
    classes = np.full(len(rows), NameMatch.LETTERS, np.int64)
    inside = names.occurrences(letters)
    classes[names.rows_of(inside)] = NameMatch.INSIDE
    classes[names.rows_of(inside[begins_word[inside]])] = NameMatch.WORD_PREFIX
    classes[_humped(names, begins_word, letters)] = NameMatch.HUMPS
    beginning = match_beginning(columns, text, rows)
    classes[np.searchsorted(rows, beginning.rows)] = beginning.classes
    return classes


def _as_written(columns: NameColumns, rows: I64, names: _Gathered) -> U8:
    """Return the gathered bytes with their case; in lower case where that changes a name's length."""
    firsts = columns.name_starts[rows].astype(np.int64)
    lengths = columns.name_starts[rows + 1].astype(np.int64) - firsts
    same = np.flatnonzero(lengths == names.ends - names.starts - 1)
    written = names.low.copy()
    written[byte_positions(names.starts[same] + 1, lengths[same])] = columns.names[
        byte_positions(firsts[same], lengths[same])
    ]
    return written


def _word_beginnings(written: U8) -> Mask:
    """Return where a word begins, by the borders of `text.words`; every letter that is not ASCII is small."""
    upper = (written >= ord("A")) & (written <= ord("Z"))
    digit = (written >= ord("0")) & (written <= ord("9"))
    small = ((written >= ord("a")) & (written <= ord("z"))) | (written >= 0x80)
    letter = upper | small

    def before(mask: Mask) -> Mask:
        return np.concatenate(([False], mask[:-1]))

    after_small = np.concatenate((small[1:], [False]))
    begins: Mask = letter & ~before(letter)
    begins |= digit & ~before(digit)
    begins |= upper & (before(small) | after_small)
    return begins


def _humped(names: _Gathered, begins_word: Mask, letters: bytes) -> I64:
    """Return the names whose letters in order can be read off the beginnings of words, the first word's first.

    After the first, each letter begins a word or follows the one before it directly; all ways are followed
    at once.
    """
    beginnings = np.flatnonzero(begins_word)
    if not len(beginnings):
        return beginnings
    nexts = np.minimum(np.searchsorted(beginnings, names.starts), len(beginnings) - 1)
    firsts = beginnings[nexts]
    chosen = np.flatnonzero(
        (firsts >= names.starts) & (firsts < names.ends) & (names.low[firsts] == letters[0])
    )
    if not len(chosen):
        return chosen
    lengths = (names.ends - names.starts)[chosen]
    places = byte_positions(names.starts[chosen], lengths)
    low, begins = names.low[places], begins_word[places]
    starts = np.cumsum(lengths) - lengths
    reached = np.zeros(len(low), np.bool_)
    reached[starts + (firsts - names.starts)[chosen]] = True
    for letter in letters[1:]:
        counts = np.cumsum(reached)
        earlier = np.concatenate(([0], counts[:-1])) > np.repeat(counts[starts], lengths)
        follows = np.concatenate(([False], reached[:-1]))
        reached = (low == letter) & (follows | (begins & earlier))
    return chosen[np.logical_or.reduceat(reached, starts)]
