"""The packed form of one symbol in a segment, with everything needed to show it.

A msgpack array: name, kind, language, containers, signature, documentation, nth, flags, four lines (start and
end of the span, start and end of the selection), four columns. The columns count UTF-8; where the encodings
differ (a line that is not ASCII), the four UTF-16 and the four UTF-32 columns follow.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgpack

from lsp_server.errors import IndexDamaged
from lsp_server.model import Position, Span, Symbol, SymbolFlags, SymbolKind

_KINDS: Final = {int(kind): kind for kind in SymbolKind}
_FLAGS: Final = tuple(SymbolFlags(bits) for bits in range(256))


def pack_symbol(symbol: Symbol) -> bytes:
    """Return the record of `symbol`."""
    packed: bytes = msgpack.packb(symbol_fields(symbol), unicode_errors="surrogatepass")
    return packed


def pack_symbols(symbols: Sequence[Symbol]) -> tuple[bytes, ...]:
    """Return the record of each symbol; faster than one by one, as they share a packer and its buffer."""
    pack = msgpack.Packer(unicode_errors="surrogatepass").pack
    return tuple([pack(symbol_fields(symbol)) for symbol in symbols])


def unpack_symbol(record: bytes, segment: Path | None = None) -> Symbol:
    """Return the symbol of a record.

    Args:
        record: The record.
        segment: The file that it is from; None where it is from none.

    Raises:
        IndexDamaged: It is not a valid record; `details["path"]` is the segment.
    """
    try:
        return symbol_of_fields(msgpack.unpackb(record, use_list=False, unicode_errors="surrogatepass"))
    except (ValueError, TypeError, LookupError, msgpack.UnpackException) as error:
        origin = {} if segment is None else {"path": str(segment)}
        raise IndexDamaged(f"A symbol's record can't be read: {error}.", **origin) from error


def symbol_fields(symbol: Symbol) -> tuple[Any, ...]:
    """Return the flat array that the module's docstring describes."""
    start, end = symbol.span.start, symbol.span.end
    first, last = symbol.selection.start, symbol.selection.end
    fields = (
        symbol.name,
        int(symbol.kind),
        symbol.language,
        symbol.containers,
        symbol.signature,
        symbol.documentation,
        symbol.nth,
        int(symbol.flags),
        start.line,
        end.line,
        first.line,
        last.line,
        start.utf8,
        end.utf8,
        first.utf8,
        last.utf8,
    )
    utf32 = (start.utf32, end.utf32, first.utf32, last.utf32)
    if utf32 == fields[-4:]:  # as many bytes as characters: ASCII, for which all three agree
        return fields
    return (*fields, start.utf16, end.utf16, first.utf16, last.utf16, *utf32)


def symbol_of_fields(fields: tuple[Any, ...]) -> Symbol:
    """Return the symbol of an array made by `symbol_fields`.

    Raises:
        ValueError: It has the wrong number of fields.
        LookupError: Its kind or flags don't exist.
    """
    name, kind, language, containers, signature, documentation, nth, flags, *numbers = fields
    if len(numbers) == 8:
        l0, l1, l2, l3, a0, a1, a2, a3 = numbers
        start, end = Position(l0, a0, a0, a0), Position(l1, a1, a1, a1)
        first, last = Position(l2, a2, a2, a2), Position(l3, a3, a3, a3)
    else:
        l0, l1, l2, l3, a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3 = numbers
        start, end = Position(l0, a0, b0, c0), Position(l1, a1, b1, c1)
        first, last = Position(l2, a2, b2, c2), Position(l3, a3, b3, c3)
    return Symbol(
        name,
        _KINDS[kind],
        language,
        containers,
        signature,
        documentation,
        Span(start, end),
        Span(first, last),
        nth,
        _FLAGS[flags],
    )
