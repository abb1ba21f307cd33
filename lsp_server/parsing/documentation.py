"""Reads the text out of comments: markers gone, pragmas and licences dropped."""

import re
from collections.abc import Iterable, Iterator
from textwrap import dedent

LIMIT = 2000
"""The most characters of documentation that a symbol keeps."""

_LINE_MARKER = re.compile(r"\s*(?:/{2,}[!<]?|#+[:!]?|--+\s?[|^]?|;+|%+|'+)\s?")
_STAR = re.compile(r"\s*\*+(?: |$)?")
_OPENERS = re.compile(r"(?:/\*+!?<?|\{-\s?[|^]?|--\[=*\[|\(\*+|<#|#=|=begin\b)")
_CLOSERS = re.compile(r"(?:\*+/|-\}|\]=*\]|\*+\)|#>|=#|=end)\s*\Z")
_XML_DOC = re.compile(r"<(?:summary|inheritdoc|param|returns|remarks)\b")
_XML_TAG = re.compile(r"</?(?:summary|remarks|para|c|code|example|value|item|list|description|term)\b[^<>]*>")
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
    r"global\s+\w+\s*$|jshint|globals\s"
)


def clean(comments: Iterable[str]) -> str:
    """Return what the comments before a definition say, or nothing for a licence and for pragmas alone."""
    lines = [line for comment in comments if not comment.startswith("#!") for line in _lines(comment)]
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    if "<" in text and _XML_DOC.search(text):
        text = _XML_TAG.sub("", text)
    text = text.strip()[:LIMIT].rstrip()
    lowered = text.lower()
    return "" if any(word in lowered for word in _LICENCE_WORDS) else text


def dedented(docstring: str) -> str:
    """Return a docstring's content as its author sees it."""
    first, newline, rest = docstring.partition("\n")
    return (first.strip() + newline + dedent(rest)).strip()[:LIMIT].rstrip()


def _lines(comment: str) -> Iterator[str]:
    opener = _OPENERS.match(comment)
    if opener:
        body = _CLOSERS.sub("", comment[opener.end() :])
        starred = comment.startswith("/*")
        lines = [_STAR.sub("", line, count=1) if starred else line for line in body.split("\n")]
        yield from _kept(line.removeprefix(" ") for line in lines)
    else:
        yield from _kept(_LINE_MARKER.sub("", line, count=1) for line in comment.strip().split("\n"))


def _kept(lines: Iterable[str]) -> Iterator[str]:
    """Leave out pragmas and rulers; an empty line stays."""
    for line in lines:
        stripped = line.strip()
        if stripped and (_PRAGMA.match(stripped) or not any(map(str.isalnum, stripped))):
            continue
        yield line
