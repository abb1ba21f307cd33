"""Looks up the symbols of one file in a folder's view, and which of them is at a position."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lsp_server.model import Cursor, Position, Symbol, SymbolKind, symbol_id
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.folder.view import FolderView
from lsp_server.vectors.arrays import F16, I64, U64, Mask


@dataclass(frozen=True, slots=True, eq=False)
class FileSymbols:
    """The symbols of one file; sequences of one length n.

    Attributes:
        path: Relative to the workspace folder.
        ids: u64[n].
        symbols: In no order.
        vectors: f16[n, d].
        ordinals: i64[n], rows of the snapshot; -1 for those of an open buffer.
    """

    path: str
    ids: U64
    symbols: Sequence[Symbol]
    vectors: F16
    ordinals: I64

    @property
    def entry(self) -> int | None:
        """Where in `symbols` the file's own entry is."""
        entries = (row for row, symbol in enumerate(self.symbols) if symbol.kind is SymbolKind.FILE)
        return next(entries, None)

    def innermost(self, cursor: Cursor) -> int | None:
        """Return where in `symbols` the innermost one at a position is; the file's entry between symbols."""
        holding = [
            (_start(symbol), _negated(_end(symbol)), len(symbol.containers), row)
            for row, symbol in enumerate(self.symbols)
            if symbol.kind is not SymbolKind.FILE and _holds(symbol, cursor)
        ]
        return max(holding)[-1] if holding else self.entry

    def family(self, of: int) -> list[int]:
        """Return where in `symbols` a symbol, everything around it and everything in it are."""
        own = self.symbols[of]
        if own.kind is SymbolKind.FILE:
            return list(range(len(self.symbols)))
        return [row for row, other in enumerate(self.symbols) if _are_nested(own, other)]


def file_symbols(view: FolderView, path: str) -> FileSymbols | None:
    """Return what a view has of a file: the open buffer's symbols, else the snapshot's; None without any."""
    unsaved = view.unsaved.get(path)
    if unsaved is not None:
        if not unsaved.symbols:
            return None
        no_rows = np.full(len(unsaved.symbols), -1, np.int64)
        return FileSymbols(path, unsaved.ids, unsaved.symbols, unsaved.vectors, no_rows)
    if view.snapshot is None:
        return None
    ordinals, symbols = indexed_symbols(view.snapshot, path)
    if not symbols:
        return None
    ids, vectors = view.snapshot.vectors.ids(ordinals), vectors_of(view.snapshot, ordinals)
    return FileSymbols(path, ids, symbols, vectors, ordinals)


def indexed_symbols(snapshot: Snapshot, path: str) -> tuple[I64, list[Symbol]]:
    """Return the ordinals of a file's symbols, i64[n], and the n symbols; empty when it is not indexed."""
    file, vectors = file_of(snapshot, path), snapshot.vectors
    if file is None:
        return np.zeros(0, np.int64), []
    ordinals = np.flatnonzero(vectors.living_where("files", lambda files: files == file))
    return ordinals, [snapshot.symbol_of(ordinal) for ordinal in ordinals.tolist()]


def file_of(snapshot: Snapshot, path: str) -> int | None:
    """Return a file's number in a generation, or None when it has no symbols there.

    Every file has an entry whose id follows from its path, so no list of paths has to be searched.
    """
    entry = symbol_id(path, path.rpartition("/")[2], SymbolKind.FILE, 0)
    ordinals = snapshot.vectors.ordinals_of(np.array([entry], np.uint64))
    return None if ordinals[0] < 0 else int(snapshot.vectors.files(ordinals)[0])


def visible_rows(view: FolderView) -> Mask | None:
    """Return which of a snapshot's rows are alive and not hidden by a buffer, bool[n_rows]; None for all."""
    if view.snapshot is None:
        return None
    vectors = view.snapshot.vectors
    hidden = [file for path in view.unsaved if (file := file_of(view.snapshot, path)) is not None]
    return vectors.living_where("files", lambda files: ~np.isin(files, hidden)) if hidden else vectors.alive


def vectors_of(snapshot: Snapshot, ordinals: I64) -> F16:
    """Return the stored vectors of the given rows, f16[m, d]."""
    rows = np.zeros((len(ordinals), snapshot.vectors.n_dimensions), np.float16)
    for segment, indices, of_segment in snapshot.vectors.by_segment(ordinals):
        rows[indices] = segment.vectors[of_segment]
    return rows


def _start(symbol: Symbol) -> tuple[int, int]:
    return symbol.span.start.line, symbol.span.start.utf8


def _end(symbol: Symbol) -> tuple[int, int]:
    return symbol.span.end.line, symbol.span.end.utf8


def _negated(position: tuple[int, int]) -> tuple[int, int]:
    return -position[0], -position[1]


def _holds(symbol: Symbol, cursor: Cursor) -> bool:
    def units(position: Position) -> tuple[int, int]:
        return position.line, getattr(position, cursor.encoding)

    here, end = (cursor.line, cursor.column), units(symbol.span.end)
    # A cursor just after the last character still means the symbol; one at the start of a line does not.
    return units(symbol.span.start) <= here and (here < end or (here == end and cursor.column > 0))


def _are_nested(own: Symbol, other: Symbol) -> bool:
    if other.kind is SymbolKind.FILE:
        return True
    own_path, other_path = (*own.containers, own.name), (*other.containers, other.name)
    if own_path[: len(other.containers) + 1] == other_path or other_path[: len(own_path)] == own_path:
        # Overloads and redefinitions share a name and are not nested.
        return len(own_path) != len(other_path) or (_start(own), own.nth) == (_start(other), other.nth)
    own_span, other_span = (_start(own), _end(own)), (_start(other), _end(other))
    holds_other = own_span[0] <= other_span[0] and other_span[1] <= own_span[1]
    lies_in_other = other_span[0] <= own_span[0] and own_span[1] <= other_span[1]
    return holds_other or lies_in_other
