"""Finds, line by line, what the tree of a broken source lost: text in an editor is often broken."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.rules import Found
from lsp_server.parsing.walk import Definition

_BLANK = b" \t\r\n\f\v"
_TEXTS = frozenset({"string_content", "string", "comment", "escape_sequence"})


def lost_definitions(
    root: Node, pattern: re.Pattern[bytes], source: bytes, known: list[Definition]
) -> list[Definition]:
    """Return what starts a line like a definition and isn't known.

    Args:
        root: Of the source's tree.
        pattern: Groups: the indentation, the word that begins a definition, its name.
        source: The source.
        known: What the walk found.
    """
    names = {one.found.at.start_byte: one for one in known if one.found.at is not None}
    enclosing: list[tuple[int, Definition]] = []
    lost: list[Definition] = []
    for match, end in _with_ends(pattern, source):
        width = len(match[1].expandtabs())
        while enclosing and enclosing[-1][0] >= width:
            enclosing.pop()
        one = names.get(match.start(3))
        if one is None:
            at = root.descendant_for_byte_range(*match.span(3))
            if at is None or at.type in _TEXTS or at.start_byte != match.start(3):
                continue
            one = _definition(match, at, end, enclosing[-1][1] if enclosing else None)
            lost.append(one)
        enclosing.append((width, one))
    return lost


def _with_ends(pattern: re.Pattern[bytes], source: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Yield each match with where it ends: before the next line that is indented no deeper."""
    for match in pattern.finditer(source):
        width = len(match[1])
        outdent = re.compile(rb"^[ \t]{0,%d}[^\s#)\]}]" % width, re.MULTILINE)
        following = outdent.search(source, match.end())
        end = following.start() if following is not None else len(source)
        while source[end - 1] in _BLANK:
            end -= 1
        yield match, max(end, match.end())


def _definition(match: re.Match[bytes], at: Node, end: int, owner: Definition | None) -> Definition:
    is_type = match[2].startswith(b"class")
    in_type = owner is not None and owner.kind is SymbolKind.CLASS
    kind = SymbolKind.CLASS if is_type else SymbolKind.METHOD if in_type else SymbolKind.FUNCTION
    name, start = match[3].decode("utf-8", "replace"), match.start(2)
    line_end = match.string.find(b"\n", start)
    return Definition(
        found=Found(at, name, at, kind, line_end if line_end >= 0 else end),
        kind=kind,
        containers=(*owner.containers, owner.found.name) if owner is not None else (),
        flags=0 if name.startswith("_") else int(SymbolFlags.EXPORTED),
        start=start,
        code_start=start,
        head_start=start,
        end=end,
        comments=[],
        docs=None,
    )
