"""Where the words of a text begin and end, found by comparing the classes of neighbouring characters.

The rules are those of the bundled model's tokenizer (identifiers split at `a|B` and `AB|Cd`, punctuation
dropped), with runs of digits as separate words, and letters of every script as letters. Characters of scripts
written without spaces (ideographs, kana) are a word each.
"""

import unicodedata

import numpy as np

_SEPARATOR, _LOWER, _UPPER, _DIGIT, _IDEOGRAPH, _CONTINUES = range(6)
"""Classes of characters. `_LOWER` includes letters without case; `_CONTINUES` is for combining marks and the
later bytes of a character, which belong to the character before them."""


def _byte_classes() -> np.ndarray:
    classes = np.full(256, _SEPARATOR, np.uint8)
    classes[ord("a") : ord("z") + 1] = _LOWER
    classes[ord("A") : ord("Z") + 1] = _UPPER
    classes[ord("0") : ord("9") + 1] = _DIGIT
    classes[0x80:0xC0] = _CONTINUES
    classes.flags.writeable = False
    return classes


_BYTE_CLASSES = _byte_classes()
_CLASS_TRANSLATION = _BYTE_CLASSES.tobytes()


def word_ranges(source: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Find the words of a text.

    Args:
        source: UTF-8. Invalid bytes are harmless: they separate words.

    Returns:
        Byte offsets where words start and where they end, int32[n_words] each, ascending.
    """
    # `bytes.translate` is the fastest table look-up for bytes.
    classes = np.frombuffer(source.translate(_CLASS_TRANSLATION), np.uint8)
    if source.isascii():
        firsts, lasts = _runs(classes)
        return firsts.astype(np.int32), lasts.astype(np.int32)
    classes = _with_characters(source, classes)
    # One entry per character: the rules look at neighbouring characters, not bytes.
    offsets = np.flatnonzero(classes != _CONTINUES).astype(np.int32)
    firsts, lasts = _runs(classes[offsets])
    ends = np.append(offsets, np.int32(len(source)))
    return offsets[firsts], ends[lasts]


def _runs(classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first index and the index after the last of every word, given one class per character."""
    padded = np.zeros(len(classes) + 2, np.uint8)
    padded[1:-1] = classes
    is_upper = padded == _UPPER
    is_lower = padded == _LOWER
    # Entry i tells whether there is a border before character i: where the class changes, but not in "Ab"...
    borders = padded[:-1] != padded[1:]
    borders &= ~(is_upper[:-1] & is_lower[1:])
    # ... and before the last capital of "ABc", which belongs to the word after it.
    borders[:-1] |= is_upper[:-2] & is_upper[1:-1] & is_lower[2:]
    is_ideograph = padded == _IDEOGRAPH
    if is_ideograph.any():
        borders |= is_ideograph[1:]
    is_word = classes != _SEPARATOR
    return np.flatnonzero(borders[:-1] & is_word), np.flatnonzero(borders[1:] & is_word) + 1


def _with_characters(source: bytes, classes: np.ndarray) -> np.ndarray:
    """Return the byte classes with the first byte of every non-ASCII character classified."""
    units = np.frombuffer(source + b"\0\0\0", np.uint8)
    leads = np.flatnonzero(units >= 0xC0)
    first, second, third, fourth = (units[leads + k].astype(np.int32) for k in range(4))
    code_points = np.select(
        [first < 0xE0, first < 0xF0],
        [
            (first & 0x1F) << 6 | second & 0x3F,
            (first & 0x0F) << 12 | (second & 0x3F) << 6 | third & 0x3F,
        ],
        (first & 0x07) << 18 | (second & 0x3F) << 12 | (third & 0x3F) << 6 | fourth & 0x3F,
    )
    distinct, where = np.unique(code_points, return_inverse=True)
    class_of = np.fromiter(map(_class_of, distinct.tolist()), np.uint8, len(distinct))
    classes = classes.copy()
    classes[leads] = class_of[where]
    return classes


def _class_of(code_point: int) -> int:
    if code_point > 0x10FFFF:
        return _SEPARATOR
    character = chr(code_point)
    if unicodedata.category(character)[0] == "M":
        return _CONTINUES
    if character.isdecimal():
        return _DIGIT
    if not character.isalpha():
        return _SEPARATOR
    if 0x3040 <= code_point <= 0x30FF or unicodedata.name(character, "").startswith("CJK "):
        return _IDEOGRAPH
    return _UPPER if character.isupper() or character.istitle() else _LOWER
