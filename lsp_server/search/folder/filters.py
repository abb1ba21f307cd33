"""The filters of one search, from the request and its query, as symbol masks and text-index conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from lsp_server.fulltext import TextFilter
from lsp_server.model import SymbolKind
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.names.columns import possible_rows
from lsp_server.search.names.matching import match_inside
from lsp_server.search.query.paths import PathFilter
from lsp_server.search.query.syntax import ParsedQuery
from lsp_server.search.results import SearchRequest
from lsp_server.vectors.arrays import Mask

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, eq=False)
class Filters:
    """All conditions of one search; every one must hold.

    Attributes:
        kinds: Allowed kinds; None for all.
        languages: Allowed language ids; None for all.
        paths: None where every path passes.
        patterns: The patterns behind `paths`: its cache key.
        names: A name must contain one of these, in any case; empty for no condition.
        phrases: Runs of words, each of which must occur in some field.
        excluded: Runs of words that must occur in no field.
    """

    kinds: frozenset[SymbolKind] | None
    languages: frozenset[str] | None
    paths: PathFilter | None
    patterns: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    excluded: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, request: SearchRequest, query: ParsedQuery) -> "Filters":
        """Return the conditions of a request and of its query: the intersection of both.

        Raises:
            InvalidParams: A pattern is not a valid gitignore pattern.
        """
        excluded_paths = (*request.exclude, *query.exclude)
        return cls(
            kinds=_both(request.kinds, query.kinds),
            languages=_both(request.languages, query.languages),
            paths=PathFilter.compiled([request.include, query.include], excluded_paths),
            patterns=(tuple(request.include), query.include, excluded_paths),
            names=query.names,
            phrases=query.phrases,
            excluded=query.excluded,
        )

    def text_filter(self) -> TextFilter:
        """Return the conditions that the text index can check: all but paths and names."""
        return TextFilter(
            kinds=None if self.kinds is None else frozenset(map(int, self.kinds)),
            languages=self.languages,
            phrases=self.phrases,
            excluded=self.excluded,
        )

    def passes_name(self, name: str) -> bool:
        """Tell whether a symbol of this name passes."""
        return not self.names or any(part.lower() in name.lower() for part in self.names)

    def files(self, snapshot: Snapshot, hidden: Sequence[str]) -> Mask | None:
        """Return which files pass, bool[largest file id + 1], or None for all.

        Args:
            snapshot: The generation.
            hidden: Paths that open buffers override.
        """
        paths = snapshot.catalog.paths
        if self.paths is None and not hidden:
            return None
        passing = np.ones(len(paths), np.bool_)
        if self.paths is not None:
            compiled = self.paths
            passing = snapshot.masks.of(self.patterns, lambda: compiled.passing(paths))
        if hidden:
            concealed = frozenset(hidden)
            # Cached: successive searches usually have the same buffers open.
            passing = passing & snapshot.masks.of(
                ("hidden", concealed),
                lambda: np.fromiter((path not in concealed for path in paths), np.bool_, len(paths)),
            )
        return passing

    def symbols(self, snapshot: Snapshot, files: Mask | None) -> Mask | None:
        """Return which symbols pass, bool[n_rows], or None for all.

        Args:
            snapshot: The generation.
            files: The result of `files`.
        """
        masks: list[Mask] = []
        vectors = snapshot.vectors
        if self.kinds is not None:
            wanted_kinds = _table([int(kind) for kind in self.kinds])
            masks.append(vectors.where("kinds", lambda column: wanted_kinds[column]))
        if self.languages is not None:
            codes = [code for code, name in enumerate(snapshot.meta.languages) if name in self.languages]
            wanted_languages = _table(codes)
            masks.append(vectors.where("languages", lambda column: wanted_languages[column]))
        if files is not None:
            masks.append(
                snapshot.masks.of(
                    ("files", files.tobytes()), lambda: vectors.where("files", lambda column: files[column])
                )
            )
        if self.names:
            masks.append(_named(snapshot, self.names))
        masks.extend(_holding(snapshot, run) for run in self.phrases)
        masks.extend(~_holding(snapshot, run) for run in self.excluded)
        return np.logical_and.reduce(masks) if masks else None


def _holding(snapshot: Snapshot, run: tuple[str, ...]) -> Mask:
    """Return which rows have a run of words in some field."""

    def evaluate() -> Mask:
        mask = np.zeros(snapshot.vectors.n_rows, np.bool_)
        holding = snapshot.text.passing(TextFilter(phrases=(run,)))
        ordinals = snapshot.vectors.ordinals_of(holding)
        mask[ordinals[ordinals >= 0]] = True
        return mask

    return snapshot.masks.of(("run", run), evaluate)


def _named(snapshot: Snapshot, parts: tuple[str, ...]) -> Mask:
    """Return which rows have a name that contains one of the parts, in any case."""
    mask = np.zeros(snapshot.vectors.n_rows, np.bool_)
    for segment, base in zip(snapshot.vectors.segments, snapshot.vectors.bases.tolist(), strict=False):
        for part in parts:
            mask[base + match_inside(segment, part, possible_rows(segment, part))] = True
    return mask


def _table(codes: Sequence[int]) -> Mask:
    table = np.zeros(256, np.bool_)
    table[list(codes)] = True
    return table


def _both(left: frozenset[Item] | None, right: frozenset[Item] | None) -> frozenset[Item] | None:
    if left is None or right is None:
        return left if right is None else right
    return left & right
