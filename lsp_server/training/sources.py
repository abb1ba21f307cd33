"""Where training code comes from: git directories, bare or not, and plain folders. Read-only.

Files that are no code, vendored or generated are left out here, so that nothing downstream has to check.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lsp_server.errors import WorkspaceNotFound
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.scanning.scanner import scan
from lsp_server.model import SymbolFlags
from lsp_server.parsing import ParseLimits, path_flags, skip_by_name
from lsp_server.training.licences import is_licence_file, licence_of

MAX_FILE_BYTES = 400_000
"""Larger files are data, or amalgamations of other files."""

_LIMITS = ParseLimits(max_file_bytes=MAX_FILE_BYTES, max_notebook_bytes=MAX_FILE_BYTES)
_BLOBS_A_REQUEST = 64
_BUNDLED = re.compile(r"(?:^|/)bundled/")
"""Vendored folders that ranking does not know, such as a formatting library inside a logging library."""
_NOT_ITS_OWN = SymbolFlags.VENDORED | SymbolFlags.GENERATED


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to learn from; `path` is relative to the repository, with forward slashes."""

    path: str
    raw: bytes


class Repository(Protocol):
    """A body of code under one licence."""

    @property
    def name(self) -> str:
        """Name for lists and reports: "owner/name" where that is known."""

    def licence(self) -> str | None:
        """Return the SPDX name of its licence, from its own file; None when none is recognised."""

    def files(self) -> Iterator[SourceFile]:
        """Yield its own source files, in the order of their paths."""


def open_repository(path: Path, name: str | None = None) -> Repository:
    """Return the repository at a path.

    Args:
        path: A git directory, a folder with one inside, or any other folder.
        name: What to call it; its folder's name otherwise.

    Raises:
        WorkspaceNotFound: There is no folder.
    """
    if not path.is_dir():
        raise WorkspaceNotFound(
            f"There is no folder {path}.", "Give folders or git repositories to learn from."
        )
    for git_dir in (path, path / ".git"):
        if (git_dir / "HEAD").is_file() and (git_dir / "objects").is_dir():
            return GitRepository(git_dir, name or path.resolve().name.removesuffix(".git"))
    return FolderRepository(path, name or path.resolve().name)


def is_worth_reading(path: str, size_bytes: int) -> bool:
    """Return whether a file is source code, of this repository, written by people."""
    is_its_own = not path_flags(path) & _NOT_ITS_OWN and _BUNDLED.search(path) is None
    return is_its_own and size_bytes <= MAX_FILE_BYTES and skip_by_name(path, size_bytes, _LIMITS) is None


class GitRepository:
    """What is committed at HEAD of a git directory; needs the program `git`, but no checkout."""

    def __init__(self, git_dir: Path, name: str) -> None:
        self.name = name
        self._git_dir = git_dir

    def licence(self) -> str | None:
        """See `Repository.licence`."""
        blobs = {path: blob for path, blob, _ in self._tree() if is_licence_file(path)}
        texts = (raw.decode("utf-8", "replace") for raw in self._contents(list(blobs.values())))
        return licence_of(dict(zip(blobs, texts, strict=True)))

    def files(self) -> Iterator[SourceFile]:
        """See `Repository.files`."""
        wanted = [(path, blob) for path, blob, size in self._tree() if is_worth_reading(path, size)]
        contents = self._contents([blob for _, blob in wanted])
        for (path, _), raw in zip(wanted, contents, strict=True):
            yield SourceFile(path, raw)

    def _tree(self) -> Iterator[tuple[str, str, int]]:
        """Yield path, object name and size of every regular file."""
        for entry in self._git("ls-tree", "-r", "-l", "-z", "--full-tree", "HEAD").split(b"\0"):
            if not entry:
                continue
            facts, _, path = entry.partition(b"\t")
            mode, kind, blob, size = facts.split()
            if kind == b"blob" and mode.startswith(b"100") and size.isdigit():
                yield path.decode("utf-8", "surrogateescape"), blob.decode(), int(size)

    def _contents(self, blobs: list[str]) -> Iterator[bytes]:
        """Yield the content of objects in order; nothing for one that is missing from a partial copy."""
        command = ["git", f"--git-dir={self._git_dir}", "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for start in range(0, len(blobs), _BLOBS_A_REQUEST):
                # Small requests, so that no full pipe makes both sides wait for each other.
                part = blobs[start : start + _BLOBS_A_REQUEST]
                process.stdin.write("".join(f"{blob}\n" for blob in part).encode())
                process.stdin.flush()
                for _ in part:
                    *_, what = process.stdout.readline().split()
                    if not what.isdigit():
                        yield b""
                        continue
                    yield process.stdout.read(int(what))
                    process.stdout.read(1)

    def _git(self, *arguments: str) -> bytes:
        command = ["git", f"--git-dir={self._git_dir}", *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


class FolderRepository:
    """The files of a folder that the indexer would index.

    Args:
        folder: Their folder.
        name: What to call it.
        is_wanted: Which of them, by path and size in bytes.
    """

    def __init__(
        self, folder: Path, name: str, is_wanted: Callable[[str, int], bool] = is_worth_reading
    ) -> None:
        self.name = name
        self._folder = folder
        self._is_wanted = is_wanted

    def licence(self) -> str | None:
        """See `Repository.licence`."""
        files = [
            (relative, path)
            for pattern in ("*", "*/*")
            for path in sorted(self._folder.glob(pattern))
            if is_licence_file(relative := path.relative_to(self._folder).as_posix()) and path.is_file()
        ]
        return licence_of({relative: path.read_text("utf-8", "replace") for relative, path in files})

    def files(self) -> Iterator[SourceFile]:
        """See `Repository.files`."""
        files = scan(IgnoreRules(self._folder, (), ()), {}, 0).changed
        for file in sorted(files, key=lambda one: one.path):
            if self._is_wanted(file.path, file.size_bytes):
                yield SourceFile(file.path, (self._folder / file.path).read_bytes())
