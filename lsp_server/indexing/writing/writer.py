"""The only code that writes an index: catalog, vectors and text in an order that makes a crash harmless.

1. The catalog records which files the batch changes (the intent). 2. The vector segment is written, synced
and renamed. 3. Tantivy deletes, adds and commits. 4. One catalog transaction makes all of it the next
generation: this is the commit point. What a crash leaves of the earlier steps is indexed again (intents) or
deleted (unlisted segments) by the next writer.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from lsp_server.embedding import ModelInfo
from lsp_server.errors import IndexDamaged, IndexStorageFailed
from lsp_server.fulltext import TextIndex, TextReader, damaged_files
from lsp_server.indexing.writing.batch import Batch, Touch, documents_of
from lsp_server.indexing.writing.batch_rows import clusters_of, rows_of, with_clusters, with_languages
from lsp_server.model import FileId
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.index_meta import IndexMeta
from lsp_server.storage.lease import WriterLease
from lsp_server.storage.records import (
    NEVER,
    BatchCommit,
    CatalogSnapshot,
    FileStatus,
    FileUpdate,
    SegmentEntry,
)
from lsp_server.vectors.segment import Segment
from lsp_server.vectors.writer import SegmentRows, write_segment

logger = logging.getLogger(__name__)


class IndexWriter:
    """One index version, open for writing. The caller holds the writer lease. Not thread-safe.

    After an error it must not be used any more: close it and open another, which finds the last commit.

    Args:
        folder: The index version.
        model: The model of the vectors.
        lease: The caller's. Looked at before every write that another writer would suffer from, since whoever
            deletes an index deletes its lock file, too. None where nobody else can know of the index.

    Attributes:
        catalog: The catalog, whose transactions are the commit points.
        text: The text index, open for writing.
        generation: The number of the last commit.
        meta: The index's metadata as the next commit will write it.
        known: Every file of the index by path; the caller that fills batches may let it run ahead of commits.
        unfinished: Files of an interrupted batch: marked as never read, so that they are indexed again.

    Raises:
        IndexDamaged: A store is incomplete, or the stores disagree.
        IndexStorageFailed: The disk is full or read-only.
    """

    def __init__(self, folder: IndexVersion, model: ModelInfo, lease: WriterLease | None = None) -> None:
        self._folder = folder
        self._model = model
        self._lease = lease
        with ExitStack() as opened:
            self.catalog = opened.enter_context(Catalog.open_writer(folder.catalog))
            self._delete_leftovers()
            state = self.catalog.snapshot()
            self.generation = state.generation
            self.meta = IndexMeta.decode(state.meta, folder.catalog)
            self._segments: dict[str, Segment] = {}
            opened.callback(self._close_segments)  # or Windows refuses to delete them for a rebuild
            self._open_segments(state)
            self._dead = dict(state.tombstones)
            self.known = self.catalog.files()
            self.unfinished = self._unfinished()
            self.text = opened.enter_context(self._open_text())
            opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the stores; what was not committed is lost."""
        try:
            self.text.close()
        finally:
            self.catalog.close()
            self._close_segments()

    def suspend(self) -> None:
        """Let others write: call it before releasing the lease, and `resume` after acquiring it again."""
        self.text.close()

    def resume(self, lease: WriterLease) -> bool:
        """Open for writing again; False when the index has changed since: then open another writer."""
        if (
            self._folder.is_deleted
            or self.catalog.is_replaced()
            or self.catalog.generation() != self.generation
            or self.catalog.leftover_intent() is not None
        ):
            return False
        self._lease = lease
        self.text = self._open_text()
        return True

    def _open_segments(self, state: CatalogSnapshot) -> None:
        for entry in state.segments:
            segment = self._segments[entry.name] = Segment.open(self._folder.segments / entry.name)
            if segment.info.checksum != entry.checksum:
                raise self._damaged(f"the segment {entry.name} is not the one that was committed")

    def _close_segments(self) -> None:
        for segment in self._segments.values():
            segment.close()

    def _unfinished(self) -> tuple[str, ...]:
        intent = self.catalog.leftover_intent()
        if intent is None:
            return ()
        paths = (*intent.changed, *intent.removed)
        for path in paths:
            if path in self.known:
                self.known[path] = replace(self.known[path].unread(), status=FileStatus.PENDING)
        return paths

    def _open_text(self) -> TextIndex:
        """Open the text index, or create it before the first commit; it must have the catalog's symbols."""
        n_symbols = sum(state.n_symbols for state in self.known.values())
        if not n_symbols and not (self._folder.text / "meta.json").is_file():
            return TextIndex.create(self._folder.text)
        n_documents = TextReader.open(self._folder.text).num_docs
        if n_documents != n_symbols and not self.unfinished:
            raise self._damaged(f"the text index holds {n_documents} of {n_symbols} symbols")
        return TextIndex.open(self._folder.text)

    def _damaged(self, what: str) -> IndexDamaged:
        return IndexDamaged(
            f"The index at {self._folder.path} is damaged: {what}.",
            path=str(self._folder.path),
        )

    def commit(self, batch: Batch, expected_symbols: int) -> int:
        """Commit a batch. Does not touch `known`, which another thread may be using to fill the next batch.

        Args:
            batch: Files that changed and files that are gone.
            expected_symbols: An estimate of the finished index's size, to choose the number of clusters.

        Returns:
            The new generation.

        Raises:
            IndexStorageFailed: The disk is full or read-only, or the index was deleted; the previous
                generation stays in force.
        """
        self.expect_lease()
        results = batch.results
        changed = [result.placed.path for result in results]
        intent = self.catalog.begin(changed, batch.removed)
        touched = [*intent.changed.values(), *intent.removed.values()]
        tombstones = self._rows_of(touched)
        self.meta = with_languages(self.meta, results)
        rows = rows_of(results, intent.changed, self.meta.languages, self._model.dimensions)
        meta = with_clusters(self.meta, rows, expected_symbols, self._model.name)
        clusters, second = clusters_of(rows, meta)
        entries = self._write_rows(rows, clusters, second, len(meta.centroids))
        if touched:
            self.text.replace(touched, documents_of(results, intent.changed))
            self.expect_lease()
            self.text.commit()
        return self._commit(
            BatchCommit(
                updated=[*(result.update() for result in results), *self._touched(batch.touched)],
                removed=batch.removed,
                segments=entries,
                tombstones=tombstones,
            ),
            meta,
        )

    def expect_lease(self) -> None:
        """Check that nobody else can be writing this index.

        Raises:
            IndexStorageFailed: The index was deleted, so that another process may be making it anew.
        """
        if self._lease is not None and self._lease.is_lost:
            raise IndexStorageFailed(
                f"The index at {self._folder.path} was deleted while it was being written.",
                "Indexing is retried soon.",
                path=str(self._folder.path),
            )

    def finish_unfinished(self) -> None:
        """Clear `unfinished` once commits have covered all of these files."""
        if self.unfinished and self.catalog.leftover_intent() is None:
            self.unfinished = ()

    def expire(self, paths: Sequence[str]) -> None:
        """Mark files to be read again as soon as a scan sees them; until then their symbols stay findable."""
        updates = [
            replace(update, digest=b"") for update in self._touched(dict.fromkeys(paths, Touch(NEVER, NEVER)))
        ]
        if updates:
            self._commit(BatchCommit(updated=updates), self.meta)
            for update in updates:
                self.known[update.path] = self.known[update.path].unread()
            self.finish_unfinished()

    def finish_scan(self, began_ns: int, recipe: str) -> None:
        """Record that everything a scan found is in the index, made with this recipe.

        Args:
            began_ns: When the scan began.
            recipe: Key for everything besides content and language that analyses depend on.
        """
        # Even if it is earlier than the last one, because a clock was set back: with a time in the future
        # here, freshly written files would look old.
        self.meta = replace(self.meta, seen_ns=began_ns, recipe=recipe)
        self.expect_lease()
        # No reader needs this, so there is no new generation.
        self.catalog.set_meta(facts=self.meta.encode()["facts"])

    def check(self) -> None:
        """Read all that is committed and compare it with its checksums: 3 s for a million symbols.

        Call it last: it waits for merges, which delete what it would read, and ends the writing of text.

        Raises:
            IndexDamaged: Something differs.
        """
        self.text.close()
        for problem in damaged_files(self._folder.text):
            raise self._damaged(problem)
        self.check_segments(self._segments)

    def check_segments(self, names: Iterable[str]) -> None:
        """Compare some segments with their checksums.

        Raises:
            IndexDamaged: Something differs.
        """
        for name in names:
            for problem in self._segments[name].verify():
                raise self._damaged(f"in the segment {name}, {problem}")

    # What maintenance shares

    @property
    def segments(self) -> Mapping[str, Segment]:
        """The listed segments by name, in the order in which they were added."""
        return self._segments

    @property
    def dead(self) -> Mapping[str, NDArray[np.uint32]]:
        """Tombstones, u32[m] rows, by segment; segments without any are absent."""
        return self._dead

    def next_segment_name(self) -> str:
        """Return a name that no segment has or ever had: a reader may still have a deleted one open."""
        return f"{self.generation + 1:08d}-{uuid4().hex[:8]}.seg"

    def segment_path(self, name: str) -> Path:
        """Return the path of a segment's file."""
        return self._folder.segments / name

    def replace_segments(
        self, entries: Sequence[SegmentEntry], retired: Sequence[str], meta: IndexMeta
    ) -> None:
        """Commit segments that have the same symbols as the retired ones."""
        self._commit(BatchCommit(segments=entries, retired=retired), meta)

    # Steps of a batch

    def _touched(self, touched: Mapping[str, Touch]) -> list[FileUpdate]:
        """Return the catalog's updates for files with unchanged content, of those that it has."""
        states = {path: state for path in touched if (state := self.catalog.file_at(path)) is not None}
        ids = self.catalog.symbol_ids(state.file for state in states.values())
        return [
            FileUpdate(
                path=path,
                digest=state.digest,
                size_bytes=touched[path].size_bytes,
                mtime_ns=touched[path].mtime_ns,
                language=state.language,
                symbol_ids=ids.get(state.file, _NO_IDS),
                status=state.status,
                reason=state.reason,
            )
            for path, state in states.items()
        ]

    def _delete_leftovers(self) -> None:
        for path in self.catalog.unlisted_segments(self._folder.segments):
            try:
                path.unlink()
            except OSError as error:  # still mapped by a reader on Windows; the next writer tries again
                logger.info("leaving %s for later: %s", path.name, error)

    def _rows_of(self, files: Sequence[FileId]) -> dict[str, NDArray[np.uint32]]:
        """Return the live rows of these files, by segment: the commit's tombstones."""
        ids = list(self.catalog.symbol_ids(files).values())
        if not ids:
            return {}
        wanted = np.concatenate(ids)
        dying: dict[str, NDArray[np.uint32]] = {}
        for name, segment in self._segments.items():
            found = segment.find(wanted)
            rows = np.setdiff1d(found[found >= 0].astype(np.uint32), self._dead.get(name, _NO_ROWS))
            if len(rows):
                dying[name] = rows
        return dying

    def _write_rows(
        self,
        rows: SegmentRows,
        clusters: NDArray[np.uint32],
        second: NDArray[np.uint32] | None,
        n_clusters: int,
    ) -> list[SegmentEntry]:
        if not len(rows.ids):
            return []
        name = self.next_segment_name()
        info = write_segment(self._folder.segments / name, rows, clusters, n_clusters, second)
        return [SegmentEntry(name, info.rows, info.size_bytes, info.checksum)]

    def _commit(self, commit: BatchCommit, meta: IndexMeta) -> int:
        self.expect_lease()
        self.generation = self.catalog.commit(replace(commit, meta=meta.encode()))
        self.meta = meta
        for name in commit.retired:
            self._segments.pop(name).close()
            self._dead.pop(name, None)
        for entry in commit.segments:
            self._segments[entry.name] = Segment.open(self._folder.segments / entry.name)
        for name, rows in commit.tombstones.items():
            self._dead[name] = np.union1d(self._dead.get(name, _NO_ROWS), rows)
        if commit.retired:
            self._delete_leftovers()
        return self.generation


_NO_ROWS = np.zeros(0, np.uint32)
_NO_IDS = np.zeros(0, np.uint64)
