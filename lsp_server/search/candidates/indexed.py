"""Gathers candidates from the index: nearest vectors, best BM25 hits, name prefixes, quotations."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import NamedTuple

import numpy as np

from lsp_server.fulltext import Passing, TextFilter, TextHits, held_in_paths
from lsp_server.model import SymbolKind
from lsp_server.search.cancel import Cancel
from lsp_server.search.candidates.retrieval import Gathered, Retrieval, SymbolRef
from lsp_server.search.concurrently import concurrently
from lsp_server.search.folder.file_symbols import indexed_symbols
from lsp_server.search.folder.listing import listed_rows
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.folder.unsaved import UnsavedFiles
from lsp_server.search.kinds import SELDOM_MEANT
from lsp_server.search.names.columns import name_lengths, possible_rows
from lsp_server.search.names.matching import match_beginning
from lsp_server.search.query.line_references import at_line, resolve_lines
from lsp_server.search.query.quoting import Quotation, innermost
from lsp_server.search.query.words import words_of_name
from lsp_server.search.ranking.signals import Candidates, is_prose, repeats
from lsp_server.search.results import SearchMode
from lsp_server.vectors.arrays import F32, I64, U64, Mask

_MAX_NAMED = 100
"""At most this many symbols whose names begin with the query are candidates, the shortest first."""

_MAX_QUOTED = 60
"""At most this many symbols that the query quotes are candidates: text found in more is boilerplate."""

_SELECTIVE = 8  # filters that pass fewer than one symbol in this many are left to the text index

_Hits = tuple[I64, F32]  # ordinals and their scores
_NO_HITS: _Hits = (np.zeros(0, np.int64), np.zeros(0, np.float32))


def from_index(snapshot: Snapshot, unsaved: UnsavedFiles, retrieval: Retrieval, cancel: Cancel) -> Gathered:
    """Return the candidates of a snapshot; files with unsaved text are left out.

    Raises:
        Cancelled: The search was called off.
    """
    files = retrieval.filters.files(snapshot, list(unsaved))
    allowed = retrieval.filters.symbols(snapshot, files)
    cancel.raise_if_cancelled()
    in_words = concurrently(lambda: _in_words(snapshot, retrieval, files, allowed), is_busy=retrieval.is_busy)
    nearest = _nearest(snapshot, retrieval, allowed)
    found = in_words()
    cancel.raise_if_cancelled()
    ordinals = reduce(np.union1d, (nearest, found.text[0], found.named, found.quoted))
    return _with_evidence(snapshot, retrieval, ordinals, found)


class _InWords(NamedTuple):
    """What the words of a query find.

    Attributes:
        named: Ordinals of symbols whose names begin with the query.
        quoted: Ordinals of symbols that the query quotes, or whose lines it names.
        text: The best BM25 hits.
        own_words: How much of the query each of these contains itself, 0 to 1.
    """

    named: I64
    quoted: I64
    text: _Hits
    own_words: _Hits


def _in_words(snapshot: Snapshot, retrieval: Retrieval, files: Mask | None, allowed: Mask | None) -> _InWords:
    text = _by_words(snapshot, retrieval, files, allowed)
    return _InWords(
        _named(snapshot, retrieval, allowed),
        np.union1d(_quoted(snapshot, retrieval, files, allowed), _at_lines(snapshot, retrieval, allowed)),
        text,
        _own_words(snapshot, retrieval, text[0]),
    )


def _nearest(snapshot: Snapshot, retrieval: Retrieval, allowed: Mask | None) -> I64:
    if retrieval.mode is SearchMode.TEXT and retrieval.query.words:
        return np.zeros(0, np.int64)
    if not retrieval.vector.any():
        # No vector is nearer than another, yet a query of filters alone still lists what passes them.
        return listed_rows(snapshot, allowed, retrieval.depth)
    probes, rerank = snapshot.probes, snapshot.meta.rerank
    here = partial(concurrently, is_busy=retrieval.is_busy)
    return snapshot.vectors.search(
        retrieval.vector, retrieval.depth, probes, rerank, allowed, concurrently=here
    ).ordinals


def _named(snapshot: Snapshot, retrieval: Retrieval, allowed: Mask | None) -> I64:
    """Return the best symbols whose names begin with the query, if it is one name and the mode hybrid."""
    if not retrieval.query.is_one_name or retrieval.mode is not SearchMode.HYBRID:
        return np.zeros(0, np.int64)
    beginning = retrieval.query.last_parts[0].rstrip("!?")
    vectors = snapshot.vectors
    chosen: list[I64] = [np.zeros(0, np.int64)]
    ranks: list[I64] = [np.zeros(0, np.int64)]
    for segment, base in zip(vectors.segments, vectors.bases.tolist(), strict=False):
        matches = match_beginning(segment, beginning, possible_rows(segment, beginning))
        rows = matches.rows + base
        passing = np.ones(len(rows), np.bool_)
        for mask in (allowed, vectors.alive):
            if mask is not None:
                passing &= mask[rows]
        seldom = (segment.flags[matches.rows] & np.uint8(SELDOM_MEANT)) != 0
        rank = (matches.classes << 17) | (seldom.astype(np.int64) << 16) | name_lengths(segment, matches.rows)
        chosen.append(rows[passing])
        ranks.append(rank[passing])
    rows = np.concatenate(chosen)
    order = np.argsort(np.concatenate(ranks), kind="stable")[:_MAX_NAMED]
    return rows[order]


def _by_words(snapshot: Snapshot, retrieval: Retrieval, files: Mask | None, allowed: Mask | None) -> _Hits:
    """Return the best BM25 hits among the allowed symbols."""
    if retrieval.mode is SearchMode.VECTOR:
        return _NO_HITS
    condition, passing = _condition(snapshot, retrieval, files, allowed)
    return _known(snapshot, snapshot.text.search(retrieval.text_query(condition), retrieval.depth, passing))


def _quoted(snapshot: Snapshot, retrieval: Retrieval, files: Mask | None, allowed: Mask | None) -> I64:
    """Return the innermost symbols whose bodies contain the query nearly verbatim, or else a part of it."""
    for quotation in retrieval.quotations:
        if quotation.runs:
            quoted = _holding(snapshot, retrieval, quotation, files, allowed)
            if len(quoted):
                return quoted
    return np.zeros(0, np.int64)


def _holding(
    snapshot: Snapshot, retrieval: Retrieval, quotation: Quotation, files: Mask | None, allowed: Mask | None
) -> I64:
    """Return the innermost symbols whose bodies contain a quotation."""
    vectors = snapshot.vectors
    condition, may_answer = _condition(snapshot, retrieval, files, allowed)

    def passing(ids: U64) -> Mask:
        passed = may_answer(ids)
        rows = vectors.ordinals_of(ids[passed])
        is_file = vectors.kinds(rows) == SymbolKind.FILE
        passed[passed] = ~(is_file | repeats(retrieval.query.words, vectors.flags(rows)))
        return passed

    ordinals, counts = _known(
        snapshot, snapshot.text.runs_held(quotation.runs, condition, _MAX_QUOTED, passing)
    )
    ordinals = ordinals[counts >= quotation.least]
    ordinals = ordinals[~is_prose([snapshot.path_of(file) for file in vectors.files(ordinals).tolist()])]
    symbols = [snapshot.symbol_of(ordinal) for ordinal in ordinals.tolist()]
    chosen: I64 = ordinals[innermost(symbols, vectors.files(ordinals).tolist())]
    return chosen


def _at_lines(snapshot: Snapshot, retrieval: Retrieval, allowed: Mask | None) -> I64:
    """Return the symbols at the lines that the query names."""
    found: list[int] = []
    for path, lines in resolve_lines(retrieval.lines, snapshot.catalog.paths).items():
        rows, symbols = indexed_symbols(snapshot, path)
        numbers = {number for line in lines if (number := at_line(symbols, line)) is not None}
        found += [int(rows[number]) for number in numbers if allowed is None or allowed[rows[number]]]
    return np.array(found, np.int64)


def _condition(
    snapshot: Snapshot, retrieval: Retrieval, files: Mask | None, allowed: Mask | None
) -> tuple[TextFilter, Passing]:
    """Return the filter for the text index to apply itself, and a check of the hits that it returns."""

    def passing(ids: U64) -> Mask:
        ordinals = snapshot.vectors.ordinals_of(ids)
        known: Mask = ordinals >= 0  # the text index may be ahead of this generation
        return known if allowed is None else known & allowed[ordinals]

    condition = retrieval.filters.text_filter()
    if files is not None:
        condition = replace(condition, files=np.flatnonzero(files))
    if allowed is None or np.count_nonzero(allowed) * _SELECTIVE > len(allowed):
        # Most hits pass: dropping the others afterwards is cheaper than a condition in Tantivy.
        condition = TextFilter(kinds=condition.kinds, languages=condition.languages)
    return condition, passing


def _known(snapshot: Snapshot, hits: TextHits) -> _Hits:
    ordinals = snapshot.vectors.ordinals_of(hits.ids)
    known = ordinals >= 0
    return ordinals[known], hits.scores[known]


def _with_evidence(snapshot: Snapshot, retrieval: Retrieval, ordinals: I64, found: _InWords) -> Gathered:
    vectors = snapshot.vectors
    files = vectors.files(ordinals).astype(np.int64)
    asked, indices = np.unique(files, return_inverse=True)
    file_text = concurrently(lambda: _file_text(snapshot, retrieval, asked), is_busy=retrieval.is_busy)
    file_words = _file_words(snapshot, retrieval, asked)
    return Gathered(
        Candidates(
            ids=vectors.ids(ordinals),
            similarity=vectors.similarities(retrieval.vector, ordinals),
            text=_looked_up(ordinals, *found.text),
            file_similarity=_file_similarity(snapshot, retrieval, asked)[indices],
            file_text=file_text()[indices],
            file_words=file_words[indices],
            own_words=_looked_up(ordinals, *found.own_words),
            quoted=np.isin(ordinals, found.quoted),
            kinds=vectors.kinds(ordinals),
            flags=vectors.flags(ordinals),
            lines=vectors.lines(ordinals),
            files=files,
            names=snapshot.names_of(ordinals),
            containers=_Containers(snapshot, ordinals),
            paths=[snapshot.path_of(file) for file in files.tolist()],
        ),
        [SymbolRef(ordinal) for ordinal in ordinals.tolist()],
    )


def _file_similarity(snapshot: Snapshot, retrieval: Retrieval, files: I64) -> F32:
    """Return the cosine of each file's own entry, 0 where it has none."""
    entries = snapshot.entries[files]
    similarity = np.zeros(len(files), np.float32)
    similarity[entries >= 0] = snapshot.vectors.similarities(retrieval.vector, entries[entries >= 0])
    return similarity


