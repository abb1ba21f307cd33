"""Answers `workspace/symbol`: names that match what is typed, best class of match first, then meaning.

Names that have the letters in order, as an editor filters them, are complete up to the limit, except for
qualified queries with closer matches. Where nothing matches more closely than that, spelling corrections come
first. Within a class, types and functions come before variables, other code before tests, short names before
long ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.search.cancel import Cancel
from lsp_server.search.concurrently import concurrently
from lsp_server.search.engine import near_in, search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.kinds import CONTAINER_KINDS, SELDOM_MEANT
from lsp_server.search.names.columns import name_lengths, possible_rows
from lsp_server.search.names.matching import (
    Matches,
    NameMatch,
    match_beginning,
    match_closely,
    match_in_order,
    match_last_part,
    match_words,
)
from lsp_server.search.palette.central import CentralSymbols
from lsp_server.search.palette.name_query import NameQuery
from lsp_server.search.palette.name_sources import NameSource, sources_of
from lsp_server.search.palette.qualified import in_containers, rows_likely_in
from lsp_server.search.query.spelling import corrected
from lsp_server.search.query.syntax import parse_query
from lsp_server.search.results import SearchOutcome, SearchRequest, SearchResult
from lsp_server.vectors.arrays import I64

SCORES: Final = {
    NameMatch.EXACT: 1.0,
    NameMatch.SAME_LETTERS: 0.97,
    NameMatch.PREFIX: 0.9,
    NameMatch.HUMPS: 0.82,
    NameMatch.WORD_PREFIX: 0.74,
    NameMatch.INSIDE: 0.62,
    NameMatch.LETTERS: 0.5,
}
"""The score of a result by its class of match."""

_BELOW_NAMES = 0.01  # a hit by meaning scores at least this much less than the last name
_MAX_BY_MEANING = 50  # nobody reads further down
_TIES = 4  # of equally good names, at most this many times the limit are sorted by path
_LONGEST = 0xFFFF
_NO_ROWS = np.zeros(0, np.int64)

_FUNCTIONS = (SymbolKind.METHOD, SymbolKind.FUNCTION, SymbolKind.OPERATOR)


def _kind_ranks() -> I64:
    ranks = np.full(256, 3, np.int64)
    ranks[list(CONTAINER_KINDS)] = 0
    ranks[list(_FUNCTIONS)] = 1
    ranks[[SymbolKind.CONSTRUCTOR, SymbolKind.FILE]] = 2
    return ranks


_KIND_RANKS: Final = _kind_ranks()


def palette(
    views: Sequence[FolderView],
    query: str,
    limit: int,
    cancel: Cancel,
    *,
    meaning: bool,
    central: CentralSymbols,
) -> tuple[SearchResult, ...]:
    """Return the symbols that a palette shows for what was typed.

    Args:
        views: The folders.
        query: A name or a part of one, `Container.name`, several words, or nothing.
        limit: How many results at most.
        cancel: Checked between stages.
        meaning: Whether to fill up to the limit with matches by meaning.
        central: Caches the answer to the empty query.

    Raises:
        Cancelled: The search was called off.
    """
    taken_apart = NameQuery.of(query)
    if not taken_apart.text or limit < 1:
        return central.best(views, max(limit, 0), cancel)
    request = SearchRequest(taken_apart.text, limit=min(limit, _MAX_BY_MEANING))
    # By meaning, the palette finds what `semanticSearch` finds. But where names have these letters in order,
    # they may be half a word rather than a misspelling.
    search_as_typed: Callable[[], SearchOutcome] = partial(
        search, views, replace(request, correct_spelling=False), cancel
    )
    if meaning and taken_apart.last:  # a qualified name matches little and takes a while to look up
        search_as_typed = concurrently(search_as_typed, is_busy=not all(view.is_complete for view in views))
    named = _by_name(views, taken_apart, limit, cancel)
    is_misspelt = False
    if taken_apart.whole and (not named or named[0].score <= SCORES[NameMatch.LETTERS]):
        meant = _by_name_meant(views, taken_apart, limit, cancel)
        is_misspelt = bool(meant)
        named = _joined(meant, named)[:limit]
    if not meaning or len(named) >= limit:
        return named
    outcome = search_as_typed() if named and not is_misspelt else search(views, request, cancel)
    return (*named, *_below(named, outcome.results, limit - len(named)))


def _by_name_meant(
    views: Sequence[FolderView], query: NameQuery, limit: int, cancel: Cancel
) -> tuple[SearchResult, ...]:
    """Return close matches of the corrected spelling; none where the name is not misspelt."""
    found: list[SearchResult] = []
    for view in views:
        if view.snapshot is None:
            continue
        cancel.raise_if_cancelled()
        asked = parse_query(query.text)
        meant = corrected(asked, view.document_frequency, near_in(view, views), view.embedder)
        if meant is not asked:
            found += _by_name([view], NameQuery.of(meant.text), limit, cancel)
    found.sort(key=lambda one: -one.score)
    most = SCORES[NameMatch.SAME_LETTERS]
    close = (one for one in found if one.score > SCORES[NameMatch.INSIDE])
    return tuple(replace(one, score=min(one.score, most)) for one in close)


def _joined(first: Sequence[SearchResult], others: Sequence[SearchResult]) -> tuple[SearchResult, ...]:
    known = {(one.folder, one.id) for one in first}
    return (*first, *(one for one in others if (one.folder, one.id) not in known))


def _below(
    named: Sequence[SearchResult], by_meaning: Sequence[SearchResult], limit: int
) -> list[SearchResult]:
    """Return the hits by meaning that are not among the names, scored below them."""
    known = {(one.folder, one.id) for one in named}
    ceiling = named[-1].score - _BELOW_NAMES if named else 1.0
    new = [one for one in by_meaning if (one.folder, one.id) not in known]
    return [replace(one, score=min(one.score, ceiling)) for one in new[:limit]]


def _by_name(
    views: Sequence[FolderView], query: NameQuery, limit: int, cancel: Cancel
) -> tuple[SearchResult, ...]:
    sources = sources_of(views)
    cancel.raise_if_cancelled()
    whole = query.whole
    possible = [possible_rows(source.columns, whole) if whole else _NO_ROWS for source in sources]
    stages: list[Callable[[NameSource, NameQuery, I64], Matches]] = [_all_matches]
    if whole:  # whatever a stage finds is better than what later ones add
        stages = [_beginnings, _all_matches] if query.words else [_beginnings, _close, _all_matches]
    for stage in stages:
        found = []
        for source, rows in zip(sources, possible, strict=True):
            cancel.raise_if_cancelled()
            found.append(stage(source, query, rows))
        n_found = sum(len(matches.rows) for matches in found)
        # For `Thread.run`, any `Thread` may have an `r-u-n`: letters in order only where nothing is closer.
        if n_found >= limit or (stage is _close and query.last and n_found):
            break
    return _best(sources, found, limit)


def _beginnings(source: NameSource, query: NameQuery, rows: I64) -> Matches:
    columns, whole = source.columns, query.whole
    ways = (match_beginning(columns, whole, rows), match_last_part(columns, whole, rows))
    return _united([source.shown(way) for way in ways])


def _close(source: NameSource, query: NameQuery, rows: I64) -> Matches:
    ways = [source.shown(match_closely(source.columns, query.whole, rows))]
    if query.last:
        likely = _likely_rows(source, query)
        last = source.shown(match_closely(source.columns, query.last, likely))
        ways.append(in_containers(source, query.containers, last))
    return _united(ways)


def _all_matches(source: NameSource, query: NameQuery, rows: I64) -> Matches:
    columns = source.columns
    ways = []
    if query.whole:
        ways.append(source.shown(match_in_order(columns, query.whole, rows)))
    if query.last:
        last = source.shown(match_in_order(columns, query.last, _likely_rows(source, query)))
        ways.append(in_containers(source, query.containers, last))
    if query.words:
        holding = possible_rows(columns, "".join(query.words))
        ways.append(source.shown(match_words(columns, query.words, holding)))
    return _united(ways)


def _likely_rows(source: NameSource, query: NameQuery) -> I64:
    return rows_likely_in(source, query.containers, possible_rows(source.columns, query.last))


def _united(ways: Sequence[Matches]) -> Matches:
    """Return every row once, with its best class."""
    if len(ways) == 1:
        return ways[0]
    rows = np.concatenate([np.zeros(0, np.int64), *(way.rows for way in ways)])
    classes = np.concatenate([np.zeros(0, np.int64), *(way.classes for way in ways)])
    order = np.lexsort((classes, rows))
    rows, firsts = np.unique(rows[order], return_index=True)
    return Matches(rows, classes[order][firsts])


def _best(
    sources: Sequence[NameSource], all_matches: Sequence[Matches], limit: int
) -> tuple[SearchResult, ...]:
    """Return the best matches of all sources in order; only these are unpacked."""
    ranks = np.concatenate(
        [
            np.zeros(0, np.int64),
            *(_ranks(source, matches) for source, matches in zip(sources, all_matches, strict=True)),
        ]
    )
    numbers = np.repeat(np.arange(len(sources)), [len(matches.rows) for matches in all_matches])
    rows = np.concatenate([np.zeros(0, np.int64), *(matches.rows for matches in all_matches)])
    if len(ranks) > limit:
        last = np.partition(ranks, limit - 1)[limit - 1]
        chosen = np.concatenate(
            (np.flatnonzero(ranks < last), np.flatnonzero(ranks == last)[: _TIES * limit])
        )
        ranks, numbers, rows = ranks[chosen], numbers[chosen], rows[chosen]
    ordered = sorted(
        (rank, _by_file(sources[number], row), number, row)
        for rank, number, row in zip(ranks.tolist(), numbers.tolist(), rows.tolist(), strict=True)
    )
    return tuple(
        sources[number].found(row, SCORES[NameMatch(rank >> _CLASS_SHIFT)])
        for rank, _, number, row in ordered[:limit]
    )


def _by_file(source: NameSource, row: int) -> tuple[bool, str]:
    """Return a sort key for equal names: first the one in the file of that name, then by path."""
    path = source.path(row)
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return stem.lower() != source.name(row).lower(), path


_CLASS_SHIFT: Final = 24


def _ranks(source: NameSource, matches: Matches) -> I64:
    """Return a sort key for each match, i64[m], the lower the better.

    From the highest bits: class of match, prose, declaration, kind (2 bits), test or the like, name length.
    """
    kinds, flags = source.kinds[matches.rows], source.flags[matches.rows].astype(np.int64)
    lengths = np.minimum(name_lengths(source.columns, matches.rows), _LONGEST)
    ranks: I64 = (
        (matches.classes << _CLASS_SHIFT)
        | ((kinds == SymbolKind.STRING).astype(np.int64) << 20)
        | (((flags & SymbolFlags.DECLARATION) != 0).astype(np.int64) << 19)
        | (_KIND_RANKS[kinds] << 17)
        | (((flags & SELDOM_MEANT) != 0).astype(np.int64) << 16)
        | lengths
    )
    return ranks
