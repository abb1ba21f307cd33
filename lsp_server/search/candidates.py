"""Gathers what may answer one search of one folder: nearest vectors, best words, open buffers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from lsp_server.documents import (
    TextFilter,
    TextHits,
    TextQuery,
    held_words,
    passing_documents,
    score_documents,
)
from lsp_server.model import SymbolKind
from lsp_server.search.cancel import Cancel
from lsp_server.search.filters import Filters
from lsp_server.search.listing import SELDOM_MEANT, listed_rows
from lsp_server.search.matching import content_words
from lsp_server.search.name_matching import match_beginning, name_lengths, possible_rows
from lsp_server.search.query import ParsedQuery
from lsp_server.search.rarity import rarities
from lsp_server.search.results import SearchMode
from lsp_server.search.signals import Candidates
from lsp_server.search.snapshot import Snapshot
from lsp_server.search.unsaved import Unsaved, UnsavedFile
from lsp_server.search.view import FolderView
from lsp_server.storage.symbol_record import unpack_symbol

DEPTH = 200
"""How many hits each retriever is asked for, at least; twice the limit where that is more."""

_MOST_NAMED = 100
"""Symbols whose names begin with the query that are looked at, the shortest first."""

_SELECTIVE = 8  # filters that let through less than one symbol in so many are the text index's to apply

_Hits = tuple[NDArray[np.int64], NDArray[np.float32]]  # ordinals and their scores
_NO_HITS: _Hits = (np.zeros(0, np.int64), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class _ByWords:
    """What the words found: symbols, and entries of files."""

    symbols: _Hits
    files: _Hits


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate's symbol is kept: a row of the snapshot, or a symbol of an open buffer."""

    ordinal: int
    unsaved: UnsavedFile | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Candidates and where each is kept, in one order.

    Attributes:
        candidates: What may answer.
        places: Where each is kept.
        rarity: How telling each content word of the query is in this folder, 0 to 1.
    """

    candidates: Candidates
    places: Sequence[Place]
    rarity: Mapping[str, float]


_Part = tuple[Candidates, Sequence[Place]]


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One search, as gathering needs it.

    Attributes:
        query: The query taken apart.
        vector: float32[d], zero when no word of the query is known to the model.
        filters: What a result must be.
        mode: Which retrievers answer.
        limit: How many results are wanted.
    """

    query: ParsedQuery
    vector: NDArray[np.float32]
    filters: Filters
    mode: SearchMode
    limit: int

    @property
    def depth(self) -> int:
        """How many hits each retriever is asked for."""
        return max(DEPTH, 2 * self.limit)

    def text_query(self, condition: TextFilter) -> TextQuery:
        """Return the question to the text index."""
        return TextQuery(words=self.query.words, identifiers=self.query.whole_names, filter=condition)


def gather(view: FolderView, ask: Ask, cancel: Cancel) -> Gathered:
    """Return the candidates of one folder.

    Raises:
        Cancelled: The search was called off.
    """
    reader = None if view.snapshot is None else view.snapshot.text
    rarity = rarities(content_words(ask.query.words), reader)
    parts: list[_Part] = []
    if view.snapshot is not None:
        parts.append(_indexed(view.snapshot, view.unsaved, ask, rarity, cancel))
    if view.unsaved.files:
        parts += _unsaved(view, ask, rarity)
        cancel.raise_if_cancelled()
    candidates, places = _joined(parts)
    return Gathered(candidates, places, rarity)


def _indexed(
    snapshot: Snapshot, unsaved: Unsaved, ask: Ask, rarity: Mapping[str, float], cancel: Cancel
) -> _Part:
    files = ask.filters.files(snapshot, list(unsaved.files))
    allowed = ask.filters.symbols(snapshot, files)
    cancel.raise_if_cancelled()
    nearest = _nearest(snapshot, ask, allowed)
    cancel.raise_if_cancelled()
    if ask.mode is SearchMode.VECTOR:
        by_words = _ByWords(_NO_HITS, _NO_HITS)
    else:
        by_words = _ByWords(
            _known(snapshot, _text_hits(snapshot, ask, files, allowed)),
            _known(snapshot, _entry_hits(snapshot, ask)),
        )
    cancel.raise_if_cancelled()
    ordinals = reduce(np.union1d, (nearest, by_words.symbols[0], _named(snapshot, ask, allowed)))
    return _with_evidence(snapshot, ask, ordinals, by_words, rarity)


