"""Names in the columns that vector segments keep: which rows may match a text at all, and reading them.

Two 64-bit Bloom-like masks per name prefilter the rows: one tells whether the name has all letters of a text,
the other whether it has all its pairs of neighbouring letters (bigrams), as it must to contain the text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np

from lsp_server.vectors.arrays import I64, U8, U64, Mask
from lsp_server.vectors.names import (
    encoded,
    first_letters,
    letter_mask,
    letter_masks,
    lowered,
    pack,
    pair_mask,
    pair_masks,
)
from lsp_server.vectors.segment import Segment

_NEWLINE = 10


@dataclass(slots=True, eq=False)
class NameTable:
    """A few names in the form of a segment's columns; see `vectors.names`."""

    n_rows: int
    name_masks: U64
    name_pairs: U64
    name_firsts: U8
    names: U8
    name_starts: U64
    lowered: U8
    lowered_starts: U64

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Lay out names."""
        blob, starts = pack([encoded(name) for name in names])
        low, low_starts = pack([lowered(name) for name in names])
        return cls(
            n_rows=len(names),
            name_masks=letter_masks(names),
            name_pairs=pair_masks(low, low_starts),
            name_firsts=first_letters(low, low_starts),
            names=blob,
            name_starts=starts,
            lowered=np.append(low, np.uint8(_NEWLINE)),
            lowered_starts=low_starts,
        )


NameColumns: TypeAlias = Segment | NameTable


def possible_rows(columns: NameColumns, text: str) -> I64:
    """Return the rows whose names have all letters of a text, in any order, i64[m] ascending."""
    wanted = np.uint64(letter_mask(text))
    return np.flatnonzero((columns.name_masks & wanted) == wanted)


def rows_with_pairs(columns: NameColumns, rows: I64, piece: bytes) -> I64:
    """Return those of the rows whose names may contain a piece; a leading newline means at their start."""
    wanted = np.uint64(pair_mask(piece))
    having: I64 = rows[(columns.name_pairs[rows] & wanted) == wanted]
    return having


def name_lengths(columns: NameColumns, rows: I64) -> I64:
    """Return the lengths of names in bytes, i64[m]."""
    lengths: I64 = (columns.lowered_starts[rows + 1] - columns.lowered_starts[rows]).astype(np.int64) - 1
    return lengths


def lowered_letters(text: str) -> bytes:
    """Return a text's bytes as in the `lowered` blob, without the newline before each name."""
    return lowered(text)[1:]


def low_names(columns: NameColumns, rows: I64) -> Iterator[bytes]:
    """Yield the names of some rows in lower case."""
    blob = columns.lowered
    starts = columns.lowered_starts[rows].tolist()
    ends = columns.lowered_starts[rows + 1].tolist()
    for start, end in zip(starts, ends, strict=True):
        yield blob[start + 1 : end].tobytes()


def names_as_written(columns: NameColumns, rows: I64) -> Iterator[str]:
    """Yield the names of some rows."""
    blob = columns.names
    starts = columns.name_starts[rows].tolist()
    ends = columns.name_starts[rows + 1].tolist()
    for start, end in zip(starts, ends, strict=True):
        yield blob[start:end].tobytes().decode("utf-8", "replace")


def is_text(columns: NameColumns, text: str, rows: I64) -> Mask:
    """Return which of the rows have exactly this name, case included, bool[m]."""
    wanted = encoded(text)
    starts = columns.name_starts[rows].astype(np.int64)
    equal: Mask = columns.name_starts[rows + 1].astype(np.int64) - starts == len(wanted)
    for offset, byte in enumerate(wanted):
        checked = np.flatnonzero(equal)
        equal[checked] = columns.names[starts[checked] + offset] == byte
    return equal
