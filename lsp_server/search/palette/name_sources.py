"""Where the palette reads names: the segments of each folder's snapshot, and its open buffers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lsp_server.model import Symbol, SymbolId
from lsp_server.search.folder.file_symbols import visible_rows
from lsp_server.search.folder.unsaved import UnsavedFile
from lsp_server.search.folder.view import FolderView
from lsp_server.search.names.columns import NameColumns, NameTable
from lsp_server.search.names.matching import Matches
from lsp_server.search.results import SearchResult
from lsp_server.storage.symbol_record import unpack_symbol
from lsp_server.vectors.arrays import U8, U32, U64, Mask
from lsp_server.vectors.segment import Segment


@dataclass(frozen=True, slots=True, eq=False)
class NameSource:
    """Some names of one folder with what ranks them; columns of one length n.

    Attributes:
        view: The folder.
        columns: The names.
        ids: u64[n], symbol ids.
        kinds: u8[n], `SymbolKind`.
        flags: u8[n], `SymbolFlags`.
        files: u32[n], file numbers; None for an open buffer.
        visible: bool[n], which rows are alive and not hidden by a buffer; None for all.
        segment: The segment of the rows; None for an open buffer.
        unsaved: The open buffer; None for a segment.
    """

    view: FolderView
    columns: NameColumns
    ids: U64
    kinds: U8
    flags: U8
    files: U32 | None
    visible: Mask | None = None
    segment: Segment | None = None
    unsaved: UnsavedFile | None = None

    def shown(self, matches: Matches) -> Matches:
        """Return the matches whose rows are visible."""
        if self.visible is None:
            return matches
        chosen = self.visible[matches.rows]
        return Matches(matches.rows[chosen], matches.classes[chosen])

    def path(self, row: int) -> str:
        """Return the path of a row's file."""
        if self.unsaved is not None:
            return self.unsaved.path
        assert self.view.snapshot is not None
        assert self.files is not None
        return self.view.snapshot.path_of(int(self.files[row]))

    def files_in(self, part: str) -> Mask:
        """Return which of the folder's files have a (lower-case) text in their paths, bool[files]."""
        assert self.view.snapshot is not None
        snapshot = self.view.snapshot

        def evaluate() -> Mask:
            paths = snapshot.catalog.paths
            return np.fromiter((part in path.lower() for path in paths), np.bool_, len(paths))

        return snapshot.masks.of(("paths with", part), evaluate)

    def name(self, row: int) -> str:
        """Return a row's name as written."""
        start, end = self.columns.name_starts[row : row + 2].tolist()
        return bytes(self.columns.names[start:end]).decode("utf-8", "replace")

    def symbol(self, row: int) -> Symbol:
        """Return a row's symbol, unpacked."""
        if self.unsaved is not None:
            return self.unsaved.symbols[row]
        assert self.segment is not None
        return unpack_symbol(self.segment.record(row), self.segment.path)

    def found(self, row: int, score: float) -> SearchResult:
        """Return a row as a result."""
        id_ = SymbolId(int(self.ids[row]))
        return SearchResult(
            id=id_, symbol=self.symbol(row), folder=self.view.folder, path=self.path(row), score=score
        )


def sources_of(views: Sequence[FolderView]) -> list[NameSource]:
    """Return the sources of all names in the folders."""
    sources = []
    for view in views:
        sources += [_of_buffer(view, file) for file in view.unsaved.values() if file.symbols]
        sources += _of_segments(view)
    return sources


def _of_buffer(view: FolderView, file: UnsavedFile) -> NameSource:
    columns = NameTable.of([symbol.name for symbol in file.symbols])
    kinds = np.array([symbol.kind for symbol in file.symbols], np.uint8)
    return NameSource(
        view=view, columns=columns, ids=file.ids, kinds=kinds, flags=file.flags, files=None, unsaved=file
    )


def _of_segments(view: FolderView) -> list[NameSource]:
    if view.snapshot is None:
        return []
    vectors = view.snapshot.vectors
    visible = visible_rows(view)
    return [
        NameSource(
            view=view,
            columns=segment,
            ids=segment.ids,
            kinds=segment.kinds,
            flags=segment.flags,
            files=segment.files,
            visible=None if visible is None else visible[start : start + segment.n_rows],
            segment=segment,
        )
        for segment, start in zip(vectors.segments, vectors.bases.tolist(), strict=False)
    ]
