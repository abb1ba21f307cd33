"""Finds the symbols of scripts in markup, and of C in grammars for yacc and lex, at their own positions."""

import re
from itertools import islice

from lsp_server.parsing.blanking import blank_outside
from lsp_server.parsing.languages import LANGUAGES, canonical_language
from lsp_server.parsing.sections import Source, numbered
from lsp_server.parsing.symbols import ParsedSymbol
from lsp_server.parsing.trees.extraction import extract

EMBEDDING_LANGUAGES = frozenset({"vue", "svelte", "astro", "html", "yacc"})

_SCRIPT = re.compile(
    rb"<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE
)
_MARKUP_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ATTRIBUTE = re.compile(rb"\b(lang|type)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
_FRONT_MATTER = re.compile(rb"\s*---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_C_OPENING = re.compile(rb"^%(?P<brace>top\b|code\b[^{\n]*)?[ \t]*\{", re.MULTILINE)
_C_CLOSING = re.compile(rb"^%\}", re.MULTILINE)
_C_CLOSING_BRACE = re.compile(rb"^\}", re.MULTILINE)
_RULES_BORDER = re.compile(rb"^%%", re.MULTILINE)

_SCRIPT_TYPES = frozenset(
    {b"module", b"text/javascript", b"application/javascript", b"text/ecmascript", b"text/babel"}
)


def embedded_symbols(source: Source, language: str) -> list[ParsedSymbol]:
    """Return the symbols of all script blocks of one file, each in its block's language."""
    blocks: dict[str, list[tuple[int, int]]] = {}
    scripts = _c_code(source.text) if language == "yacc" else _scripts(source.text, language)
    for script_language, start, end in scripts:
        blocks.setdefault(script_language, []).append((start, end))
    found: list[ParsedSymbol] = []
    for script_language, ranges in blocks.items():
        # Everything else is blanked, so that every byte of the scripts keeps its offset.
        alone = blank_outside(source.text, ranges)
        found += extract(source.text, LANGUAGES[script_language], source.positions, readable=alone)
    return numbered(found)


def _scripts(text: bytes, language: str) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    if language == "astro" and (front := _FRONT_MATTER.match(text)):
        found.append(("typescript", *front.span(1)))
    commented = [match.span() for match in _MARKUP_COMMENT.finditer(text)]
    for match in _SCRIPT.finditer(text):
        if any(start <= match.start() < end for start, end in commented):
            continue
        script_language = _language_of(match[1], "typescript" if language == "astro" else "javascript")
        if script_language and match[2].strip():
            found.append((script_language, *match.span(2)))
    return found


def _c_code(text: bytes) -> list[tuple[str, int, int]]:
    """Return what is C in a file for yacc or lex: `%{...%}`, `%code {...}`, and all after the rules."""
    borders = [match.span() for match in islice(_RULES_BORDER.finditer(text), 2)]
    rules = borders[0][0] if borders else len(text)
    ranges: list[tuple[int, int]] = []
    after = 0
    while opening := _C_OPENING.search(text, after, rules):
        closing = (_C_CLOSING_BRACE if opening["brace"] else _C_CLOSING).search(text, opening.end(), rules)
        if closing is None:
            break
        ranges.append((opening.end(), closing.start()))
        after = closing.end()
    ranges += [(end, len(text)) for _, end in borders[1:]]
    language = "cpp" if any(b"::" in text[start:end] for start, end in ranges) else "c"
    return [(language, start, end) for start, end in ranges]


def _language_of(attributes: bytes, default: str) -> str | None:
    """Return the language of a script, judged by its attributes; None for templates and data."""
    for key, value in _ATTRIBUTE.findall(attributes):
        if key.lower() == b"lang":
            return canonical_language(value.decode("ascii", "replace"))
        if b"typescript" in value:
            return canonical_language(value.rpartition(b"/")[2].decode("ascii", "replace"))
        if value.lower() not in _SCRIPT_TYPES:
            return None
    return default
