"""What one file yielded: its symbols, their words and vectors; and the packed form that is sent and cached.

A yield knows nothing of the file's path, so it serves every file with that content.
"""

import zlib
from dataclasses import dataclass
from typing import Final

import msgpack
import numpy as np
from numpy.typing import NDArray

from lsp_server.errors import IndexDamaged
from lsp_server.model import Symbol
from lsp_server.storage.symbol_record import symbol_fields, symbol_of_fields

YIELD_FORMAT: Final = 1
"""Raised when the packed form changes; yields of another format are made anew."""

_HEAD: Final = b"SSY" + bytes([YIELD_FORMAT])


@dataclass(frozen=True, slots=True)
class SymbolWords:
    """The words of one symbol for the text index: split, joined by one space."""

    name: str
    whole_name: str
    container: str
    signature: str
    doc: str
    body: str


@dataclass(frozen=True, slots=True, eq=False)
class FileYield:
    """All that indexing needs of one file; row i of texts and vectors belongs to symbol i.

    Attributes:
        digest: Of the content, 16 bytes.
        language: Canonical language id.
        skipped: Why the file has no symbols; None when it was indexed.
        symbols: The file's own entry first.
        texts: Words for the text index.
        vectors: f16[n, d], the content vectors (without the path).
        words: How many words the whole file has.
    """

    digest: bytes
    language: str
    skipped: str | None
    symbols: tuple[Symbol, ...]
    texts: tuple[SymbolWords, ...]
    vectors: NDArray[np.float16]
    words: int


def pack(file_yield: FileYield) -> bytes:
    """Return the packed form: magic and format, CRC-32 of the rest, one msgpack array of columns.

    Raises:
        ValueError: Symbols, texts and vectors are not equally many.
    """
    n_rows, dimensions = file_yield.vectors.shape
    if not n_rows == len(file_yield.symbols) == len(file_yield.texts):
        raise ValueError("symbols, texts and vectors must be equally many")
    columns = (
        file_yield.digest,
        file_yield.language,
        file_yield.skipped,
        [symbol_fields(symbol) for symbol in file_yield.symbols],
        [(t.name, t.whole_name, t.container, t.signature, t.doc, t.body) for t in file_yield.texts],
        dimensions,
        np.ascontiguousarray(file_yield.vectors, dtype="<f2").tobytes(),
        file_yield.words,
    )
    body: bytes = msgpack.packb(columns, unicode_errors="surrogatepass")
    return b"".join((_HEAD, zlib.crc32(body).to_bytes(4, "little"), body))


def unpack(data: bytes) -> FileYield:
    """Return what `pack` was given; the vectors are a read-only view of `data`'s copy.

    Raises:
        IndexDamaged: `data` is cut short, altered, or of another format.
    """
    body = memoryview(data)[8:]
    if data[:4] != _HEAD or zlib.crc32(body) != int.from_bytes(data[4:8], "little"):
        raise _damaged("it is cut short, altered or of another format")
    try:
        digest, language, skipped, symbols, texts, dimensions, vectors, words = msgpack.unpackb(
            body, use_list=False, unicode_errors="surrogatepass"
        )
        return FileYield(
            digest=digest,
            language=language,
            skipped=skipped,
            symbols=tuple(map(symbol_of_fields, symbols)),
            texts=tuple(SymbolWords(*fields) for fields in texts),
            vectors=np.frombuffer(vectors, dtype="<f2").reshape(len(symbols), dimensions),
            words=words,
        )
    except (ValueError, TypeError, LookupError, msgpack.UnpackException) as error:
        raise _damaged(str(error)) from error


def _damaged(what: str) -> IndexDamaged:
    return IndexDamaged(f"What a file yielded can't be unpacked: {what}.", "The file has to be indexed anew.")
