"""Signals from paths: whether the name of a file answers; whether it is outdated or for another system."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from lsp_server.search.query.words import QueryWords, words_of_name
from lsp_server.search.ranking.platforms import is_foreign

FOLDERS_OWN: Final = frozenset({"__init__", "index", "mod", "package"})
"""Stems of files that represent their folder and go by its name."""

_PARTS: Final = re.compile(r"[-_.]+")

_MAX_PATHS: Final = 10_000
"""How many split paths are cached: some 4 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class PathSignals:
    """The signals of the candidates.

    Attributes:
        stem: float64[n], coverage of the file's name by the query.
        elsewhere: bool[n], whether the file is for one of the foreign systems, or set aside.
    """

    stem: np.ndarray
    elsewhere: np.ndarray

    @classmethod
    def of(cls, query: QueryWords, paths: Sequence[str], foreign: frozenset[str]) -> "PathSignals":
        """Work out the signals, once for each path.

        Args:
            query: The words of the query.
            paths: The candidates' paths.
            foreign: Names of other systems and of what is set aside, but for what the query asks for.
        """
        known = {path: _of_path(query, path, foreign) for path in set(paths)}
        rows = [known[path] for path in paths]
        return cls(
            np.array([stem for stem, _ in rows], np.float64),
            np.array([elsewhere for _, elsewhere in rows], np.bool_),
        )


def _of_path(query: QueryWords, path: str, foreign: frozenset[str]) -> tuple[float, bool]:
    name, folders, stem = _taken_apart(path)
    of_query, of_name = query.coverage(words_of_name(name))
    return of_name * (0.5 + 0.5 * of_query), bool(foreign) and is_foreign(folders, stem, foreign)


@lru_cache(_MAX_PATHS)
def _taken_apart(path: str) -> tuple[str, Sequence[str], Sequence[str]]:
    """Return the name a file goes by (see `FOLDERS_OWN`), its folders and its stem's parts in lower case."""
    folders, _, file_name = path.rpartition("/")
    stem = file_name.partition(".")[0]
    name = folders.rpartition("/")[2] if folders and stem in FOLDERS_OWN else stem
    return name, folders.lower().split("/"), _PARTS.split(stem.lower())
