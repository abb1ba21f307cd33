"""Bit-parallel matching of many short names at once: a machine word per name, a bit per byte of it.

The Shift-And algorithm (Baeza-Yates & Gonnet 1992, "A new approach to text searching"), with NumPy looping
over the names.
"""

from copy import copy
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from lsp_server.vectors.arrays import I64, U8, Mask

LONGEST = 64
"""How many bytes of a name a machine word covers."""

_SHRINK = 2  # drop the names that no longer match once more than one in this many does not

Bits: TypeAlias = npt.NDArray[Any]
"""u32[n] or u64[n]: bit p of word i says something of byte p of name i."""


class NameWindows:
    """The first bytes of some names.

    Args:
        blob: u8[...], the texts one after the other.
        starts: i64[n], where each name begins.
        lengths: i64[n], how many bytes it has.
        width: How many of its first bytes are looked at, 32 or 64.
    """

    def __init__(self, blob: U8, starts: I64, lengths: I64, width: int) -> None:
        self.width = width
        self._word: np.dtype[Any] = np.dtype(f"<u{width // 8}")
        if len(blob) < width:
            blob = np.concatenate((blob, np.zeros(width - len(blob), np.uint8)))
        # Near the blob's end there is no whole window at a name's start: it takes an earlier one, shifted.
        firsts = np.minimum(starts, len(blob) - width)
        overlapping: npt.NDArray[Any] = np.ndarray(
            (len(blob) - width + 1,), f"V{width}", np.ascontiguousarray(blob), 0, (1,)
        )
        self._bytes: U8 = overlapping[firsts].view(np.uint8).reshape(-1, width)
        self._shifts = (starts - firsts).astype(self._word) if (starts != firsts).any() else None
        short = np.minimum(lengths, width - 1).astype(self._word)
        one = self._word.type(1)
        self._inside: Bits = np.where(lengths >= width, ~self._word.type(0), (one << short) - one)

    def in_order(self, letters: bytes) -> Mask:
        """Return which names have the letters in order, bool[n]."""
        windows, numbers = self, np.arange(len(self._inside))
        left = self._inside  # the places after the letters found so far
        for letter in letters:
            places = windows.at(letter) & left
            left = windows._inside & windows._after_lowest(places)
            going_on = np.flatnonzero(places)
            if len(going_on) * _SHRINK < len(places):
                windows, numbers, left = windows.taken(going_on), numbers[going_on], left[going_on]
                places = places[going_on]
        found = np.zeros(len(self._inside), np.bool_)
        found[numbers[places != 0]] = True
        return found

    def taken(self, numbers: I64) -> Self:
        """Return the windows of some of the names."""
        some = copy(self)
        vars(some).update(
            _bytes=self._bytes[numbers],
            _inside=self._inside[numbers],
            _shifts=None if self._shifts is None else self._shifts[numbers],
        )
        return some

    def run(self, letters: bytes) -> Bits:
        """Return where the letters occur as a substring: a bit at each place where it starts."""
        places = self._inside
        for offset, letter in enumerate(letters):
            if offset >= self.width:
                return np.zeros_like(places)
            places = places & (self.at(letter) >> self._word.type(offset))
        return places

    def humps(self, letters: bytes, begins: Bits) -> Mask:
        """Return which names' word beginnings spell the letters, bool[n].

        The first letter begins the first word; each later one begins a word or follows the one before it.
        All readings are tried at once.

        Args:
            letters: What was typed, in lower case.
            begins: Where words begin.
        """
        one = self._word.type(1)
        reached = begins & ~self._after_lowest(begins) & self.at(letters[0])
        for letter in letters[1:]:
            reached = self.at(letter) & ((reached << one) | (begins & self._after_lowest(reached)))
        spelled: Mask = reached != 0
        return spelled

    def word_beginnings(self) -> Bits:
        """Return where words begin, as `text.words` splits them; non-ASCII letters count as lower case."""
        one = self._word.type(1)
        upper, digit = self._between("A", "Z"), self._between("0", "9")
        small = self._between("a", "z") | self._packed(self._bytes >= 0x80)
        letter = upper | small
        begins: Bits = letter & ~(letter << one)
        begins |= digit & ~(digit << one)
        begins |= upper & ((small << one) | (small >> one))
        return begins

    def at(self, letter: int) -> Bits:
        """Return where a byte occurs."""
        return self._packed(self._bytes == letter)

    def _after_lowest(self, bits: Bits) -> Bits:
        """Return the places after each word's lowest bit; none where it has no bit."""
        # Subtracting one flips the lowest set bit and all bits below it; in a zero word, all bits.
        after: Bits = ~(bits ^ (bits - self._word.type(1)))
        return after

    def _between(self, first: str, last: str) -> Bits:
        return self._packed((self._bytes >= ord(first)) & (self._bytes <= ord(last)))

    def _packed(self, holds: Mask) -> Bits:
        bits: Bits = np.packbits(holds, bitorder="little").view(self._word)
        if self._shifts is not None:
            bits = bits >> self._shifts
        return bits & self._inside
