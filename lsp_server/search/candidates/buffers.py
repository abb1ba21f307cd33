"""Gathers candidates from open buffers whose text differs from what is indexed."""

from collections.abc import Sequence

import numpy as np

from lsp_server.fulltext import (
    Stemmer,
    TextFilter,
    UnsavedDocument,
    held_in_paths,
    held_runs,
    held_words,
    passing_documents,
    score_documents,
)
from lsp_server.search.candidates.retrieval import Gathered, Retrieval, SymbolRef
from lsp_server.search.folder.unsaved import UnsavedFile
from lsp_server.search.folder.view import FolderView
from lsp_server.search.query.line_references import at_line, resolve_lines
from lsp_server.search.query.quoting import Quotation, innermost
from lsp_server.search.ranking.signals import Candidates, is_prose, repeats
from lsp_server.search.results import SearchMode
from lsp_server.storage.file_analysis import n_lines
from lsp_server.text import split_words
from lsp_server.vectors.arrays import F32, I64, Mask


def from_buffers(view: FolderView, retrieval: Retrieval) -> list[Gathered]:
    """Return every symbol of the open buffers that passes the filters; few enough to score all exactly."""
    reader = None if view.snapshot is None else view.snapshot.text
    stemmer = Stemmer() if reader is None else reader.stemmer
    quotations, lines = retrieval.quotations, _lines_of(view, retrieval)
    paths = retrieval.filters.paths
    parts: list[Gathered] = []
    for number, file in enumerate(view.unsaved.values()):
        if not file.symbols or (paths is not None and not paths.passes(file.path)):
            continue
        similarity = file.vectors.astype(np.float32) @ retrieval.vector
        text = np.zeros(len(file.symbols), np.float32)
        if retrieval.mode is not SearchMode.VECTOR:
            text = score_documents(retrieval.text_query(TextFilter()), file.documents, reader)
        rows = np.flatnonzero(_passing(file, retrieval, text, stemmer))
        symbols = [file.symbols[row] for row in rows]
        candidates = Candidates(
            ids=file.ids[rows],
            similarity=similarity[rows],
            text=text[rows],
            file_similarity=np.full(len(rows), similarity[0]),
            file_text=np.full(len(rows), text[0]),
            file_words=np.full(len(rows), _words_held(file, retrieval, stemmer)),
            own_words=_own_words([file.documents[row] for row in rows], text[rows], retrieval, stemmer),
            quoted=_quoted(file, rows, retrieval, quotations, stemmer)
            | _at_lines(file, rows, lines.get(file.path, ())),
            kinds=np.array([symbol.kind for symbol in symbols], np.uint8),
            flags=file.flags[rows],
            lines=n_lines(symbols),
            files=np.full(len(rows), -1 - number, np.int64),
            names=[symbol.name for symbol in symbols],
            containers=[symbol.container_name for symbol in symbols],
            paths=[file.path] * len(rows),
        )
        parts.append(Gathered(candidates, [SymbolRef(row, file) for row in rows.tolist()]))
    return parts


def _passing(file: UnsavedFile, retrieval: Retrieval, text: F32, stemmer: Stemmer) -> Mask:
    """Return which of a file's symbols pass the filters, bool[n], given the BM25 of each."""
    passing = passing_documents(retrieval.filters.text_filter(), file.documents, stemmer)
    passing &= np.array([retrieval.filters.passes_name(symbol.name) for symbol in file.symbols], np.bool_)
    if retrieval.mode is SearchMode.TEXT and retrieval.query.words:
        passing &= text > 0
    return passing


def _words_held(file: UnsavedFile, retrieval: Retrieval, stemmer: Stemmer) -> float:
    """Return how much of the query the file contains, anywhere in its text or path, 0 to 1."""
    if not retrieval.rarity or retrieval.mode is SearchMode.VECTOR:
        return 0.0
    words = list(retrieval.rarity)
    held = held_words(words, file.documents[0], stemmer)
    in_path = held_in_paths(words, [split_words(file.path)], stemmer)[0]
    return float(retrieval.covered((held | in_path)[None])[0])


def _own_words(
    documents: Sequence[UnsavedDocument], text: F32, retrieval: Retrieval, stemmer: Stemmer
) -> F32:
    """Return how much of the query each symbol that has a word of it contains itself, 0 to 1.

    All of it, as far as is known, where no index tells how rare the words are.
    """
    shares = np.ones(len(documents), np.float32)
    for row in np.flatnonzero(text).tolist() if retrieval.rarity else ():
        held = held_words(list(retrieval.rarity), documents[row], stemmer)
        shares[row] = retrieval.covered(held[None])[0]
    return shares


def _quoted(
    file: UnsavedFile, rows: I64, retrieval: Retrieval, quotations: Sequence[Quotation], stemmer: Stemmer
) -> Mask:
    """Return which of the rows' symbols the query quotes, bool[rows]."""
    if not any(quotation.runs for quotation in quotations):
        return np.zeros(len(rows), np.bool_)
    holding = np.zeros(0, np.int64)
    may_quote = ~repeats(retrieval.query.words, file.flags[rows]) & ~is_prose([file.path])
    documents = [file.documents[row] for row in rows]
    for quotation in quotations:
        if quotation.runs and not len(holding):
            counts = held_runs(quotation.runs, documents, stemmer)
            holding = np.flatnonzero((counts >= quotation.least) & may_quote)
    symbols = [file.symbols[row] for row in rows[holding]]
    return np.isin(np.arange(len(rows)), holding[innermost(symbols, [0] * len(symbols))])


def _lines_of(view: FolderView, retrieval: Retrieval) -> dict[str, list[int]]:
    """Return the lines that the query names in each file, by path."""
    return resolve_lines(retrieval.lines, view.paths())


def _at_lines(file: UnsavedFile, rows: I64, lines: Sequence[int]) -> Mask:
    """Return which of the rows' symbols are at one of the lines, bool[rows]."""
    numbers = [number for line in lines if (number := at_line(file.symbols, line)) is not None]
    return np.isin(rows, numbers)
