"""A real index of a few source files, written as the indexer writes it, and views of it."""

from collections.abc import Mapping
from pathlib import Path

from lsp_server.embedding import Embedder
from lsp_server.fulltext import Stemmer, prepare
from lsp_server.indexing.workers.analyzer import FileAnalyzer
from lsp_server.indexing.writing.batch import Batch, FileResult
from lsp_server.indexing.writing.placement import place
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.model import FileId
from lsp_server.parsing import ParseLimits
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.folder.unsaved import UnsavedFile
from lsp_server.search.folder.view import FolderView
from lsp_server.search.results import Coverage
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.records import FileStatus


class SmallIndex:
    """One workspace folder's index.

    Args:
        base: An empty folder.
        embedder: The model.
    """

    def __init__(self, base: Path, embedder: Embedder) -> None:
        self.folder = base / "workspace"
        self._version = IndexVersion(base / "index", 1, embedder.info.fingerprint).create()
        self._embedder = embedder
        self._stemmer = Stemmer()
        self._analyzer = FileAnalyzer(embedder, ParseLimits(), {})

    def commit(self, files: Mapping[str, str | None]) -> None:
        """Index these files anew in one batch; None removes one."""
        batch = Batch()
        for path, text in files.items():
            if text is None:
                batch.remove(path)
                continue
            raw = text.encode()
            placed = place(self._analyzer.analyze(path, raw), path, self._embedder, self._stemmer)
            batch.add(FileResult(placed, len(raw), 0, FileStatus.INDEXED))
        with IndexWriter(self._version, self._embedder.info) as writer:
            writer.commit(batch, batch.n_symbols)

    def view(self, buffers: Mapping[str, str] | None = None) -> FolderView:
        """Open the newest generation, with open buffers before it."""
        snapshot = None
        if self._version.catalog.is_file():
            with Catalog.open_reader(self._version.catalog) as catalog:
                snapshot = Snapshot.open(self._version, catalog)
        files = {path: self._buffer(path, text) for path, text in (buffers or {}).items()}
        return FolderView(self.folder, self._embedder, snapshot, files, Coverage(), is_complete=True)

    def reopened(self, before: Snapshot) -> Snapshot:
        """Open the newest generation; what did not change is shared with an older snapshot."""
        with Catalog.open_reader(self._version.catalog) as catalog:
            return Snapshot.open(self._version, catalog, before)

    def _buffer(self, path: str, text: str) -> UnsavedFile:
        placed = place(self._analyzer.analyze(path, text.encode()), path, self._embedder, self._stemmer)
        documents = prepare(placed.documents(FileId(0)))
        return UnsavedFile(
            path=path,
            digest=placed.content.digest,
            symbols=placed.content.symbols(),
            ids=placed.ids,
            vectors=placed.vectors,
            flags=placed.flags,
            documents=documents,
        )
