"""Finds a file's description at its top: its leading comment, after licence, shebang and pragmas."""

import re
from collections.abc import Mapping
from functools import cache

from lsp_server.parsing.languages import PROSE_LANGUAGES
from lsp_server.parsing.prose import paragraph
from lsp_server.parsing.sections import Source

HEAD_BYTES = 16_384

_SLASH = rb"/\*.*?(?:\*/|\Z)|(?://[^\n]*(?:\n[ \t]*(?=//)|))+"
_HASH = rb"(?:\#(?!!)[^\n]*(?:\n[ \t]*(?=\#)|))+"
_DASH = rb"(?:--[^\n]*(?:\n[ \t]*(?=--)|))+"
_SEMICOLON = rb"(?:;[^\n]*(?:\n[ \t]*(?=;)|))+"
_PERCENT = rb"(?:%[^\n]*(?:\n[ \t]*(?=%)|))+"
_QUOTE = rb"(?:\"[^\n]*(?:\n[ \t]*(?=\")|))+"
_MARKUP = rb"<!--.*?(?:-->|\Z)"
_STYLES: Mapping[bytes, str] = {
    rb"[rRuU]?(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z))|" + _HASH: "python",
    rb"=begin\b.*?(?:^=end[^\n]*|\Z)|" + _HASH: "ruby perl",
    rb"<\#.*?(?:\#>|\Z)|" + _HASH: "powershell",
    rb"\#=.*?(?:=\#|\Z)|" + _HASH: "julia",
    _HASH: "bash elixir r yaml toml make cmake dockerfile nix nim crystal tcl awk fish graphql "
    "coffeescript gdscript puppet",
    _HASH + rb"|" + _SLASH: "terraform php",
    rb"\{-.*?(?:-\}|\Z)|" + _DASH: "haskell elm purescript agda",
    rb"/-.*?(?:-/|\Z)|" + _DASH: "lean",
    rb"--\[(?P<eq>=*)\[.*?(?:\](?P=eq)\]|\Z)|" + _DASH: "lua",
    _SLASH + rb"|" + _DASH: "sql ada vhdl",
    _SEMICOLON: "clojure commonlisp scheme racket emacslisp assembly",
    _SEMICOLON + rb"|" + _HASH: "ini",
    _PERCENT: "erlang latex matlab prolog",
    _QUOTE: "vim",
    rb"\(\*.*?(?:\*\)|\Z)|" + _SLASH: "ocaml ocaml_interface fsharp coq pascal",
    _MARKUP: "html xml vue svelte",
}
_STYLE_BY_LANGUAGE = {name: pattern for pattern, names in _STYLES.items() for name in names.split()}
_UNCOMMENTED = frozenset({"json", "csv", "notebook", "diff"})
_PREAMBLE = re.compile(
    rb"\s*(?:\#![^\n]*|<\?php|<\?xml[^>]*>|<!doctype[^>]*>|[\"']use \w+[\"'];?|\#pragma once[^\n]*"
    rb"|\#\s*ifndef[^\n]*|\#\s*define \w+[ \t]*\n|package [\w.]+;?"
    rb"|declare\s*\(strict_types=1\);|-{3}[ \t]*$"
    rb"|\#[^\n\w]*-\*-[^\n]*|\{-\#.*?\#-\}"
    rb"|\#[ \t]*(?:vim:|frozen_string_literal|encoding:|shellcheck )[^\n]*|set -[\w ]+$)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_LICENCE = re.compile(
    rb"copyright|licen[sc]ed (?:under|to)|SPDX-|permission is hereby|redistribution and use"
    rb"|all rights reserved|free software|see (?:the )?licen[sc]e|\(c\) \d{4}|MIT licen[sc]e"
    rb"|apache licen[sc]e|public domain",
    re.IGNORECASE,
)
_PRAGMA = re.compile(
    rb"\W*(?:eslint|tslint|prettier|@ts-|@flow|jshint|global |type: ignore|ruff:|pylint|mypy|flake8|noqa"
    rb"|istanbul|<reference|rubocop|go:build|\+build|nolint|clang-format|swiftlint|coding[:=]|vim:|checkstyle)"
)
_MARKS = re.compile(
    r"^[ \t]*(?:/\*+!?|\*+/|\*(?!\*)|//[/!]*|#+[!:=]?"
    r"|--\[=*\[|--+[ \t]*\|?|;+|%+|<!--|\{-+[ \t]*\|?|\(\*+|[rRuU]?(?:\"\"\"|''')"
    r"|=begin|=end|<#|/-+!?)[ \t]?|[ \t]*(?:\*+/|-->|-\}|\*\)|\"\"\"|'''|#>|-/|\]=*\])[ \t]*$",
    re.MULTILINE,
)
_TELLING = re.compile(rb"[A-Za-z\x80-\xff]{3}")
_RULE = re.compile(r"^[ \t]*[-=*#~_/]{3,}[ \t]*$", re.MULTILINE)


def words_of_comment(text: str) -> str:
    """Return a comment's text without markers and rulers."""
    return _RULE.sub("", _MARKS.sub("", text))


def opening(source: Source, language: str) -> tuple[int, tuple[int, int] | None]:
    """Return where the text begins after licence and preamble, and the range of the file's description."""
    if language in PROSE_LANGUAGES and language != "latex":
        found = paragraph(source, 0, min(source.n_lines, 60))
        return 0, found
    if language in _UNCOMMENTED:
        return 0, None
    head = source.text[:HEAD_BYTES]
    pattern = _comment_pattern(_STYLE_BY_LANGUAGE.get(language, _SLASH))
    reached = 0
    while True:
        if preamble := _PREAMBLE.match(head, reached):
            reached = max(preamble.end(), reached + 1)
            continue
        comment = pattern.match(head, reached)
        if comment is None or comment.end("comment") <= reached:
            return len(head) - len(head[reached:].lstrip()), None
        text = comment["comment"]
        is_docstring = text.lstrip(b"rRuU")[:3] in {b'"""', b"'''"}
        is_telling = _TELLING.search(text) and not _LICENCE.search(text) and not _PRAGMA.match(text)
        if is_docstring or is_telling:
            return comment.start("comment"), (comment.start("comment"), comment.end("comment"))
        reached = comment.end("comment")


@cache  # compiled when a language is first met: all together they would slow down every start
def _comment_pattern(style: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\s*(?P<comment>" + style + rb")", re.DOTALL | re.MULTILINE)
