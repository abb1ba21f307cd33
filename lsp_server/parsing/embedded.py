"""Finds the symbols of scripts in markup, and of C in grammars for yacc and lex, at their own positions."""

import re

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
_C_CODE = re.compile(
    rb"^%(?:top\b|code\b[^{\n]*)?[ \t]*\{(?P<before>.*?)^%?\}|^%%.*?^%%(?P<after>.*)\Z",
    re.DOTALL | re.MULTILINE,
)
"""What is C in a file for yacc or lex: `%{...%}` and `%code {...}` before the rules, and all after them."""

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
    ranges = [match.span(match.lastgroup or 0) for match in _C_CODE.finditer(text)]
    language = "cpp" if any(b"::" in text[start:end] for start, end in ranges) else "c"
    return [(language, start, end) for start, end in ranges]


def _language_of(attributes: bytes, default: str) -> str | None:
    """Return the language of a script, judged by its attributes; None for templates and data."""
    for key, value in _ATTRIBUTE.findall(attributes):
        if key.lower() == b"lang":
            return canonical_language(value.decode("ascii", "replace"))
        if value.lower() not in _SCRIPT_TYPES:
            return (
                canonical_language(value.rpartition(b"/")[2].decode("ascii", "replace"))
                if b"typescript" in value
                else None
            )
    return default
