"""Related code: finds what is closest in meaning to the symbol at a position and does not belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from lsp_server.embedding import similarity_to_score
from lsp_server.model import Cursor, Symbol, SymbolFlags, SymbolId, SymbolKind, symbol_id
from lsp_server.search.cancel import Cancel
from lsp_server.search.concurrently import concurrently
from lsp_server.search.folder.file_symbols import (
    FileSymbols,
    file_symbols,
    vectors_of,
    visible_rows,
)
from lsp_server.search.folder.view import FolderView
from lsp_server.search.kinds import TYPES
from lsp_server.search.kinship import Kinship, is_definition
from lsp_server.search.ranking.definitions import declared_and_defined
from lsp_server.search.results import DUPLICATE_MARK, PROBABLY_RELEVANT, TEST_MARK, Explanation, SearchResult
from lsp_server.vectors.arrays import F16, F32, Mask

DUPLICATE_SIMILARITY = 0.98
"""Cosine from which two symbols count as duplicates."""

SAME_TEXT_SIMILARITY = 0.9
"""The same for two symbols that look alike: identical code in two files differs by the path."""

COPY_DIFFERENCE = 0.2
"""The share of its lines by which a copy may have become longer or shorter; a line is always allowed."""

_SPARE = 20  # candidates beyond twice the limit, to replace duplicates that step back
_MEMBERS = 4  # times as many candidates where members in other files are dropped


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    view: FolderView
    path: str
    symbol: Symbol
    vector: F32  # of the candidate itself
    similarity: float
    id: SymbolId
    flags: int  # its own and its file's; `symbol.flags` lacks the latter
    ordinal: int  # -1 for a symbol of an open buffer

    @property
    def is_test(self) -> bool:
        return bool(self.flags & SymbolFlags.TEST)


def related(
    view: FolderView,
    path: str,
    cursor: Cursor,
    limit: int,
    cancel: Cancel,
    *,
    other_views: Sequence[FolderView] = (),
) -> tuple[SearchResult, ...]:
    """Return the symbols closest in meaning to the innermost one at a position.

    The symbol itself, its containers and its members are left out, including parts of them in other files and
    declarations of it; so are empty files, and sections of a function that is a candidate itself.

    Among relevant results, tests come after other code, and last come duplicates of a result, declarations
    of one, and files of which a symbol is a result. Each result's explanation has the signal `test` for a
    test, and `duplicate` where it nearly repeats the symbol asked about, or repeats or declares a result.

    Args:
        view: The folder of the file.
        path: The file, relative to the folder.
        cursor: The position.
        limit: How many results are wanted.
        cancel: Checked between stages.
        other_views: The other folders; those with another model are skipped, as vectors can't be compared.

    Raises:
        Cancelled: The search was called off.
    """
    file = file_symbols(view, path)
    asked = None if file is None else file.innermost(cursor)
    if file is None or asked is None:
        return ()
    symbol, target = file.symbols[asked], file.vectors[asked].astype(np.float32)
    if limit < 1 or not target.any():
        return ()
    family = frozenset(file.family(asked))
    kinship = Kinship.of(symbol, path, file.symbols)
    depth = (2 * limit + _SPARE) * (_MEMBERS if kinship.has_members_elsewhere else 1)
    candidates = _candidates(view, target, depth, file, family)
    candidates = _without_kin(candidates, kinship, file)
    for other in other_views:
        cancel.raise_if_cancelled()
        if other.embedder.info.fingerprint == view.embedder.info.fingerprint:
            candidates += _candidates(other, target, 2 * limit + _SPARE, None, frozenset())
    cancel.raise_if_cancelled()
    candidates = _worth_listing(candidates)
    candidates.sort(key=lambda candidate: (-candidate.similarity, candidate.id))
    closest = candidates[: 2 * limit + _SPARE]
    of_file = symbol.kind is SymbolKind.FILE
    return _listed(closest, _copies(closest, symbol), view, limit, of_file=of_file)


def _without_kin(candidates: Sequence[_Candidate], kinship: Kinship, own: FileSymbols) -> list[_Candidate]:
    """Drop the symbol's declarations, and, in other files, its members and parts of the same."""

    def belongs(candidate: _Candidate) -> bool:
        symbol, view, path = candidate.symbol, candidate.view, candidate.path
        return kinship.is_declared_by(symbol, path) or (
            path != own.path
            and (
                kinship.is_part(symbol, path)
                or kinship.is_member(
                    symbol, path, lambda: _defines_type(view, path, kinship.own.qualified_name)
                )
            )
        )

    return [candidate for candidate in candidates if not belongs(candidate)]


