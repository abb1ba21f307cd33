"""Answers the palette's empty query: the types and functions that the rest of the code mentions most."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lsp_server.fulltext import TextFilter, TextReader
from lsp_server.model import SymbolFlags, SymbolId, SymbolKind
from lsp_server.search.cancel import Cancel
from lsp_server.search.folder.file_symbols import visible_rows
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.folder.view import FolderView
from lsp_server.search.kinds import SELDOM_MEANT, TYPES
from lsp_server.search.query.words import content_words
from lsp_server.search.results import SearchResult
from lsp_server.storage.records import SegmentEntry
from lsp_server.storage.symbol_record import unpack_symbol
from lsp_server.text.stop_words import STOP_WORDS
from lsp_server.text.words import split_words
from lsp_server.vectors.arrays import I64

MAX_CANDIDATES = 3_000
"""At most this many symbols have their mentions counted."""

_MAX_COUNTED = 100  # names of several words whose mentions are counted exactly, with a query each
_SINGLE_WORD = 0.02  # a one-word name is an ordinary word, too; mostly it is not the symbol that is meant
_FUNCTION = 0.5  # weight of a function's mentions relative to a type's
_LEFT_OUT = SELDOM_MEANT | SymbolFlags.DECLARATION
_FUNCTIONS = (SymbolKind.FUNCTION,)


@dataclass(frozen=True, slots=True, eq=False)
class _Central:
    """The central symbols of one generation: ordinals and how often each is mentioned, most first."""

    generation: int
    segments: tuple[SegmentEntry, ...]
    ordinals: I64
    mentions: Sequence[float]

    def is_of(self, snapshot: Snapshot) -> bool:
        state = snapshot.catalog
        return (self.generation, self.segments) == (state.generation, state.segments)


class CentralSymbols:
    """Caches the central symbols of each folder's newest generation. Thread-safe; one per workspace."""

    def __init__(self) -> None:
        self._of_folder: dict[Path, _Central] = {}

    def best(self, views: Sequence[FolderView], limit: int, cancel: Cancel) -> tuple[SearchResult, ...]:
        """Return the most central symbols of all folders, most mentioned first.

        Raises:
            Cancelled: The search was called off.
        """
        found: list[tuple[float, SearchResult]] = []
        for view in views:
            found += _of_buffers(view, cancel)
            if view.snapshot is not None:
                found += self._of_snapshot(view, view.snapshot, limit, cancel)
        found.sort(key=lambda pair: (-pair[0], pair[1].path, pair[1].id))
        most = max((mentions for mentions, _ in found), default=0.0) or 1.0
        return tuple(
            replace(one, score=0.5 + 0.5 * float(np.log1p(mentions) / np.log1p(most)))
            for mentions, one in found[:limit]
        )

    def _of_snapshot(
        self, view: FolderView, snapshot: Snapshot, limit: int, cancel: Cancel
    ) -> list[tuple[float, SearchResult]]:
        central = self._of_folder.get(view.folder)
        if central is None or not central.is_of(snapshot):
            central = self._of_folder[view.folder] = _central(snapshot, cancel)
        visible = visible_rows(view)
        shown = (
            np.arange(len(central.ordinals)) if visible is None else np.flatnonzero(visible[central.ordinals])
        )
        return [
            (central.mentions[index], _found(view, snapshot, int(central.ordinals[index])))
            for index in shown[:limit].tolist()
        ]


def _central(snapshot: Snapshot, cancel: Cancel) -> _Central:
    vectors = snapshot.vectors
    ordinals = _candidates(snapshot)
    names = [vectors.name(ordinal) for ordinal in ordinals.tolist()]
    mentions = _mentions(snapshot.text, names, cancel)
    # Of equal names the first represents all; the others come last.
    firsts = {name: index for index, name in reversed(list(enumerate(names)))}
    factors = np.where(np.isin(vectors.kinds(ordinals), _FUNCTIONS), _FUNCTION, 1.0).tolist()
    worth = [
        mentions[name] * factors[index] if firsts[name] == index else 0.0 for index, name in enumerate(names)
    ]
    order = sorted(range(len(names)), key=lambda index: (-worth[index], names[index], index))
    return _Central(
        generation=snapshot.generation,
        segments=snapshot.catalog.segments,
        ordinals=ordinals[order],
        mentions=[worth[index] for index in order],
    )


