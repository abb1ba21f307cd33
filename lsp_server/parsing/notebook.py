"""Finds the symbols of a Jupyter notebook cell by cell, at their positions in the file's JSON text."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace

from lsp_server.model import Position, Span
from lsp_server.parsing.chunks import title_of, uncovered
from lsp_server.parsing.file_entry import entry_symbol
from lsp_server.parsing.json_text import JsonValue, pieces, walk
from lsp_server.parsing.languages import LANGUAGES, canonical_language
from lsp_server.parsing.prose import paragraph, prose_sections
from lsp_server.parsing.sections import Section, Source, entry_of, fold, numbered
from lsp_server.parsing.symbols import MAX_DOCUMENTATION, MAX_SYMBOLS, ParsedFile, ParsedSymbol
from lsp_server.parsing.trees.extraction import extract

MAX_CELLS = 2000

_CELL_MAGIC = re.compile(rb"\s*%%(\w+)[^\n]*")
_LINE_MAGIC = re.compile(rb"^[ \t]*[%!?][^\n]*|^[^\n]*[^\s\w\n]?\?[ \t]*$", re.MULTILINE)
_SEPARATOR = b"\n\n"


@dataclass(slots=True)
class _Cell:
    """A cell as it is in the JSON text: strings with quotes, each with its offset."""

    kind: str = "code"
    strings: list[tuple[int, bytes]] = field(default_factory=list)


class _CellTexts:
    """The cells' texts concatenated, with a mapping back to the JSON text."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0
        self._offsets: list[int] = []
        self._raw_offsets: list[int] = []

    @property
    def length(self) -> int:
        """Number of bytes so far."""
        return self._length

    def add_cell(self, cell: _Cell) -> bytes:
        """Append a cell and return its text."""
        first = len(self._parts)
        for at, token in cell.strings:
            inside = token[1:-1]
            for piece, offset in pieces(inside):
                self._add(piece, at + 1 + offset)
            self._add(b"", at + len(token) - 1)
        text = b"".join(self._parts[first:])
        last_quote = self._raw_offsets[-1]
        self._add(_SEPARATOR[:1], last_quote)
        self._add(_SEPARATOR[1:], last_quote)
        return text

    def joined(self) -> bytes:
        """Return all texts as one."""
        return b"".join(self._parts)

    def raw_offset(self, offset: int) -> int:
        """Return where a byte of the joined text is written in the JSON text."""
        index = bisect_right(self._offsets, offset) - 1
        return self._raw_offsets[index] + offset - self._offsets[index]

    def _add(self, piece: bytes, raw_offset: int) -> None:
        if self._offsets and self._offsets[-1] == self._length:
            self._raw_offsets[-1] = raw_offset
        else:
            self._offsets.append(self._length)
            self._raw_offsets.append(raw_offset)
        self._parts.append(piece)
        self._length += len(piece)


def parse_notebook(raw: Source, path: str) -> ParsedFile | None:
    """Return the cells' symbols: definitions in code, sections in Markdown, an entry for every other cell.

    Args:
        raw: The JSON text of the file.
        path: Its path or name.

    Returns:
        The symbols: `source` is the text of all cells, spans are positions in the JSON text. None when the
        text has no cells and so is not a notebook.
    """
    cells, kernel = _read(raw.text)
    if cells is None:
        return None
    texts = _CellTexts()
    found: list[ParsedSymbol] = []
    documentation: tuple[int, int] | None = None
    for cell in cells[:MAX_CELLS]:
        if len(found) >= MAX_SYMBOLS:
            break
        if not cell.strings or cell.kind not in {"code", "markdown", "heading"}:
            continue
        base = texts.length
        text = texts.add_cell(cell)
        if not text.strip():
            continue
        source = Source(text)
        symbols = _code(source, kernel) if cell.kind == "code" else _markdown(source)
        if documentation is None and cell.kind == "markdown":
            documentation = paragraph(source, 0, source.n_lines)
            if documentation is not None:
                documentation = documentation[0] + base, documentation[1] + base
        found += (_placed(item, base, source, raw, texts) for item in symbols)
    joined = texts.joined()
    words = fold(joined[slice(*documentation)], MAX_DOCUMENTATION) if documentation else ""
    end = raw.positions.position(len(raw.text))
    entry = entry_symbol(
        path, "notebook", words=words, code=(0, len(joined)), documentation=documentation, end=end
    )
    return ParsedFile("notebook", (entry, *numbered(found)), joined)


def _read(text: bytes) -> tuple[list[_Cell] | None, str]:
    """Return the cells (None without a list of them) and the kernel's language."""
    cells: dict[tuple[str | int, ...], _Cell] = {}
    kernel: str | None = None
    is_notebook = False
    for value in walk(text, 6):
        path = value.path
        if path[0] == "cells" or path[0] == "nbformat":
            is_notebook = True
        if path in {("metadata", "kernelspec", "language"), ("metadata", "language_info", "name")}:
            kernel = canonical_language(_words(value)) or kernel
        cell, rest = (path[:4], path[4:]) if path[0] == "worksheets" else (path[:2], path[2:])
        if "cells" not in cell or not rest or value.token[:1] != b'"':
            continue
        if rest == ("cell_type",):
            cells.setdefault(cell, _Cell()).kind = _words(value)
        elif rest[0] in {"source", "input"} and len(rest) <= 2:
            cells.setdefault(cell, _Cell()).strings.append((value.start, value.token))
    return (list(cells.values()) if is_notebook else None), kernel or "python"


def _words(value: JsonValue) -> str:
    return value.token.strip(b'"').decode("utf-8", "replace")


def _code(source: Source, kernel: str) -> list[ParsedSymbol]:
    text = source.text
    language = kernel
    magic = _CELL_MAGIC.match(text)
    if magic:
        language = canonical_language(magic[1].decode("ascii", "replace")) or kernel
        text = b" " * magic.end() + text[magic.end() :]
    if language == "python":
        text = _LINE_MAGIC.sub(lambda match: b" " * len(match[0]), text)
    symbols = extract(text, LANGUAGES[language])
    if symbols:
        return [*symbols, *(entry_of(source, language, chunk) for chunk in uncovered(source, symbols))]
    return [entry_of(source, language, _whole(source))]


def _markdown(source: Source) -> list[ParsedSymbol]:
    sections = prose_sections(source, "markdown") or [
        replace(_whole(source), documentation=paragraph(source, 0, source.n_lines))
    ]
    return [entry_of(source, "markdown", section) for section in sections]


def _whole(source: Source) -> Section:
    line = 0
    title = title_of(source.text)
    while line + 1 < source.n_lines and not source.line(line).strip():
        line += 1
    start = source.line_start(line)
    return Section(title, start, len(source.text), (start, start + len(source.line(line))))


def _placed(item: ParsedSymbol, base: int, source: Source, raw: Source, texts: _CellTexts) -> ParsedSymbol:
    """Return a symbol of one cell with its ranges in the joined text and its positions in the JSON text."""

    def real(position: Position) -> Position:
        offset = base + source.line_start(position.line) + position.utf8
        return raw.positions.position(texts.raw_offset(offset))

    def real_span(span: Span) -> Span:
        return Span(real(span.start), real(span.end))

    symbol, documentation = item.symbol, item.documentation
    return ParsedSymbol(
        replace(symbol, span=real_span(symbol.span), selection=real_span(symbol.selection)),
        (item.code[0] + base, item.code[1] + base),
        (documentation[0] + base, documentation[1] + base) if documentation else None,
    )
