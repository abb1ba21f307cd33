"""Owns writing segment files: durably and atomically, in one pass, from arrays or streamed blocks."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np

from lsp_server.disk import patiently
from lsp_server.errors import IndexStorageFailed
from lsp_server.vectors import names
from lsp_server.vectors.arrays import F16, I64, U8, U32, U64, AnyArray
from lsp_server.vectors.format import (
    COLUMNS,
    HEADER_BYTES,
    LOOKUPS,
    TEXTS,
    Header,
    Section,
    aligned,
    code_bytes,
    crc_of,
    encode_header,
)
from lsp_server.vectors.kernels import is_finite, sign_codes

TEMPORARY_SUFFIX = ".tmp"
"""Suffix of unfinished files, which may be deleted by whoever holds the writer lease."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentRows:
    """Symbols to be written, in any order.

    Attributes:
        ids: u64[n], stable symbol ids.
        vectors: f16[n, d], finite; unit rows, or zero where there is no text to embed.
        kinds: u8[n], LSP's symbol kinds.
        languages: u8[n], numbers whose meaning is the caller's.
        files: u32[n], the catalog's file ids.
        flags: u8[n], `SymbolFlags`.
        lines: u8[n], how many lines each covers, 255 for more.
        names: n names as written.
        qualified_names: n names with their containers.
        records: n packed records, opaque here.
    """

    ids: U64
    vectors: F16
    kinds: U8
    languages: U8
    files: U32
    flags: U8
    lines: U8
    names: list[str]
    qualified_names: list[str]
    records: list[bytes]


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """What the catalog records about a written segment.

    Attributes:
        rows: Number of symbols.
        size_bytes: Size of the file.
        checksum: Sixteen hex digits over the header and so, through the sections' CRCs, over everything.
    """

    rows: int
    size_bytes: int
    checksum: str


class SegmentFile:
    """A segment being written: sections are added one by one, then `finish` makes it appear under its name.

    A context manager; leaving it without `finish` removes what was written.

    Raises:
        IndexStorageFailed: From any method, when the disk is full or read-only or the folder is gone.
    """

    def __init__(self, path: Path, *, rows: int, dimensions: int, clusters: int) -> None:
        self._path = path
        self._temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
        self._shape = (rows, dimensions, clusters)
        self._sections: list[Section] = []
        try:
            self._stream: BinaryIO = self._temporary.open("wb")
        except OSError as error:
            raise _storage_failed(path, error) from error
        self._offset = HEADER_BYTES

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._shape[1]

    def add(self, name: str, shape: tuple[int, ...], blocks: Iterable[AnyArray]) -> None:
        """Write one section.

        Args:
            name: A key of `COLUMNS` or `LOOKUPS`.
            shape: The whole array's shape.
            blocks: Its rows, in order, in any number of pieces.

        Raises:
            IndexStorageFailed: The disk is full or can't be written.
            ValueError: The pieces don't make up the shape.
        """
        dtype = (COLUMNS | LOOKUPS)[name]
        offset = aligned(self._offset)
        checksum = 0
        n_bytes = 0
        try:
            self._stream.seek(offset)
            for block in blocks:
                piece = np.ascontiguousarray(block, dtype)
                checksum = crc_of(piece, checksum)
                self._stream.write(piece.reshape(-1).view(np.uint8).data)
                n_bytes += piece.nbytes
        except OSError as error:
            raise _storage_failed(self._path, error) from error
        section = Section(name, dtype, shape, offset, checksum)
        if section.size_bytes != n_bytes:
            raise ValueError(f"section {name}: got {n_bytes} bytes, expected {section.size_bytes}")
        self._sections.append(section)
        self._offset = offset + n_bytes

    def finish(self) -> SegmentInfo:
        """Complete the file, sync it to disk and rename it to its final name."""
        rows, dimensions, clusters = self._shape
        size_bytes = aligned(self._offset)
        header = Header(rows, dimensions, clusters, size_bytes, tuple(self._sections))
        try:
            self._stream.truncate(size_bytes)
            self._stream.seek(0)
            self._stream.write(encode_header(header))
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            patiently(lambda: self._temporary.replace(self._path))
            _sync_folder(self._path.parent)
        except OSError as error:
            raise _storage_failed(self._path, error) from error
        return SegmentInfo(rows, size_bytes, header.checksum)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # A disk that failed a write fails the flush on closing, too; the first error is the one to report.
        with suppress(OSError):
            self._stream.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def write_segment(
    path: Path, rows: SegmentRows, clusters: U32, n_clusters: int, second: U32 | None = None
) -> SegmentInfo:
    """Write symbols as one segment, in order of cluster, then id.

    Args:
        path: The new file; its folder must exist.
        rows: The symbols.
        clusters: u32[n], each symbol's cluster, below `n_clusters`.
        n_clusters: How many clusters the index has.
        second: u32[n], a second cluster for each symbol, `n_clusters` for none; None where searches probe all
            clusters.

    Returns:
        What to record in the catalog.

    Raises:
        IndexStorageFailed: The file could not be written; nothing is left of it.
        ValueError: A vector is not finite.
    """
    if not is_finite(rows.vectors):
        raise ValueError("vectors must be finite")
    order = np.lexsort((rows.ids, clusters))
    n_rows, dimensions = rows.vectors.shape
    vectors = rows.vectors[order]
    codes = sign_codes(vectors)
    ids = rows.ids[order]
    by_id = np.argsort(ids, kind="stable")
    sorted_rows = order.tolist()
    ordered_names = [rows.names[row] for row in sorted_rows]
    low = names.pack([names.lowered(name) for name in ordered_names])
    low_qualified = names.pack([names.lowered(rows.qualified_names[row]) for row in sorted_rows])
    with SegmentFile(path, rows=n_rows, dimensions=dimensions, clusters=n_clusters) as file:
        file.add("codes", codes.shape, [codes])
        file.add("vectors", vectors.shape, [vectors])
        file.add("ids", ids.shape, [ids])
        for name in ("kinds", "languages", "files", "flags", "lines"):
            file.add(name, ids.shape, [getattr(rows, name)[order]])
        file.add("name_masks", ids.shape, [names.letter_masks(ordered_names)])
        file.add("name_pairs", ids.shape, [names.pair_masks(*low)])
        file.add("name_firsts", ids.shape, [names.first_letters(*low)])
        file.add("qualified_pairs", ids.shape, [names.pair_masks(*low_qualified)])
        file.add("cluster_starts", (n_clusters + 1,), [starts_of(clusters[order], n_clusters)])
        spilled = spills(None if second is None else second[order], n_clusters)
        add_spills(file, spilled, [codes[spilled.rows]])
        file.add("sorted_ids", ids.shape, [ids[by_id]])
        file.add("sorted_rows", ids.shape, [by_id])
        _add_texts(file, "names", names.pack([names.encoded(name) for name in ordered_names]))
        _add_texts(file, "lowered", low)
        _add_texts(file, "records", names.pack([rows.records[row] for row in sorted_rows]))
        return file.finish()


