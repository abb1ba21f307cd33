"""Finds declarations, and where they end, by regular expressions for languages without a grammar."""

import re
from collections.abc import Iterator
from functools import cache

from lsp_server.model import SymbolKind
from lsp_server.parsing.declaration_patterns import PATTERNS
from lsp_server.parsing.sections import Section, Source, fold
from lsp_server.parsing.symbols import MAX_DECLARED_NAME, MAX_SIGNATURE

MAX_DECLARATIONS = 2000

_CLOSER = re.compile(
    rb"[ \t]*(?:[}\])]|end\b|done\b|esac\b|fi\b|GO\b|endfunction\b|endmodule\b|@end\b)", re.IGNORECASE
)
_COMMENT = re.compile(rb"[ \t]*(?:#|//|--|;|%|/\*|\*|\"|@\w|\(\*)")


@cache  # compiled when a language is first met: all together they would slow down every start
def _patterns(language: str) -> tuple[tuple[SymbolKind, re.Pattern[bytes]], ...]:
    return tuple((kind, re.compile(pattern.encode())) for name, kind, pattern in PATTERNS if name == language)


def declaration_sections(source: Source, language: str) -> list[Section]:
    """Return the declarations that begin at the start of a line."""
    return list(_declarations(source, language))[:MAX_DECLARATIONS]


def _declarations(source: Source, language: str) -> Iterator[Section]:
    found = list(_matches(source, _patterns(language)))
    ends = [*(line for line, *_ in found[1:]), source.n_lines]
    for (line, kind, name), following in zip(found, ends, strict=False):
        first = _with_comment(source, line)
        end = _end_line(source, line, following)
        yield Section(
            name=fold(source.text[slice(*name)].translate(None, b'"`[]'), MAX_DECLARED_NAME),
            start=source.line_start(first),
            end=source.line_start(end),
            selection=name,
            kind=kind,
            documentation=(source.line_start(first), source.line_start(line) - 1) if first < line else None,
            signature=fold(source.line(line), MAX_SIGNATURE),
        )


def _matches(
    source: Source, patterns: tuple[tuple[SymbolKind, re.Pattern[bytes]], ...]
) -> Iterator[tuple[int, SymbolKind, tuple[int, int]]]:
    for line in range(source.n_lines):
        text = source.line(line)[:1000]
        if not text.strip():
            continue
        for kind, pattern in patterns:
            match = pattern.match(text)
            if match is not None and match.lastindex:
                start = source.line_start(line)
                group = match.lastindex
                yield line, kind, (start + match.start(group), start + match.end(group))
                break


def _with_comment(source: Source, line: int) -> int:
    first = line
    while first > 0 and line - first < 30 and _COMMENT.match(source.line(first - 1)):
        first -= 1
    return first


def _end_line(source: Source, line: int, following: int) -> int:
    """Return the line after a declaration: after its closing line, else before the next declaration."""
    indent = _indent(source.line(line))
    for other in range(line + 1, following):
        text = source.line(other)
        if _indent(text) <= indent and _CLOSER.match(text):
            return other + 1
    end = _with_comment(source, following) if following < source.n_lines else following
    while end > line + 1 and not source.line(end - 1).strip():
        end -= 1
    return max(end, line + 1)


def _indent(text: bytes) -> int:
    return len(text) - len(text.lstrip())
