"""The sub-words of every field of every symbol of a file, as slices of one stream.

A file's words become sub-words once; the body of a symbol, of its class and of its file are overlapping
slices of the same stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from lsp_server.embedding.contract import SymbolTexts
from lsp_server.embedding.wordpiece import WordPiece

MAX_FIELD_BYTES = 1200
"""How many bytes of a body or of documentation are embedded: more blurs the vector and costs time."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of all symbols of a file: slices of a stream of words or sub-words, any number per symbol.

    Attributes:
        symbols: Which symbol each slice belongs to, ascending, int64[m].
        starts: Where each slice starts in the stream, int64[m].
        ends: Where it ends, int64[m].
    """

    symbols: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class FieldStream:
    """All sub-words of a file's fields.

    Attributes:
        rows: The row of the model's table of each sub-word, int64[s].
        name: "name name container".
        body: Signature and body, without the documentation.
        documentation: Doc comment or docstring.
    """

    rows: np.ndarray
    name: Field
    body: Field
    documentation: Field


def field_stream(texts: SymbolTexts, wordpiece: WordPiece) -> FieldStream:
    """Return the sub-words of the symbols of one file."""
    words = texts.words
    stream, word_offsets = _in_file_order(wordpiece.rows_of_each(words.vocabulary), words.numbers)
    name, more = _name_field(texts, wordpiece, word_offsets)

    def in_stream(field: Field) -> Field:
        return Field(field.symbols, word_offsets[field.starts], word_offsets[field.ends])

    body, documentation = word_fields(texts)
    return FieldStream(
        rows=np.concatenate((stream, np.array(more, np.int64))),
        name=name,
        body=in_stream(body),
        documentation=in_stream(documentation),
    )


def word_fields(texts: SymbolTexts) -> tuple[Field, Field]:
    """Return the bodies and the documentations of all symbols, as slices of `texts.words.numbers`."""

    def field(symbols: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> Field:
        return Field(symbols, *texts.words.runs(starts, ends))

    return field(*_body_ranges(texts)), field(*_documentation_ranges(texts.documentation))


def _name_field(
    texts: SymbolTexts, wordpiece: WordPiece, word_offsets: np.ndarray
) -> tuple[Field, list[int]]:
    """Return "name name container" of all symbols, and the sub-words to append to the stream for it.

    Args:
        texts: The symbols.
        wordpiece: Finds the sub-words of names that are not in the file's words.
        word_offsets: Where each word's sub-words start in the stream, and where all end, int64[n_words + 1].
    """
    more: list[int] = []
    n, n_before = len(texts.names), int(word_offsets[-1])
    known: dict[str, tuple[int, int]] = {}

    def span_of(name: str) -> tuple[int, int]:
        span = known.get(name)
        if span is None:
            start = n_before + len(more)
            more.extend(wordpiece.rows_of_name(name))
            span = known[name] = start, n_before + len(more)
        return span

    names_at = texts.names_at or [None] * n
    ranges = np.array([at or (0, 0) for at in names_at], np.int64).reshape(n, 2)
    spans = np.empty((n, 3, 2), np.int64)
    spans[:, 0] = word_offsets[np.stack(texts.words.runs(ranges[:, 0], ranges[:, 1]), axis=1)]
    for index, at in enumerate(names_at):
        if at is None:
            spans[index, 0] = span_of(texts.names[index])
    spans[:, 1] = spans[:, 0]
    spans[:, 2] = np.array(list(map(span_of, texts.containers)), np.int64).reshape(n, 2)
    field = Field(np.repeat(np.arange(n), 3), spans[:, :, 0].ravel(), spans[:, :, 1].ravel())
    return field, more


def _in_file_order(
    rows_of_words: Sequence[tuple[int, ...]], numbers: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sub-words of all words of a file, in order.

    Args:
        rows_of_words: Sub-words of each distinct word.
        numbers: The file's words, as numbers of distinct ones, int[n_words].

    Returns:
        The stream, int64[s], and where each word's sub-words start in it, then its end, int64[n_words + 1].
    """
    counts = np.fromiter(map(len, rows_of_words), np.int64, len(rows_of_words))
    flat = np.fromiter(chain.from_iterable(rows_of_words), np.int64, int(counts.sum()))
    firsts = np.cumsum(counts) - counts
    counts_here = counts[numbers]
    offsets = np.zeros(len(numbers) + 1, np.int64)
    np.cumsum(counts_here, out=offsets[1:])
    return flat[np.repeat(firsts[numbers] - offsets[:-1], counts_here) + np.arange(offsets[-1])], offsets


def _body_ranges(texts: SymbolTexts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the code around the documentation, truncated: symbols, starts and ends, int64[2 n] each."""
    n = len(texts.code)
    code = np.array(texts.code, np.int64).reshape(n, 2)
    start, end = code[:, 0], code[:, 1]
    gap = np.array(
        [given or (stop, stop) for given, (_, stop) in zip(texts.documentation, texts.code, strict=True)],
        np.int64,
    ).reshape(n, 2)
    gap_start, gap_end = np.clip(gap[:, 0], start, end), np.clip(gap[:, 1], start, end)
    before = np.minimum(gap_start, start + MAX_FIELD_BYTES)
    after = np.minimum(end, gap_end + MAX_FIELD_BYTES - (before - start))
    starts = np.stack((start, gap_end), axis=1).ravel()
    ends = np.stack((before, after), axis=1).ravel()
    return np.repeat(np.arange(n), 2), starts, ends


def _documentation_ranges(
    documentation: Sequence[tuple[int, int] | None],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    symbols = np.array([index for index, given in enumerate(documentation) if given], np.int64)
    ranges = np.array([given for given in documentation if given], np.int64).reshape(len(symbols), 2)
    return symbols, ranges[:, 0], np.minimum(ranges[:, 1], ranges[:, 0] + MAX_FIELD_BYTES)
