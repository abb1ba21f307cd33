"""One file of gitignore patterns, compiled: which of its lines, if any, decides about a path.

A pattern is matched against the path itself, never against the folders above it: the walk does not enter an
excluded folder, as in git (gitignore(5), "PATTERN FORMAT").
"""

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_WILDCARDS = re.compile(r"[*?\[\\]")
_SIMPLE_SUFFIX = re.compile(r"\*(\.[^.*?\[\\/]+)")
_SET = re.compile(r"\\.|\[\^(\]?)(?!/)([^\]]*\])|\[(?!\^)\]?[^\]]*\]")
"""An escaped character or a set; of a set of what does not match, a bracket at its start and the rest."""

_MAX_CHARACTERS = 4_096
"""No path is longer, and compiling a pattern of a million takes minutes."""

_POSIX_CLASSES = MappingProxyType(
    {
        "[:alnum:]": "a-zA-Z0-9",
        "[:alpha:]": "a-zA-Z",
        "[:blank:]": " \t",
        "[:digit:]": "0-9",
        "[:lower:]": "a-z",
        "[:space:]": " \t\r\n\v\f",
        "[:upper:]": "A-Z",
        "[:xdigit:]": "0-9a-fA-F",
    }
)


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
        expression: Matches the name if floating, else the path relative to the file's folder.
        segments: For an anchored pattern, one expression per path segment; None stands for `**`.
    """

    index: int
    line: int
    text: str
    body: str
    negated: bool
    folders_only: bool
    floating: bool
    expression: re.Pattern[str]
    segments: tuple[re.Pattern[str] | None, ...]

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
            if not segment.fullmatch(name):
                return False
        return True


class PatternFile:
    """The patterns of one ignore file, indexed so that a path that matches none costs next to nothing.

    Args:
        name: The file's name in explanations: its absolute path.
        lines: Its lines.
    """

    __slots__ = ("_any_name", "_lines", "_names", "_paths", "_suffixes", "_wild_name", "_wild_path", "name")

    def __init__(self, name: str, lines: Iterable[str]) -> None:
        self.name = name
        self._lines = tuple(_compiled(lines))
        self._names: dict[str, list[PatternLine]] = {}
        self._suffixes: dict[str, list[PatternLine]] = {}
        self._paths: dict[str, list[PatternLine]] = {}
        self._any_name: list[PatternLine] = []
        wild_names: list[PatternLine] = []
        wild_paths: list[PatternLine] = []
        # The last pattern wins, so every list is in descending order.
        for line in reversed(self._lines):
            is_wild = _WILDCARDS.search(line.body)
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
            hits = [line for line in self._wild_name.lines if line.expression.fullmatch(name)]
            best = _later(best, hits, is_folder=is_folder)
        if self._wild_path and self._wild_path.expression.fullmatch(path):
            hits = [line for line in self._wild_path.lines if line.expression.fullmatch(path)]
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
        return cls(lines, _expression("|".join(f"(?:{line.expression.pattern})" for line in lines)))


def _later(best: PatternLine | None, falling: list[PatternLine], *, is_folder: bool) -> PatternLine | None:
    for line in falling:
        if is_folder or not line.folders_only:
            return line if best is None or line.index > best.index else best
    return best


def _compiled(lines: Iterable[str]) -> Iterable[PatternLine]:
    index = 0
    for number, raw in enumerate(lines, 1):
        text = _without_trailing_blanks(raw.rstrip("\r\n"))
        if not text or text.startswith("#") or len(text) > _MAX_CHARACTERS:
            continue
        negated = text.startswith("!")
        body = text[negated:]
        folders_only = body.endswith("/")
        body = body[:-1] if folders_only else body
        is_anchored = "/" in body
        body = _collapsed(body.removeprefix("/"))
        if is_anchored and body.startswith("**/") and "/" not in body[3:]:
            body = body[3:]
            is_anchored = False
        if body == "**":
            body = "*"
            is_anchored = False
        # `a/**` is everything below `a`, not `a` itself.
        body = body + "/*" if body.endswith("/**") else body
        try:
            parts = [None if part == "**" else _translated(part) for part in body.split("/")]
            expression = _expression(_joined(parts))
            segments = tuple(None if part is None else _expression(part) for part in parts)
        except (GitIgnorePatternError, re.error):
            continue  # git, too, ignores a pattern that it can't parse
        anchored = (index, number, text, body, negated, folders_only, not is_anchored)
        yield PatternLine(*anchored, expression, segments)
        index += 1


def _without_trailing_blanks(text: str) -> str:
    stripped = text.rstrip(" ")
    n_backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if n_backslashes % 2 and stripped != text else stripped


def _collapsed(body: str) -> str:
    """Return a pattern with runs of `**/**` collapsed into one."""
    parts = body.split("/")
    return "/".join(part for at, part in enumerate(parts) if part != "**" or at == 0 or parts[at - 1] != "**")


def _joined(parts: Sequence[str | None]) -> str:
    """Return the source for a whole path, from those of its parts; None stands for `**`.

    Between two `**`, the first folders that fit are as good as any others, so no match goes back to try them.
    """
    runs: list[list[str]] = [[]]
    for part in parts:
        if part is None:
            runs.append([])
        else:
            runs[-1].append(part)
    first, *between, last = [[], *runs] if len(runs) == 1 else runs
    source = "".join(f"{part}/" for part in first)
    for run in between:
        source += "(?>(?:[^/]+/)*?" + "".join(f"{part}/" for part in run) + ")"
    return source + ("(?:[^/]+/)*" if len(runs) > 1 else "") + "/".join(last)


def _translated(part: str) -> str:
    """Return the source for one part of a path.

    Between two stars, the first characters that fit are as good as any others, as in `_joined`: a pattern of
    ten stars would otherwise take years for a long name.

    Raises:
        GitIgnorePatternError: It is not valid.
    """
    for name, characters in _POSIX_CLASSES.items():
        part = part.replace(name, characters)
    # With a part behind it, as pathspec would cut off blanks at the end.
    source, _ = GitIgnoreSpecPattern.pattern_to_regex(f"/{part}/x")
    if source is None or not part:
        raise GitIgnorePatternError(part)
    first, *others = source[1:].rpartition("/x")[0].split("[^/]*")
    if others:
        *between, last = others
        first += "".join(f"(?>[^/]*?{piece})" for piece in between if piece) + "[^/]*" + last
    return _SET.sub(lambda found: found[0] if found[1] is None else f"[^{found[1]}/{found[2]}", first)


def _expression(source: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `[a||b]` is a plain set in a gitignore pattern
        return re.compile(source, re.DOTALL)


def lines_of(raw: bytes) -> list[str]:
    """Return the lines of an ignore file, decoded like file names: UTF-8, other bytes kept as surrogates."""
    return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n")
