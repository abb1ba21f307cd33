"""A file's analysis: its symbols, their words and vectors; the packed form in which it is sent and cached.

An analysis does not depend on the path, so it serves every file with the same content; `with_file_entry`
fills in the one symbol that shows the path, the file's own entry. Symbols stay packed: indexing passes their
records on without ever unpacking them.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self

import msgpack
import numpy as np
from numpy.typing import NDArray

from lsp_server.errors import IndexDamaged
from lsp_server.model import Symbol, symbol_key
from lsp_server.storage.symbol_record import pack_symbol, pack_symbols, unpack_symbol

ANALYSIS_FORMAT: Final = 2
"""To be raised when the packed form changes; analyses of another format are made again."""

_MAX_LINES: Final = 255

_HEAD: Final = b"SSY" + bytes([ANALYSIS_FORMAT])


class SymbolWords(NamedTuple):
    """The words of one symbol for the text index: stems, joined by single spaces; see `TextDocument`.

    A tuple, because they are packed and unpacked by the hundred thousand.
    """

    name: str
    whole_name: str
    container: str
    signature: str
    doc: str
    body: str


@dataclass(frozen=True, slots=True, eq=False)
class FileAnalysis:
    """Everything that indexing needs of one file; row i of every column belongs to symbol i.

    Make one with `of` or `of_skipped`.

    Attributes:
        digest: Digest of the content, 16 bytes.
        language: Canonical language id.
        skipped: Why the file has no symbols; None when it was indexed.
        names: As written.
        qualified_names: Containers and name joined by ".".
        languages: Canonical language ids; a file may have several.
        kinds: u8[n], `SymbolKind`.
        flags: u8[n], `SymbolFlags`, without those that the path implies.
        lines: u8[n], how many lines each covers, 255 for more.
        nths: u32[n], see `Symbol.nth`.
        records: `pack_symbol` of each symbol, for the segment.
        texts: Words for the text index.
        vectors: f16[n, d], the content vectors (without the path).
    """

    digest: bytes
    language: str
    skipped: str | None
    names: tuple[str, ...]
    qualified_names: tuple[str, ...]
    languages: tuple[str, ...]
    kinds: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    lines: NDArray[np.uint8]
    nths: NDArray[np.uint32]
    records: tuple[bytes, ...]
    texts: tuple[SymbolWords, ...]
    vectors: NDArray[np.float16]

    @classmethod
    def of(
        cls,
        digest: bytes,
        language: str,
        symbols: Sequence[Symbol],
        texts: Sequence[SymbolWords],
        vectors: NDArray[np.float16],
    ) -> Self:
        """Return the analysis of a file with these symbols, texts and f16[n, d] vectors.

        Raises:
            ValueError: Their numbers differ.
        """
        if not len(symbols) == len(texts) == len(vectors):
            raise ValueError("there must be as many texts and vectors as symbols")
        return cls(
            digest=digest,
            language=language,
            skipped=None,
            names=tuple([symbol.name for symbol in symbols]),
            qualified_names=tuple([symbol.qualified_name for symbol in symbols]),
            languages=tuple([symbol.language for symbol in symbols]),
            kinds=np.array([int(symbol.kind) for symbol in symbols], dtype=np.uint8),
            flags=np.array([int(symbol.flags) for symbol in symbols], dtype=np.uint8),
            lines=n_lines(symbols),
            nths=np.array([symbol.nth for symbol in symbols], dtype=np.uint32),
            records=pack_symbols(symbols),
            texts=tuple(texts),
            vectors=vectors,
        )

    @classmethod
    def of_skipped(cls, digest: bytes, reason: str) -> Self:
        """Return the analysis of a file that was skipped for `reason`."""
        empty = cls.of(digest, "", (), (), np.empty((0, 0), dtype=np.float16))
        return replace(empty, skipped=reason)

    def __len__(self) -> int:
        return len(self.records)

    def symbols(self) -> tuple[Symbol, ...]:
        """Return the symbols, unpacked."""
        return tuple(map(unpack_symbol, self.records))

    def symbol_ids(self, path: str) -> NDArray[np.uint64]:
        """Return the symbols' ids, u64[n], in a file at `path` (relative, with forward slashes)."""
        columns = zip(self.qualified_names, self.kinds.tolist(), self.nths.tolist(), strict=True)
        keys = [symbol_key(path, name, kind, nth) for name, kind, nth in columns]
        return np.frombuffer(b"".join(keys), dtype="<u8").astype(np.uint64, copy=False)

    def with_file_entry(self, symbol: Symbol, texts: SymbolWords) -> Self:
        """Return the analysis with another first symbol (the file's own entry); its vector stays."""
        kinds, flags, nths = self.kinds.copy(), self.flags.copy(), self.nths.copy()
        kinds[0], flags[0], nths[0] = int(symbol.kind), int(symbol.flags), symbol.nth
        return replace(
            self,
            names=(symbol.name, *self.names[1:]),
            qualified_names=(symbol.qualified_name, *self.qualified_names[1:]),
            languages=(symbol.language, *self.languages[1:]),
            kinds=kinds,
            flags=flags,
            nths=nths,
            records=(pack_symbol(symbol), *self.records[1:]),
            texts=(texts, *self.texts[1:]),
        )


