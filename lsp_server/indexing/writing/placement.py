"""Combines a file's analysis with its path: ids, final vectors, flags and documents."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lsp_server.embedding import Embedder
from lsp_server.fulltext import Stemmer, TextDocument
from lsp_server.model import FileId, SymbolKind
from lsp_server.parsing import path_flags
from lsp_server.storage.file_analysis import FileAnalysis
from lsp_server.storage.symbol_record import unpack_symbol
from lsp_server.text.words import split_words


@dataclass(frozen=True, slots=True, eq=False)
class PlacedFile:
    """One file, ready for the stores; n symbols, the file's own entry first.

    Attributes:
        path: Relative to the workspace folder.
        path_words: The path's words, stemmed.
        content: Its analysis, with the entry named after the path.
        ids: uint64[n].
        vectors: float16[n, d], unit or zero rows.
        flags: uint8[n], `SymbolFlags`, including those that the path implies.
    """

    path: str
    path_words: str
    content: FileAnalysis
    ids: NDArray[np.uint64]
    vectors: NDArray[np.float16]
    flags: NDArray[np.uint8]

    def documents(self, file: FileId) -> Iterator[TextDocument]:
        """Yield one document per symbol.

        Args:
            file: The file's row in the catalog.
        """
        content = self.content
        columns = zip(
            self.ids.tolist(), content.kinds.tolist(), content.languages, content.texts, strict=True
        )
        for id_, kind, language, words in columns:
            name, whole_name, container, signature, doc, body = words
            # Positional arguments for speed: there may be a million.
            yield TextDocument(
                id_,
                file,
                kind,
                language,
                name,
                whole_name,
                container,
                self.path_words,
                signature,
                doc,
                body,
            )


def place(content: FileAnalysis, path: str, embedder: Embedder, stemmer: Stemmer) -> PlacedFile:
    """Return an analysis as the symbols of the file at `path`.

    Args:
        content: From `FileAnalyzer.analyze` or from the cache.
        path: Relative to the workspace folder, with forward slashes.
        embedder: The model that made the analysis; it adds the path field to the vectors.
        stemmer: Stems the path's words.
    """
    if not len(content):
        return without_symbols(content.digest, path, content.skipped or "", embedder.info.dimensions)
    named = _with_entry(content, path, stemmer)
    return PlacedFile(
        path=path,
        path_words=" ".join(stemmer.stems(split_words(path))),
        content=named,
        ids=named.symbol_ids(path),
        vectors=embedder.place(named.vectors, path),
        flags=named.flags | np.uint8(path_flags(path)),
    )


def without_symbols(digest: bytes, path: str, reason: str, dimensions: int) -> PlacedFile:
    """Return a file that is recorded but has no symbols, with the reason."""
    content = FileAnalysis.of_skipped(digest, reason)
    return PlacedFile(
        path=path,
        path_words="",
        content=content,
        ids=np.zeros(0, np.uint64),
        vectors=np.zeros((0, dimensions), np.float16),
        flags=np.zeros(0, np.uint8),
    )


def _with_entry(content: FileAnalysis, path: str, stemmer: Stemmer) -> FileAnalysis:
    if content.kinds[0] != SymbolKind.FILE:
        return content
    name = path.rpartition("/")[2]
    stem_words = " ".join(stemmer.stems(split_words(name.partition(".")[0] or name)))
    entry = replace(unpack_symbol(content.records[0]), name=name, signature=path)
    words = content.texts[0]._replace(name=stem_words, whole_name=name.lower())
    return content.with_file_entry(entry, words)
