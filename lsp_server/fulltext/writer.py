"""The only writer of a text index: replaces the documents of files, and commits.

Nothing is visible to readers, or survives a crash, before `commit`; a crash leaves the last commit.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import tantivy

from lsp_server.errors import IndexDamaged
from lsp_server.fulltext.failures import tantivy_failures
from lsp_server.fulltext.schema import (
    ANALYZER,
    stem_analyzer,
    tantivy_document,
    text_schema,
)
from lsp_server.fulltext.values import TextDocument

_HEAP_BYTES = 96 * 1024 * 1024
"""How much the writer buffers in memory, over all threads, before it flushes a segment."""

_THREADS = 1
"""Two threads write twice as many segments, which with their merges costs a third more CPU time."""


class TextIndex:
    """A text index, open for writing. Not thread-safe; a folder has at most one across all processes.

    After `IndexStorageFailed` it must not be used any more: close it and open another.

    Args:
        path: The index's folder.
        index: The index in it.
    """

    def __init__(self, path: Path, index: tantivy.Index) -> None:
        self._path = path
        with tantivy_failures(path):
            index.register_tokenizer(ANALYZER, stem_analyzer())
            self._writer: tantivy.IndexWriter | None = index.writer(_HEAP_BYTES, _THREADS)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Create an empty index, and its folder if that is missing, and open it.

        Raises:
            IndexBusy: Another writer has the folder open.
            IndexStorageFailed: The folder can't be written.
            IndexDamaged: The folder has an index with another schema.
        """
        with tantivy_failures(path):
            path.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(text_schema(), str(path))
        return cls(path, index)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an existing index at its last commit.

        Raises:
            IndexBusy: Another writer has the folder open.
            IndexDamaged: There is no index, or a file of it is missing or truncated.
            IndexStorageFailed: The folder can't be written.
        """
        with tantivy_failures(path):
            index = tantivy.Index.open(str(path))
        return cls(path, index)

    def replace(self, files: Iterable[int], documents: Iterable[TextDocument]) -> None:
        """Delete all documents of some files, then add documents. Nothing is visible before `commit`.

        Args:
            files: The catalog's ids of changed and deleted files.
            documents: All documents of new and changed files.

        Raises:
            IndexStorageFailed: The disk is full.
        """
        with tantivy_failures(self._path):
            writer = self._open_writer()
            for file in files:
                writer.delete_documents_by_term("file", file)
            for document in documents:
                writer.add_document(tantivy_document(document))

    def commit(self) -> None:
        """Make everything since the last commit durable and visible, atomically.

        Raises:
            IndexStorageFailed: The disk is full; the last commit stays in force.
        """
        with tantivy_failures(self._path):
            self._open_writer().commit()

    def close(self) -> None:
        """Wait for running merges and release the writer. What was not committed is lost."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with tantivy_failures(self._path):
                writer.wait_merging_threads()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise IndexDamaged("The text index is closed.", "Open it again.", path=str(self._path))
        return self._writer
