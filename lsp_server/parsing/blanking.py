"""Blanks parts of a source: spaces take their place, and no offset or line changes."""

import re
from collections.abc import Iterable

_NOT_LINE_END = re.compile(rb"[^\r\n]+")


def blanked(source: bytes) -> bytes:
    """Return as many spaces, with the line ends where they are."""
    return _NOT_LINE_END.sub(lambda match: b" " * len(match[0]), source)


def blank_inside(source: bytes, ranges: Iterable[tuple[int, int]]) -> bytes:
    """Return the source with these byte ranges blanked."""
    left = bytearray(source)
    for start, end in ranges:
        left[start:end] = blanked(source[start:end])
    return bytes(left)


def blank_outside(source: bytes, ranges: Iterable[tuple[int, int]]) -> bytes:
    """Return the source with everything outside of these byte ranges blanked."""
    left = bytearray(blanked(source))
    for start, end in ranges:
        left[start:end] = source[start:end]
    return bytes(left)
