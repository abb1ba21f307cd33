"""The one writer of a text index: replaces the documents of files, moves documents between clusters, commits.

Nothing is visible to readers, or survives a crash, before `commit`; a killed writer leaves the last commit.
"""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Query

from lsp_server.documents.failures import tantivy_failures
from lsp_server.documents.schema import (
    ANALYZER,
    stem_analyzer,
    stored_document,
    tantivy_document,
    text_schema,
)
from lsp_server.documents.stems import Stemmer
from lsp_server.documents.values import TextDocument
from lsp_server.errors import IndexDamaged

_HEAP_BYTES = 96 * 1024 * 1024
_THREADS = 1
"""Two write twice the segments, which costs a third more processor time with their merges."""

_RECLUSTER_BATCH = 5_000


class TextIndex:
    """An open text index with its writer. Not thread-safe; a folder has at most one over all processes.

    After `IndexStorageFailed` the writer is of no further use: close it and open another.

    Args:
        path: The folder.
        index: The index in it.
        heap_bytes: How much the writer holds in memory before it flushes a segment, over all threads.
        threads: Threads that index.
    """

    def __init__(self, path: Path, index: tantivy.Index, heap_bytes: int, threads: int) -> None:
        self._path = path
        self._index = index
        self._schema = index.schema
        self._stemmer = Stemmer()
        self._uncommitted = False
        with tantivy_failures(path):
            index.register_tokenizer(ANALYZER, stem_analyzer())
            self._writer: tantivy.IndexWriter | None = index.writer(heap_bytes, threads)

    @classmethod
    def create(cls, path: Path, *, heap_bytes: int = _HEAP_BYTES, threads: int = _THREADS) -> Self:
        """Make an empty index in a folder, which is made where it is missing, and open it.

        Raises:
            IndexBusy: Another writer holds the folder.
            IndexStorageFailed: The folder can't be written.
            IndexDamaged: The folder holds an index of another shape.
        """
        with tantivy_failures(path):
            path.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(text_schema(), str(path))
        return cls(path, index, heap_bytes, threads)

    @classmethod
    def open(cls, path: Path, *, heap_bytes: int = _HEAP_BYTES, threads: int = _THREADS) -> Self:
        """Open an existing index at its last commit.

        Raises:
            IndexBusy: Another writer holds the folder.
            IndexDamaged: There is no index, or a file of it is missing or cut short.
            IndexStorageFailed: The folder can't be written.
        """
        with tantivy_failures(path):
            index = tantivy.Index.open(str(path))
        return cls(path, index, heap_bytes, threads)

    def replace(self, files: Iterable[int], documents: Iterable[TextDocument]) -> None:
        """Delete all documents of some files, then add documents. Nothing is visible before `commit`.

        Args:
            files: The catalog's numbers of changed and deleted files.
            documents: All documents of the files that are new or changed.

        Raises:
            IndexStorageFailed: The disk is full.
        """
        with tantivy_failures(self._path):
            writer = self._open_writer()
            self._uncommitted = True
            for file in files:
                writer.delete_documents_by_term("file", file)
            for document in documents:
                writer.add_document(tantivy_document(document, self._stemmer))

    def recluster(self, ids: NDArray[np.uint64], clusters: NDArray[np.int64]) -> int:
        """Move documents to other clusters. A field can't be updated, so they are deleted and added again.

        Reads what was last committed, so nothing else may be waiting for a commit.

        Args:
            ids: uint64[n] symbol ids; unknown ones are passed over.
            clusters: int64[n], the new cluster of each.

        Returns:
            How many documents moved.

        Raises:
            ValueError: There are uncommitted changes.
            IndexStorageFailed: The disk is full.
        """
        if self._uncommitted:
            raise ValueError("Commit before moving documents: they are read from the last commit.")
        n_moved = 0
        with tantivy_failures(self._path):
            self._index.reload()
            searcher = self._index.searcher()
            for start in range(0, len(ids), _RECLUSTER_BATCH):
                batch = slice(start, start + _RECLUSTER_BATCH)
                n_moved += self._recluster_batch(searcher, ids[batch].tolist(), clusters[batch].tolist())
        self._uncommitted = n_moved > 0
        return n_moved

    def commit(self) -> int:
        """Make everything since the last commit durable and visible, all or nothing.

        Returns:
            The opstamp, which grows with every commit.

        Raises:
            IndexStorageFailed: The disk is full; the last commit stands.
        """
        with tantivy_failures(self._path):
            opstamp: int = self._open_writer().commit()
        self._uncommitted = False
        return opstamp

    def rollback(self) -> None:
        """Forget everything since the last commit."""
        with tantivy_failures(self._path):
            self._open_writer().rollback()
        self._uncommitted = False

    def collect_garbage(self) -> None:
        """Delete the files that no segment uses any more, which merges leave behind for open readers."""
        with tantivy_failures(self._path):
            self._open_writer().garbage_collect_files()

    def close(self) -> None:
        """Wait for running merges and give up the writer. What was not committed is lost."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with tantivy_failures(self._path):
                writer.wait_merging_threads()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _recluster_batch(self, searcher: tantivy.Searcher, ids: list[int], clusters: list[int]) -> int:
        writer = self._open_writer()
        chosen = Query.term_set_query(self._schema, "id", ids)
        addresses = [address for _, address in searcher.search(chosen, len(ids), count=False).hits]
        cluster_of = dict(zip(ids, clusters, strict=True))
        found = searcher.fast_field_values("id", addresses)
        writer.delete_documents_by_query(chosen)
        for address, found_id in zip(addresses, found, strict=True):
            document = stored_document(searcher.doc(address), cluster_of[int(found_id or 0)])
            writer.add_document(tantivy_document(document, self._stemmer))
        return len(addresses)

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise IndexDamaged("The text index is closed.", "Open it again.", path=str(self._path))
        return self._writer