def _nearest(snapshot: Snapshot, ask: Ask, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    if ask.mode is SearchMode.TEXT and ask.query.words:
        return np.zeros(0, np.int64)
    if not ask.vector.any():
        # Nothing is nearer than anything else, and still whatever passes may be asked for.
        return listed_rows(snapshot, allowed, ask.depth)
    probes, rerank = snapshot.probes, snapshot.meta.rerank
    return snapshot.vectors.search(ask.vector, ask.depth, probes, rerank, allowed).ordinals


def _named(snapshot: Snapshot, ask: Ask, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """Return the best of the symbols whose names begin with the query, if that is one name."""
    if not ask.query.is_one_name or ask.mode is SearchMode.VECTOR:
        return np.zeros(0, np.int64)
    beginning = re.split(r"\W+", ask.query.identifiers[0])[-1]
    vectors = snapshot.vectors
    chosen: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    ranks: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
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
    order = np.argsort(np.concatenate(ranks), kind="stable")[:_MOST_NAMED]
    return rows[order]


def _text_hits(
    snapshot: Snapshot, ask: Ask, files: NDArray[np.bool_] | None, allowed: NDArray[np.bool_] | None
) -> TextHits:
    """Return the best symbols by words among those that may answer."""

    def passing(ids: NDArray[np.uint64]) -> NDArray[np.bool_]:
        ordinals = snapshot.vectors.ordinals_of(ids)
        # The text index may be ahead of this generation.
        known: NDArray[np.bool_] = ordinals >= 0
        return known if allowed is None else known & allowed[ordinals]

    # Parts of names are looked for in the whole dictionary, so `allowed`, which knows them, is quicker.
    condition = replace(ask.filters.text_filter(), names=())
    if files is not None:
        condition = replace(condition, files=np.flatnonzero(files))
    if allowed is None or np.count_nonzero(allowed) * _SELECTIVE > len(allowed):
        # Most hits pass: refusing the others afterwards costs less than what Tantivy does for a condition.
        condition = TextFilter(kinds=condition.kinds, languages=condition.languages)
    return snapshot.text.search(ask.text_query(condition), ask.depth, passing)


def _entry_hits(snapshot: Snapshot, ask: Ask) -> TextHits:
    """Return the best whole files by words."""
    return snapshot.text.search(ask.text_query(TextFilter(kinds=frozenset({int(SymbolKind.FILE)}))), DEPTH)


def _known(snapshot: Snapshot, hits: TextHits) -> _Hits:
    ordinals = snapshot.vectors.ordinals_of(hits.ids)
    known = ordinals >= 0
    return ordinals[known], hits.scores[known]


def _with_evidence(
    snapshot: Snapshot,
    ask: Ask,
    ordinals: NDArray[np.int64],
    by_words: _ByWords,
    rarity: Mapping[str, float],
) -> _Part:
    vectors = snapshot.vectors
    files = vectors.files(ordinals).astype(np.int64)
    entries = snapshot.entries[files]
    similarity_of_entries = np.zeros(len(ordinals), np.float32)
    has_entry = entries >= 0
    unique_entries, inverse = np.unique(entries[has_entry], return_inverse=True)
    similarity_of_entries[has_entry] = vectors.similarities(ask.vector, unique_entries)[inverse]
    return (
        Candidates(
            ids=vectors.ids(ordinals),
            similarity=vectors.similarities(ask.vector, ordinals),
            text=_looked_up(ordinals, *by_words.symbols),
            file_similarity=similarity_of_entries,
            file_text=_looked_up(entries, *by_words.files),
            file_words=_file_words(snapshot, ask, files, rarity),
            kinds=vectors.kinds(ordinals),
            flags=vectors.flags(ordinals),
            files=files,
            names=snapshot.names_of(ordinals),
            containers=_Containers(snapshot, ordinals),
            paths=[snapshot.path_of(file) for file in files.tolist()],
        ),
        [Place(ordinal) for ordinal in ordinals.tolist()],
    )


def _file_words(
    snapshot: Snapshot, ask: Ask, files: NDArray[np.int64], rarity: Mapping[str, float]
) -> NDArray[np.float32]:
    """Return how much of the query each file holds, anywhere in it."""
    shares = np.zeros(len(files), np.float32)
    words = list(rarity)
    if ask.mode is SearchMode.VECTOR or not words or not len(files):
        return shares
    asked, places = np.unique(files, return_inverse=True)
    condition = TextFilter(kinds=frozenset({int(SymbolKind.FILE)}), files=asked)
    found = snapshot.text.words_held(words, condition, len(asked))
    of_asked = np.zeros(len(asked), np.float32)
    of_asked[np.searchsorted(asked, found.files)] = _covered(found.held, rarity)
    shares[:] = of_asked[places]
    return shares


def _covered(held: NDArray[np.bool_], rarity: Mapping[str, float]) -> NDArray[np.float32]:
    """Return what the words held, bool[n, w], are worth beside all w words, float32[n]."""
    worth = np.array(list(rarity.values())[: held.shape[1]])
    shares: NDArray[np.float32] = (held @ worth / worth.sum()).astype(np.float32)
    return shares


class _Containers(Sequence[str]):
    """The containers of the candidates, each unpacked only when a query with dots asks for it."""

    def __init__(self, snapshot: Snapshot, ordinals: NDArray[np.int64]) -> None:
        self._snapshot = snapshot
        self._ordinals = ordinals

    def __len__(self) -> int:
        return len(self._ordinals)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204 - Sequence's overloads
        return unpack_symbol(self._snapshot.vectors.record(int(self._ordinals[index]))).container_name


def _looked_up(
    wanted: NDArray[np.int64], keys: NDArray[np.int64], values: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return each wanted key's value, 0 where it has none."""
    result = np.zeros(len(wanted), np.float32)
    if not len(keys):
        return result
    order = np.argsort(keys)
    places = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    hit = keys[order][places] == wanted
    result[hit] = values[order][places[hit]]
    return result


def _unsaved(view: FolderView, ask: Ask, rarity: Mapping[str, float]) -> list[_Part]:
    """Every symbol of the open buffers that passes; they are few, so all are compared exactly."""
    parts: list[_Part] = []
    for number, file in enumerate(view.unsaved.files.values()):
        if not file.symbols or (ask.filters.paths is not None and not ask.filters.paths.passes(file.path)):
            continue
        condition = ask.filters.text_filter()
        passing = passing_documents(condition, file.documents)
        similarity = file.vectors.astype(np.float32) @ ask.vector
        text = np.zeros(len(file.symbols), np.float32)
        if ask.mode is not SearchMode.VECTOR:
            reader = None if view.snapshot is None else view.snapshot.text
            text = score_documents(ask.text_query(TextFilter()), file.documents, reader)
        if ask.mode is SearchMode.TEXT and ask.query.words:
            passing &= text > 0
        rows = np.flatnonzero(passing)
        share = 0.0
        if rarity and ask.mode is not SearchMode.VECTOR:
            share = float(_covered(held_words(list(rarity), file.documents[0])[None], rarity)[0])
        parts.append(
            (
                Candidates(
                    ids=file.ids[rows],
                    similarity=similarity[rows],
                    text=text[rows],
                    file_similarity=np.full(len(rows), similarity[0]),
                    file_text=np.full(len(rows), text[0]),
                    file_words=np.full(len(rows), share),
                    kinds=np.array([file.symbols[row].kind for row in rows], np.uint8),
                    flags=file.flags[rows],
                    files=np.full(len(rows), -1 - number, np.int64),
                    names=[file.symbols[row].name for row in rows],
                    containers=[file.symbols[row].container_name for row in rows],
                    paths=[file.path] * len(rows),
                ),
                [Place(int(row), file) for row in rows],
            )
        )
    return parts


def _joined(parts: Sequence[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    all_candidates = [candidates for candidates, _ in parts]

    def column(name: str, dtype: type[np.generic]) -> NDArray[np.generic]:
        return np.concatenate([np.zeros(0, dtype), *(getattr(some, name) for some in all_candidates)])

    return (
        Candidates(
            ids=column("ids", np.uint64),
            similarity=column("similarity", np.float32),
            text=column("text", np.float32),
            file_similarity=column("file_similarity", np.float32),
            file_text=column("file_text", np.float32),
            file_words=column("file_words", np.float32),
            kinds=column("kinds", np.uint8),
            flags=column("flags", np.uint8),
            files=column("files", np.int64),
            names=[name for some in all_candidates for name in some.names],
            containers=[container for some in all_candidates for container in some.containers],
            paths=[path for some in all_candidates for path in some.paths],
        ),
        [place for _, places in parts for place in places],
    )
