"""Narrows names down by what they lie in: `Foo.bar`, `foo::Bar`, `folder/file.py`, `module.function`."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from lsp_server.model import SymbolKind
from lsp_server.search.name_matching import Matches, NameMatch, match_beginning, possible_rows
from lsp_server.search.name_sources import NameSource
from lsp_server.vectors.arrays import I64, Mask

MOST_LOOKED_AT = 10_000
"""Names whose records are searched for the container."""

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
    order = np.lexsort((matches.rows, matches.classes, ~in_file))[:MOST_LOOKED_AT]
    rows, classes = matches.rows[order], matches.classes[order]
    likely = _likely(source, rows, containers[-1])
    kept: dict[int, int] = {}
    for place in islice(likely, MOST_UNPACKED):
        row, match = int(rows[place]), int(classes[place])
        chain = _chain(source, row)
        if tuple(chain[-len(containers) :]) == tuple(containers):
            kept[row] = match
        elif _begin_in_order(containers, chain):
            kept[row] = max(match, NameMatch.WORD_PREFIX)
    found = sorted(kept)
    return Matches(np.array(found, np.int64), np.array([kept[row] for row in found], np.int64))


def _lies_with(source: NameSource, container: str, matches: Matches) -> Mask:
    """Return which matches lie in a file that has a symbol named like the container."""
    if source.files is None:
        return np.ones(len(matches.rows), np.bool_)
    named = match_beginning(source.columns, container, possible_rows(source.columns, container))
    is_it = np.zeros(int(source.files.max(initial=0)) + 1, np.bool_)
    is_it[source.files[named.rows[named.classes <= NameMatch.SAME_LETTERS]]] = True
    lies: Mask = is_it[source.files[matches.rows]]
    return lies


def _likely(source: NameSource, rows: I64, container: str) -> Iterator[int]:
    """Yield the places of rows whose path or record mentions the container; unpacking tells for sure."""
    segment, files = source.segment, source.files
    if segment is None or files is None or not container.isascii():
        yield from range(len(rows))
        return
    needle = container.encode()
    in_path: dict[int, bool] = {}
    starts, ends = segment.record_starts[rows].tolist(), segment.record_starts[rows + 1].tolist()
    for place, (file, start, end) in enumerate(zip(files[rows].tolist(), starts, ends, strict=True)):
        if file not in in_path:
            in_path[file] = container in source.path(int(rows[place])).lower()
        if in_path[file] or needle in segment.records[start:end].tobytes().lower():
            yield place


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
