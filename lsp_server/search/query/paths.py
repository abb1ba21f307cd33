"""Which files a search covers: gitignore patterns against paths relative to the workspace folder."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from pathspec import GitIgnoreSpec

from lsp_server.errors import InvalidParams
from lsp_server.vectors.arrays import Mask

_MAX_CHARACTERS: Final = 1_000
_MAX_STARS: Final = 5
_MAX_FOLDERS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class PathFilter:
    """Compiled patterns.

    Attributes:
        includes: A path must match each of these; empty lets every path in.
        exclude: A path must not match this.
    """

    includes: tuple[GitIgnoreSpec, ...]
    exclude: GitIgnoreSpec | None

    @classmethod
    def compiled(cls, includes: Sequence[Sequence[str]], exclude: Sequence[str]) -> "PathFilter | None":
        """Compile patterns.

        Args:
            includes: Lists of patterns, of which each must let a path in: the request's and the query's own.
                An empty list lets every path in.
            exclude: Patterns that keep a path out.

        Returns:
            The filter, or None where every path passes.

        Raises:
            InvalidParams: A pattern is not valid; `key` says in which parameter, "include" or "exclude".
        """
        specs = tuple(_spec(patterns, "include") for patterns in includes if patterns)
        if not specs and not exclude:
            return None
        return cls(specs, _spec(exclude, "exclude") if exclude else None)

    def passing(self, paths: Sequence[str]) -> Mask:
        """Return bool[n], whether each path passes.

        Args:
            paths: Relative to the workspace folder, with forward slashes.
        """
        passing = np.ones(len(paths), np.bool_)
        for spec in self.includes:
            passing &= _matching(spec, paths)
        if self.exclude is not None:
            passing &= ~_matching(self.exclude, paths)
        return passing

    def passes(self, path: str) -> bool:
        """Return whether one path passes."""
        return bool(self.passing([path])[0])


def pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a gitignore pattern, or None when nothing is."""
    if len(pattern) > _MAX_CHARACTERS:
        return f"it is longer than {_MAX_CHARACTERS} characters"
    segments = _from_root(pattern).split("/")
    # Every star multiplies the work of a failing match, and Python's `re` can't be interrupted.
    if max(segment.count("*") for segment in segments) > _MAX_STARS or segments.count("**") > _MAX_FOLDERS:
        return "it has too many stars"
    if not {".", ".."}.isdisjoint(segments):
        return "it matches nothing, as no path has a `.` or `..` in it"
    try:
        compiled = list(GitIgnoreSpec.from_lines([_from_root(pattern)]).patterns)
    except (ValueError, re.error) as error:
        return str(error)
    # Blank lines and comments are fine in an ignore file; as a parameter they are a mistake.
    if not compiled or compiled[0].include is None:
        return "it matches nothing"
    return None


def _spec(patterns: Sequence[str], key: str) -> GitIgnoreSpec:
    for pattern in patterns:
        problem = pattern_problem(pattern)
        if problem is not None:
            raise InvalidParams(
                f"`{key}` has {pattern[:100]!r}, which is not a valid gitignore pattern: {problem}.",
                "Use patterns such as `*.py` (at any depth) or `src/**` (from the workspace folder).",
                key=key,
            )
    return GitIgnoreSpec.from_lines(map(_from_root, patterns))


def _from_root(pattern: str) -> str:
    """Return `./src`, which matches nothing in git, as `/src`, which is what people mean by it."""
    return pattern[1:] if pattern.startswith("./") else pattern


def _matching(spec: GitIgnoreSpec, paths: Sequence[str]) -> Mask:
    compiled = [pattern for pattern in spec.patterns if pattern.include is not None]
    if len(compiled) == 1 and compiled[0].include:
        # The usual case: one pattern's regular expression is eight times as fast as going through the spec.
        match = compiled[0].match_file
        return np.fromiter((match(path) is not None for path in paths), np.bool_, len(paths))
    return np.fromiter((spec.match_file(path) for path in paths), np.bool_, len(paths))
