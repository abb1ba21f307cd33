"""Finds declarations by regular expressions, for languages without a grammar."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.declarations.ends import Code, ends_of
from lsp_server.parsing.declarations.patterns import PATTERNS
from lsp_server.parsing.declarations.syntax import Ending, syntax_of
from lsp_server.parsing.documentation import clean, dedented
from lsp_server.parsing.sections import Section, Source, entry_of, fold, numbered
from lsp_server.parsing.symbols import MAX_DECLARED_NAME, MAX_SIGNATURE, ParsedSymbol

MAX_DECLARATIONS = 2000

_MAX_HEAD_LINES = 12
_MAX_LINE_BYTES = 1000
_TYPES = frozenset({SymbolKind.CLASS, SymbolKind.STRUCT, SymbolKind.INTERFACE, SymbolKind.ENUM})
_WITH_PARAMETERS = frozenset(
    {SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.EVENT}
)
_MEMBERS = {
    SymbolKind.METHOD: _TYPES,
    SymbolKind.CONSTRUCTOR: _TYPES,
    SymbolKind.ENUM_MEMBER: frozenset({SymbolKind.ENUM}),
}
"""What counts only directly inside of some kinds."""
_VALUES = frozenset({SymbolKind.VARIABLE, SymbolKind.CONSTANT, SymbolKind.PROPERTY})
_PLACES_OF_VALUES = _TYPES | {SymbolKind.MODULE}
_WITHOUT_NESTING = frozenset({Ending.STATEMENT, Ending.CLAUSES})
_ENDINGS = re.compile(r"(?:\s*(?:[{:;,]|=>|->|=))+$")
_HIDDEN = re.compile(r"\b(?:private|internal|local|protected)\b", re.IGNORECASE)
_BEHIND = re.compile(rb"\s*\}\s*(\w+)\s*;")
_QUOTED_PARTS = frozenset({"sql", "terraform"})
"""Languages whose names may be made of several parts in quotation marks."""


class _Declaration(NamedTuple):
    kind: SymbolKind
    name: tuple[int, int]
    line: int
    end: int
    ending: Ending


class _Enclosing(NamedTuple):
    end: int
    name: str
    kind: SymbolKind


@cache  # compiled when a language is first met: all together they would slow down every start
def _patterns(language: str) -> tuple[tuple[SymbolKind, re.Pattern[bytes]], ...]:
    return tuple((kind, re.compile(pattern.encode())) for name, kind, pattern in PATTERNS if name == language)


def declared_symbols(source: Source, language: str) -> list[ParsedSymbol]:
    """Return the declarations that begin at the start of a line, in order of their start."""
    patterns = _patterns(language)
    if not patterns:
        return []
    syntax = syntax_of(language)
    code = Code(source, syntax)
    found = list(_matches(code, patterns))
    end_of = ends_of(code, syntax, [line for line, _ in found])
    symbols: list[ParsedSymbol] = []
    enclosing: list[_Enclosing] = []
    for number, (line, matches) in enumerate(found):
        while enclosing and enclosing[-1].end <= line:
            enclosing.pop()
        wanted = (one for one in matches if _counts(one[0], enclosing, syntax.ending))
        kind, match = next(wanted, (None, None))
        if kind is None or match is None:
            continue
        end = end_of(number)
        named_at = _name_range(code, match, line, end)
        if named_at is None:
            continue
        item = _symbol(code, language, _Declaration(kind, named_at, line, end, syntax.ending), enclosing)
        symbols.append(item)
        enclosing.append(_Enclosing(end, item.symbol.name, item.symbol.kind))
        if len(symbols) == MAX_DECLARATIONS:
            break
    return numbered(symbols)


def _matches(
    code: Code, patterns: tuple[tuple[SymbolKind, re.Pattern[bytes]], ...]
) -> Iterator[tuple[int, list[tuple[SymbolKind, re.Match[bytes]]]]]:
    """Yield the lines that any pattern matches, with all that they may declare, the likeliest first."""
    for line, text in enumerate(code.lines):
        if text:
            head = text[:_MAX_LINE_BYTES]
            found = [(kind, match) for kind, pattern in patterns if (match := pattern.match(head))]
            if found:
                yield line, found


def _counts(kind: SymbolKind, enclosing: list[_Enclosing], ending: Ending) -> bool:
    """Return whether a declaration of a kind counts inside of what is around it."""
    if kind in _MEMBERS:
        return bool(enclosing) and enclosing[-1].kind in _MEMBERS[kind]
    if not enclosing:
        return True
    return ending not in _WITHOUT_NESTING and (kind not in _VALUES or enclosing[-1].kind in _PLACES_OF_VALUES)


def _name_range(code: Code, match: re.Match[bytes], line: int, end: int) -> tuple[int, int] | None:
    """Return where a declaration's name is: the last group of its pattern, else behind its bracket."""
    if match.lastindex is None:
        line = end - 1
        behind = _BEHIND.match(code.lines[line])
        if behind is None:
            return None
        match = behind
    start = code.source.line_start(line)
    return start + match.start(match.lastindex or 0), start + match.end(match.lastindex or 0)