def _worth_listing(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Drop empty files, whose paths alone have meaning, and sections of functions that are candidates."""
    wholes = {
        (one.view.folder, one.path, one.symbol.qualified_name)
        for one in candidates
        if one.symbol.kind is not SymbolKind.STRING
    }

    def says_something(candidate: _Candidate) -> bool:
        symbol = candidate.symbol
        if symbol.kind is SymbolKind.STRING:
            return (candidate.view.folder, candidate.path, symbol.container_name) not in wholes
        return symbol.kind is not SymbolKind.FILE or symbol.span.start != symbol.span.end

    return [candidate for candidate in candidates if says_something(candidate)]


def _defines_type(view: FolderView, path: str, qualified_name: str) -> bool:
    """Tell whether a file defines a type of this name itself, rather than just members of one."""
    unsaved = view.unsaved.get(path)
    if unsaved is not None:
        return any(is_definition(one) and one.qualified_name == qualified_name for one in unsaved.symbols)
    if view.snapshot is None:
        return False
    vectors = view.snapshot.vectors
    ids = [symbol_id(path, qualified_name, kind, nth) for kind in TYPES for nth in (0, 1)]
    ordinals = vectors.ordinals_of(np.array(ids, np.uint64))
    flags = vectors.flags(ordinals[ordinals >= 0])
    return bool(((flags & np.uint8(SymbolFlags.DECLARATION)) == 0).any())


def _candidates(
    view: FolderView, target: F32, depth: int, own: FileSymbols | None, family: frozenset[int]
) -> list[_Candidate]:
    found = _indexed(view, target, depth, own, family)
    for file in view.unsaved.values():
        left_out = family if own is not None and file.path == own.path else frozenset[int]()
        similarities = _similarities(file.vectors, target)
        found += [
            _Candidate(
                view=view,
                path=file.path,
                symbol=file.symbols[row],
                vector=file.vectors[row].astype(np.float32),
                similarity=float(similarities[row]),
                id=SymbolId(int(file.ids[row])),
                flags=int(file.flags[row]),
                ordinal=-1,
            )
            for row in np.argsort(-similarities, kind="stable")[: depth + len(left_out)].tolist()
            if row not in left_out and file.vectors[row].any()
        ]
    return found


def _indexed(
    view: FolderView, target: F32, depth: int, own: FileSymbols | None, family: frozenset[int]
) -> list[_Candidate]:
    snapshot = view.snapshot
    if snapshot is None:
        return []
    allowed = visible_rows(view)
    if own is not None and family:
        allowed = np.ones(snapshot.vectors.n_rows, np.bool_) if allowed is None else allowed.copy()
        rows = own.ordinals[sorted(family)]
        allowed[rows[rows >= 0]] = False
    probes, rerank = snapshot.probes, snapshot.meta.rerank
    here = partial(concurrently, is_busy=not view.is_complete)
    hits = snapshot.vectors.search(target, depth, probes, rerank, allowed, concurrently=here)
    vectors = vectors_of(snapshot, hits.ordinals).astype(np.float32)
    ids, flags = snapshot.vectors.ids(hits.ordinals), snapshot.vectors.flags(hits.ordinals)
    files = snapshot.vectors.files(hits.ordinals).tolist()
    return [
        _Candidate(
            view=view,
            path=snapshot.path_of(files[number]),
            symbol=snapshot.symbol_of(ordinal),
            vector=vectors[number],
            similarity=float(hits.similarities[number]),
            id=SymbolId(int(ids[number])),
            flags=int(flags[number]),
            ordinal=ordinal,
        )
        for number, ordinal in enumerate(hits.ordinals.tolist())
    ]


def _similarities(vectors: F16, target: F32) -> F32:
    similarities: F32 = vectors.astype(np.float32) @ target
    return similarities


def _listed(
    candidates: Sequence[_Candidate],
    copies: Sequence[bool],
    view: FolderView,
    limit: int,
    *,
    of_file: bool,
) -> tuple[SearchResult, ...]:
    """Order candidates, given closest first, by what they are, and score them so that scores never rise.

    The first copy of the symbol asked about keeps its place, as it is worth knowing; further ones repeat it.
    """
    similarities = np.array([candidate.similarity for candidate in candidates], np.float32)
    scores = similarity_to_score(similarities, view.embedder.curves.related)
    repeats = _repeats(candidates)
    said = {
        (candidate.view.folder, candidate.path)
        for candidate, score in zip(candidates, scores.tolist(), strict=True)
        if candidate.symbol.kind is not SymbolKind.FILE and score >= PROBABLY_RELEVANT
    }

    def says_nothing_more(candidate: _Candidate) -> bool:
        is_file = candidate.symbol.kind is SymbolKind.FILE
        return is_file and not of_file and (candidate.view.folder, candidate.path) in said

    order = sorted(
        range(len(candidates)),
        key=lambda number: (
            scores[number] < PROBABLY_RELEVANT,
            repeats[number] or says_nothing_more(candidates[number]),
            candidates[number].is_test,
            number,
        ),
    )[:limit]
    falling = np.minimum.accumulate(np.clip(scores[order], 0.0, 1.0))
    return tuple(
        _found(candidates[number], float(score), is_duplicate=repeats[number] or copies[number])
        for number, score in zip(order, falling.tolist(), strict=True)
    )


def _repeats(candidates: Sequence[_Candidate]) -> list[bool]:
    """Return which candidates nearly repeat one before them, or declare what another one defines."""
    if not candidates:
        return []
    vectors = np.array([candidate.vector for candidate in candidates])
    similarities = vectors @ vectors.T
    look_alike = _look_alike([candidate.symbol for candidate in candidates])
    alike = (similarities > DUPLICATE_SIMILARITY) | (look_alike & (similarities > SAME_TEXT_SIMILARITY))
    declaring = _declaring(candidates)
    return [number in declaring or bool(alike[number, :number].any()) for number in range(len(candidates))]


def _declaring(candidates: Sequence[_Candidate]) -> frozenset[int]:
    """Return the numbers of the candidates that declare what another one defines."""
    found = declared_and_defined(
        [candidate.symbol.name for candidate in candidates],
        [candidate.symbol.container_name for candidate in candidates],
        [candidate.path for candidate in candidates],
        np.array([candidate.flags for candidate in candidates], np.uint8),
    )
    return frozenset(number for declaring, _ in found for number in declaring)


def _copies(candidates: Sequence[_Candidate], asked: Symbol) -> list[bool]:
    """Return which candidates nearly repeat the symbol asked about."""
    looks_alike = _look_alike([asked, *(candidate.symbol for candidate in candidates)])[0, 1:]
    least = np.where(looks_alike, SAME_TEXT_SIMILARITY, DUPLICATE_SIMILARITY)
    similarities = np.array([candidate.similarity for candidate in candidates])
    copies: list[bool] = (similarities > least).tolist()
    return copies


def _look_alike(symbols: Sequence[Symbol]) -> Mask:
    """Return which symbols may have the same text, as far as can be told without reading it, bool[n, n].

    Their heads are equal, and their lengths nearly so: a copy loses a line here and gains one there.
    """
    heads = [(symbol.name, symbol.signature, symbol.documentation) for symbol in symbols]
    number_of = {head: number for number, head in enumerate(heads)}
    numbers = np.array([number_of[head] for head in heads])
    n_lines = np.array([symbol.n_lines for symbol in symbols])
    differing = np.abs(n_lines[:, None] - n_lines[None, :])
    allowed = np.maximum(1, COPY_DIFFERENCE * np.maximum(n_lines[:, None], n_lines[None, :]))
    alike: Mask = (numbers[:, None] == numbers[None, :]) & (differing <= allowed)
    return alike


def _found(candidate: _Candidate, score: float, *, is_duplicate: bool) -> SearchResult:
    signals = {TEST_MARK: 1.0} if candidate.is_test else {}
    if is_duplicate:
        signals[DUPLICATE_MARK] = 1.0
    snapshot, cluster = candidate.view.snapshot, None
    if snapshot is not None and candidate.ordinal >= 0:
        cluster = snapshot.cluster_of(candidate.ordinal)
    return SearchResult(
        id=candidate.id,
        symbol=candidate.symbol,
        folder=candidate.view.folder,
        path=candidate.path,
        score=score,
        explanation=Explanation(candidate.similarity, None, signals, cluster),
    )
