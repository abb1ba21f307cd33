"""The reading side of one folder's index: finds the version that answers, and follows its generations."""

import logging
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from lsp_server.errors import SemanticSymbolsError
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.results import Coverage
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import FORMAT_VERSION, IndexFolder, IndexVersion
from lsp_server.storage.lease import ReaderLock
from lsp_server.storage.records import FileState
from lsp_server.workspace.status import IndexFacts

logger = logging.getLogger(__name__)

COUNT_EVERY_S = 0.25
"""While an index is being built, its files are counted at most this often; in a large one that takes time."""

MEASURE_EVERY_S = 2.0
"""Its size on disk is summed up after every commit, and this often besides: tidying up changes it, too."""


class Generation:
    """One open generation of one version; immutable, except for a cache of digests.

    Args:
        version: The index version.
        catalog: Open for reading; it may be ahead of the snapshot.
        snapshot: What searches read; None before the first commit.
    """

    def __init__(self, version: IndexVersion, catalog: Catalog, snapshot: Snapshot | None) -> None:
        self.version = version
        self.catalog = catalog
        self.snapshot = snapshot
        self._digests: dict[str, bytes | None] = {}

    @property
    def number(self) -> int:
        """The number of its commit; 0 before the first."""
        return 0 if self.snapshot is None else self.snapshot.generation

    @property
    def is_gone(self) -> bool:
        """Whether the index was deleted, and perhaps rebuilt, since this was opened."""
        return self.catalog.is_replaced() or self.version.is_deleted

    def digest_of(self, path: str) -> bytes | None:
        """Return the digest of a file in the snapshot; None where it has none or none is certain."""
        if path not in self._digests:
            try:
                state = self.catalog.file_at(path)
                if self.catalog.generation() != self.number:
                    return None  # what was read may be newer than the snapshot
            except SemanticSymbolsError:  # the catalog was closed meanwhile, or is gone
                return None
            self._digests[path] = None if state is None else state.digest
        return self._digests[path]


@dataclass(frozen=True, slots=True)
class _DiskSize:
    """The size of an index on disk at a generation, and when that was summed up."""

    measured_s: float = 0.0
    generation: int = -1
    size_bytes: int = 0


