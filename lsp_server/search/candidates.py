"""Gathers what may answer one search of one folder: nearest vectors, best words, open buffers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lsp_server.documents import TextFilter, TextHits, TextQuery, passing_documents, score_documents
from lsp_server.model import SymbolKind
from lsp_server.search.cancel import Cancel
from lsp_server.search.filters import Filters
from lsp_server.search.listing import listed_rows
from lsp_server.search.query import ParsedQuery
from lsp_server.search.ranking import Candidates
from lsp_server.search.results import SearchMode
from lsp_server.search.snapshot import Snapshot
from lsp_server.search.unsaved import Unsaved, UnsavedFile
from lsp_server.search.view import FolderView
from lsp_server.storage.symbol_record import unpack_symbol

DEPTH = 200
"""How many hits each retriever is asked for, at least; twice the limit where that is more."""

_SELECTIVE = 8  # filters that let through less than one symbol in so many are the text index's to apply

_Hits = tuple[NDArray[np.int64], NDArray[np.float32]]  # ordinals and their scores
_NO_HITS: _Hits = (np.zeros(0, np.int64), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate's symbol is kept: a row of the snapshot, or a symbol of an open buffer."""

    ordinal: int
    unsaved: UnsavedFile | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Candidates and where each is kept, in one order."""

    candidates: Candidates
    places: Sequence[Place]


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
    parts = []
    if view.snapshot is not None:
        parts.append(_indexed(view.snapshot, view.unsaved, ask, cancel))
    if view.unsaved.files:
        parts.append(_unsaved(view, ask))
        cancel.raise_if_cancelled()
    return _joined(parts)


def _indexed(snapshot: Snapshot, unsaved: Unsaved, ask: Ask, cancel: Cancel) -> Gathered:
    files = ask.filters.files(snapshot, list(unsaved.files))
    allowed = ask.filters.symbols(snapshot, files)
    cancel.raise_if_cancelled()
    nearest = _nearest(snapshot, ask, allowed)
    cancel.raise_if_cancelled()
    if ask.mode is SearchMode.VECTOR:
        by_words, by_words_of_file = _NO_HITS, _NO_HITS
    else:
        by_words = _known(snapshot, _text_hits(snapshot, ask, files, allowed))
        by_words_of_file = _known(snapshot, _entry_hits(snapshot, ask))
    cancel.raise_if_cancelled()
    ordinals = np.union1d(nearest, by_words[0])
    return _with_evidence(snapshot, ask, ordinals, by_words, by_words_of_file)


def _nearest(snapshot: Snapshot, ask: Ask, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    if ask.mode is SearchMode.TEXT and ask.query.words:
        return np.zeros(0, np.int64)
    if not ask.vector.any():
        # Nothing is nearer than anything else, and still whatever passes may be asked for.
        return listed_rows(snapshot, allowed, ask.depth)
    probes, rerank = snapshot.probes, snapshot.meta.rerank
    return snapshot.vectors.search(ask.vector, ask.depth, probes, rerank, allowed).ordinals


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
    by_words: _Hits,
    by_words_of_file: _Hits,
) -> Gathered:
    vectors = snapshot.vectors
    files = vectors.files(ordinals).astype(np.int64)
    entries = snapshot.entries[files]
    similarity_of_entries = np.zeros(len(ordinals), np.float32)
    has_entry = entries >= 0
    unique_entries, inverse = np.unique(entries[has_entry], return_inverse=True)
    similarity_of_entries[has_entry] = vectors.similarities(ask.vector, unique_entries)[inverse]
    return Gathered(
        Candidates(
            ids=vectors.ids(ordinals),
            similarity=vectors.similarities(ask.vector, ordinals),
            text=_looked_up(ordinals, *by_words),
            file_similarity=similarity_of_entries,
            file_text=_looked_up(entries, *by_words_of_file),
            kinds=vectors.kinds(ordinals),
            flags=vectors.flags(ordinals),
            files=files,
            names=snapshot.names_of(ordinals),
            containers=_Containers(snapshot, ordinals),
            paths=[snapshot.path_of(file) for file in files.tolist()],
        ),
        [Place(ordinal) for ordinal in ordinals.tolist()],
    )


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


def _unsaved(view: FolderView, ask: Ask) -> Gathered:
    """Every symbol of the open buffers that passes; they are few, so all are compared exactly."""
    parts = []
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
        parts.append(
            Gathered(
                Candidates(
                    ids=file.ids[rows],
                    similarity=similarity[rows],
                    text=text[rows],
                    file_similarity=np.full(len(rows), similarity[0]),
                    file_text=np.full(len(rows), text[0]),
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
    return _joined(parts)


def _joined(parts: Sequence[Gathered]) -> Gathered:
    if len(parts) == 1:
        return parts[0]
    all_candidates = [part.candidates for part in parts]

    def column(name: str, dtype: type[np.generic]) -> NDArray[np.generic]:
        return np.concatenate([np.zeros(0, dtype), *(getattr(some, name) for some in all_candidates)])

    return Gathered(
        Candidates(
            ids=column("ids", np.uint64),
            similarity=column("similarity", np.float32),
            text=column("text", np.float32),
            file_similarity=column("file_similarity", np.float32),
            file_text=column("file_text", np.float32),
            kinds=column("kinds", np.uint8),
            flags=column("flags", np.uint8),
            files=column("files", np.int64),
            names=[name for some in all_candidates for name in some.names],
            containers=[container for some in all_candidates for container in some.containers],
            paths=[path for some in all_candidates for path in some.paths],
        ),
        [place for part in parts for place in part.places],
    )
