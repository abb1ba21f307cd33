"""Finds the symbols of Objective-C++: what is Objective-C in a file is read as such, the rest as C++.

No grammar reads both. What stands between `@implementation` and `@end` is a mixture itself: methods are
Objective-C on the outside and C++ on the inside, the functions between them C++.
"""

import re
from dataclasses import replace

from lsp_server.parsing.blanking import blank_inside, blank_outside, blanked
from lsp_server.parsing.languages import LANGUAGES
from lsp_server.parsing.sections import Source, numbered
from lsp_server.parsing.symbols import ParsedSymbol
from lsp_server.parsing.trees.extraction import extract

_COMMENT = rb"//[^\n]*+|/\*.*?(?:\*/|\Z)"
_LITERAL = (
    rb"R\"(?P<delimiter>[^\s()\\]{0,16})\(.{0,4000}?\)(?P=delimiter)\""
    rb"|@?\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'"
)
_PART = re.compile(
    rb"(?P<comment>" + _COMMENT + rb")|" + _LITERAL + rb"|(?P<end>^@end\b)"
    rb"|(?P<head>^@(?:interface|implementation|protocol(?![^\n;{]*;))[ \t]+\w+"
    rb"(?:\s*\([^()\n]*\))?(?:\s*:\s*\w+)?(?:\s*<[^<>{};]*>)*)"
    rb"|(?P<method>^[ \t]*[-+][ \t]*\()"
    rb"|(?P<property>@property\b)"
    rb"|(?P<statement>@(?:synthesize|dynamic|class|protocol|import)\b(?!\())"
    rb"|(?P<section>@(?:required|optional|public|private|protected|package)\b)"
    rb"|(?P<bracket>[{};])",
    re.MULTILINE | re.DOTALL,
)
"""What begins and ends the Objective-C parts of a text; comments and literals, as nothing in them does."""

_EXPRESSION = re.compile(
    _COMMENT + rb"|" + _LITERAL + rb"|\[\[\s*[\w:]+(?:\([^()]*\))?\s*\]\]"  # an attribute: [[nodiscard]]
    rb"|(?P<type>\(\^)"
    rb"|(?P<block>\^(?:[ \t]*\w[\w*<> \t]*)?\s*(?:\((?:[^()]|\([^()]{0,500}\)){0,500}\))?\s*\{|@\{)"
    rb"|(?P<message>@?\[)|(?P<open>[{(])|(?P<close>[\]})])",
    re.DOTALL,
)
"""Brackets, and what they may open: a type or a literal of a block, a message, an array or a dictionary."""

_AFTER_WORD = re.compile(rb"\b(?:return|case|else|in)\s*\Z")
_LAMBDA = re.compile(rb"\s*(?:[({]|mutable\b)")
_LOOP = re.compile(rb"(\bfor\s*\([\w\s*<>,:]+?)\sin\s")


def objective_cpp_symbols(source: Source) -> list[ParsedSymbol]:
    """Return the symbols of one file: classes, protocols, methods and properties, and all of C++."""
    text = source.text
    parts = _Parts(text)
    declared = blank_inside(blank_outside(text, parts.objective), parts.bodies)
    rest = _plain(blank_inside(text, [*parts.objective, *parts.dropped]))
    found = (
        *extract(text, LANGUAGES["objc"], source.positions, readable=declared),
        *extract(text, LANGUAGES["cpp"], source.positions, readable=rest),
    )
    return numbered(replace(item, symbol=replace(item.symbol, language="objcpp")) for item in found)