class IndexReader:
    """Holds the newest generation of one index. Thread-safe; the properties never block.

    Args:
        index: The index folder.
        fingerprint: Fingerprint of the configured model; empty when it can't be loaded.
    """

    def __init__(self, index: IndexFolder, fingerprint: str) -> None:
        self._index = index
        self._fingerprint = fingerprint
        self._opening = threading.Lock()
        self._generation: Generation | None = None
        self._lock: ReaderLock | None = None
        self._coverage = Coverage()
        self._counted_s = 0.0
        self._disk_size = _DiskSize()
        self._is_closed = False

    # What is open

    @property
    def generation(self) -> Generation | None:
        """The newest generation that was opened."""
        return self._generation

    @property
    def version(self) -> IndexVersion | None:
        """The version that answers; None where there is none."""
        generation = self._generation
        return None if generation is None else generation.version

    @property
    def snapshot(self) -> Snapshot | None:
        """What searches read; None before the first commit."""
        generation = self._generation
        return None if generation is None else generation.snapshot

    @property
    def coverage(self) -> Coverage:
        """How much of the folder is indexed, as last counted."""
        return self._coverage

    @property
    def answers_with_other_model(self) -> bool:
        """Whether an older version, with another model, answers until the new one is ready."""
        version = self.version
        return version is not None and version.fingerprint != self._fingerprint

    @property
    def is_lost(self) -> bool:
        """Whether the index that answers was deleted from the disk, or replaced by another."""
        generation = self._generation
        return generation is not None and generation.is_gone

    def indexed_digest(self, path: str) -> bytes | None:
        """Return the digest of a file in the open generation; None where it has none or none is certain."""
        generation = self._generation
        return None if generation is None else generation.digest_of(path)

    def file_at(self, path: str) -> FileState | None:
        """Return what the catalog knows of a file."""
        generation = self._generation
        with suppress(SemanticSymbolsError):
            return None if generation is None else generation.catalog.file_at(path)
        return None

    def facts(self) -> IndexFacts | None:
        """Return the facts about the index that answers; None before its first commit."""
        generation = self._generation
        if generation is None or generation.snapshot is None:
            return None
        version, snapshot = generation.version, generation.snapshot
        return IndexFacts(
            path=version.path,
            size_bytes=self._size_bytes(generation),
            format_version=version.format_version,
            generation=snapshot.generation,
            model_name=snapshot.meta.model_name,
            dimensions=snapshot.vectors.n_dimensions,
            fingerprint=version.fingerprint,
            clusters=snapshot.vectors.n_clusters,
            probes=snapshot.probes,
            recall_at_10=snapshot.meta.recall_at_10,
        )

    # Following

    def refresh(self) -> bool:
        """Open the newest generation, and return whether that worked; waits for a thread that is doing so."""
        with self._opening:
            return self._refresh()

    def follow(self) -> None:
        """Open a newer generation if a process has committed one, unless another thread is doing so already.

        Takes some 20 microseconds when there is none. While nothing is open, the thread that opens the first
        generation is waited for: better a few milliseconds than an answer from nothing.
        """
        if self._opening.acquire(blocking=self._generation is None):
            try:
                if self._is_behind():
                    self._refresh()
            finally:
                self._opening.release()

    def count(self) -> None:
        """Update `coverage`, which may run ahead of the open generation; at most every `COUNT_EVERY_S`."""
        generation = self._generation
        if generation is None or time.monotonic() - self._counted_s < COUNT_EVERY_S:
            return
        with suppress(SemanticSymbolsError):
            self._count(generation.catalog)

    def close(self) -> None:
        """Close everything; snapshots that searches hold stay open for them."""
        with self._opening:
            self._is_closed = True
            generation, self._generation = self._generation, None
            if generation is not None:
                generation.catalog.close()
            self._keep_lock(None)

    def _is_behind(self) -> bool:
        generation = self._generation
        if generation is None or generation.is_gone:
            return True
        try:
            return generation.catalog.generation() != generation.number
        except SemanticSymbolsError:
            return True

    def _refresh(self) -> bool:
        version = None if self._is_closed else self._best_version()
        if version is None:
            return False
        before = self._generation
        try:
            if before is not None and before.version == version and not before.is_gone:
                self._generation = self._opened(version, before.catalog, before)
                return True
            with ExitStack() as on_error:
                lock = ReaderLock.acquire(version.readers_lock)
                if lock is not None:
                    on_error.callback(lock.release)
                catalog = Catalog.open_reader(version.catalog)
                on_error.callback(catalog.close)
                self._generation = self._opened(version, catalog, None)
                on_error.pop_all()
        except Exception:  # the boundary: callers must learn that it can't be opened
            logger.exception("the index can't be opened; what was open before still answers")
            return False
        if before is not None:
            before.catalog.close()
        self._keep_lock(lock)
        return True

    def _keep_lock(self, lock: ReaderLock | None) -> None:
        """Keep the lock of what is open now, and release the previous one."""
        before, self._lock = self._lock, lock
        if before is not None:
            before.release()

    def _opened(self, version: IndexVersion, catalog: Catalog, before: Generation | None) -> Generation:
        self._count(catalog)
        number = catalog.generation()
        if before is not None and before.number == number:
            return before
        if number == 0:
            return Generation(version, catalog, None)
        snapshot = Snapshot.open(version, catalog, None if before is None else before.snapshot)
        return Generation(version, catalog, snapshot)

    def _best_version(self) -> IndexVersion | None:
        """Return the current version once it is ready, else another ready one, else the unfinished one."""
        today = self._index.version(self._fingerprint)
        if today.is_ready and _has_catalog(today):
            return today
        for version in self._index.versions():
            if version.format_version == FORMAT_VERSION and version.is_ready and _has_catalog(version):
                return version
        return today if _has_catalog(today) else None

    def _count(self, catalog: Catalog) -> None:
        counts = catalog.coverage()
        skipped = counts.skipped + counts.quarantined
        self._coverage = Coverage(counts.files, counts.indexed, counts.symbols, skipped)
        self._counted_s = time.monotonic()

    def _size_bytes(self, generation: Generation) -> int:
        size = self._disk_size
        if size.generation != generation.number or time.monotonic() - size.measured_s > MEASURE_EVERY_S:
            size_bytes = generation.version.size_bytes()
            self._disk_size = size = _DiskSize(time.monotonic(), generation.number, size_bytes)
        return size.size_bytes


def _has_catalog(version: IndexVersion) -> bool:
    """Tell whether there is a catalog; one that is just being made has no byte yet."""
    try:
        return version.catalog.is_file() and version.catalog.stat().st_size > 0
    except OSError:  # it was deleted in between
        return False
