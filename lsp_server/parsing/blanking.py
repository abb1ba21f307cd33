"""Blanks parts of a source: spaces take their place, and no offset or line changes."""

from collections.abc import Iterable

_BLANKS = bytes(byte if byte in b"\r\n" else ord(" ") for byte in range(256))


def blanked(source: bytes) -> bytes:
    """Return as many spaces, with the line ends where they are."""
    return source.translate(_BLANKS)


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
