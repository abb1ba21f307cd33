"""Extracts the text of comments, without markers, pragmas and licences."""

import re
from collections.abc import Iterable

from lsp_server.parsing.symbols import MAX_DOCUMENTATION

_LINE_MARKER = re.compile(
    r"\s*(?:/{2,}[!<]?|#+[:!']?|--+\s?[|^]?|;+|%+|'+|!+[<>]?|\"+|=(?:head\d|item|over|back|pod|cut|encoding)\b)\s?"
)
_STAR = re.compile(r"\s*\*+(?: |$)?")
_OPENERS = re.compile(r"(?:/\*+!?<?|\{-\s?[|^]?|--\[=*\[|\(\*+|<#|#=|=begin\b)")
_CLOSERS = re.compile(r"(?:\*+/|-\}|\]=*\]|\*+\)|#>|=#|=end)\s*\Z")
_XML_DOC = re.compile(r"<(?:summary|inheritdoc|param|returns|remarks)\b")
_XML_TAG = re.compile(r"</?(?:summary|remarks|para|c|code|example|value|item|list|description|term)\b[^<>]*>")
_LETTER = re.compile(r"[^\W_]")
_LICENCE_WORDS = (
    "copyright",
    "spdx-license",
    "licensed under",
    "all rights reserved",
    "hereby granted",
    "(c) 20",
)
_PRAGMA = re.compile(
    r"!|(?:es|ts|style|js|bun|ktl|swift|go|pl|py|clj|stan|hl)int\b|@?(?:eslint|tslint|swiftlint|rubocop|prettier|biome|ktlint|"
    r"phpcs|pylint|flake8|mypy|pyright|ruff|isort|fmt|clang-format|shellcheck|istanbul|v8|c8|nolint|credo|stylua|"
    r"luacheck|selene|steep|sorbet|deno-lint|scalafmt|scalastyle|cspell|codespell)\b\s*[:\-=]?|"
    r"@ts-|@flow|@format\b|@formatter|@noinspection|noinspection|noqa|nosec|NOLINT|nolint|type:\s*ignore|"
    r"frozen_string_literal|encoding:|-\*-|vim?:|go:|\+build|line \d|pragma:|region\b|endregion\b|#region|"
    r"MARK:|global\s+\w+\s*$|jshint|globals\s"
)


def clean(comments: Iterable[str]) -> str:
    """Return the text of the comments before a definition; empty for a licence or for pragmas alone."""
    lines: list[str] = []
    for comment in comments:
        if not comment.startswith("#!"):
            lines += _lines(comment)
    text = "\n".join(lines).strip("\n")
    if "<" in text and _XML_DOC.search(text):
        text = _XML_TAG.sub("", text)
    text = text.strip()[:MAX_DOCUMENTATION].rstrip()
    lowered = text.lower()
    return "" if any(word in lowered for word in _LICENCE_WORDS) else text


def dedented(docstring: str) -> str:
    """Return a docstring's content without its indentation."""
    first, newline, rest = docstring.partition("\n")
    if not newline:
        return docstring.strip()[:MAX_DOCUMENTATION].rstrip()
    lines = ["" if line.isspace() else line for line in rest.split("\n")]
    written = [line for line in lines if line]
    if written:
        # A prefix shared by the alphabetically first and last lines is shared by all.
        lowest, highest = min(written), max(written)
        margin = 0
        while lowest[margin] in " \t" and lowest[margin] == highest[margin]:
            margin += 1
        lines = [line[margin:] for line in lines]
    return "\n".join((first.strip(), *lines)).strip()[:MAX_DOCUMENTATION].rstrip()


def _lines(comment: str) -> list[str]:
    """Return a comment's lines without markers, pragmas and rulers; empty lines are kept."""
    opener = _OPENERS.match(comment)
    if opener:
        body = _CLOSERS.sub("", comment[opener.end() :])
        lines = body.split("\n")
        if comment.startswith("/*"):
            lines = [_STAR.sub("", line, count=1) for line in lines]
        lines = [line.removeprefix(" ") for line in lines]
    else:
        text = comment.removesuffix('"""') if comment.startswith('"""') else comment
        lines = [_LINE_MARKER.sub("", line, count=1) for line in text.strip().split("\n")]
    return [line.rstrip() for line in lines if _is_kept(line.strip())]


def _is_kept(line: str) -> bool:
    return not line or (_LETTER.search(line) is not None and not _PRAGMA.match(line))
