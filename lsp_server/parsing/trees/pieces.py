"""Cuts a source into pieces by its indentation: lines, and what each encloses. Pure; knows no grammar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_HEAD_LINES = 20
_MAX_TEXT_LINES = 300

_CONTINUED = re.compile(
    rb"(?:fi|done|esac)(?=[ \t]*+(?:$|[;|>&<)]))|;;|[}\])|]|\{|\.(?!\.)|\?|:|&&|->|=>|=|,|\*/|>"
    rb"|(?:end|else|elsif|elseif|elif|catch|finally|rescue|ensure|after|then|do|until|where|deriving|and"
    rb"|or|extends|implements|throws|with)(?![\w(?!])(?!:[^:\s])|\w+:[ \t]*+$"
)
_CLOSES = re.compile(rb"\}|end|(?:fi|done|esac)(?=[ \t]*+(?:$|[;|>&<)]))")
_BLOCK_ENDS = frozenset({b"}", b"end"})
_OPENS = re.compile(rb"(?:\{|\b(?:do|then)|->)(?:[ \t]*+\|[^|\n]*+\|)?[ \t]*+(?://[^\n]*+)?$")
_MAY_LAST = re.compile(rb"""\\$|\"{3}|'{3}|`|/\*|<<""")
_MULTILINE = ((b'"""', b'"""'), (b"'''", b"'''"), (b"`", b"`"), (b"/*", b"*/"))
_HEREDOC = re.compile(rb"""<<[-~<]?["']?([A-Za-z_]\w*)""")


@dataclass(frozen=True, slots=True)
class Line:
    """A line from its first letter; one that opens a string or a comment lasts until that ends.

    Attributes:
        start: Byte offset of its first letter.
        end: Byte offset of its end, without white space.
        indent: The column of its first letter, with tab stops every four columns.
        text: What it says; of several lines, the first.
    """

    start: int
    end: int
    indent: int
    text: bytes

    @property
    def continues(self) -> bool:
        """Whether it belongs to the piece before it, although it is not indented deeper."""
        return _CONTINUED.match(self.text) is not None

    @property
    def opens(self) -> bool:
        """Whether a block begins after it."""
        return _OPENS.search(self.text) is not None

    @property
    def closes(self) -> bool:
        """Whether it ends a block and begins no other."""
        return _CLOSES.match(self.text) is not None and not self.opens

    @property
    def closes_bracket(self) -> bool:
        """Whether it has more closing than opening parentheses."""
        return self.text.count(b")") > self.text.count(b"(")


@dataclass(slots=True)
class Piece:
    """A line and what belongs to it: the lines indented deeper, and those that continue or close it.

    Attributes:
        lines: At least one.
        indent: That of the first line.
        is_closed: Whether a line has closed it, such as `}` or `end`.
    """

    lines: list[Line]
    indent: int
    is_closed: bool = False

    @property
    def start(self) -> int:
        """Byte offset of its first letter."""
        return self.lines[0].start

    @property
    def end(self) -> int:
        """Byte offset of its end."""
        return self.lines[-1].end

    @property
    def is_empty(self) -> bool:
        """Whether it ends right after its first line."""
        return len(self.lines) == 2 and self.is_closed

    @property
    def is_finished(self) -> bool:
        """Whether it ends a statement or a block, so that nothing after it belongs to it."""
        last = self.lines[-1].text
        return last.endswith(b";") or last in _BLOCK_ENDS

    @property
    def is_open(self) -> bool:
        """Whether it encloses something and has no line that ends it."""
        return not self.is_closed and (len(self.lines) > 1 or self.lines[0].opens)

    @property
    def n_head_lines(self) -> int:
        """How many lines its head takes, such as one with a parameter on every line."""
        depth = 0
        for n, line in enumerate(self.lines[:_MAX_HEAD_LINES], 1):
            depth += line.text.count(b"(") - line.text.count(b")")
            following = self.lines[n] if n < len(self.lines) else None
            is_continued = following is not None and following.continues and not following.closes
            if line.opens or not (depth > 0 or is_continued or line.text.endswith(b",")):
                return n
        return 1

    @property
    def bodies(self) -> list[list[Line]]:
        """The runs of lines that it encloses, without the lines of its head."""
        bodies: list[list[Line]] = [[]]
        for line in self.lines[self.n_head_lines :]:
            if line.indent > self.indent:
                bodies[-1].append(line)
            else:
                bodies.append([])
        return [body for body in bodies if body]


def pieces_of(lines: list[Line]) -> list[Piece]:
    """Cut lines into pieces; no line is lost."""
    pieces: list[Piece] = []
    for line in lines:
        last = pieces[-1] if pieces else None
        if last is None:
            pieces.append(Piece([line], line.indent))
        elif line.indent > pieces[0].indent or (line.text.startswith(b"#") and last.is_open):
            last.lines.append(line)
        elif line.continues and not (last.is_closed and line.closes):
            last.lines.append(line)
            last.is_closed = line.closes
        else:
            pieces.append(Piece([line], line.indent))
    return pieces


def lines_of(source: bytes) -> Iterator[Line]:
    """Yield the lines of a source that are not empty."""
    lines = source.splitlines(keepends=True)
    start = at = 0
    while at < len(lines):
        bare = lines[at].rstrip()
        n = _n_lines(lines, at, bare) if _MAY_LAST.search(bare) else 1
        stripped = bare.lstrip()
        before_last = start + sum(map(len, lines[at : at + n - 1]))
        at += n
        if stripped:
            left = len(bare) - len(stripped)
            end = before_last + len(lines[at - 1].rstrip())
            yield Line(start + left, end, len(bare[:left].expandtabs(4)), stripped)
        start = before_last + len(lines[at - 1])


def _n_lines(lines: list[bytes], at: int, line: bytes) -> int:
    """Return how many lines a string, comment or macro takes that begins on line `at`."""
    if line.endswith(b"\\"):
        following = (n for n in range(at, len(lines)) if not lines[n].rstrip().endswith(b"\\"))
        return next(following, len(lines) - 1) - at + 1
    for mark, closing in _MULTILINE:
        begins = line.lstrip().startswith(mark) if mark == b"/*" else line.count(mark) % 2 == 1
        if begins and closing not in line[line.find(mark) + len(mark) :]:
            following = (
                n for n in range(at + 1, min(len(lines), at + _MAX_TEXT_LINES)) if closing in lines[n]
            )
            return next(following, at) - at + 1
    here = _HEREDOC.search(line)
    if here is not None:
        following = (
            n
            for n in range(at + 1, min(len(lines), at + _MAX_TEXT_LINES))
            if lines[n].strip(b" \t\r\n;") == here[1]
        )
        return next(following, at) - at + 1
    return 1