def _candidates(snapshot: Snapshot) -> I64:
    """Return exported types, then exported functions, in order of id (a digest, so a fair sample)."""
    vectors = snapshot.vectors
    shown = vectors.living_where(
        "flags", lambda flags: (flags & np.uint8(_LEFT_OUT | SymbolFlags.EXPORTED)) == SymbolFlags.EXPORTED
    )
    chosen = np.zeros(0, np.int64)
    for kinds in (TYPES, _FUNCTIONS):
        is_of_kind = vectors.where("kinds", lambda column, kinds=kinds: np.isin(column, kinds))  # type: ignore[misc]
        ordinals = np.flatnonzero(shown & is_of_kind)
        ordinals = ordinals[np.argsort(vectors.ids(ordinals), kind="stable")]
        chosen = np.concatenate((chosen, ordinals[: MAX_CANDIDATES - len(chosen)]))
    return chosen


def _mentions(text: TextReader, names: Sequence[str], cancel: Cancel) -> dict[str, float]:
    """Return in how many symbols' code each name is mentioned: exact for the most promising, else a bound."""
    words_of = {name: split_words(name) for name in names}
    frequencies: dict[str, int] = {}
    for words in words_of.values():
        for word in words:
            if word not in frequencies:
                cancel.raise_if_cancelled()
                frequencies[word] = text.document_frequency("body", word)
    mentions = {
        name: float(min((frequencies[word] for word in content_words(words)), default=0))
        for name, words in words_of.items()
    }
    for name, words in words_of.items():
        if STOP_WORDS.issuperset(words):
            mentions[name] = 0.0
        elif len(words) == 1:  # its members certainly mean it
            inside = text.document_frequency("container", words[0])
            mentions[name] = min(mentions[name], inside) + _SINGLE_WORD * mentions[name]
    several = [name for name in mentions if len(words_of[name]) > 1 and mentions[name]]
    promising = sorted(several, key=lambda name: -mentions[name])
    for name in promising[:_MAX_COUNTED]:
        cancel.raise_if_cancelled()
        mentions[name] = float(text.count(TextFilter(phrases=(tuple(words_of[name]),))))
    if len(promising) > _MAX_COUNTED:  # the others' bounds must not overtake exact counts
        counted = min(mentions[name] for name in promising[:_MAX_COUNTED])
        for name in promising[_MAX_COUNTED:]:
            mentions[name] = min(mentions[name], counted)
    return mentions


def _found(view: FolderView, snapshot: Snapshot, ordinal: int) -> SearchResult:
    segment, row = snapshot.vectors.row_of(ordinal)
    return SearchResult(
        id=SymbolId(int(segment.ids[row])),
        symbol=unpack_symbol(segment.record(row), segment.path),
        folder=view.folder,
        path=snapshot.path_of(int(segment.files[row])),
        score=0.0,
    )


def _of_buffers(view: FolderView, cancel: Cancel) -> list[tuple[float, SearchResult]]:
    found = [
        SearchResult(
            id=SymbolId(int(file.ids[row])), symbol=symbol, folder=view.folder, path=file.path, score=0.0
        )
        for file in view.unsaved.values()
        for row, symbol in enumerate(file.symbols)
        if symbol.kind in {*TYPES, *_FUNCTIONS}
        and SymbolFlags(int(file.flags[row])) & (_LEFT_OUT | SymbolFlags.EXPORTED) == SymbolFlags.EXPORTED
    ][:MAX_CANDIDATES]
    if view.snapshot is None:
        return [(0.0, one) for one in found]
    mentions = _mentions(view.snapshot.text, [one.symbol.name for one in found], cancel)
    return [(mentions[one.symbol.name], one) for one in found]
