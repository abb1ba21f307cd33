"""Narrows names down by what they lie in: `Foo.bar`, `foo::Bar`, `folder/file.py`, `module.function`."""

import re
from collections.abc import Sequence

import numpy as np

from lsp_server.model import SymbolKind
from lsp_server.search.name_matching import Matches, NameMatch, match_beginning, possible_rows
from lsp_server.search.name_sources import NameSource
from lsp_server.vectors.arrays import I64, Mask
from lsp_server.vectors.names import lowered, pair_mask

MOST_UNPACKED = 3_000
"""Records that are unpacked, to be sure."""

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
    order = np.lexsort((matches.rows, matches.classes, ~in_file))[:MOST_UNPACKED]
    rows, classes = matches.rows[order], matches.classes[order]
    kept: dict[int, int] = {}
    for row, match in zip(rows.tolist(), classes.tolist(), strict=True):
        chain = _chain(source, row)
        if tuple(chain[-len(containers) :]) == tuple(containers):
            kept[row] = match
        elif _begin_in_order(containers, chain):
            kept[row] = max(match, NameMatch.WORD_PREFIX)
    found = sorted(kept)
    return Matches(np.array(found, np.int64), np.array([kept[row] for row in found], np.int64))


def rows_likely_in(source: NameSource, container: str, rows: I64) -> I64:
    """Return those of the rows whose symbols may lie in a container, which `in_containers` tells for sure."""
    segment, files = source.segment, source.files
    if segment is None or files is None:
        return rows
    wanted = np.uint64(pair_mask(lowered(container)[1:]))
    likely = (segment.qualified_pairs[rows] & wanted) == wanted
    likely |= source.files_in(container)[files[rows]]
    chosen: I64 = rows[likely]
    return chosen


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
    *chain, file_name = source.path(row).lower().split("/")
    if symbol.kind is not SymbolKind.FILE:
        chain.append(file_name.partition(".")[0])
        chain += [part for name in symbol.containers for part in _SEPARATOR.split(name.lower()) if part]
    return chain


def _begin_in_order(containers: Sequence[str], chain: Sequence[str]) -> bool:
    parts = iter(chain)
    return all(any(part.startswith(container) for part in parts) for container in containers)