def _symbol(
    code: Code, language: str, declaration: _Declaration, enclosing: list[_Enclosing]
) -> ParsedSymbol:
    source = code.source
    written = source.text[slice(*declaration.name)]
    written = written.translate(None, b'"`[]') if language in _QUOTED_PARTS else written.strip(b'"`')
    code_line = declaration.line
    while code_line > 0 and code.attribute.match(code.lines[code_line - 1]):
        code_line -= 1
    first = code.comments_above(code_line)
    kind = declaration.kind
    if kind is SymbolKind.FUNCTION and enclosing and enclosing[-1].kind in _TYPES:
        kind = SymbolKind.METHOD
    signature = _ENDINGS.sub("", fold(_head(code, declaration), MAX_SIGNATURE))
    section = Section(
        name=fold(written, MAX_DECLARED_NAME),
        start=source.line_start(first),
        end=source.line_start(declaration.end),
        selection=declaration.name,
        kind=kind,
        containers=tuple(one.name for one in enclosing),
        signature=signature,
    )
    entry = entry_of(source, language, section)
    is_hidden = section.name.startswith("_") or _HIDDEN.search(signature.partition("{")[0])
    text, documentation = _documentation(code, declaration, section.start, source.line_start(code_line))
    return replace(
        entry,
        symbol=replace(
            entry.symbol,
            documentation=text,
            flags=SymbolFlags.NONE if is_hidden else SymbolFlags.EXPORTED,
        ),
        code=(source.line_start(code_line), entry.code[1]),
        documentation=documentation if text else None,
    )


def _documentation(
    code: Code, declaration: _Declaration, start: int, end: int
) -> tuple[str, tuple[int, int] | None]:
    """Return the words of the comment above a declaration, else of its docstring, and their byte range."""
    text = code.source.text
    comments = code.comments_between(start, end)
    words = clean(text[slice(*comment)].decode("utf-8", "replace") for comment in comments)
    if words:
        return words, (comments[0][0], comments[-1][1])
    if declaration.ending is Ending.INDENTATION:
        head_end = declaration.line + _head(code, declaration).rstrip().count(b"\n")
        below = code.comments_below(head_end, declaration.end)
        words = clean(text[slice(*comment)].decode("utf-8", "replace") for comment in below)
        return words, (below[0][0], below[-1][1]) if words else None
    inside = (
        code.docstring(declaration.line, declaration.end) if declaration.ending is Ending.BRACKETS else None
    )
    return (dedented(text[slice(*inside)].decode("utf-8", "replace")) if inside else ""), inside


def _head(code: Code, declaration: _Declaration) -> bytes:
    """Return the lines of a declaration up to the one that closes its parentheses."""
    last = declaration.line
    is_quoted = code.source.text[declaration.name[0] - 1 : declaration.name[0]] in (b'"', b"'")
    if declaration.kind in _WITH_PARAMETERS and declaration.ending is not Ending.BRACKETS and not is_quoted:
        opened = 0
        for last in range(declaration.line, min(declaration.end, declaration.line + _MAX_HEAD_LINES)):
            text = code.lines[last]
            opened += text.count(b"(") - text.count(b")")
            if opened <= 0:
                break
    return code.source.text[code.source.line_start(declaration.line) : code.source.line_start(last + 1)]
