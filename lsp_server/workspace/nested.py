"""Nested workspace folders: a file that is in several of them is shown once, as the innermost one's."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lsp_server.search.results import SearchResult


def innermost(path: Path, folders: Mapping[Path, object] | Sequence[Path]) -> Path | None:
    """Return the deepest of the folders that a path is in; all paths with links resolved."""
    holding = [folder for folder in folders if path.is_relative_to(folder)]
    return max(holding, key=lambda folder: len(folder.parts), default=None)


def most_copies(folders: Sequence[Path]) -> int:
    """Return how many of the folders one file may be in at most: 1 unless they are nested."""
    return max((sum(one.is_relative_to(other) for other in folders) for one in folders), default=1)


def without_duplicates(
    results: Sequence[SearchResult], real: Mapping[Path, Path]
) -> tuple[SearchResult, ...]:
    """Drop an outer folder's results in files that an inner folder has, too.

    Args:
        results: The results of all folders.
        real: Each folder → its path with links resolved.
    """
    owners: dict[Path, Path] = {}
    for folder, resolved in real.items():
        owners.setdefault(resolved, folder)
    return tuple(one for one in results if _owner(one, real, owners) == one.folder)


def _owner(one: SearchResult, real: Mapping[Path, Path], owners: Mapping[Path, Path]) -> Path:
    if one.folder not in real:
        return one.folder
    holder = innermost(real[one.folder] / one.path, owners)
    return one.folder if holder is None else owners[holder]
