"""Deletes and measures what an index is made of: single files, databases, whole folders."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def database_files(path: Path) -> tuple[Path, ...]:
    """Return all files that an SQLite database at a path may consist of."""
    return tuple(path.with_name(f"{path.name}{suffix}") for suffix in ("", "-wal", "-shm"))


def total_bytes(paths: Iterable[Path]) -> int:
    """Return the total size of files; those that are not there don't count."""
    total = 0
    for path in paths:
        with suppress(OSError):
            total += path.lstat().st_size
    return total


def folder_bytes(folder: Path) -> int:
    """Return the total size of all files below a folder; files that vanish meanwhile don't count."""
    return sum(total_bytes(Path(below, name) for name in names) for below, _, names in os.walk(folder))


def remove_files(paths: Iterable[Path]) -> list[Path]:
    """Delete files; return those that could not be deleted (on Windows, because they are open elsewhere)."""
    kept = []
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            kept.append(path)
    return kept