def _file_text(snapshot: Snapshot, retrieval: Retrieval, files: I64) -> F32:
    """Return the BM25 of each file's own entry, 0 where it has none."""
    if retrieval.mode is SearchMode.VECTOR or not len(files):
        return np.zeros(len(files), np.float32)
    condition = _entries_of(files)
    hits = _known(snapshot, snapshot.text.search(retrieval.text_query(condition), len(files)))
    return _looked_up(snapshot.entries[files], *hits)


def _file_words(snapshot: Snapshot, retrieval: Retrieval, files: I64) -> F32:
    """Return how much of the query each file contains, anywhere in its text or path, 0 to 1; files ascend."""
    if retrieval.mode is SearchMode.VECTOR or not retrieval.rarity or not len(files):
        return np.zeros(len(files), np.float32)
    found = snapshot.text.words_held(list(retrieval.rarity), _entries_of(files), len(files))
    held = np.zeros((len(files), found.held.shape[1]), np.bool_)
    indices = np.minimum(np.searchsorted(files, found.files), len(files) - 1)
    is_asked = files[indices] == found.files  # the text index may be ahead and number a path differently
    held[indices[is_asked]] = found.held[is_asked]
    paths = [words_of_name(snapshot.path_of(file)) for file in files.tolist()]
    return retrieval.covered(held | held_in_paths(list(retrieval.rarity), paths, snapshot.text.stemmer))


