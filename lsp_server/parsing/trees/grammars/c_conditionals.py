"""Takes the first branch of what the preprocessor decides inside of functions; every byte keeps its place.

The grammar reads conditionals around whole statements and declarations. Where they cut through an expression,
a list or an `else if`, or where each branch opens a brace of its own, it loses the rest of the function.
"""

import re
from dataclasses import dataclass

from lsp_server.parsing.blanking import blanked

# What is not closed ends with its line or the source: to look for its end again and again would be quadratic.
_TOKEN = re.compile(
    rb"//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z)"
    rb'|R"(?P<mark>[^()\\\s]{0,16})\((?s:.{0,50000}?)\)(?P=mark)"'
    rb'|"(?:[^"\\\n]|\\(?:\r\n|(?s:.)))*+"?+'
    rb"|'(?:[^'\\\n]|\\.){1,8}+'"
    rb"|^[ \t]*+\#[ \t]*+(?P<directive>\w*+)"
    rb"(?P<condition>(?:[^\n\\/]|\\(?:\r\n|(?s:.))|/(?!\*)|/\*(?s:.*?)(?:\*/|\Z))*+)"
    rb"|[{}();]",
    re.MULTILINE,
)
_OPENING = frozenset({b"if", b"ifdef", b"ifndef"})
_BRANCHING = frozenset({b"elif", b"elifdef", b"elifndef", b"else"})
_ASIDE = re.compile(
    rb"//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z)|^[ \t]*+\#(?:[^\n\\]|\\(?:\r\n|(?s:.)))*+", re.MULTILINE
)
_SCOPE = re.compile(rb'\bnamespace\b|\bextern\s*+"')
_TYPE = re.compile(rb"\b(?:struct|class|union|enum)\b")


@dataclass(slots=True)
class _Conditional:
    """An `#if` that is open: its line, the nesting that it stands in, and whether that is code."""

    line: tuple[int, int]
    nesting: tuple[int, int]
    is_in_code: bool
    is_never: bool


def first_branches(source: bytes) -> bytes:
    """Return a C or C++ source of the same length without the conditionals inside of its functions.

    Of each its first branch stays, of `#if 0` the second. Likewise where the first branch leaves braces or
    parentheses open. Conditionals around definitions, members and enumerators stay as they are.
    """
    reader = _Reader(source)
    for token in _TOKEN.finditer(source):
        directive = token["directive"]
        if directive is not None:
            reader.take_directive(directive, token)
        elif reader.left_out_from is None:
            reader.take_mark(token[0], token.start())
    return bytes(reader.text)


class _Reader:
    def __init__(self, source: bytes) -> None:
        self.text = bytearray(source)
        self.left_out_from: int | None = None
        self._source = source
        self._n_nested = 0  # conditionals inside of what is left out
        self._open: list[_Conditional] = []
        self._braces: list[tuple[bool, int]] = []  # whether each holds code, and parentheses open around it
        self._n_parentheses = 0
        self._head = 0  # where what stands before the next brace begins

    @property
    def _is_in_code(self) -> bool:
        return self._n_parentheses > 0 or bool(self._braces and self._braces[-1][0])

    @property
    def _nesting(self) -> tuple[int, int]:
        return len(self._braces), self._n_parentheses

    def take_mark(self, mark: bytes, at: int) -> None:
        """Follow a brace, a parenthesis or a semicolon."""
        if mark == b"(":
            self._n_parentheses += 1
        elif mark == b")":
            self._n_parentheses = max(0, self._n_parentheses - 1)
        elif mark == b"{":
            if self._begins_line(at):  # so function bodies begin: an earlier brace was missing
                self._leave_code()
            self._braces.append((self._is_in_code or self._opens_code(at), self._n_parentheses))
            self._n_parentheses, self._head = 0, at + 1
        elif mark == b"}":
            if not (self._begins_line(at) and self._leave_code()) and self._braces:
                _, self._n_parentheses = self._braces.pop()
            self._head = at + 1
        elif mark == b";":
            if not self._braces:
                self._n_parentheses = 0
            self._head = at + 1

    def take_directive(self, directive: bytes, line: re.Match[bytes]) -> None:
        """Follow a line of the preprocessor."""
        if directive in _OPENING:
            if self.left_out_from is not None:
                self._n_nested += 1
                return
            is_in_code = self._is_in_code
            is_never = is_in_code and line["condition"].strip() == b"0"
            self._open.append(_Conditional(line.span(), self._nesting, is_in_code, is_never))
            if is_never:
                self.left_out_from = line.start()
        elif not self._open:
            return
        elif directive in _BRANCHING and not self._n_nested:
            self._take_branch(line)
        elif directive == b"endif":
            if self._n_nested:
                self._n_nested -= 1
            else:
                self._take_end(line)

    def _take_branch(self, line: re.Match[bytes]) -> None:
        conditional = self._open[-1]
        if self.left_out_from is None:
            if conditional.is_in_code or conditional.nesting != self._nesting:
                self.left_out_from = line.start()
        elif conditional.is_never:
            self._blank(self.left_out_from, line.end())
            self.left_out_from, conditional.is_never = None, False

    def _take_end(self, line: re.Match[bytes]) -> None:
        conditional = self._open.pop()
        if self.left_out_from is not None:
            self._blank(self.left_out_from, line.end())
            self.left_out_from = None
        elif conditional.is_in_code or conditional.nesting != self._nesting:
            self._blank(*line.span())
        else:
            return
        self._blank(*conditional.line)

    def _opens_code(self, at: int) -> bool:
        """Tell whether a brace opens a function's body or a list of values, by what stands before it."""
        head = _ASIDE.sub(b"", self._source[self._head : at]).strip()
        if _SCOPE.search(head) is not None:
            return False
        if not head or head.endswith((b")", b"=")):  # nothing stands behind parameters declared apart
            return True
        return _TYPE.search(head) is None and b"(" in head

    def _begins_line(self, at: int) -> bool:
        return at == 0 or self._source[at - 1] == ord("\n")

    def _leave_code(self) -> bool:
        """Close all braces around this place that hold code, and say whether there were any."""
        n_before = len(self._braces)
        while self._braces and self._braces[-1][0]:
            _, self._n_parentheses = self._braces.pop()
        return len(self._braces) < n_before

    def _blank(self, start: int, end: int) -> None:
        self.text[start:end] = blanked(self._source[start:end])
