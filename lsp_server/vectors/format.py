r"""Owns the byte layout of a segment file: magic, header, table of sections, and the checks of a header.

A segment file is a header of `HEADER_BYTES`, then the sections, each at a multiple of `ALIGNMENT`:

```
offset  size  what
0       8     magic b"\x93SEMSYM\n"
8       4     format version, little-endian u32
12      4     length of the JSON text, little-endian u32
16      4     CRC-32 of the JSON text, little-endian u32
20      n     JSON: rows, dimensions, clusters, size_bytes,
              sections [[name, dtype, shape, offset, crc32], ...]
```

All numbers are little-endian, arrays are C-contiguous, nothing is pickled.
"""

import json
import struct
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from lsp_server.errors import IndexDamaged
from lsp_server.vectors.arrays import AnyArray

MAGIC = b"\x93SEMSYM\n"
FORMAT_VERSION = 4
HEADER_BYTES = 4096
ALIGNMENT = 64

_PREFIX = struct.Struct("<8sIII")

COLUMNS: dict[str, str] = {
    "ids": "<u8",
    "codes": "|u1",
    "vectors": "<f2",
    "kinds": "|u1",
    "languages": "|u1",
    "files": "<u4",
    "flags": "|u1",
    "lines": "|u1",
    "name_masks": "<u8",
    "name_pairs": "<u8",
    "name_firsts": "|u1",
    "qualified_pairs": "<u8",
}
"""Sections with one entry per row, in order of cluster, then id."""

SMALL_COLUMNS = tuple(name for name in COLUMNS if name not in {"ids", "codes", "vectors"})
"""Small columns, which a merge copies as they are."""

LOOKUPS: dict[str, str] = {
    "cluster_starts": "<u4",
    "spilled_codes": "|u1",
    "spilled_rows": "<u4",
    "spilled_starts": "<u4",
    "sorted_ids": "<u8",
    "sorted_rows": "<u4",
    "names": "|u1",
    "name_starts": "<u8",
    "lowered": "|u1",
    "lowered_starts": "<u8",
    "records": "|u1",
    "record_starts": "<u8",
}
"""Sections of other shapes: cluster boundaries, second clusters, id look-up, texts with their boundaries."""

LEADS = ("kinds", "languages", "files", "cluster_starts", "spilled_rows", "spilled_starts", "sorted_rows")
"""Sections of numbers that something else is looked up by: 14 bytes a row."""

TEXTS: dict[str, str] = {"names": "name_starts", "lowered": "lowered_starts", "records": "record_starts"}
"""Sections of texts, each with the section of its boundaries; see `names`."""


@dataclass(frozen=True, slots=True)
class Section:
    """One array in the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    crc32: int

    @property
    def size_bytes(self) -> int:
        """Length of the array in the file."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a segment file."""

    rows: int
    dimensions: int
    clusters: int
    size_bytes: int
    sections: tuple[Section, ...]

    @property
    def checksum(self) -> str:
        """Sixteen hex digits that identify the content, as the header has every section's CRC."""
        return blake2b(_to_json(self), digest_size=8).hexdigest()


def code_bytes(dimensions: int) -> int:
    """Return the length of one sign code: a bit per dimension, padded to whole 64-bit words."""
    return -(-dimensions // 64) * 8


def aligned(offset: int) -> int:
    """Return the first multiple of `ALIGNMENT` at or after the offset."""
    return -(-offset // ALIGNMENT) * ALIGNMENT


def encode_header(header: Header) -> bytes:
    """Return the header as exactly `HEADER_BYTES` bytes."""
    text = _to_json(header)
    prefix = _PREFIX.pack(MAGIC, FORMAT_VERSION, len(text), crc32(text))
    return (prefix + text).ljust(HEADER_BYTES, b"\0")


def decode_header(data: bytes, path: Path, file_bytes: int) -> Header:
    """Parse and check the first `HEADER_BYTES` of a segment file.

    Args:
        data: The bytes.
        path: The file, for messages.
        file_bytes: The file's real size.

    Returns:
        The header; its sections lie inside the file and have the shapes that the row count demands.

    Raises:
        IndexDamaged: The file is not a segment, of another version, truncated, or its header is corrupt.
    """
    if len(data) < HEADER_BYTES:
        raise segment_damaged(path, "is cut short")
    magic, version, length, checksum = _PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise segment_damaged(path, "is not a vector segment")
    if version != FORMAT_VERSION:
        raise segment_damaged(path, f"has format version {version}, this program reads {FORMAT_VERSION}")
    text = data[_PREFIX.size : _PREFIX.size + length]
    if len(text) != length or crc32(text) != checksum:
        raise segment_damaged(path, "has a header that fails its checksum")
    header = _from_json(json.loads(text))
    if header.size_bytes != file_bytes:
        raise segment_damaged(path, f"has {file_bytes} bytes instead of {header.size_bytes}")
    complaints = _complaints(header)
    if complaints:
        raise segment_damaged(path, complaints[0])
    return header


def crc_of(array: AnyArray, previous: int = 0) -> int:
    """Return the CRC-32 of an array's bytes, continued from a previous one."""
    return (
        crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, previous)
        if array.size
        else previous
    )


def segment_damaged(path: Path, complaint: str) -> IndexDamaged:
    """Return the error for a damaged segment file; the complaint continues "The vector segment ..."."""
    return IndexDamaged(f"The vector segment {path.name} {complaint}.", path=str(path))


def _to_json(header: Header) -> bytes:
    sections = [[s.name, s.dtype, list(s.shape), s.offset, s.crc32] for s in header.sections]
    fields = {
        "rows": header.rows,
        "dimensions": header.dimensions,
        "clusters": header.clusters,
        "size_bytes": header.size_bytes,
        "sections": sections,
    }
    return json.dumps(fields, separators=(",", ":")).encode()


def _from_json(fields: dict[str, Any]) -> Header:
    sections = tuple(
        Section(name, dtype, tuple(shape), offset, crc)
        for name, dtype, shape, offset, crc in fields["sections"]
    )
    return Header(fields["rows"], fields["dimensions"], fields["clusters"], fields["size_bytes"], sections)


def _complaints(header: Header) -> list[str]:
    expected = COLUMNS | LOOKUPS
    found = {section.name: section for section in header.sections}
    complaints = [f"lacks the section {name}" for name in expected if name not in found]
    for name, section in found.items():
        if section.dtype != expected.get(name, section.dtype):
            complaints.append(f"has the section {name} with dtype {section.dtype}")
        if section.offset % ALIGNMENT or section.offset + section.size_bytes > header.size_bytes:
            complaints.append(f"has the section {name} outside the file")
        if name in COLUMNS and section.shape[0] != header.rows:
            complaints.append(f"has {section.shape[0]} rows in the section {name} instead of {header.rows}")
    return complaints