@dataclass(frozen=True, slots=True, eq=False)
class Spills:
    """Rows that are in a second cluster, i64[m], by that cluster, then row; its boundaries, u32[k + 1]."""

    rows: I64
    starts: U32


def spills(second: U32 | None, n_clusters: int) -> Spills:
    """Return the rows that have a second cluster, ordered by it.

    Args:
        second: u32[n], the second cluster of each row, `n_clusters` for none; None when no row has one.
        n_clusters: How many clusters there are.
    """
    if second is None:
        return Spills(np.zeros(0, np.int64), np.zeros(n_clusters + 1, np.uint32))
    order = np.argsort(second, kind="stable")
    order = order[: int(np.count_nonzero(second < n_clusters))]
    return Spills(order, starts_of(second[order], n_clusters))


def add_spills(file: SegmentFile, spilled: Spills, codes: Iterable[AnyArray]) -> None:
    """Write the sections of second clusters.

    Args:
        file: The segment.
        spilled: The rows.
        codes: Their codes, in any number of pieces.
    """
    file.add("spilled_codes", (len(spilled.rows), code_bytes(file.dimensions)), codes)
    file.add("spilled_rows", spilled.rows.shape, [spilled.rows])
    file.add("spilled_starts", spilled.starts.shape, [spilled.starts])


def starts_of(sorted_clusters: AnyArray, n_clusters: int) -> U32:
    """Return where each cluster begins among rows in order of cluster, u32[n_clusters + 1]."""
    return np.searchsorted(sorted_clusters, np.arange(n_clusters + 1)).astype(np.uint32)


def text_end(section: str) -> U8:
    """Return what ends a blob: a newline after the lowered names, nothing after others."""
    return np.frombuffer(b"\n" if section == "lowered" else b"", np.uint8)


def _add_texts(file: SegmentFile, section: str, packed: tuple[U8, U64]) -> None:
    blob, starts = packed
    end = text_end(section)
    file.add(section, (len(blob) + len(end),), [blob, end])
    file.add(TEXTS[section], starts.shape, [starts])


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder can't be opened there, and NTFS journals the rename itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _storage_failed(path: Path, error: OSError) -> IndexStorageFailed:
    return IndexStorageFailed(
        f"The vector segment {path.name} can't be written: {error.strerror or error}.",
        f"Free space on the disk that holds {path.parent}, or choose another index folder.",
        path=str(path),
    )
