"""Entries that are ranges of text rather than definitions: sections, keys, chunks, and the file itself."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lsp_server.model import Symbol, SymbolFlags, SymbolKind
from lsp_server.parsing.positions import Positions, line_starts
from lsp_server.parsing.symbols import (
    MAX_CONTAINERS,
    MAX_DECLARED_NAME,
    MAX_DOCUMENTATION,
    MAX_SIGNATURE,
    ParsedSymbol,
)

MAX_NAME = 80
"""Most characters of a name taken from text: a heading, a key, the first line of a chunk."""

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Section:
    """A named range of a source, in byte offsets.

    Attributes:
        name: Its name in results.
        start: First byte.
        end: End, exclusive.
        selection: Byte range of its name in the text.
        kind: STRING for prose and chunks, KEY for settings, or what it declares.
        containers: Names of what encloses it, outermost first.
        documentation: Byte range of its first paragraph or leading comment, if any.
        signature: None for its first line.
    """

    name: str
    start: int
    end: int
    selection: tuple[int, int]
    kind: SymbolKind = SymbolKind.STRING
    containers: tuple[str, ...] = ()
    documentation: tuple[int, int] | None = None
    signature: str | None = None


class Source:
    """A text with its lines and positions, made once per file.

    Attributes:
        text: UTF-8.
        starts: Byte offset of every line's start.
        positions: Offsets to positions.
    """

    __slots__ = ("_all_starts", "_positions", "starts", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._all_starts = starts = line_starts(text)
        # A line end at the end of the text does not begin another line.
        self.starts = starts[:-1] if len(starts) > 1 and starts[-1] == len(text) else starts
        self._positions: Positions | None = None

    @property
    def n_lines(self) -> int:
        """Number of lines; an empty text has one."""
        return len(self.starts)

    @property
    def positions(self) -> Positions:
        """Maps offsets to positions; made on first use."""
        if self._positions is None:
            self._positions = Positions(self.text, self._all_starts)
        return self._positions

    def line_start(self, line: int) -> int:
        """Return where a line starts; after the last line, where the text ends."""
        return self.starts[line] if line < len(self.starts) else len(self.text)

    def line_of(self, offset: int) -> int:
        """Return the line that a byte offset is in."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def line(self, line: int) -> bytes:
        """Return a line without its end."""
        return self.text[self.line_start(line) : self.line_start(line + 1)].rstrip(b"\r\n")

    def trimmed_end(self, start: int, end: int) -> int:
        """Return the end of a range without its trailing white space."""
        return start + len(self.text[start:end].rstrip())


def fold(text: bytes | str, limit: int) -> str:
    """Return a text on one line with its white space folded, cut at `limit` characters."""
    if isinstance(text, bytes):
        text = text[: limit * 8].decode("utf-8", "replace")
    return _SPACE.sub(" ", text).strip()[:limit]


def entry_of(source: Source, language: str, section: Section) -> ParsedSymbol:
    """Return a section as a symbol."""
    end = max(section.selection[1], source.trimmed_end(section.start, section.end))
    first_line_end = source.line_start(source.line_of(section.selection[0]) + 1)
    signature = section.signature
    if signature is None:
        signature = fold(
            source.text[section.selection[0] : max(first_line_end, section.selection[1])], MAX_SIGNATURE
        )
    documentation = section.documentation
    return ParsedSymbol(
        Symbol(
            name=section.name[:MAX_DECLARED_NAME],
            kind=section.kind,
            language=language,
            containers=section.containers[-MAX_CONTAINERS:],
            signature=signature,
            documentation=fold(source.text[slice(*documentation)], MAX_DOCUMENTATION)
            if documentation
            else "",
            span=source.positions.span(section.start, end),
            selection=source.positions.span(*section.selection),
        ),
        code=(section.start, end),
        documentation=documentation,
    )


def numbered(symbols: Iterable[ParsedSymbol]) -> list[ParsedSymbol]:
    """Return the symbols in order of their start, with `nth` counted again over all of them."""
    seen: dict[tuple[str, SymbolKind], int] = {}
    found: list[ParsedSymbol] = []
    for item in sorted(symbols, key=lambda item: (item.code[0], -item.code[1])):
        key = (item.symbol.qualified_name, item.symbol.kind)
        nth = seen.get(key, 0)
        seen[key] = nth + 1
        found.append(item if item.symbol.nth == nth else replace(item, symbol=replace(item.symbol, nth=nth)))
    return found


def flagged(symbols: Iterable[ParsedSymbol], flags: SymbolFlags) -> list[ParsedSymbol]:
    """Return the symbols with these flags added."""
    if not flags:
        return list(symbols)
    return [replace(item, symbol=replace(item.symbol, flags=item.symbol.flags | flags)) for item in symbols]