def n_lines(symbols: Iterable[Symbol]) -> NDArray[np.uint8]:
    """Return how many lines each symbol covers, u8[n], 255 for more."""
    return np.array([min(symbol.n_lines, _MAX_LINES) for symbol in symbols], np.uint8)


def pack(analysis: FileAnalysis) -> bytes:
    """Return the packed form: magic and format, CRC-32 of the rest, one msgpack array of columns."""
    is_mixed = any(language != analysis.language for language in analysis.languages)
    columns = (
        analysis.digest,
        analysis.language,
        analysis.skipped,
        analysis.names,
        analysis.qualified_names,
        analysis.languages if is_mixed else None,
        analysis.kinds.tobytes(),
        analysis.flags.tobytes(),
        analysis.lines.tobytes(),
        analysis.nths.astype("<u4").tobytes(),
        analysis.records,
        analysis.texts,
        analysis.vectors.shape[1],
        np.ascontiguousarray(analysis.vectors, dtype="<f2").tobytes(),
    )
    body: bytes = msgpack.packb(columns, unicode_errors="surrogatepass")
    return b"".join((_HEAD, zlib.crc32(body).to_bytes(4, "little"), body))


def unpack(data: bytes) -> FileAnalysis:
    """Return the analysis that `pack` packed; its arrays are read-only.

    Raises:
        IndexDamaged: `data` is truncated, corrupt, or of another format.
    """
    body = memoryview(data)[8:]
    if data[:4] != _HEAD or zlib.crc32(body) != int.from_bytes(data[4:8], "little"):
        raise _damaged("it is truncated, corrupt or of another format")
    try:
        columns = msgpack.unpackb(body, use_list=False, unicode_errors="surrogatepass")
        digest, language, skipped, names, qualified_names, languages = columns[:6]
        kinds, flags, lines, nths, records, texts, dimensions, vectors = columns[6:]
        return FileAnalysis(
            digest=digest,
            language=language,
            skipped=skipped,
            names=names,
            qualified_names=qualified_names,
            languages=(language,) * len(names) if languages is None else languages,
            kinds=np.frombuffer(kinds, dtype=np.uint8),
            flags=np.frombuffer(flags, dtype=np.uint8),
            lines=np.frombuffer(lines, dtype=np.uint8),
            nths=np.frombuffer(nths, dtype="<u4"),
            records=records,
            texts=tuple(map(SymbolWords._make, texts)),
            vectors=np.frombuffer(vectors, dtype="<f2").reshape(len(names), dimensions),
        )
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise _damaged(str(error)) from error


def _damaged(what: str) -> IndexDamaged:
    return IndexDamaged(f"A file's analysis can't be unpacked: {what}.", "The file has to be indexed again.")