def _own_words(snapshot: Snapshot, retrieval: Retrieval, ordinals: I64) -> _Hits:
    """Return how much of the query each symbol contains itself, 0 to 1, with its ordinal.

    For a query without blanks nothing is returned, as ranking does not ask how much of a name is held.
    """
    if not retrieval.rarity or not len(ordinals) or retrieval.query.is_one_piece:
        return _NO_HITS
    hits = TextFilter(ids=snapshot.vectors.ids(ordinals))
    found = snapshot.text.words_held(list(retrieval.rarity), hits, len(ordinals))
    return _known(snapshot, TextHits(found.ids, retrieval.covered(found.held)))


def _entries_of(files: I64) -> TextFilter:
    # Not by symbol id: looking up many terms in the dictionary of all ids costs more.
    return TextFilter(kinds=frozenset({int(SymbolKind.FILE)}), files=files)


class _Containers(Sequence[str]):
    """The containers of the candidates, each unpacked only when a query with dots asks for it."""

    def __init__(self, snapshot: Snapshot, ordinals: I64) -> None:
        self._snapshot = snapshot
        self._ordinals = ordinals

    def __len__(self) -> int:
        return len(self._ordinals)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204 - Sequence's overloads
        return self._snapshot.symbol_of(int(self._ordinals[index])).container_name


def _looked_up(wanted: I64, keys: I64, values: F32) -> F32:
    """Return each wanted key's value, 0 where it has none."""
    result = np.zeros(len(wanted), np.float32)
    if not len(keys):
        return result
    order = np.argsort(keys)
    indices = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    hit = keys[order][indices] == wanted
    result[hit] = values[order][indices[hit]]
    return result