def _plain(text: bytes) -> bytes:
    """Return the text with a zero in place of each message, block and literal that C++ doesn't have."""
    plain = bytearray(text)
    foreign: list[tuple[int, int]] = []  # outermost ones, ascending
    opened: list[tuple[int, bool]] = []  # where, and whether the whole is an expression to replace
    for token in _EXPRESSION.finditer(text):
        kind, start, end = token.lastgroup, token.start(), token.end()
        if kind == "message":
            opened.append((start, not _is_subscript(text, start)))
        elif kind in ("block", "open"):
            opened.append((start, kind == "block"))
        elif kind == "close" and opened:
            first, is_foreign = opened.pop()
            is_lambda = text[first : first + 1] == b"[" and _LAMBDA.match(text, end) is not None
            if is_foreign and not is_lambda:
                while foreign and foreign[-1][0] > first:  # part of this one
                    foreign.pop()
                foreign.append((first, end))
        elif kind == "type":
            plain[start + 1 : end] = b"*"
            opened.append((start, False))
    for first, end in foreign:
        plain[first:end] = b"0" + blanked(text[first + 1 : end])
    # `@try` and `@"text"` are C++ without it, and so is a loop with a colon.
    return _LOOP.sub(rb"\1 : ", bytes(plain).replace(b"@", b" "))


def _is_subscript(text: bytes, bracket: int) -> bool:
    before = text[max(0, bracket - 200) : bracket].rstrip()[-1:]
    is_value = before in b')]_"' or before.isalnum()
    return is_value and _AFTER_WORD.search(text, max(0, bracket - 20), bracket) is None


class _Parts:
    """The byte ranges of one text that are Objective-C, found by brackets and line starts alone.

    Attributes:
        objective: Heads of classes, methods, properties and `@end`, with the comments before them.
        bodies: What stands between the braces of methods.
        dropped: What no symbol comes from: instance variables, `@class`, `@optional`.
    """

    def __init__(self, text: bytes) -> None:
        self.objective: list[tuple[int, int]] = []
        self.bodies: list[tuple[int, int]] = []
        self.dropped: list[tuple[int, int]] = []
        self._text = text
        self._comments: tuple[int, int] | None = None  # those directly before what comes next
        self._is_inside = False  # between a head and its `@end`
        self._head_end = 0  # of the last head and the comments behind it
        self._kind = ""  # of what has begun and not ended: "method", "property", "statement" or "variables"
        self._start = self._body = self._depth = 0
        for token in _PART.finditer(text):
            self._read(token)
        self._close(len(text))

    def _read(self, token: re.Match[bytes]) -> None:
        kind, start, end = token.lastgroup or "", token.start(), token.end()
        # These stand at the start of a line, even where conditionals leave a brace too many.
        if kind in ("end", "head") or (kind == "method" and self._begins_method(start)):
            start = self._with_comments(start)
            self._close(start)
            self._depth = 0
            if kind == "method":
                self._begin(kind, start)
            else:
                self.objective.append((start, end))
                self._is_inside = kind == "head"
                self._head_end = end
        elif kind == "bracket":
            self._bracket(token[0], start, end)
        elif kind == "comment":
            if not self._text[self._head_end : start].strip():
                self._head_end = end
            self._comments = (self._with_comments(start), end)
        elif kind in ("property", "statement") and not self._depth and not self._kind:
            self._begin(kind, self._with_comments(start))
        elif kind == "section":
            self.dropped.append((start, end))

    def _begins_method(self, start: int) -> bool:
        return self._is_inside and (not self._depth or self._text[start : start + 1] in b"-+")

    def _begin(self, kind: str, start: int) -> None:
        self._kind, self._start, self._body = kind, start, 0

    def _with_comments(self, start: int) -> int:
        before = self._comments
        self._comments = None
        return before[0] if before and not self._text[before[1] : start].strip() else start

    def _bracket(self, bracket: bytes, start: int, end: int) -> None:
        if bracket == b"{":
            if not self._depth:
                if self._is_inside and not self._text[self._head_end : start].strip():
                    self._begin("variables", start)
                self._body = end
            self._depth += 1
        elif bracket == b"}":
            self._depth = max(0, self._depth - 1)
            if not self._depth and self._kind in ("method", "variables"):
                self._close(end)
        elif not self._depth:
            self._close(end)

    def _close(self, end: int) -> None:
        if self._kind in ("method", "property"):
            self.objective.append((self._start, end))
        elif self._kind:
            self.dropped.append((self._start, end))
        if self._kind == "method" and self._body:
            last = self._text.rfind(b"}", self._body, end)
            self.bodies.append((self._body, end if last < 0 else last))
        self._kind, self._body = "", 0
