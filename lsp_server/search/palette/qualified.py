"""Narrows names down by their containers: `Foo.bar`, `foo::Bar`, `folder/file.py`, `module.function`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from lsp_server.model import Symbol, SymbolKind
from lsp_server.search.names.columns import possible_rows
from lsp_server.search.names.matching import Matches, NameMatch, match_beginning
from lsp_server.search.palette.name_sources import NameSource
from lsp_server.search.ranking.path_signals import FOLDERS_OWN
from lsp_server.vectors.arrays import I64, Mask
from lsp_server.vectors.names import lowered, pair_mask

MAX_LOOKED_AT = 1_500
"""At most this many matches, the best, have their containers checked."""

_FILE = SymbolKind.FILE

_LOOSELY: Final = {
    NameMatch.EXACT: NameMatch.PREFIX,
    NameMatch.SAME_LETTERS: NameMatch.PREFIX,
    NameMatch.PREFIX: NameMatch.WORD_PREFIX,
    NameMatch.HUMPS: NameMatch.WORD_PREFIX,
    NameMatch.WORD_PREFIX: NameMatch.INSIDE,
}
"""The class of a match whose containers are not named in full."""

_SEPARATOR = re.compile(r"::|[.#/]")


def in_containers(source: NameSource, containers: Sequence[str], matches: Matches) -> Matches:
    """Return those matches whose symbol is in the given containers.

    A container is an enclosing definition, or the file or folders around it. Where the innermost one is not
    named, or one of them not in full, the match drops to a lower class (`_LOOSELY`): an exact name to a
    prefix (an inherited member is named after another class), a prefix to a word prefix, that to a substring.

    Args:
        source: Where the matches were found.
        containers: Outermost first, in lower case.
        matches: Names that match what comes after the containers.
    """
    in_file = _shares_file_with(source, containers[-1], matches)
    order = np.lexsort((matches.rows, ~in_file, matches.classes))[:MAX_LOOKED_AT]
    rows, classes = matches.rows[order], matches.classes[order]
    # Where no name around the symbol can be the container's, the path alone decides.
    is_unsure = _may_be_named(source, containers[-1], rows) | (source.kinds[rows] == _FILE)
    by_path: dict[str, _PathMatch] = {}
    kept: dict[int, int] = {}
    for row, match, unsure in zip(rows.tolist(), classes.tolist(), is_unsure.tolist(), strict=True):
        path = source.path(row)
        of_path = by_path.get(path) or by_path.setdefault(path, _PathMatch.of(path, containers))
        may_be_named = of_path.is_named and match in _LOOSELY
        if may_be_named or (unsure and _is_mentioned(source, containers[-1], row)):
            symbol = source.symbol(row)
            if _is_named(symbol, of_path, containers):
                kept[row] = match
                continue
            fits = _begin_in_order(containers, _chain(symbol, of_path))
        else:
            fits = of_path.fits
        if fits:
            kept[row] = _LOOSELY.get(NameMatch(match), match)
    found = sorted(kept)
    return Matches(np.array(found, np.int64), np.array([kept[row] for row in found], np.int64))


def rows_likely_in(source: NameSource, containers: Sequence[str], rows: I64) -> I64:
    """Return those of the rows whose symbols may be in all containers: a prefilter for `in_containers`."""
    if source.files is None:
        return rows
    for container in containers:
        likely = _may_be_named(source, container, rows) | source.files_in(container)[source.files[rows]]
        rows = rows[likely]
    return rows


def _is_mentioned(source: NameSource, container: str, row: int) -> bool:
    """Tell whether a row's packed record has the text at all: a tenth of the cost of unpacking it."""
    if source.segment is None or not container.isascii() or source.kinds[row] == _FILE:
        return True
    return container.encode() in source.segment.record(row).lower()


def _may_be_named(source: NameSource, container: str, rows: I64) -> Mask:
    """Return which rows may have the text in their own names or those of their containers."""
    if source.segment is None:
        return np.ones(len(rows), np.bool_)
    wanted = np.uint64(pair_mask(lowered(container)[1:]))
    may_be: Mask = (source.segment.qualified_pairs[rows] & wanted) == wanted
    return may_be


def _shares_file_with(source: NameSource, container: str, matches: Matches) -> Mask:
    """Return which matches are in a file that has a symbol of the container's name."""
    if source.files is None:
        return np.ones(len(matches.rows), np.bool_)
    named = match_beginning(source.columns, container, possible_rows(source.columns, container))
    is_it = np.zeros(int(source.files.max(initial=0)) + 1, np.bool_)
    is_it[source.files[named.rows[named.classes <= NameMatch.SAME_LETTERS]]] = True
    shares: Mask = is_it[source.files[matches.rows]]
    return shares


@dataclass(frozen=True, slots=True)
class _PathMatch:
    """How a path matches the containers.

    Attributes:
        folders: Outermost first, in lower case.
        stem: The file's name without suffixes, in lower case.
        fits: Whether the containers are prefixes of the path's parts, in order.
        is_named: Whether the containers name the file or its innermost folders in full.
    """

    folders: Sequence[str]
    stem: str
    fits: bool
    is_named: bool

    @classmethod
    def of(cls, path: str, containers: Sequence[str]) -> Self:
        *folders, file_name = path.lower().split("/")
        stem = file_name.partition(".")[0]
        parts = [*folders, stem]
        near = {stem, *(folders if stem in FOLDERS_OWN else parts)[-2:]}
        is_named = containers[-1] in near and _are_in_order(containers, parts)
        return cls(folders, stem, _begin_in_order(containers, parts), is_named)


def _is_named(symbol: Symbol, of_path: _PathMatch, containers: Sequence[str]) -> bool:
    """Tell whether the given containers are the symbol's, in full; outer ones may be missing."""
    if symbol.kind is _FILE:
        return tuple(of_path.folders[-len(containers) :]) == tuple(containers)
    if not symbol.containers:
        return of_path.is_named
    chain = _chain(symbol, of_path)
    return chain[-1] == containers[-1] and _are_in_order(containers, chain)


def _chain(symbol: Symbol, of_path: _PathMatch) -> list[str]:
    """Return everything around a symbol, outermost first, in lower case: folders, file, definitions."""
    if symbol.kind is _FILE:
        return [*of_path.folders]
    around = [part for name in symbol.containers for part in _SEPARATOR.split(name.lower()) if part]
    return [*of_path.folders, of_path.stem, *around]


def _are_in_order(containers: Sequence[str], chain: Sequence[str]) -> bool:
    parts = iter(chain)
    return all(container in parts for container in containers)


def _begin_in_order(containers: Sequence[str], chain: Sequence[str]) -> bool:
    parts = iter(chain)
    return all(any(part.startswith(container) for part in parts) for container in containers)
