"""The only code that writes an index: puts batches into catalog, vectors and text in the order that makes a crash harmless.

1. the catalog records which files the batch touches, 2. the vector segment is written and made durable, 3. Tantivy
deletes, adds and commits, 4. one catalog transaction makes all of it the next generation. Only step 4 counts: what a
crash leaves of the steps before it is written anew (intents) or deleted (unlisted segments) by the next writer.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lsp_server.documents import TextDocument, TextIndex
from lsp_server.embedding import ModelInfo
from lsp_server.indexing.placement import PlacedFile
from lsp_server.model import FileId
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.index_meta import IndexMeta, storable
from lsp_server.storage.records import BatchCommit, FileState, FileStatus, FileUpdate, SegmentEntry
from lsp_server.vectors.kmeans import assign, suggested_clusters, train_centroids
from lsp_server.vectors.segment import Segment
from lsp_server.vectors.writer import SegmentRows, write_segment

logger = logging.getLogger(__name__)

CLUSTERING_SEED = 20260


@dataclass(frozen=True, slots=True, eq=False)
class FileResult:
    """One file of a batch, and the state of the file that was read.

    Attributes:
        placed: Its symbols; none when it is left out.
        size_bytes: When it was read.
        mtime_ns: When it was read.
        status: INDEXED, SKIPPED or QUARANTINED.
    """

    placed: PlacedFile
    size_bytes: int
    mtime_ns: int
    status: FileStatus

    def update(self) -> FileUpdate:
        """Return what the catalog notes."""
        content = self.placed.content
        return FileUpdate(
            path=self.placed.path,
            digest=content.digest,
            size_bytes=self.size_bytes,
            mtime_ns=self.mtime_ns,
            language=content.language,
            symbol_ids=self.placed.ids,
            status=self.status,
            reason=content.skipped or "",
        )


class Batch:
    """What one commit will bring: the last word on each path. Not thread-safe."""

    def __init__(self) -> None:
        self._results: dict[str, FileResult] = {}
        self._touched: dict[str, FileUpdate] = {}
        self._removed: dict[str, None] = {}
        self.n_symbols = 0

    def add(self, result: FileResult) -> None:
        """Note a new or changed file."""
        path = result.placed.path
        self._forget(path)
        self._results[path] = result
        self.n_symbols += len(result.placed.ids)

    def touch(self, update: FileUpdate) -> None:
        """Note a file whose time changed and whose content did not."""
        if update.path not in self._results:
            self._touched[update.path] = update

    def remove(self, path: str) -> None:
        """Note a file that is gone, or ignored by now."""
        self._forget(path)
        self._removed[path] = None

    @property
    def results(self) -> list[FileResult]:
        """New and changed files."""
        return list(self._results.values())

    @property
    def touched(self) -> list[FileUpdate]:
        """Files with a new time and the old content."""
        return list(self._touched.values())

    @property
    def removed(self) -> list[str]:
        """Paths that leave the index."""
        return list(self._removed)

    @property
    def n_files(self) -> int:
        """How many files the batch is about."""
        return len(self._results) + len(self._touched) + len(self._removed)

    def _forget(self, path: str) -> None:
        self._removed.pop(path, None)
        self._touched.pop(path, None)
        earlier = self._results.pop(path, None)
        if earlier is not None:
            self.n_symbols -= len(earlier.placed.ids)


class IndexWriter:
    """One index version, open for writing. The caller holds the writer lease. Not thread-safe.

    Args:
        folder: The version's folder.
        model: What the vectors are made with.

    Attributes:
        catalog: The commit point.
        generation: The last commit.
        meta: Facts as of the last commit, and those the next one will bring.
        known: Every file of the index by path; those of an unfinished batch look as if never read.
    """

    def __init__(self, folder: IndexVersion, model: ModelInfo) -> None:
        self._folder = folder
        self._model = model
        self.catalog = Catalog.open_writer(folder.catalog)
        try:
            self._delete_leavings()
            state = self.catalog.snapshot()
            self.generation = state.generation
            self.meta = IndexMeta.decode(state.meta)
            self._segments = {
                entry.name: Segment.open(folder.segments / entry.name) for entry in state.segments
            }
            self._dead = dict(state.tombstones)
            self._text = open_text(folder)
            self.known = self._known_files()
        except BaseException:
            self.catalog.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the stores; what was not committed is lost."""
        try:
            self._text.close()
        finally:
            self.catalog.close()
            for segment in self._segments.values():
                segment.close()

    def _known_files(self) -> dict[str, FileState]:
        """Every file of the catalog by path; those of an unfinished batch look as if never read."""
        files = self.catalog.files()
        intent = self.catalog.leftover_intent()
        for path in () if intent is None else (*intent.changed, *intent.removed):
            if path in files:
                files[path] = replace(
                    files[path], digest=b"", size_bytes=-1, mtime_ns=-1, status=FileStatus.PENDING
                )
        return files

    def apply(self, batch: Batch, expected_symbols: int) -> int:
        """Commit a batch.

        Args:
            batch: Files that changed and files that are gone.
            expected_symbols: A guess at the size of the whole index, for the number of clusters of a new one.

        Returns:
            The new generation.

        Raises:
            IndexStorageFailed: The disk is full or read-only; the generation before stands.
        """
        results = batch.results
        changed = [result.placed.path for result in results]
        intent = self.catalog.begin(changed, batch.removed)
        touched = [*intent.changed.values(), *intent.removed.values()]
        tombstones = self._rows_of(touched)
        rows = self._rows(results, intent.changed)
        meta = self._meta_for(rows, expected_symbols)
        clusters = assign(rows.vectors, meta.centroids) if len(rows.ids) else np.zeros(0, np.uint32)
        entries = self._write_rows(rows, clusters, len(meta.centroids))
        if touched:
            self._text.replace(touched, _documents(results, intent.changed, clusters))
            meta = replace(meta, opstamp=self._text.commit())
        updated = [*(result.update() for result in results), *batch.touched]
        generation = self._commit(
            BatchCommit(
                updated=updated,
                removed=batch.removed,
                segments=entries,
                tombstones=tombstones,
                settled=batch.removed,
            ),
            meta,
        )
        self._remember(updated, batch.removed, intent.changed)
        return generation

    def touched(self, path: str, size_bytes: int, mtime_ns: int) -> FileUpdate:
        """Return the update of a known file whose content did not change."""
        state = self.known[path]
        return FileUpdate(
            path=path,
            digest=state.digest,
            size_bytes=size_bytes,
            mtime_ns=mtime_ns,
            language=state.language,
            symbol_ids=self.catalog.symbol_ids([state.file]).get(state.file, np.zeros(0, np.uint64)),
            status=state.status,
            reason=state.reason,
        )

    def note_scan(self, seen_ns: int) -> None:
        """Note when the scan began whose results the next commits bring."""
        self.meta = replace(self.meta, seen_ns=seen_ns)

    # Steps of a batch

    def _delete_leavings(self) -> None:
        for path in self.catalog.unlisted_segments(self._folder.segments):
            try:
                path.unlink()
            except OSError as error:  # still mapped by a reader on Windows; the next writer tries again
                logger.info("leaving %s for later: %s", path.name, error)

    def _rows_of(self, files: Sequence[FileId]) -> dict[str, NDArray[np.uint32]]:
        """The live rows of these files, by segment: they die with the commit."""
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

    def _rows(self, results: Sequence[FileResult], files: Mapping[str, FileId]) -> SegmentRows:
        placed = [result.placed for result in results if len(result.placed.ids)]
        numbers = np.array([files[file.path] for file in placed], np.uint32)
        codes = self._language_codes(placed)
        return SegmentRows(
            ids=_joined([file.ids for file in placed], np.zeros(0, np.uint64)),
            vectors=_joined(
                [file.vectors for file in placed], np.zeros((0, self._model.dimensions), np.float16)
            ),
            kinds=_joined([file.content.kinds for file in placed], np.zeros(0, np.uint8)),
            languages=codes,
            files=np.repeat(numbers, [len(file.ids) for file in placed]).astype(np.uint32),
            flags=_joined([file.flags for file in placed], np.zeros(0, np.uint8)),
            names=[name for file in placed for name in file.content.names],
            records=[record for file in placed for record in file.content.records],
        )

    def _language_codes(self, placed: Sequence[PlacedFile]) -> NDArray[np.uint8]:
        used = [language for file in placed for language in file.content.languages]
        known = dict.fromkeys((*self.meta.languages, *sorted(set(used))))
        self.meta = replace(self.meta, languages=tuple(known))
        code_of = {language: code for code, language in enumerate(known)}
        return np.array([code_of[language] for language in used], np.uint8)

    def _meta_for(self, rows: SegmentRows, expected_symbols: int) -> IndexMeta:
        if len(self.meta.centroids) or not len(rows.ids):
            return self.meta
        wanted = suggested_clusters(max(expected_symbols, len(rows.ids)))
        # A first batch may be a small part of the whole: eight vectors make a centroid worth having.
        n_clusters = max(1, min(wanted, len(rows.ids) // 8))
        centroids = storable(train_centroids(rows.vectors, n_clusters, CLUSTERING_SEED))
        return replace(
            self.meta, centroids=centroids, trained_rows=len(rows.ids), model_name=self._model.name, probes=0
        )

    def _write_rows(
        self, rows: SegmentRows, clusters: NDArray[np.uint32], n_clusters: int
    ) -> list[SegmentEntry]:
        if not len(rows.ids):
            return []
        name = self.next_segment_name()
        info = write_segment(self._folder.segments / name, rows, clusters, n_clusters)
        return [SegmentEntry(name, info.rows, info.size_bytes, info.checksum)]

    # What maintenance shares

    @property
    def segments(self) -> Mapping[str, Segment]:
        """The listed segments by name, in the order in which they were added."""
        return self._segments

    @property
    def dead(self) -> Mapping[str, NDArray[np.uint32]]:
        """Dead rows by segment; absent where none died."""
        return self._dead

    @property
    def text(self) -> TextIndex:
        """The text index' writer."""
        return self._text

    def mark_moving(self) -> None:
        """Record that documents are about to change their clusters, until the next commit."""
        self.catalog.set_meta(moving=1)

    @property
    def is_moving(self) -> bool:
        """Whether a writer was cut short after `mark_moving`."""
        return bool(self.catalog.snapshot().meta.get("moving"))

    def next_segment_name(self) -> str:
        """Return a name that no listed segment has."""
        return f"{self.generation + 1:08d}.seg"

    def segment_path(self, name: str) -> Path:
        """Return where a segment lies."""
        return self._folder.segments / name

    def replace_segments(self, entries: Sequence[SegmentEntry], retired: Sequence[str], meta: IndexMeta) -> int:
        """Commit segments that hold the same symbols as the retired ones; return the new generation."""
        return self._commit(BatchCommit(segments=entries, retired=retired), meta)

    def _remember(
        self, updates: Sequence[FileUpdate], removed: Sequence[str], new: Mapping[str, FileId]
    ) -> None:
        for path in removed:
            self.known.pop(path, None)
        for update in updates:
            file = new[update.path] if update.path in new else self.known[update.path].file
            self.known[update.path] = FileState(
                file,
                update.digest,
                update.size_bytes,
                update.mtime_ns,
                update.language,
                update.status,
                update.reason,
                len(update.symbol_ids),
            )

    def _commit(self, commit: BatchCommit, meta: IndexMeta) -> int:
        self.generation = self.catalog.commit(replace(commit, meta={**meta.encode(), "moving": 0}))
        self.meta = meta
        for name in commit.retired:
            self._segments.pop(name).close()
            self._dead.pop(name, None)
        for entry in commit.segments:
            self._segments[entry.name] = Segment.open(self._folder.segments / entry.name)
        for name, rows in commit.tombstones.items():
            self._dead[name] = np.union1d(self._dead.get(name, _NO_ROWS), rows)
        if commit.retired:
            self._delete_leavings()
        return self.generation


_NO_ROWS = np.zeros(0, np.uint32)


def open_text(folder: IndexVersion) -> TextIndex:
    """Open the text index of a version, made anew where none was committed yet."""
    if (folder.text / "meta.json").is_file():
        return TextIndex.open(folder.text)
    return TextIndex.create(folder.text)


def _documents(
    results: Sequence[FileResult], files: Mapping[str, FileId], clusters: NDArray[np.uint32]
) -> Iterator[TextDocument]:
    numbers = clusters.tolist()
    start = 0
    for result in results:
        end = start + len(result.placed.ids)
        yield from result.placed.documents(files[result.placed.path], numbers[start:end])
        start = end


def _joined(parts: Sequence[NDArray[np.generic]], nothing: NDArray) -> NDArray:
    return np.concatenate(parts) if parts else nothing
