"""Finds where declarations end, by indentation, closing lines and brackets; no grammar is known."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from lsp_server.parsing.blanking import blank_inside
from lsp_server.parsing.declarations.syntax import Ending, Syntax
from lsp_server.parsing.sections import Source

_OPENERS = (b"{", b"(", b"[")
_UNFINISHED = (b"=>", b"=", b":", b"&&", b"||", b"+", b"?", b"->")
_FINISHED = (b";", b"}")
_CLOSING = (b")", b"]", b"}")
_QUOTED = re.compile(rb"\"(?:\\.|[^\"\\])*+\"|'(?:\\.|[^'\\])*+'")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_DOLLARS = re.compile(rb"\$\w*\$")
_BEGIN = re.compile(rb"\s*begin\b(?!\s*(?:transaction\b|tran\b|;))|.*\bbegin\s*$", re.IGNORECASE)
_END = re.compile(rb"\s*end\b(?!\s+(?:if|loop|case|while|repeat|for)\b)", re.IGNORECASE)
_WHOLE = re.compile(rb"\s*(?:private\s+)?abstract\s+def\b|.*;\s*end$")
_MAKE_TEXT = b"define "  # a Makefile's text of several lines, in which everything may stand
_MANUAL = b"="  # a Perl manual's section, which blank lines surround
_MAX_COMMENT_LINES = 100
_MAX_LINES = 1000  # of what may hold anything; whoever looks for its end looks no further
_MAX_OPEN = 50
_MAX_QUOTED_BYTES = 2_000  # in longer lines, brackets in strings count, too


class Code:
    """A source without its comments and texts of several lines, line by line.

    Attributes:
        source: The source.
        attribute: A line before a declaration that belongs to it.
        text: As many bytes as the source, with spaces for what is not code.
        comments: The byte ranges of its comments.
        texts: The byte ranges of its texts of several lines or, where brackets are counted, of all strings.
        lines: Its lines without the white space at their ends.
        indents: How much white space each begins with.
    """

    __slots__ = ("attribute", "comments", "indents", "lines", "source", "text", "texts")

    def __init__(self, source: Source, syntax: Syntax) -> None:
        found = [match for match in syntax.non_code.finditer(source.text) if match.lastindex]
        self.source = source
        self.attribute = syntax.attribute
        self.comments = [match.span(1) for match in found if match[1] is not None]
        self.texts = [match.span(2) for match in found if match[1] is None]
        self.text = blank_inside(source.text, [match.span() for match in found])
        ends = [*source.starts[1:], len(self.text)]
        self.lines = [self.text[start:end].rstrip() for start, end in zip(source.starts, ends, strict=True)]
        self.indents = [len(line) - len(line.lstrip()) for line in self.lines]

    def comments_above(self, line: int) -> int:
        """Return the line where the comments directly above a line begin; the line itself without any."""
        lowest = max(0, line - _MAX_COMMENT_LINES)
        start, text = self.source.line_start(line), self.source.text
        for number in range(bisect_left(self.comments, (start, 0)) - 1, -1, -1):
            comment, end = self.comments[number]
            first = self.source.line_of(comment)
            start_of_line = self.source.line_start(first)
            most_lines = 2 if text.startswith(_MANUAL, comment) else 1
            if first < lowest:
                break
            between = text[end:start]
            if between.strip() or between.count(b"\n") > most_lines:
                break
            if text[start_of_line:comment].strip():
                break
            line, start = first, start_of_line
        return line

    def comments_between(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the byte ranges of the comments that begin in a byte range."""
        return self.comments[bisect_left(self.comments, (start, 0)) : bisect_left(self.comments, (end, 0))]

    def comments_below(self, line: int, end: int) -> list[tuple[int, int]]:
        """Return the byte ranges of the documentation that a declaration's body begins with: `## ...`."""
        body = self.following(line, end)
        comments = self.comments_between(self.source.line_start(line + 1), self.source.line_start(body))
        return [one for one in comments if self.source.text.startswith(b"##", one[0])]

    def docstring(self, line: int, end: int) -> tuple[int, int] | None:
        """Return the byte range of what is in the first string that begins a line of a declaration."""
        start, stop = self.source.line_start(line + 1), self.source.line_start(min(end, line + 4))
        for first, last in self.texts[
            bisect_left(self.texts, (start, 0)) : bisect_left(self.texts, (stop, 0))
        ]:
            line_start = self.source.line_start(self.source.line_of(first))
            if not self.source.text[line_start:first].strip() and last - first > 2:
                return first + 1, last - 1
        return None

    def trimmed(self, line: int, end: int) -> int:
        """Return where what begins at a line ends, without what belongs to the declaration at `end`."""
        while end > line + 1 and (not self.lines[end - 1] or self.attribute.match(self.lines[end - 1])):
            end -= 1
        return end

    def following(self, line: int, end: int) -> int:
        """Return the next line of code; `end` if there is none before it."""
        line += 1
        while line < end and not self.lines[line]:
            line += 1
        return line


def ends_of(code: Code, syntax: Syntax, lines: Sequence[int]) -> Callable[[int], int]:
    """Return what tells the line after a declaration by its number.

    Args:
        code: The source.
        syntax: How its language is written.
        lines: Where declarations may begin.
    """
    if syntax.ending is Ending.WORD:
        return _by_words(code, syntax, lines).__getitem__
    if syntax.ending is Ending.NEXT:
        return [code.trimmed(line, end) for line, end in pairwise((*lines, len(code.lines)))].__getitem__
    find, bounds = _FINDERS[syntax.ending], _bounds(code, lines)
    return lambda number: find(code, syntax, lines[number], bounds[number])


