"""Narrows names down by what they lie in: `Foo.bar`, `foo::Bar`, `folder/file.py`, `module.function`."""

import re
from collections.abc import Sequence

import numpy as np

from lsp_server.model import SymbolKind
from lsp_server.search.name_columns import possible_rows
from lsp_server.search.name_matching import Matches, NameMatch, match_beginning
from lsp_server.search.name_sources import NameSource
from lsp_server.vectors.arrays import I64, Mask
from lsp_server.vectors.names import lowered, pair_mask

MOST_LOOKED_AT = 1_500
"""Matches whose containers are looked at, the best first."""

_FILE = SymbolKind.FILE

_SEPARATOR = re.compile(r"::|[.#/]")


def in_containers(source: NameSource, containers: Sequence[str], matches: Matches) -> Matches:
    """Return those matches whose symbol lies in the given containers.

    A container is an enclosing definition, or the file or folders around it. Where these are not named in
    full, the match counts as one inside a name at best.

    Args:
        source: Where the matches were found.
        containers: Outermost first, in lower case.
        matches: Names that match what stands behind the containers.
    """
    in_file = _lies_with(source, containers[-1], matches)
    order = np.lexsort((matches.rows, ~in_file, matches.classes))[:MOST_LOOKED_AT]
    rows, classes = matches.rows[order], matches.classes[order]
    # Where neither a name around it nor the file's may be the container's, the path alone decides.
    is_unsure = _may_be_named(source, containers[-1], rows) | (source.kinds[rows] == _FILE)
    lies_in_path: dict[str, bool | None] = {}
    kept: dict[int, int] = {}
    for row, match, unsure in zip(rows.tolist(), classes.tolist(), is_unsure.tolist(), strict=True):
        path = source.path(row)
        if path not in lies_in_path:
            parts = _parts_of(path)
            lies_in_path[path] = None if parts[-1] == containers[-1] else _begin_in_order(containers, parts)
        lies = lies_in_path[path]
        if lies is None or (unsure and _is_mentioned(source, containers[-1], row)):
            chain = _chain(source, row)
            if tuple(chain[-len(containers) :]) == tuple(containers):
                kept[row] = match
                continue
            lies = _begin_in_order(containers, chain)
        if lies:
            kept[row] = max(match, NameMatch.WORD_PREFIX)
    found = sorted(kept)
    return Matches(np.array(found, np.int64), np.array([kept[row] for row in found], np.int64))


def rows_likely_in(source: NameSource, containers: Sequence[str], rows: I64) -> I64:
    """Return those of the rows whose symbols may lie in all containers; `in_containers` tells for sure."""
    if source.files is None:
        return rows
    for container in containers:
        likely = _may_be_named(source, container, rows) | source.files_in(container)[source.files[rows]]
        rows = rows[likely]
    return rows


def _is_mentioned(source: NameSource, container: str, row: int) -> bool:
    """Tell whether a row's record has the text at all: to look costs a tenth of unpacking."""
    if source.segment is None or not container.isascii() or source.kinds[row] == _FILE:
        return True
    return container.encode() in source.segment.record(row).lower()


def _may_be_named(source: NameSource, container: str, rows: I64) -> Mask:
    """Return which rows may have the text in the names of the definitions around them, or in their own."""
    if source.segment is None:
        return np.ones(len(rows), np.bool_)
    wanted = np.uint64(pair_mask(lowered(container)[1:]))
    may_be: Mask = (source.segment.qualified_pairs[rows] & wanted) == wanted
    return may_be


def _lies_with(source: NameSource, container: str, matches: Matches) -> Mask:
    """Return which matches lie in a file that has a symbol named like the container."""
    if source.files is None:
        return np.ones(len(matches.rows), np.bool_)
    named = match_beginning(source.columns, container, possible_rows(source.columns, container))
    is_it = np.zeros(int(source.files.max(initial=0)) + 1, np.bool_)
    is_it[source.files[named.rows[named.classes <= NameMatch.SAME_LETTERS]]] = True
    lies: Mask = is_it[source.files[matches.rows]]
    return lies


def _chain(source: NameSource, row: int) -> list[str]:
    """Return all that a symbol lies in, outermost first, in lower case: folders, the file, definitions."""
    symbol = source.symbol(row)
    chain = _parts_of(source.path(row))
    if symbol.kind is _FILE:
        return chain[:-1]
    return chain + [part for name in symbol.containers for part in _SEPARATOR.split(name.lower()) if part]


def _parts_of(path: str) -> list[str]:
    """Return the folders and the file's name without endings, in lower case."""
    *folders, file_name = path.lower().split("/")
    return [*folders, file_name.partition(".")[0]]


def _begin_in_order(containers: Sequence[str], chain: Sequence[str]) -> bool:
    parts = iter(chain)
    return all(any(part.startswith(container) for part in parts) for container in containers)
