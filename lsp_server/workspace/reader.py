"""The reading side of one folder's index: finds the version that answers, and follows it from generation to generation."""

import logging
import threading
from pathlib import Path

from lsp_server.errors import IndexDamaged, SemanticSymbolsError
from lsp_server.search.results import Coverage
from lsp_server.search.snapshot import Snapshot
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexFolder, IndexVersion
from lsp_server.storage.records import FileState

logger = logging.getLogger(__name__)


class IndexReader:
    """Holds the newest snapshot of one index. Thread-safe; `snapshot` never waits for an opening one.

    Args:
        index: The index folder.
        fingerprint: Of the model that queries are embedded with.
    """

    def __init__(self, index: IndexFolder, fingerprint: str) -> None:
        self._index = index
        self._fingerprint = fingerprint
        self._lock = threading.RLock()
        self._version: IndexVersion | None = None
        self._catalog: Catalog | None = None
        self._identity: tuple[int, int] | None = None
        self._snapshot: Snapshot | None = None
        self._coverage = Coverage()
        self._digests: dict[str, bytes | None] = {}

    @property
    def version(self) -> IndexVersion | None:
        """The version that answers; None before the first commit."""
        return self._version

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest generation that was opened."""
        return self._snapshot

    @property
    def coverage(self) -> Coverage:
        """How much of the folder is indexed, as of the last `refresh`."""
        return self._coverage

    @property
    def answers_with_other_model(self) -> bool:
        """Whether an older version answers, of another model or format, until the new one is ready."""
        return self._version is not None and self._version.fingerprint != self._fingerprint

    def is_behind(self) -> bool:
        """Whether a newer generation was committed, by whatever process; takes some 20 microseconds."""
        with self._lock:
            if self._catalog is None or self._version is None:
                return True
            try:
                return (
                    _identity(self._version.catalog) != self._identity
                    or self._snapshot is None
                    or self._catalog.generation() != self._snapshot.generation
                )
            except SemanticSymbolsError:
                return True

    def refresh(self) -> bool:
        """Open the newest generation if there is one; whether a snapshot is open now."""
        with self._lock:
            try:
                self._reopen()
                if self._catalog is not None and self._version is not None:
                    self._open_snapshot(self._catalog, self._version)
            except IndexDamaged:
                logger.exception("the index can't be opened; what was open before goes on answering")
                self._close_catalog()
            return self._snapshot is not None

    def indexed_digest(self, path: str) -> bytes | None:
        """Return the digest of a file in the open generation; None where it has no such file, or may have another."""
        with self._lock:
            if self._catalog is None or self._snapshot is None:
                return None
            if self._catalog.generation() != self._snapshot.generation:
                return None  # the catalog is ahead of what searches see
            if path not in self._digests:
                state = self._catalog.file_at(path)
                self._digests[path] = None if state is None else state.digest
            return self._digests[path]

    def file_at(self, path: str) -> FileState | None:
        """Return what the catalog knows of a file."""
        with self._lock:
            return None if self._catalog is None else self._catalog.file_at(path)

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._snapshot = None
            self._close_catalog()

    def _reopen(self) -> None:
        """Look for a better version, or for the same one made anew."""
        version = self._best_version()
        if version is None:
            return
        if version == self._version and self._catalog is not None and _identity(version.catalog) == self._identity:
            return
        self._close_catalog()
        self._identity = _identity(version.catalog)
        self._catalog = Catalog.open_reader(version.catalog)
        self._version, self._snapshot = version, None

    def _best_version(self) -> IndexVersion | None:
        """Today's version once it is ready, or once it has something while no other is ready."""
        today = self._index.version(self._fingerprint)
        if today.is_ready:
            return today
        for version in self._index.versions():
            if version.is_ready and version.catalog.is_file():
                return version
        return today if today.catalog.is_file() else None

    def _open_snapshot(self, catalog: Catalog, version: IndexVersion) -> None:
        counts = catalog.coverage()
        self._coverage = Coverage(
            counts.files, counts.indexed, counts.symbols, counts.skipped + counts.quarantined
        )
        if catalog.generation() == 0:
            return
        if self._snapshot is None or catalog.generation() != self._snapshot.generation:
            self._snapshot = Snapshot.open(version, catalog, self._snapshot)
            self._digests.clear()

    def _close_catalog(self) -> None:
        if self._catalog is not None:
            self._catalog.close()
        self._catalog = self._identity = None
        self._digests.clear()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
