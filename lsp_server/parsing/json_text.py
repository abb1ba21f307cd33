"""Locates the parts of a JSON text: a flat walk over tokens, safe at any depth of nesting."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_ESCAPE = re.compile(
    rb"\\u(?P<pair>(?i:d[89ab][0-9a-f]{2})\\u(?i:d[c-f][0-9a-f]{2}))|\\u(?P<unit>(?i:[0-9a-f]{4}))|\\.",
    re.DOTALL,
)
_PLAIN_ESCAPES = {0x62: b"\b", 0x66: b"\f", 0x6E: b"\n", 0x72: b"\r", 0x74: b"\t"}


@dataclass(slots=True)
class _Open:
    """An object or array that the walk is inside of."""

    is_object: bool
    key: str | None = None
    key_span: tuple[int, int] = (0, 0)
    index: int = 0
    awaits_key: bool = field(default=True)


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A string, number or literal, or the end of an object or array.

    Attributes:
        path: The keys and indices that lead to it.
        key_span: Byte range of its key with quotes; empty in arrays.
        start: First byte of the token, which for an object or array is its closing bracket.
        end: End of the token, exclusive.
        token: The token itself.
    """

    path: tuple[str | int, ...]
    key_span: tuple[int, int]
    start: int
    end: int
    token: bytes


def walk(source: bytes, max_depth: int) -> Iterator[JsonValue]:  # noqa: C901 - one branch a kind of token
    """Yield every value that is at most `max_depth` keys or indices deep, in order of their ends.

    From broken JSON, yields what can be read.
    """
    stack: list[_Open] = []
    for match in _TOKEN.finditer(source):
        token = match[0]
        mark = token[:1]
        if mark in b"{[" and mark:
            stack.append(_Open(mark == b"{"))
        elif mark in b"}]":
            if not stack:
                return
            stack.pop()
            if len(stack) <= max_depth and stack:
                yield _value(stack, match)
        elif not stack:
            continue
        elif mark == b",":
            stack[-1].index += 1
            stack[-1].awaits_key = True
        elif mark == b":":
            stack[-1].awaits_key = False
        elif stack[-1].is_object and stack[-1].awaits_key:
            if mark == b'"' and len(stack) <= max_depth:
                stack[-1].key = unescaped(token[1:-1]).decode("utf-8", "replace")
                stack[-1].key_span = match.span()
        elif len(stack) <= max_depth:
            yield _value(stack, match)


def unescaped(text: bytes) -> bytes:
    """Return the inside of a JSON string as UTF-8."""
    return text if b"\\" not in text else b"".join(piece for piece, _ in pieces(text))


def pieces(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Split the inside of a JSON string into literal runs and single escapes.

    Yields:
        The decoded bytes, and their offset in `text`.
    """
    reached = 0
    for escape in _ESCAPE.finditer(text):
        if escape.start() > reached:
            yield text[reached : escape.start()], reached
        yield _decoded(escape), escape.start()
        reached = escape.end()
    if reached < len(text):
        yield text[reached:], reached


def _decoded(escape: re.Match[bytes]) -> bytes:
    """Return the character of an escape; U+FFFD for half of a surrogate pair."""
    units = escape["pair"] or escape["unit"]
    if units is None:
        return _PLAIN_ESCAPES.get(escape[0][1], escape[0][1:])
    return bytes.fromhex(units.replace(b"\\u", b"").decode()).decode("utf-16-be", "replace").encode()


def _value(stack: list[_Open], match: re.Match[bytes]) -> JsonValue:
    path = tuple((inner.key or "") if inner.is_object else inner.index for inner in stack)
    key_span = stack[-1].key_span if stack[-1].is_object else (match.start(), match.start())
    return JsonValue(path, key_span, match.start(), match.end(), match[0])
