"""The one writer of a text index: replaces the documents of files, commits.

Nothing is visible to readers, or survives a crash, before `commit`; a killed writer leaves the last commit.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

import tantivy

from lsp_server.documents.failures import tantivy_failures
from lsp_server.documents.schema import (
    ANALYZER,
    stem_analyzer,
    tantivy_document,
    text_schema,
)
from lsp_server.documents.values import TextDocument
from lsp_server.errors import IndexDamaged

_HEAP_BYTES = 96 * 1024 * 1024
"""What the writer holds in memory before it flushes a segment, over all threads."""

_THREADS = 1
"""Two write twice the segments, which costs a third more processor time with their merges."""


class TextIndex:
    """An open text index with its writer. Not thread-safe; a folder has at most one over all processes.

    After `IndexStorageFailed` the writer is of no further use: close it and open another.

    Args:
        path: The folder.
        index: The index in it.
    """

    def __init__(self, path: Path, index: tantivy.Index) -> None:
        self._path = path
        with tantivy_failures(path):
            index.register_tokenizer(ANALYZER, stem_analyzer())
            self._writer: tantivy.IndexWriter | None = index.writer(_HEAP_BYTES, _THREADS)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make an empty index in a folder, which is made where it is missing, and open it.

        Raises:
            IndexBusy: Another writer holds the folder.
            IndexStorageFailed: The folder can't be written.
            IndexDamaged: The folder holds an index of another shape.
        """
        with tantivy_failures(path):
            path.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(text_schema(), str(path))
        return cls(path, index)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an existing index at its last commit.

        Raises:
            IndexBusy: Another writer holds the folder.
            IndexDamaged: There is no index, or a file of it is missing or cut short.
            IndexStorageFailed: The folder can't be written.
        """
        with tantivy_failures(path):
            index = tantivy.Index.open(str(path))
        return cls(path, index)

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
            for file in files:
                writer.delete_documents_by_term("file", file)
            for document in documents:
                writer.add_document(tantivy_document(document))

    def commit(self) -> None:
        """Make everything since the last commit durable and visible, all or nothing.

        Raises:
            IndexStorageFailed: The disk is full; the last commit stands.
        """
        with tantivy_failures(self._path):
            self._open_writer().commit()

    def close(self) -> None:
        """Wait for running merges and give up the writer. What was not committed is lost."""
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
