"""Where git keeps what concerns a folder: the repository around it, and that repository's own ignore file."""

import os
from pathlib import Path


def repository_above(root: Path) -> Path | None:
    """Return the innermost repository that a folder lies in, itself aside."""
    return next((one for one in root.parents if os.path.lexists(one / ".git")), None)


def exclude_file(repository: Path) -> Path | None:
    """Return `info/exclude` of a repository, also of a work tree or submodule, whose `.git` is a file."""
    git = repository / ".git"
    try:
        if git.is_file():
            text = git.read_text("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
            git = repository / text
            common = git / "commondir"
            git = git / common.read_text("utf-8").strip() if common.is_file() else git
    except (OSError, ValueError):
        return None
    return git / "info" / "exclude"
