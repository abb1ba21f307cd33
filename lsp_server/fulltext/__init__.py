"""The full-text index: one Tantivy document per symbol. The only package that knows Tantivy."""

from lsp_server.fulltext.checksums import damaged_files
from lsp_server.fulltext.reader import Passing, TextReader
from lsp_server.fulltext.statistics import inverse_frequency
from lsp_server.fulltext.stems import Stemmer
from lsp_server.fulltext.unsaved import (
    UnsavedDocument,
    held_in_paths,
    held_runs,
    held_words,
    passing_documents,
    prepare,
    score_documents,
)
from lsp_server.fulltext.values import (
    TextContents,
    TextDocument,
    TextFilter,
    TextHits,
    TextQuery,
    WordsHeld,
)
from lsp_server.fulltext.writer import TextIndex

__all__ = [
    "Passing",
    "Stemmer",
    "TextContents",
    "TextDocument",
    "TextFilter",
    "TextHits",
    "TextIndex",
    "TextQuery",
    "TextReader",
    "UnsavedDocument",
    "WordsHeld",
    "damaged_files",
    "held_in_paths",
    "held_runs",
    "held_words",
    "inverse_frequency",
    "passing_documents",
    "prepare",
    "score_documents",
]
