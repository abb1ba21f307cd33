"""One file of gitignore patterns, compiled: which of its lines, if any, decides about a path.

A pattern is matched against the path itself, never against the folders above it: the walk does not enter an
excluded folder, as in git (gitignore(5), "PATTERN FORMAT").
"""

import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

logger = logging.getLogger(__name__)

_WILDCARDS = re.compile(r"[*?\[\\]")
_SIMPLE_SUFFIX = re.compile(r"\*(\.[^.*?\[\\/]+)")
_SET = re.compile(r"\\.|\[\^(\]?)(?!/)([^\]]*\])|\[(?!\^)\]?[^\]]*\]")
"""An escaped character or a set.

Of a set that begins with `^`, the groups are a `]` right behind that, which does not end it, and the rest.
"""

_MAX_CHARACTERS: Final = 4_096
"""No path is longer."""

_MAX_PATTERNS: Final = 100_000
"""Most patterns of one file. Without wildcards they take no time to match, but some to read."""

MAX_WILD_CHARACTERS: Final = 50_000
_LEAST_WILD_CHARACTERS: Final = 25
"""Most characters of one file's patterns with wildcards, each counting as 25 at least: 2,000 short patterns.

The worst of them take about a second to compile, and 20 ms for a name of 255 characters.
"""

_POSIX_CLASSES = {
    "[:alnum:]": "a-zA-Z0-9",
    "[:alpha:]": "a-zA-Z",
    "[:blank:]": " \t",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:space:]": " \t\r\n\v\f",
    "[:upper:]": "A-Z",
    "[:xdigit:]": "0-9a-fA-F",
}


@dataclass(frozen=True, slots=True, eq=False)
class PatternLine:
    """One pattern of a file.

    Attributes:
        index: Its number among the file's patterns; later ones win.
        line: Its line number, from 1.
        text: As written.
        body: The pattern without `!`, trailing slash, and leading `/` or `**/`.
        negated: Whether it begins with `!`.
        folders_only: Whether it ends with a slash.
        floating: Whether it has no slash inside, so that it matches a name at any depth.
        expression: Matches the name if floating, else the path relative to the file's folder. None without
            wildcards: then it is `body` itself.
        segments: For an anchored pattern, one expression per path segment, or the segment itself where it
            has no wildcards; None stands for `**`.
    """

    index: int
    line: int
    text: str
    body: str
    negated: bool
    folders_only: bool
    floating: bool
    expression: re.Pattern[str] | None
    segments: tuple[re.Pattern[str] | str | None, ...]

    def matches(self, text: str) -> bool:
        """Tell whether a pattern with wildcards matches a name or a path."""
        return self.expression is not None and self.expression.fullmatch(text) is not None

    def may_match_below(self, folder: str) -> bool:
        """Tell whether something below a folder (relative to the pattern's file) can match."""
        if self.floating:
            return True
        for depth, name in enumerate(folder.split("/") if folder else ()):
            if depth == len(self.segments):
                return False
            segment = self.segments[depth]
            if segment is None:
                return True
            if segment != name if isinstance(segment, str) else not segment.fullmatch(name):
                return False
        return True


