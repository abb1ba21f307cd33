"""Owns reading one segment file: only its header is read to open it, the rest is memory-mapped, read-only."""

import contextlib
import mmap
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from lsp_server.errors import IndexDamaged, IndexStorageFailed
from lsp_server.vectors.arrays import F16, I64, U8, U32, U64, AnyArray, Mask
from lsp_server.vectors.format import (
    HEADER_BYTES,
    LEADS,
    TEXTS,
    Header,
    crc_of,
    decode_header,
    segment_damaged,
)
from lsp_server.vectors.writer import SegmentInfo, text_end


class Segment:
    """The columns of one segment. Arrays are read-only views of the mapped file.

    Attributes:
        path: The file.
        n_rows: Number of symbols, n.
        n_clusters: Number of clusters it was written with, k.
        ids: u64[n], stable symbol ids, ascending within a cluster.
        codes: u8[n, b], sign codes.
        vectors: f16[n, d].
        kinds: u8[n].
        languages: u8[n].
        files: u32[n].
        flags: u8[n].
        lines: u8[n].
        name_masks: u64[n], see `names.letter_mask`.
        name_pairs: u64[n], see `names.pair_mask`.
        name_firsts: u8[n], see `names.first_letters`.
        qualified_pairs: u64[n], pair masks of the names with their containers.
        cluster_starts: u32[k + 1]; cluster c is rows `cluster_starts[c]:cluster_starts[c + 1]`.
        spilled_codes: u8[m, b], codes of rows that are in a second cluster, too, by that cluster, then row.
        spilled_rows: u32[m], their rows.
        spilled_starts: u32[k + 1], where each cluster begins among these.
        names: u8[...], concatenated UTF-8 names.
        name_starts: u64[n + 1].
        lowered: u8[...], see `names`.
        lowered_starts: u64[n + 1].
        records: u8[...], concatenated packed symbol records.
        record_starts: u64[n + 1].
    """

    def __init__(self, path: Path, header: Header, mapped: mmap.mmap) -> None:
        self.path = path
        self.n_rows = header.rows
        self.n_clusters = header.clusters
        self.dimensions = header.dimensions
        self.info = SegmentInfo(header.rows, header.size_bytes, header.checksum)
        self._header = header
        self._mapped: mmap.mmap | None = mapped
        arrays = {
            section.name: _view(mapped, section.dtype, section.shape, section.offset)
            for section in header.sections
        }
        self.ids: U64 = arrays["ids"]
        self.codes: U8 = arrays["codes"]
        self.vectors: F16 = arrays["vectors"]
        self.kinds: U8 = arrays["kinds"]
        self.languages: U8 = arrays["languages"]
        self.files: U32 = arrays["files"]
        self.flags: U8 = arrays["flags"]
        self.lines: U8 = arrays["lines"]
        self.name_masks: U64 = arrays["name_masks"]
        self.name_pairs: U64 = arrays["name_pairs"]
        self.name_firsts: U8 = arrays["name_firsts"]
        self.qualified_pairs: U64 = arrays["qualified_pairs"]
        self.cluster_starts: U32 = arrays["cluster_starts"]
        self.spilled_codes: U8 = arrays["spilled_codes"]
        self.spilled_rows: U32 = arrays["spilled_rows"]
        self.spilled_starts: U32 = arrays["spilled_starts"]
        self.names: U8 = arrays["names"]
        self.name_starts: U64 = arrays["name_starts"]
        self.lowered: U8 = arrays["lowered"]
        self.lowered_starts: U64 = arrays["lowered_starts"]
        self.records: U8 = arrays["records"]
        self.record_starts: U64 = arrays["record_starts"]
        self._sorted_ids: U64 = arrays["sorted_ids"]
        self._sorted_rows: U32 = arrays["sorted_rows"]

    @classmethod
    def open(cls, path: Path) -> "Segment":
        """Map a segment file, reading only its header and the numbers that something else is looked up by.

        Args:
            path: The file.

        Returns:
            The segment.

        Raises:
            IndexDamaged: The file is missing, truncated, of another version, or what was read is corrupt.
            IndexStorageFailed: It can't be read now, which says nothing about its content.
        """
        try:
            with path.open("rb") as stream:
                head = stream.read(HEADER_BYTES)
                file_bytes = stream.seek(0, 2)
                header = decode_header(head, path, file_bytes)
                mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError as error:
            raise segment_damaged(path, "is missing") from error
        except OSError as error:
            raise IndexStorageFailed(
                f"The vector segment {path.name} can't be read: {error.strerror or error}.",
                f"Check that you may read {path.parent} and that its disk works, and try again.",
                path=str(path),
            ) from error
        segment = cls(path, header, mapped)
        try:
            segment.check()
        except IndexDamaged:
            segment.close()
            raise
        return segment

    def check(self) -> None:
        """Compare the numbers that other things are looked up by with their checksums: 2 ms a million rows.

        Raises:
            IndexDamaged: They differ.
        """
        for name in self._failing(LEADS):
            raise segment_damaged(self.path, f"has a section {name} that fails its checksum")

    def find(self, ids: U64) -> I64:
        """Return the rows of symbols, looked up by id.

        Args:
            ids: u64[m].

        Returns:
            i64[m], -1 where the segment has no such symbol.

        Raises:
            IndexDamaged: The look-up leads to rows that don't exist.
        """
        if not self.n_rows:
            return np.full(len(ids), -1, np.int64)
        indices = np.minimum(np.searchsorted(self._sorted_ids, ids), self.n_rows - 1)
        rows = self._sorted_rows[indices].astype(np.int64)
        rows[self._sorted_ids[indices] != ids] = -1
        if (rows >= self.n_rows).any():
            raise segment_damaged(self.path, "has an id look-up that does not lead to its rows")
        return rows

    def alive(self, dead: U32 | None) -> Mask | None:
        """Return which rows are not dead, bool[n]; None where all are alive.

        Args:
            dead: u32[m], the segment's tombstones, in any order.
        """
        if dead is None or not len(dead):
            return None
        mask = np.ones(self.n_rows, np.bool_)
        mask[dead] = False
        return mask

    def clusters(self) -> U32:
        """Return every row's cluster, u32[n]; computed on each call."""
        return np.repeat(
            np.arange(self.n_clusters, dtype=np.uint32), self.cluster_starts[1:] - self.cluster_starts[:-1]
        )

    def second_clusters(self) -> U32:
        """Return every row's second cluster, u32[n], `n_clusters` for none; computed on each call."""
        second = np.full(self.n_rows, self.n_clusters, np.uint32)
        sizes = self.spilled_starts[1:] - self.spilled_starts[:-1]
        second[self.spilled_rows] = np.repeat(np.arange(self.n_clusters, dtype=np.uint32), sizes)
        return second

    def record(self, row: int) -> bytes:
        """Return a row's packed record."""
        return self._text(self.records, self.record_starts, row)

    def name(self, row: int) -> str:
        """Return a row's name as written."""
        return self._text(self.names, self.name_starts, row).decode("utf-8", "replace")

    @staticmethod
    def _text(blob: U8, starts: U64, row: int) -> bytes:
        # As Python's numbers: damaged ones may be too large for a slice by NumPy's.
        return blob[int(starts[row]) : int(starts[row + 1])].tobytes()

    def prefetch(self) -> None:
        """Advise the system to read the codes into memory in the background, where it takes such advice."""
        mapped = self._mapped
        if mapped is None:
            return
        for section in self._header.sections:
            if sys.platform != "win32" and section.name in {"codes", "spilled_codes"} and section.size_bytes:
                start = section.offset - section.offset % mmap.PAGESIZE
                n_bytes = section.offset + section.size_bytes - start
                with contextlib.suppress(OSError):  # advice only
                    mapped.madvise(mmap.MADV_WILLNEED, start, n_bytes)

    def verify(self) -> list[str]:
        """Read everything, and check the checksums and the consistency of the sections.

        Returns:
            The problems found, one sentence each; empty when there are none.
        """
        return list(self._problems())

    def close(self) -> None:
        """Release the mapping, without which Windows does not let the file be deleted.

        The mapping stays until arrays that others still hold are gone.
        """
        mapped, self._mapped = self._mapped, None
        for name, value in list(vars(self).items()):
            if isinstance(value, np.ndarray):
                setattr(self, name, np.empty((0, *value.shape[1:]), value.dtype))
        if mapped is not None:
            with contextlib.suppress(BufferError):
                mapped.close()

    def _problems(self) -> Iterator[str]:
        if self._mapped is None:
            yield "it is closed"
            return
        for name in self._failing([section.name for section in self._header.sections]):
            yield f"the section {name} fails its checksum"
        starts = self.cluster_starts.astype(np.int64)
        if (
            len(starts) != self.n_clusters + 1
            or starts[0] != 0
            or starts[-1] != self.n_rows
            or (np.diff(starts) < 0).any()
        ):
            yield "the clusters do not cover the rows"
        if not self._spills_hold():
            yield "the second clusters are inconsistent"
        if (self._sorted_ids[1:] < self._sorted_ids[:-1]).any():
            yield "the id look-up is not sorted"
        rows = self._sorted_rows.astype(np.int64)
        if (rows >= self.n_rows).any() or not np.array_equal(self.ids[rows], self._sorted_ids):
            yield "the id look-up does not lead to the rows"
        for name in TEXTS:
            yield from self._text_problems(name)

    def _failing(self, names: Collection[str]) -> Iterator[str]:
        """Yield those of some sections that fail their checksums; none once it is closed."""
        mapped = self._mapped
        for section in self._header.sections:
            if section.name in names and mapped is not None:
                content = _view(mapped, section.dtype, section.shape, section.offset)
                if crc_of(content) != section.crc32:
                    yield section.name

    def _spills_hold(self) -> bool:
        starts, rows = self.spilled_starts.astype(np.int64), self.spilled_rows
        return (
            len(starts) == self.n_clusters + 1
            and starts[0] == 0
            and starts[-1] == len(rows) == len(self.spilled_codes)
            and not (np.diff(starts) < 0).any()
            and not (rows >= self.n_rows).any()
            and np.array_equal(self.codes[rows], self.spilled_codes)
        )

    def _text_problems(self, name: str) -> Iterator[str]:
        blob: U8 = getattr(self, name)
        starts = getattr(self, TEXTS[name]).astype(np.int64)
        if len(starts) != self.n_rows + 1 or starts[0] != 0 or (np.diff(starts) < 0).any():
            yield f"the boundaries of the section {name} are out of order"
        elif starts[-1] + len(text_end(name)) != len(blob):
            yield f"the boundaries of the section {name} do not cover it"


def _view(mapped: mmap.mmap, dtype: str, shape: tuple[int, ...], offset: int) -> AnyArray:
    count = int(np.prod(shape, dtype=np.int64))
    if not count:  # `frombuffer` refuses to make an empty array
        return np.empty(shape, dtype)
    return np.frombuffer(mapped, dtype, count, offset).reshape(shape)
