"""The catalog's input and output as plain values: files, segments, batches and snapshots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lsp_server.model import FileId

NEVER = -1
"""Size and time of a file that has to be read, whatever `stat` says."""

MetaValue = str | int | float | bytes
"""The type of a value in the catalog's `meta` table."""


class FileStatus(StrEnum):
    """What the index knows about a file."""

    INDEXED = "indexed"
    SKIPPED = "skipped"
    """Left out for a stated reason (binary, too large, minified, ...)."""
    PENDING = "pending"
    """Seen, but not indexed yet."""
    QUARANTINED = "quarantined"
    """Parsing it failed, or ended or stalled a worker; left alone until its content changes."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as the last commit left it.

    Attributes:
        file: Its row; never reused within one index.
        digest: Digest of its content when it was read; empty if it was not.
        size_bytes: Its size when it was read.
        mtime_ns: Its modification time when it was read.
        language: Canonical language id; empty unless it is indexed.
        status: See `FileStatus`.
        reason: Why it is skipped or quarantined; empty otherwise.
        n_symbols: How many symbols it has in the index.
    """

    file: FileId
    digest: bytes
    size_bytes: int
    mtime_ns: int
    language: str
    status: FileStatus
    reason: str
    n_symbols: int

    def unread(self) -> "FileState":
        """Return the same file as if it had never been read: the next scan reads it, whatever it finds."""
        return replace(self, digest=b"", size_bytes=NEVER, mtime_ns=NEVER)


@dataclass(frozen=True, slots=True, eq=False)
class FileUpdate:
    """A batch's result for one file; its path must have been passed to `Catalog.begin` or `discover`.

    Attributes:
        path: Relative to the workspace folder, with forward slashes.
        digest: Digest of the content that was read.
        size_bytes: Its size when it was read.
        mtime_ns: Its modification time when it was read.
        language: Canonical language id.
        status: INDEXED, SKIPPED or QUARANTINED.
        reason: Why it is skipped or quarantined.
        symbol_ids: u64[n], every symbol of the file.
    """

    path: str
    digest: bytes
    size_bytes: int
    mtime_ns: int
    language: str
    symbol_ids: NDArray[np.uint64]
    status: FileStatus = FileStatus.INDEXED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One of the vector segments that an index consists of.

    Attributes:
        name: File name inside the segments folder.
        n_rows: Number of rows, dead ones included.
        size_bytes: Size of the file.
        checksum: See `SegmentInfo.checksum`.
    """

    name: str
    n_rows: int
    size_bytes: int
    checksum: str


@dataclass(frozen=True, slots=True)
class BatchIntent:
    """The files that a batch is about to change, recorded before anything else is written.

    Attributes:
        changed: Path → file id of files that will be indexed, for the first time or again.
        removed: Path → file id of files that will leave the index.
    """

    changed: Mapping[str, FileId] = field(default_factory=dict)
    removed: Mapping[str, FileId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class BatchCommit:
    """Everything that one commit changes, in one transaction.

    Attributes:
        updated: New states of files.
        removed: Paths that leave the index; the catalog need not know them.
        segments: New segments, complete and durable on disk.
        tombstones: Segment name → u32 rows that are dead now, in addition to earlier ones. May name a new
            segment, too.
        retired: Segments that leave the index, with their tombstones. The caller deletes their files
            afterwards.
        meta: Metadata to set (centroids, calibration, ...).
    """

    updated: Sequence[FileUpdate] = ()
    removed: Sequence[str] = ()
    segments: Sequence[SegmentEntry] = ()
    tombstones: Mapping[str, NDArray[np.uint32]] = field(default_factory=dict)
    retired: Sequence[str] = ()
    meta: Mapping[str, MetaValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CatalogCoverage:
    """How many files have each status, and how many symbols there are."""

    indexed: int = 0
    skipped: int = 0
    pending: int = 0
    quarantined: int = 0
    symbols: int = 0

    @property
    def files(self) -> int:
        """Number of files that are not ignored."""
        return self.indexed + self.skipped + self.pending + self.quarantined


@dataclass(frozen=True, slots=True, eq=False)
class CatalogSnapshot:
    """One generation, read in one transaction.

    Attributes:
        generation: The number of the last commit; 0 before the first.
        paths: By file id: the path of an indexed file, or "" where there is none.
        n_files: How many of `paths` are not empty.
        segments: In the order in which they were listed.
        tombstones: Segment name → dead rows, u32, ascending; absent where there are none.
        meta: All metadata.
    """

    generation: int
    paths: tuple[str, ...]
    n_files: int
    segments: tuple[SegmentEntry, ...]
    tombstones: Mapping[str, NDArray[np.uint32]]
    meta: Mapping[str, MetaValue]
