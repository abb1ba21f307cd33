r"""Owns the layout of texts in a segment (blobs with boundaries) and the masks of a name's letters and pairs.

A blob is the texts' UTF-8 bytes without separators; text i is `blob[starts[i]:starts[i + 1]]`. In the
`lowered` blob each text begins with a newline, and one more ends the blob: it stops every comparison, and
turns a prefix into a substring like any other.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from lsp_server.vectors.arrays import I64, U8, U64

OTHER_BIT = 36
"""Set in a letter mask when a name has any character besides a-z and 0-9."""

_IS_WORD = np.array([byte >= 0x80 or chr(byte).isalnum() for byte in range(256)])
"""bool[256], whether a byte belongs to a letter or digit."""

_FIRST, _SECOND, _SHIFT = 40_503, 2_633, 9  # constants of the pair hash, the best of six on a million names


def letter_mask(text: str) -> int:
    """Return which characters a text has: bits 0-25 for a-z, 26-35 for 0-9, 36 for any others.

    `letter_mask(query) & ~letter_mask(name) == 0` is necessary for the query's letters to occur in the name.
    """
    mask = 0
    for character in set(text.lower()):
        if "a" <= character <= "z":
            mask |= 1 << (ord(character) - ord("a"))
        elif "0" <= character <= "9":
            mask |= 1 << (ord(character) - ord("0") + 26)
        else:
            mask |= 1 << OTHER_BIT
    return mask


def letter_masks(names: Iterable[str]) -> U64:
    """Return every name's letter mask, u64[n]."""
    blob, starts = pack([encoded(name.lower()) + b"\xff" for name in names])
    if not len(blob):
        return np.empty(0, np.uint64)
    masks: U64 = np.bitwise_or.reduceat(_mask_of_byte()[blob], starts[:-1].astype(np.int64))
    return masks


def pair_mask(text: bytes) -> int:
    """Return the pairs of neighbouring bytes (bigrams) of a lower-cased text, hashed to 64 bits.

    `pair_mask(piece) & ~pair_mask(name) == 0` is necessary for the name to contain the piece. In the
    `lowered` blob a name begins with a newline, so a piece that begins with one is a prefix.
    """
    bits = _pair_bits(np.frombuffer(text, np.uint8))
    return int(np.bitwise_or.reduce(bits, initial=np.uint64(0)))


def pair_masks(low: U8, starts: U64) -> U64:
    """Return every name's pair mask, u64[n], from the `lowered` blob and its boundaries."""
    if len(starts) < 2:
        return np.empty(0, np.uint64)
    bits = np.append(_pair_bits(low[: int(starts[-1])]), np.uint64(0))
    bits[starts[1:].astype(np.int64) - 1] = 0  # a name's last byte and the next one's newline
    masks: U64 = np.bitwise_or.reduceat(bits, starts[:-1].astype(np.int64))
    return masks


def first_letters(low: U8, starts: U64) -> U8:
    """Return the first byte of every name that belongs to a letter or digit, u8[n]; 0 where none does."""
    indices = np.flatnonzero(_IS_WORD[low])
    firsts = np.append(low, np.uint8(0))[np.append(indices, len(low))]
    after = np.searchsorted(indices, starts.astype(np.int64))
    letters: U8 = np.where(after[:-1] < after[1:], firsts[after[:-1]], 0).astype(np.uint8)
    return letters


def _pair_bits(text: U8) -> U64:
    wide = text.astype(np.uint16)
    hashes = (wide[:-1] * np.uint16(_FIRST) + wide[1:] * np.uint16(_SECOND)) >> np.uint16(_SHIFT)
    bits: U64 = np.uint64(1) << (hashes & np.uint16(63)).astype(np.uint64)
    return bits


def _mask_of_byte() -> U64:
    masks = np.full(256, 1 << OTHER_BIT, np.uint64)
    masks[0xFF] = 0  # not a byte of UTF-8: it ends a name, so that none is empty
    for bit, letter in enumerate(b"abcdefghijklmnopqrstuvwxyz0123456789"):
        masks[letter] = 1 << bit
    return masks


def lowered(name: str) -> bytes:
    """Return a name as in the `lowered` blob: a newline, then the name in lower case on one line."""
    return b"\n" + encoded(name.lower().replace("\n", " "))


def encoded(name: str) -> bytes:
    """Return a name in UTF-8; a lone surrogate, which can't be encoded, becomes a question mark."""
    return name.encode("utf-8", "replace")


def pack(texts: Sequence[bytes]) -> tuple[U8, U64]:
    """Return the blob u8[sum of lengths] and its boundaries u64[n + 1]."""
    starts = np.zeros(len(texts) + 1, np.uint64)
    np.cumsum(np.fromiter(map(len, texts), np.uint64, len(texts)), out=starts[1:])
    return np.frombuffer(b"".join(texts), np.uint8), starts


def byte_positions(firsts: I64, lengths: I64) -> I64:
    """Return the position of every byte of texts that begin at `firsts`, text by text, i64[Σ lengths]."""
    shifts = firsts - (np.cumsum(lengths) - lengths)
    indices: I64 = np.arange(lengths.sum()) + np.repeat(shifts, lengths)
    return indices
