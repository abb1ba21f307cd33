"""Files made of nothing but numbers, for tests of what is written and not of what is read."""

import numpy as np

from lsp_server.embedding import Embedder
from lsp_server.fulltext import Stemmer
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.indexing.writing.batch import FileResult
from lsp_server.indexing.writing.placement import PlacedFile, place
from lsp_server.model import Position, Span, Symbol, SymbolKind
from lsp_server.storage.file_analysis import FileAnalysis, SymbolWords
from lsp_server.storage.records import FileStatus

_ORIGIN = Position(0, 0, 0, 0)
_NOWHERE = Span(_ORIGIN, _ORIGIN)
_STEMMER = Stemmer()


def made_analysis(n_symbols: int, seed: int, embedder: Embedder) -> FileAnalysis:
    """Return an analysis of a file's entry and `n_symbols - 1` functions."""
    symbols = [Symbol("made.py", SymbolKind.FILE, "python", (), "", "", _NOWHERE, _NOWHERE)]
    symbols += [
        Symbol(
            f"f{number}_{seed}", SymbolKind.FUNCTION, "python", (), f"def f{number}", "", _NOWHERE, _NOWHERE
        )
        for number in range(n_symbols - 1)
    ]
    texts = [SymbolWords(symbol.name, symbol.name, "", "def", "", f"body {seed}") for symbol in symbols]
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((n_symbols, embedder.info.dimensions)).astype(np.float16)
    return FileAnalysis.of(content_digest(f"{n_symbols} {seed}".encode()), "python", symbols, texts, vectors)


def made_file(path: str, n_symbols: int, seed: int, embedder: Embedder) -> PlacedFile:
    return place(made_analysis(n_symbols, seed, embedder), path, embedder, _STEMMER)


def made_result(path: str, n_symbols: int, seed: int, embedder: Embedder) -> FileResult:
    return FileResult(made_file(path, n_symbols, seed, embedder), 10, seed, FileStatus.INDEXED)
