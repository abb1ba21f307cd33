"""Where git keeps what concerns a folder: the repository around it, its `info/exclude` and its index."""

import os
import re
from pathlib import Path, PurePath
from typing import Final

from lsp_server.disk import read_ordinary

_MAX_POINTER_BYTES: Final = 10_000

_LETTER_OF_A_DISK: Final = re.compile(r"\\\\\?\\[A-Za-z]:")
r"""The drive of `\\?\C:\...`, which is as local as `C:` is."""


def is_repository(folder: Path) -> bool:
    """Tell whether a folder is the root of a repository, a worktree or a submodule."""
    return os.path.lexists(folder / ".git")


def repository_above(root: Path) -> Path | None:
    """Return the innermost repository that a folder is in, itself excluded."""
    return next((one for one in root.parents if is_repository(one)), None)


def repository_of(root: Path) -> Path | None:
    """Return the innermost repository that a folder is or is in."""
    return root if is_repository(root) else repository_above(root)


def rules_around(root: Path) -> tuple[list[Path], Path | None]:
    """Return the folders above one, up to the repository's root, and the repository's `info/exclude`."""
    root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow symbolic links
    repository = repository_of(root)
    if repository is None:
        return [], None
    above = [one for one in root.parents if one == repository or repository in one.parents]
    return above, exclude_file(repository)


def exclude_file(repository: Path) -> Path | None:
    """Return `info/exclude` of a repository; worktrees share the main one's."""
    git = _git_folder(repository)
    if git is None:
        return None
    try:
        common = git / "commondir"
        git = _pointed_to(common, git) if common.is_file() else git
    except (OSError, ValueError):
        return None
    return git / "info" / "exclude"


def index_file(repository: Path) -> Path | None:
    """Return git's index of a repository; each worktree has its own."""
    git = _git_folder(repository)
    return None if git is None else git / "index"


def _git_folder(repository: Path) -> Path | None:
    """Return the git folder: `.git`, or what it points to if it is a file; None when it can't be read."""
    git = repository / ".git"
    try:
        if git.is_file():
            git = _pointed_to(git, repository)
    except (OSError, ValueError):
        return None
    return git


def _pointed_to(file: Path, folder: Path) -> Path:
    """Return the path that a file's text consists of, seen from a folder.

    Raises:
        OSError: It can't be read.
        ValueError: It is not a valid path, or one on another computer.
    """
    raw, _ = read_ordinary(file, _MAX_POINTER_BYTES)
    path = raw.decode("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
    if "\0" in path:
        raise ValueError("a path has no NUL in it")
    if leads_to_network(folder / path, folder):
        raise ValueError("a path in a `.git` file must not lead to another computer")
    return folder / path


def leads_to_network(path: PurePath, folder: PurePath) -> bool:
    """Tell whether Windows would have to ask another computer, which may not be the one the folder is on.

    It signs in there unasked, so that whoever wrote the path could learn the hash of the user's password.
    """
    if not path.drive.startswith("\\\\") or _LETTER_OF_A_DISK.fullmatch(path.drive):
        return False
    return path.drive.lower() != folder.drive.lower()
