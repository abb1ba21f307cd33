"""What the catalog takes and gives: files, segments, batches and snapshots as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lsp_server.model import FileId

MetaValue = str | int | float | bytes
"""What a fact in the catalog's `meta` table may be."""


class FileStatus(StrEnum):
    """What the index knows about a file."""

    INDEXED = "indexed"
    SKIPPED = "skipped"
    """Read, and left out for a stated reason (binary, too large, minified, ...)."""
    PENDING = "pending"
    """Seen, never indexed so far."""
    QUARANTINED = "quarantined"
    """It killed or stalled a worker; left alone until its content changes."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as the last commit left it.

    Attributes:
        file: Its row; never reused within one index.
        digest: Of its content when it was read; empty while pending.
        size_bytes: When it was read.
        mtime_ns: Its modification time, when it was read.
        language: Canonical language id; empty while pending.
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


@dataclass(frozen=True, slots=True, eq=False)
class FileUpdate:
    """What a batch found out about one file; its path must have been named to `Catalog.begin` or `discover`.

    Attributes:
        path: Relative to the workspace folder, forward slashes.
        digest: Of the content that was read.
        size_bytes: Of what was read.
        mtime_ns: Modification time of what was read.
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
    """One vector segment the index consists of.

    Attributes:
        name: File name inside the segments folder.
        n_rows: With the dead ones.
        size_bytes: Of the file.
        checksum: As `write_segment` reported it.
        generation: The commit that listed it; set by the catalog.
    """

    name: str
    n_rows: int
    size_bytes: int
    checksum: str
    generation: int = 0


@dataclass(frozen=True, slots=True)
class BatchIntent:
    """The files a batch is about to touch, recorded before anything else is written.

    Attributes:
        changed: Path → file id of what will be indexed (anew).
        removed: Path → file id of what will disappear from the index.
    """

    changed: Mapping[str, FileId] = field(default_factory=dict)
    removed: Mapping[str, FileId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class BatchCommit:
    """All that one commit changes, in one transaction.

    Attributes:
        updated: New states of files.
        removed: Paths that leave the index.
        segments: Segments that are complete and durable on disk.
        tombstones: Segment name → u32 rows that died; added to those known. A new segment may be named too.
        retired: Segments that leave the index; their tombstones go with them. Their files are the caller's to
            delete, after the commit.
        meta: Facts to set (centroids, calibration, ...).
        settled: Further paths whose intent is over though nothing is known about them.
    """

    updated: Sequence[FileUpdate] = ()
    removed: Sequence[str] = ()
    segments: Sequence[SegmentEntry] = ()
    tombstones: Mapping[str, NDArray[np.uint32]] = field(default_factory=dict)
    retired: Sequence[str] = ()
    meta: Mapping[str, MetaValue] = field(default_factory=dict)
    settled: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CatalogCoverage:
    """How many files stand where, and how many symbols there are."""

    indexed: int = 0
    skipped: int = 0
    pending: int = 0
    quarantined: int = 0
    symbols: int = 0

    @property
    def files(self) -> int:
        """All files that are not ignored."""
        return self.indexed + self.skipped + self.pending + self.quarantined


@dataclass(frozen=True, slots=True, eq=False)
class CatalogSnapshot:
    """One generation, read in one transaction.

    Attributes:
        generation: Counts commits; 0 before the first.
        paths: Indexed by file id: the path of an indexed file, or "" where there is none.
        n_files: How many of `paths` are not empty.
        segments: In the order in which they were listed.
        tombstones: Segment name → u32 rows, ascending; absent where none died.
        meta: All facts.
    """

    generation: int
    paths: tuple[str, ...]
    n_files: int
    segments: tuple[SegmentEntry, ...]
    tombstones: Mapping[str, NDArray[np.uint32]]
    meta: Mapping[str, MetaValue]