def _bounds(code: Code, lines: Sequence[int]) -> list[int]:
    """Return for each declaration the next one that is as far left, which it can't hold."""
    bounds = [len(code.lines)] * len(lines)
    pending: list[int] = []
    for number, line in enumerate(lines):
        while pending and code.indents[lines[pending[-1]]] >= code.indents[line]:
            bounds[pending.pop()] = line
        pending.append(number)
    return bounds


def _block_end(code: Code, syntax: Syntax, line: int, bound: int) -> int:
    indent, depth = code.indents[line], 0
    is_open = False
    for other in range(line, bound):
        text = code.lines[other]
        if not text:
            continue
        if other > line and code.indents[other] <= indent:
            if syntax.closer.match(text):
                if code.indents[other] < indent:
                    return code.trimmed(line, other)
                if not _goes_on(code, other, bound):
                    return other + 1
            elif not is_open and not text.lstrip().startswith(b"{"):
                return code.trimmed(line, other)
        depth += _depth(text)
        if not is_open and depth <= 0 and text.endswith((b";", b"}")):
            return other + 1
        if text.endswith(b"{") and code.indents[other] <= indent:
            is_open = is_open or text.count(b"(") <= text.count(b")")  # else these are parameters
    return code.trimmed(line, bound)


def _goes_on(code: Code, line: int, bound: int) -> bool:
    """Return whether a line that begins with a closing bracket ends a head rather than a block."""
    text = code.lines[line]
    if text.endswith((*_OPENERS, *_UNFINISHED)):
        return True
    following = code.following(line, bound)
    if text.endswith(_FINISHED) or following == bound:
        return False
    return code.indents[following] > code.indents[line] or code.lines[following].lstrip().startswith(b"{")


def _depth(text: bytes) -> int:
    """Return how many brackets a line leaves open."""
    if len(text) <= _MAX_QUOTED_BYTES and (b'"' in text or b"'" in text):
        text = _QUOTED.sub(b"", text)
    found = text.translate(None, _NO_BRACKETS)
    return len(found) - 2 * (found.count(b")") + found.count(b"]") + found.count(b"}"))


def _closed_end(code: Code, syntax: Syntax, line: int, bound: int) -> int:
    indent = code.indents[line]
    if _WHOLE.match(code.lines[line]):
        return line + 1
    for other in range(line + 1, bound):
        text = code.lines[other]
        if text and code.indents[other] <= indent and syntax.closer.match(text):
            return other + 1 if code.indents[other] == indent else code.trimmed(line, other)
    return code.trimmed(line, bound)


def _indented_end(code: Code, syntax: Syntax, line: int, bound: int) -> int:
    indent = code.indents[line]
    if code.lines[line].startswith(_MAKE_TEXT):
        return _closed_end(code, syntax, line, min(len(code.lines), line + _MAX_LINES))
    for other in range(line + 1, bound):
        text = code.lines[other]
        if text and code.indents[other] <= indent and not text.lstrip().startswith(_CLOSING):
            return code.trimmed(line, other)
    return code.trimmed(line, bound)


def _bracket_end(code: Code, _syntax: Syntax, line: int, bound: int) -> int:
    depth = 0
    for other in range(line, bound):
        depth += _depth(code.lines[other])
        if depth <= 0:
            return other + 1
    return code.trimmed(line, bound)


def _clauses_end(code: Code, syntax: Syntax, line: int, _bound: int) -> int:
    for other in range(line, len(code.lines)):
        if syntax.closer.match(code.lines[other]):
            return other + 1
    return code.trimmed(line, len(code.lines))


def _statement_end(code: Code, syntax: Syntax, line: int, bound: int) -> int:
    is_quoted = False
    block: int | None = None
    for other in range(line, min(len(code.lines), line + _MAX_LINES)):
        text = code.lines[other]
        if other >= bound and not is_quoted and block is None:
            break
        is_quoted ^= len(_DOLLARS.findall(text)) % 2 == 1
        if is_quoted:
            continue
        if block is None and _BEGIN.match(text):
            block = code.indents[other]
        elif block is not None:
            if _END.match(text) and code.indents[other] <= block:
                return other + 1
        elif syntax.closer.match(text):
            return other + 1 if text.endswith(b";") else code.trimmed(line, other)
    return code.trimmed(line, min(bound, len(code.lines)))


def _last_word(text: bytes, opener: re.Pattern[bytes]) -> bytes:
    """Return the word of a declaration that tells its closing word."""
    found = opener.findall(text)
    return found[-1].lower() if found else b""


def _by_words(code: Code, syntax: Syntax, lines: Sequence[int]) -> list[int]:
    ends = [
        _bracket_end(code, syntax, line, bound) if code.lines[line].endswith(b"{") else line + 1
        for line, bound in zip(lines, _bounds(code, lines), strict=True)
    ]
    numbers = {line: number for number, line in enumerate(lines)}
    pending: list[int] = []
    for line, text in enumerate(code.lines):
        closer = syntax.closer.match(text) if text else None
        if closer is None:
            if line in numbers:
                pending.append(numbers[line])
            continue
        word = (closer[1] or b"").lower()
        for index in range(len(pending) - 1, max(-1, len(pending) - 1 - _MAX_OPEN), -1):
            if word in (b"", _last_word(code.lines[lines[pending[index]]], syntax.opener)):
                ends[pending[index]] = line + 1
                del pending[index:]  # those above it have no body
                break
    return ends


_FINDERS: Mapping[Ending, Callable[[Code, Syntax, int, int], int]] = {
    Ending.BLOCK: _block_end,
    Ending.CLOSED: _closed_end,
    Ending.INDENTATION: _indented_end,
    Ending.BRACKETS: _bracket_end,
    Ending.CLAUSES: _clauses_end,
    Ending.STATEMENT: _statement_end,
}
