"""Which files a query names, and which lines of them: `file.py`, `file.py:12`, `File "file.py", line 12`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lsp_server.model import Symbol, SymbolKind

_ENDING: Final = re.compile(
    r"""
    (?<=[\w$+\-]) (?P<suffix> \.[A-Za-z]\w{0,9} )
    (?: :line\ | : | \( | "?,?\ (?:on\ )?line\ | \#L )
    (?P<line> \d{1,7} )
    """,
    re.VERBOSE,
)
"""The end of a file's name and a line number; the path is then read backwards from there, for speed."""

_FILE: Final = re.compile(r"[\w@$+~.\-/\\]*\w\.[A-Za-z]\w{0,9}")
BEFORE_ALL: Final = -1
"""A line that no symbol covers."""

_NOT_IN_PATH: Final = re.compile(r"[^\w@$+~.\-/\\:]")
_IN_PATH: Final = re.compile(r"[./]")
_LONGEST_PATH: Final = 400
_MAX_REFERENCES: Final = 12
_MAX_LOOKED_AT: Final = 100
_MAX_FILES: Final = 3
"""Where more files than this match equally well, none is taken to be meant."""


@dataclass(frozen=True, slots=True)
class LineReference:
    """A line of a file.

    Attributes:
        parts: The path as written, split at slashes; its beginning may be from another machine.
        line: Counted from 0; `BEFORE_ALL` for the file as a whole.
    """

    parts: tuple[str, ...]
    line: int

    @property
    def file_name(self) -> str:
        """The last part."""
        return self.parts[-1]


def line_references_in(text: str) -> tuple[LineReference, ...]:
    """Return the lines of files that a text names, each once, in order."""
    found = (
        LineReference(_parts_before(text, match.end("suffix")), max(int(match["line"]) - 1, 0))
        for match in islice(_ENDING.finditer(text), _MAX_LOOKED_AT)
    )
    return tuple(dict.fromkeys(found))[:_MAX_REFERENCES]


def file_reference(text: str) -> tuple[LineReference, ...]:
    """Return the file that a text may be the path of, or the end of a path."""
    return (LineReference(_parts_before(text, len(text)), BEFORE_ALL),) if _FILE.fullmatch(text) else ()


def resolve_lines(references: Sequence[LineReference], paths: Iterable[str]) -> dict[str, list[int]]:
    """Resolve references: path → lines, for the paths that share the most last parts with each."""
    if not references:
        return {}
    names = tuple({reference.file_name for reference in references})
    likely = [path for path in paths if path.endswith(names)]  # one pass over what may be many
    lines: dict[str, list[int]] = {}
    for reference in references:
        for path in _meant(reference, likely):
            lines.setdefault(path, []).append(reference.line)
    return lines


def names_file(text: str, paths: Iterable[str]) -> bool:
    """Tell whether a text is the path of a file or folder, or some parts of one, and looks like it."""
    if not _IN_PATH.search(text):
        return False
    parts = text.removeprefix("./").strip("/")
    return any(map(str.isalnum, parts)) and any(
        parts in path and f"/{parts}/" in f"/{path}/" for path in paths
    )


def at_line(symbols: Sequence[Symbol], line: int) -> int | None:
    """Return the number of the smallest symbol that covers a line; where none does, the file's entry."""
    holding = [
        (symbol.kind is SymbolKind.FILE, symbol.kind is SymbolKind.STRING, last - first, number)
        for number, symbol in enumerate(symbols)
        for first, last in [(symbol.span.start.line, symbol.span.end.line)]
        if symbol.kind is SymbolKind.FILE or first <= line <= last
    ]
    return min(holding)[-1] if holding else None


def _meant(reference: LineReference, paths: Sequence[str]) -> list[str]:
    shared = {path: _n_shared(reference.parts, path.split("/")) for path in paths}
    most = max(shared.values(), default=0)
    meant = [path for path, n_parts in shared.items() if n_parts == most > 0]
    return meant if len(meant) <= _MAX_FILES else []


def _parts_before(text: str, end: int) -> tuple[str, ...]:
    path = _NOT_IN_PATH.split(text[max(0, end - _LONGEST_PATH) : end])[-1]
    return tuple(re.split(r"[/\\]+", path))


def _n_shared(parts: Sequence[str], others: Sequence[str]) -> int:
    n_shared = 0
    for part, other in zip(reversed(parts), reversed(others), strict=False):
        if part != other:
            break
        n_shared += 1
    return n_shared
