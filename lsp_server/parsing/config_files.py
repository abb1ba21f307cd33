"""Finds the keys of configuration files: YAML and JSON by nesting, TOML and INI by section."""

import re
from collections.abc import Iterator

from lsp_server.model import SymbolKind
from lsp_server.parsing import json_text
from lsp_server.parsing.chunks import whole_text
from lsp_server.parsing.sections import MAX_NAME, Section, Source, fold

CONFIG_LANGUAGES = frozenset({"yaml", "toml", "ini", "json"})
MIN_BLOCK_LINES = 3
LARGE_BLOCK_LINES = 40
MAX_KEYS = 400
MAX_JSON_BYTES = 64_000
MAX_DEPTH = 3

_YAML_KEY = re.compile(
    rb"( *)(?:- +)?(\"[^\"\n]+\"|'[^'\n]+'|[^\s#&*!|>%@`\"'\[\]{},:-][^#\n:]*?)\s*:(?=\s|$)"
)
_YAML_BLOCK_TEXT = re.compile(rb".*:\s*(?:[&!]\S+\s+)*[|>][-+\d]*\s*(?:#.*)?$")
_HEADER = re.compile(rb"[ \t]*\[{1,2}[ \t]*([^\[\]\n]+?)[ \t]*\]{1,2}[ \t]*(?:[#;].*)?$")
_COMMENT = (b"#", b";", b"//")


def config_sections(source: Source, language: str) -> list[Section]:
    """Return an entry per key or section that has a block of lines below it, else chunks of a long file."""
    if language == "json":
        # No chunks: data is found by its file's entry, and its lines say little.
        return list(_json(source))[:MAX_KEYS] if len(source.text) <= MAX_JSON_BYTES else []
    found = _yaml(source, 0, source.n_lines, ()) if language == "yaml" else _headers(source)
    return list(found)[:MAX_KEYS] or whole_text(source)


def _yaml(source: Source, first: int, end: int, containers: tuple[str, ...]) -> Iterator[Section]:
    keys: list[tuple[int, re.Match[bytes]]] = []
    indent = -1
    text_indent = -1  # inside a block scalar: the indentation of its key
    for line in range(first, end):
        text = source.line(line)
        depth = len(text) - len(text.lstrip(b" "))
        if not text.strip() or (text_indent >= 0 and depth > text_indent):
            continue
        text_indent = depth if _YAML_BLOCK_TEXT.match(text) else -1
        match = _YAML_KEY.match(text)
        if match and (indent < 0 or depth <= indent) and not text.lstrip().startswith(b"- "):
            indent = depth if indent < 0 else min(indent, depth)
            keys.append((line, match))
    keys = [(line, match) for line, match in keys if len(match[1]) == indent]
    ends = [*(line for line, _ in keys[1:]), end]
    for (line, match), stop in zip(keys, ends, strict=False):
        stop_line = _before_comment(source, line, stop)
        if stop_line - line < MIN_BLOCK_LINES:
            continue
        name = fold(match[2].strip(b"\"'"), MAX_NAME)
        start = source.line_start(line)
        yield Section(
            name=name,
            start=source.line_start(_comment_start(source, line, first)),
            end=source.line_start(stop_line),
            selection=(start + match.start(2), start + match.end(2)),
            kind=SymbolKind.KEY,
            containers=containers,
        )
        if stop_line - line > LARGE_BLOCK_LINES and len(containers) + 1 < MAX_DEPTH:
            yield from _yaml(source, line + 1, stop_line, (*containers, name))


def _headers(source: Source) -> Iterator[Section]:
    found = [(line, match) for line in range(source.n_lines) if (match := _HEADER.match(source.line(line)))]
    ends = [*(line for line, _ in found[1:]), source.n_lines]
    for (line, match), stop in zip(found, ends, strict=False):
        start = source.line_start(line)
        yield Section(
            name=fold(match[1].strip(b"\"'"), MAX_NAME),
            start=source.line_start(_comment_start(source, line, 0)),
            end=source.line_start(_before_comment(source, line, stop)),
            selection=(start + match.start(1), start + match.end(1)),
            kind=SymbolKind.KEY,
        )


def _json(source: Source) -> Iterator[Section]:
    found: list[tuple[json_text.JsonValue, int]] = []
    for value in json_text.walk(source.text, 2):
        lines = source.line_of(value.start) - source.line_of(value.key_span[0]) + 1
        if (
            value.token in b"}]"
            and lines >= MIN_BLOCK_LINES
            and all(isinstance(key, str) for key in value.path)
        ):
            found.append((value, lines))
    large = {value.path for value, lines in found if lines > LARGE_BLOCK_LINES}
    for value, _ in sorted(found, key=lambda item: item[0].key_span):
        *outer, name = (str(key) for key in value.path)
        if outer and tuple(outer) not in large:
            continue
        key_start, key_end = value.key_span
        yield Section(
            name=name[:MAX_NAME] or '""',
            start=key_start,
            end=value.end,
            selection=(min(key_start + 1, key_end), max(key_start + 1, key_end - 1)),
            kind=SymbolKind.KEY,
            containers=tuple(outer),
        )


def _comment_start(source: Source, line: int, first: int) -> int:
    """Return the line where the comment directly above a line begins."""
    while line > first and source.line(line - 1).lstrip().startswith(_COMMENT):
        line -= 1
    return line


def _before_comment(source: Source, line: int, stop: int) -> int:
    """Return the end of a block without blank lines and the comment of the block after it."""
    end = stop
    if stop < source.n_lines:
        end = _comment_start(source, stop, line + 1)
    while end > line + 1 and not source.line(end - 1).strip():
        end -= 1
    return end