class PatternFile:
    """The patterns of one ignore file, indexed so that a path that matches none costs next to nothing.

    Args:
        name: The file's name in explanations: its absolute path.
        lines: Its lines.
    """

    __slots__ = (
        "__weakref__",
        "_any_name",
        "_lines",
        "_names",
        "_paths",
        "_suffixes",
        "_wild_name",
        "_wild_path",
        "name",
    )

    def __init__(self, name: str, lines: Iterable[str]) -> None:
        self.name = name
        self._lines = tuple(_compiled(name, lines))
        self._names: dict[str, list[PatternLine]] = {}
        self._suffixes: dict[str, list[PatternLine]] = {}
        self._paths: dict[str, list[PatternLine]] = {}
        self._any_name: list[PatternLine] = []
        wild_names: list[PatternLine] = []
        wild_paths: list[PatternLine] = []
        # The last pattern wins, so every list is in descending order.
        for line in reversed(self._lines):
            is_wild = line.expression is not None
            if not line.floating:
                (wild_paths if is_wild else self._paths.setdefault(line.body, [])).append(line)
            elif not is_wild:
                self._names.setdefault(line.body, []).append(line)
            elif line.body == "*":
                self._any_name.append(line)
            elif suffix := _SIMPLE_SUFFIX.fullmatch(line.body):
                self._suffixes.setdefault(suffix[1], []).append(line)
            else:
                wild_names.append(line)
        self._wild_name = _Alternatives.of(wild_names)
        self._wild_path = _Alternatives.of(wild_paths)

    def __bool__(self) -> bool:
        return bool(self._lines)

    @property
    def negated_lines(self) -> tuple[PatternLine, ...]:
        """The patterns that begin with `!`."""
        return tuple(line for line in self._lines if line.negated)

    def match(self, name: str, path: str, *, is_folder: bool) -> PatternLine | None:
        """Return the last pattern that matches.

        Args:
            name: Last part of the path.
            path: Relative to the folder of the ignore file.
            is_folder: Whether the path is a folder.
        """
        best: PatternLine | None = None
        if self._names and name in self._names:
            best = _later(best, self._names[name], is_folder=is_folder)
        if self._suffixes:
            dot = name.rfind(".")
            if dot >= 0 and (lines := self._suffixes.get(name[dot:])):
                best = _later(best, lines, is_folder=is_folder)
        if self._any_name:
            best = _later(best, self._any_name, is_folder=is_folder)
        if self._paths and path in self._paths:
            best = _later(best, self._paths[path], is_folder=is_folder)
        if self._wild_name and self._wild_name.expression.fullmatch(name):
            hits = [line for line in self._wild_name.lines if line.matches(name)]
            best = _later(best, hits, is_folder=is_folder)
        if self._wild_path and self._wild_path.expression.fullmatch(path):
            hits = [line for line in self._wild_path.lines if line.matches(path)]
            best = _later(best, hits, is_folder=is_folder)
        return best


@dataclass(frozen=True, slots=True, eq=False)
class _Alternatives:
    """Patterns with wildcards, and one expression that matches whatever any of them matches."""

    lines: list[PatternLine]
    expression: re.Pattern[str]

    @classmethod
    def of(cls, lines: list[PatternLine]) -> "_Alternatives | None":
        if not lines:
            return None
        sources = (line.expression.pattern for line in lines if line.expression)
        return cls(lines, _expression("|".join(f"(?:{source})" for source in sources)))


def _later(best: PatternLine | None, falling: list[PatternLine], *, is_folder: bool) -> PatternLine | None:
    for line in falling:
        if is_folder or not line.folders_only:
            return line if best is None or line.index > best.index else best
    return best


def _compiled(name: str, lines: Iterable[str]) -> Iterator[PatternLine]:
    """Yield the patterns of a file that are valid and within the limits."""
    index = n_wild_characters = 0
    for number, raw in enumerate(lines, 1):
        text = _without_trailing_blanks(raw.rstrip("\r\n"))
        if not text or text.startswith("#"):
            continue
        n_more = max(len(text), _LEAST_WILD_CHARACTERS) if _WILDCARDS.search(text) else 0
        if len(text) > _MAX_CHARACTERS:
            tell_passed_over(f"a pattern of more than {_MAX_CHARACTERS:,} characters", name)
            continue
        if index == _MAX_PATTERNS or n_wild_characters + n_more > MAX_WILD_CHARACTERS:
            tell_passed_over("more patterns than a file may have", name)
            continue
        n_wild_characters += n_more
        try:
            line = _pattern_line(index, number, text)
        except (GitIgnorePatternError, re.error):
            continue  # git, too, ignores a pattern that it can't parse
        yield line
        index += 1


