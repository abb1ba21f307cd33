"""Numbers the distinct words of a file by 64-bit keys, gathered eight bytes at a time.

A word of up to eight bytes is its own key: its bytes, case-folded, as one unaligned 64-bit load. The bytes
of longer words are hashed in, eight at a time. This is cheaper than a prefix hash over all bytes, because
most of a file's words are short and a third of its bytes belong to none.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np

MAX_WORD_BYTES = 64
"""Words are cut to this length; what is longer is a blob rather than a word. A multiple of eight."""

_GOLDEN = 0x9E3779B97F4A7C15  # 2^64 / golden ratio, odd
_MIX = np.uint64(_GOLDEN)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)


def number_words(source: bytes, starts: np.ndarray, ends: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Number the distinct words of a text in the order of their first occurrence.

    Args:
        source: UTF-8.
        starts: Byte offsets, int32[n_words].
        ends: Byte offsets, int32[n_words].

    Returns:
        The distinct words in lower case, and the number of each word among them, int32[n_words].
    """
    if not len(starts):
        return [], np.zeros(0, np.int32)
    folded = source.lower()  # bytes.lower touches ASCII alone
    lengths = np.minimum(ends - starts, MAX_WORD_BYTES)
    first_equal = _first_equal(_keys(folded, starts, lengths))
    is_first = first_equal == np.arange(len(starts))
    numbers = (np.cumsum(is_first, dtype=np.int32) - 1)[first_equal]
    firsts = starts[is_first]
    cuts = firsts + lengths[is_first]
    if source.isascii():
        text = folded.decode("ascii")
        return [text[start:end] for start, end in zip(firsts.tolist(), cuts.tolist(), strict=True)], numbers
    words = [fold(folded[start:end]) for start, end in zip(firsts.tolist(), cuts.tolist(), strict=True)]
    return _merge_equal(words, numbers)


def fold(word: bytes) -> str:
    """Return a word in lower case and composed form (NFC), so that all its spellings are equal."""
    text = word.decode("utf-8", "ignore")
    return text if text.isascii() else unicodedata.normalize("NFC", text.lower())


def _keys(folded: bytes, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return a 64-bit key for each word; words of up to eight bytes are equal when their keys are."""
    padded = folded + b"\0" * 8
    # Entry i is the eight bytes from offset i on; NumPy copies unaligned items when gathering.
    loads = np.ndarray((len(folded),), np.dtype("<u8"), buffer=padded, strides=(1,))
    keys: np.ndarray = loads[starts] & _MASKS[np.minimum(lengths, 8)]
    longer = np.flatnonzero(lengths > 8)
    offset = 8
    while len(longer):
        rest = lengths[longer] - offset
        more = loads[starts[longer] + offset] & _MASKS[np.minimum(rest, 8)]
        mixed = (keys[longer] ^ more * _MIX) * _MIX
        keys[longer] = mixed ^ mixed >> np.uint64(29)
        longer = longer[rest > 8]
        offset += 8
    return keys


def _first_equal(keys: np.ndarray) -> np.ndarray:
    """Return for each key the index of the first key equal to it, int64[n].

    A hash table, filled by scattering: one pass settles all keys that own their slot, and the few that
    collided try again with other slots. Several times faster than sorting.
    """
    n = len(keys)
    answer = np.arange(n)
    pending = answer
    shift = np.uint64(64 - max(4, int(n).bit_length()))
    multiplier = _GOLDEN
    table = np.empty(1 << (64 - int(shift)), np.int64)
    while len(pending):
        here = keys[pending]
        slots = (here * np.uint64(multiplier)) >> shift
        # Of several values assigned to one slot the last stays; in reverse order, that is the first word's.
        table[slots[::-1]] = pending[::-1]
        owners = table[slots]
        settled = keys[owners] == here
        answer[pending] = np.where(settled, owners, pending)
        pending = pending[~settled]
        multiplier = multiplier * _GOLDEN % (1 << 64)
    return answer


def _merge_equal(words: Sequence[str], numbers: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Give words that became equal by folding (É and é) the same number."""
    number_of: dict[str, int] = {}
    merged = np.fromiter((number_of.setdefault(word, len(number_of)) for word in words), np.int32, len(words))
    return list(number_of), merged[numbers]
