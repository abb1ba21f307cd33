"""Ignore files as a workspace folder sees them: its own, and those of the folders around it."""

import errno
import threading
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lsp_server.disk import read_ordinary
from lsp_server.indexing.scanning.ignore_patterns import (
    MAX_WILD_CHARACTERS,
    PatternFile,
    PatternLine,
    lines_of,
    tell_passed_over,
)

_MAX_BYTES: Final = 2_000_000
"""A larger file is ignored; how many patterns count is limited separately."""

_MAX_WEIGHT: Final = 10_000_000
"""What a workspace folder's ignore files may weigh together, by `_weight`: some 100 to 200 MB of memory."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The line of an ignore file, or the pattern in the settings, that decided.

    Attributes:
        file: Absolute path of the ignore file, or "settings".
        line: Counted from 1; in the settings, `indexing.include` comes first.
        pattern: The line itself.
    """

    file: str
    line: int
    pattern: str


@dataclass(frozen=True, slots=True, eq=False)
class IgnoreFile:
    """An ignore file as seen from the workspace folder.

    Attributes:
        patterns: Its lines.
        n_cut: Length of its folder's path relative to the workspace folder, with its slash.
        prefix: For a file above the workspace folder, the path down to that, with a slash.
        rank: Grows with depth: among our own files, the deeper one wins.
    """

    patterns: PatternFile
    n_cut: int = 0
    prefix: str = ""
    rank: int = 0

    def match(self, name: str, path: str, *, is_folder: bool) -> PatternLine | None:
        """Return the line that decides about a path of the workspace folder."""
        return self.patterns.match(name, self.prefix + path[self.n_cut :], is_folder=is_folder)

    def rule(self, line: PatternLine) -> Rule:
        """Return a line as users are told of it."""
        return Rule(self.patterns.name, line.line, line.text)


class IgnoreFiles:
    """Reads ignore files, as long as what is in use of them fits into memory. Thread-safe."""

    def __init__(self) -> None:
        self._weighing = threading.RLock()
        self._weight = 0

    def read(self, file: Path, n_cut: int, prefix: str = "", rank: int = 0) -> tuple[IgnoreFile, ...]:
        """Return a file, or nothing when there is none or no pattern is in it. See `IgnoreFile`."""
        if file.name.startswith(".") and file.is_symlink():  # git, too, follows only a link at `info/exclude`
            tell_passed_over("all of it, as it is a symbolic link", str(file))
            return ()
        try:
            raw, _ = read_ordinary(file, _MAX_BYTES)
        except OSError as error:  # missing, a folder or not readable: git ignores that as well
            if error.errno == errno.EFBIG:
                tell_passed_over(f"all of it, as it has more than {_MAX_BYTES:,} bytes", str(file))
            return ()
        weight = _weight(raw)
        with self._weighing:
            is_too_much = self._weight + weight > _MAX_WEIGHT
            self._weight += 0 if is_too_much else weight
        if is_too_much:
            tell_passed_over("all of it, as the ignore files read before take enough memory", str(file))
            return ()
        patterns = PatternFile(str(file), lines_of(raw))
        # Until the last folder that they apply in is forgotten.
        weakref.finalize(patterns, self._forget, weight).atexit = False
        return (IgnoreFile(patterns, n_cut, prefix, rank),) if patterns else ()

    def _forget(self, weight: int) -> None:
        with self._weighing:
            self._weight -= weight


def _weight(raw: bytes) -> int:
    """Return the memory that an ignore file's patterns may take, in units of some 20 bytes.

    A pattern without wildcards takes 20 bytes a character, but 450 at least; one with them takes 100.
    """
    return len(raw) + 20 * raw.count(b"\n") + min(4 * len(raw), 4 * MAX_WILD_CHARACTERS)


def is_left_out(names: Sequence[str], files: Iterable[IgnoreFile]) -> bool:
    """Tell whether ignore files leave out a folder or one above it.

    Args:
        names: The folder's path from the root of its repository, name by name.
        files: The ignore files of the repository and of the folders on that path.
    """
    for file in files:
        below = file.prefix.split("/")[:-1] if file.prefix else names
        for depth, name in enumerate(below, 1):
            line = file.patterns.match(name, "/".join(below[:depth]), is_folder=True)
            if line and not line.negated:
                return True
    return False