def _pattern_line(index: int, number: int, text: str) -> PatternLine:
    """Return a pattern, compiled; see `PatternLine`.

    Raises:
        GitIgnorePatternError: It is not valid.
        re.error: It is not valid.
    """
    body = text.removeprefix("!")
    folders_only = body.endswith("/")
    body = body.removesuffix("/")
    floating = "/" not in body
    body = _collapsed(body.removeprefix("/"))
    if body.startswith("**/") and "/" not in body[3:]:
        body = body[3:]
        floating = True
    if body == "**":
        body = "*"
        floating = True
    if body.endswith("/**"):
        body += "/*"  # everything below a folder, not the folder itself
    segments = tuple(None if part == "**" else _segment(part) for part in body.split("/"))
    return PatternLine(
        index=index,
        line=number,
        text=text,
        body=body,
        negated=text.startswith("!"),
        folders_only=folders_only,
        floating=floating,
        expression=_expression(_joined(segments)) if _WILDCARDS.search(body) else None,
        segments=segments,
    )


def _without_trailing_blanks(text: str) -> str:
    stripped = text.rstrip(" ")
    n_backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if n_backslashes % 2 and stripped != text else stripped


def _collapsed(body: str) -> str:
    """Return a pattern with runs of `**/**` collapsed into one."""
    parts = body.split("/")
    return "/".join(part for at, part in enumerate(parts) if part != "**" or at == 0 or parts[at - 1] != "**")


def _joined(segments: Sequence[re.Pattern[str] | str | None]) -> str:
    """Return the source for a whole path, from its segments; see `PatternLine`.

    Between two `**`, the first folders that fit are as good as any others, so no match goes back to try them.
    """
    runs: list[list[str]] = [[]]
    for segment in segments:
        if segment is None:
            runs.append([])
        else:
            runs[-1].append(re.escape(segment) if isinstance(segment, str) else segment.pattern)
    first, *between, last = [[], *runs] if len(runs) == 1 else runs
    source = "".join(f"{part}/" for part in first)
    for run in between:
        source += "(?>(?:[^/]+/)*?" + "".join(f"{part}/" for part in run) + ")"
    return source + ("(?:[^/]+/)*" if len(runs) > 1 else "") + "/".join(last)


def _segment(part: str) -> re.Pattern[str] | str:
    """Return the expression for one part of a path, or the part itself if it has no wildcards.

    Raises:
        GitIgnorePatternError: It is not valid.
        re.error: It is not valid.
    """
    if not part:
        raise GitIgnorePatternError(part)
    return _expression(_translated(part)) if _WILDCARDS.search(part) else part


def _translated(part: str) -> str:
    """Return the source for one part of a path that has wildcards.

    Between two stars, the first characters that fit are as good as any others, as in `_joined`: a pattern of
    ten stars would otherwise take years for a long name.

    Raises:
        GitIgnorePatternError: It is not valid.
    """
    for name, characters in _POSIX_CLASSES.items():
        part = part.replace(name, characters)
    # With a part behind it, as pathspec would cut off blanks at the end.
    source, _ = GitIgnoreSpecPattern.pattern_to_regex(f"/{part}/x")
    if source is None:
        raise GitIgnorePatternError(part)
    first, *others = source[1:].rpartition("/x")[0].split("[^/]*")
    if others:
        *between, last = others
        first += "".join(f"(?>[^/]*?{piece})" for piece in between if piece) + "[^/]*" + last
    return _SET.sub(lambda found: found[0] if found[1] is None else f"[^{found[1]}/{found[2]}", first)


@lru_cache(1_000)
def tell_passed_over(what: str, name: str) -> None:
    """Log, once, that something in a file of patterns does not count."""
    logger.warning("passed over in %s: %s", name, what)


def _expression(source: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `[a||b]` is a plain set in a gitignore pattern
        return re.compile(source, re.DOTALL)


def lines_of(raw: bytes) -> list[str]:
    """Return the lines of an ignore file, decoded like file names: UTF-8, other bytes kept as surrogates."""
    return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n")
