"""Checks the bytes of a text index against the checksums that Tantivy writes at the end of its files."""

import json
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from lsp_server.disk import patiently
from lsp_server.fulltext.failures import tantivy_failures

_MAGIC: Final = 1337
_TRAILER_BYTES: Final = 8
_BLOCK_BYTES: Final = 1 << 20
_SEGMENT_SUFFIXES: Final = frozenset(
    {".idx", ".pos", ".term", ".store", ".fast", ".fieldnorm", ".del"},
)
TRUSTED_SUFFIXES: Final = frozenset({".store"})
"""Files that Tantivy trusts: a wrong length in them makes it ask for so much memory that the process ends."""


def damaged_files(path: Path, suffixes: Collection[str] = _SEGMENT_SUFFIXES) -> list[str]:
    """Return what is wrong with the files of the last commit, one sentence each; empty when nothing is.

    A file ends with a JSON footer that has the CRC-32 of everything before it, the footer's length and a
    magic number (`directory/footer.rs` of Tantivy 0.27). Files that the commit does not use are not checked.

    Raises:
        IndexStorageFailed: A file can't be read now, which says nothing about its content.
    """
    with tantivy_failures(path):
        return patiently(lambda: _damaged_files(path, suffixes))


def _damaged_files(path: Path, suffixes: Collection[str]) -> list[str]:
    try:
        meta = json.loads((path / "meta.json").read_bytes())
        segments = {
            segment["segment_id"].replace("-", ""): segment.get("deletes") for segment in meta["segments"]
        }
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        return [f"meta.json can't be read: {error}"]
    needed = {f"{segment}{suffix}" for segment in segments for suffix in suffixes if suffix != ".del"}
    files = sorted(path.iterdir())
    problems = [f"{name} is missing" for name in sorted(needed.difference(file.name for file in files))]
    for file in files:
        if file.suffix in suffixes and _is_committed(file, segments):
            try:
                sound = _is_sound(file)
            except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
                problems.append(f"{file.name} can't be read: {error}")
                continue
            if not sound:
                problems.append(f"{file.name} fails its checksum")
    return problems


def _is_committed(file: Path, segments: Mapping[str, Mapping[str, int] | None]) -> bool:
    segment = file.name.partition(".")[0]
    if segment not in segments:
        return False
    # A .del file is named by its commit's opstamp; another one is that of a commit that a crash prevented.
    deletes = segments[segment]
    return file.suffix != ".del" or (
        deletes is not None and file.name == f"{segment}.{deletes['opstamp']}.del"
    )


def _is_sound(file: Path) -> bool:
    size_bytes = file.stat().st_size
    with file.open("rb") as stream:
        stream.seek(max(size_bytes - _TRAILER_BYTES, 0))
        trailer = stream.read()
        footer_bytes = int.from_bytes(trailer[:4], "little")
        body_bytes = size_bytes - _TRAILER_BYTES - footer_bytes
        if int.from_bytes(trailer[4:], "little") != _MAGIC or body_bytes < 0:
            return False
        stream.seek(body_bytes)
        expected = json.loads(stream.read(footer_bytes))["crc"]
        stream.seek(0)
        crc = 0
        while body_bytes:
            block = stream.read(min(body_bytes, _BLOCK_BYTES))
            crc = zlib.crc32(block, crc)
            body_bytes -= len(block)
    return bool(crc == expected)
