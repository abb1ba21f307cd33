"""Scores documents that are not in the index (unsaved text) as Tantivy would, so that both rank in one list.

BM25 as in Tantivy: k1 = 1.2, b = 0.75, with lengths rounded to the 256 values that one byte can encode
(`fieldnorm/code.rs`, the same as Lucene's SmallFloat).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lsp_server.fulltext.queries import MAX_TOLD_APART, scored_terms
from lsp_server.fulltext.reader import TextReader
from lsp_server.fulltext.schema import FIELD_WEIGHTS, OWN_FIELDS, WORD_FIELDS
from lsp_server.fulltext.statistics import FieldStatistics, inverse_frequency
from lsp_server.fulltext.stems import Stemmer, encodable
from lsp_server.fulltext.values import TextDocument, TextFilter, TextQuery

_K1 = 1.2
_B = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class UnsavedDocument:
    """A document prepared for scoring, once, when its text changes.

    Attributes:
        document: The document.
        terms: Field → its terms, in order.
        frequencies: Field → how often each term occurs in it.
    """

    document: TextDocument
    terms: Mapping[str, tuple[str, ...]]
    frequencies: Mapping[str, Mapping[str, int]]


def prepare(documents: Iterable[TextDocument]) -> tuple[UnsavedDocument, ...]:
    """Return documents prepared for scoring."""
    prepared = []
    for document in documents:
        terms = {field: tuple(getattr(document, field).split()) for field in WORD_FIELDS}
        counts = {field: Counter(words) for field, words in terms.items()}
        prepared.append(UnsavedDocument(document, terms, counts))
    return tuple(prepared)


def score_documents(
    query: TextQuery, documents: Sequence[UnsavedDocument], reader: TextReader | None
) -> NDArray[np.float32]:
    """Return the BM25 score of each document, as if it were in the index.

    Args:
        query: The query with its filter.
        documents: Documents from `prepare`.
        reader: The index whose statistics to use; None where there is none yet: then the documents' own.

    Returns:
        float32[n]; 0 where a document has no word of the query or does not pass its filter.
    """
    scores = np.zeros(len(documents), np.float64)
    if not documents:
        return scores.astype(np.float32)
    own = FieldStatistics(len(documents), {})
    statistics = own if reader is None else reader.statistics()
    n_documents = max(statistics.n_documents, 1)
    stemmer = Stemmer() if reader is None else reader.stemmer

    def rarity(field: str, term: str, n_own: int) -> float:
        n_holding = n_own if reader is None else reader.document_frequency_of_term(field, term)
        # A word that occurs only in unsaved text counts like one that occurs in a single document.
        return inverse_frequency(n_documents, min(max(n_holding, 1), n_documents))

    terms = scored_terms(query, stemmer)
    for field in WORD_FIELDS:
        lengths = np.array([_rounded_length(len(document.terms[field])) for document in documents])
        average = statistics.average_lengths.get(field) or max(lengths.mean(), 1.0)
        spread = _K1 * (1 - _B + _B * lengths / average)
        for term in terms:
            counts = np.array([document.frequencies[field].get(term, 0) for document in documents])
            if counts.any():
                idf = rarity(field, term, int(np.count_nonzero(counts)))
                scores += FIELD_WEIGHTS[field] * idf * (1 + _K1) * counts / (counts + spread)
    for name in dict.fromkeys(query.identifiers):
        held = np.array([document.document.whole_name == name for document in documents])
        if held.any():
            # `whole_name` is a field of a single term: the rest of the formula is 1.
            idf = rarity("whole_name", encodable(name), int(np.count_nonzero(held)))
            scores += FIELD_WEIGHTS["whole_name"] * idf * held
    scores[~passing_documents(query.filter, documents, stemmer)] = 0
    return scores.astype(np.float32)


def held_words(words: Sequence[str], document: UnsavedDocument, stemmer: Stemmer) -> NDArray[np.bool_]:
    """Return which of the words a document contains, bool[w], as `TextReader.words_held` does."""
    terms = stemmer.stems(words[:MAX_TOLD_APART])
    own = [document.frequencies[field] for field in OWN_FIELDS]
    return np.array([any(term in held for held in own) for term in terms], np.bool_)


def held_runs(
    runs: Sequence[Sequence[str]], documents: Sequence[UnsavedDocument], stemmer: Stemmer
) -> NDArray[np.int64]:
    """Return how many of the runs of words each body contains, int64[n], as `TextReader.runs_held` does."""
    stemmed = _runs(stemmer.stems(run) for run in runs)
    counts = [
        sum(
            _stands_in(document.terms["body"], run)
            for run in stemmed
            if run[0] in document.frequencies["body"]
        )
        for document in documents
    ]
    return np.array(counts, np.int64)


def held_in_paths(
    words: Sequence[str], paths: Sequence[Sequence[str]], stemmer: Stemmer
) -> NDArray[np.bool_]:
    """Return which of the words each path contains, bool[n, w]; paths are given as their words."""
    terms = stemmer.stems(words[:MAX_TOLD_APART])
    held = np.zeros((len(paths), len(terms)), np.bool_)
    for row, path in enumerate(paths):
        here = set(stemmer.stems(path))
        if not here.isdisjoint(terms):
            held[row] = [term in here for term in terms]
    return held


def passing_documents(
    condition: TextFilter, documents: Sequence[UnsavedDocument], stemmer: Stemmer
) -> NDArray[np.bool_]:
    """Return which documents pass the filter, bool[n]."""
    phrases = _runs(stemmer.stems(words) for words in condition.phrases)
    excluded = _runs(stemmer.stems(words) for words in condition.excluded)
    files = None if condition.files is None else frozenset(condition.files.tolist())
    ids = None if condition.ids is None else frozenset(condition.ids.tolist())
    return np.array(
        [
            (condition.kinds is None or unsaved.document.kind in condition.kinds)
            and (condition.languages is None or unsaved.document.language in condition.languages)
            and (files is None or unsaved.document.file in files)
            and (ids is None or unsaved.document.id in ids)
            and all(_holds_run(unsaved, run) for run in phrases)
            and not any(_holds_run(unsaved, run) for run in excluded)
            for unsaved in documents
        ],
        np.bool_,
    )


def _runs(runs: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(run) for run in runs if run]


def _holds_run(unsaved: UnsavedDocument, run: tuple[str, ...]) -> bool:
    return any(
        run[0] in unsaved.frequencies[field] and _stands_in(terms, run)
        for field, terms in unsaved.terms.items()
    )


def _stands_in(terms: tuple[str, ...], run: tuple[str, ...]) -> bool:
    return any(terms[start : start + len(run)] == run for start in range(len(terms) - len(run) + 1))


def _rounded_length(n_terms: int) -> int:
    """Return the largest number up to `n_terms` that a field norm can encode: 0-40, 42, ... 56, 60, ..."""
    if n_terms < 40:
        return n_terms
    surplus = n_terms - 24
    step = 1 << (surplus.bit_length() - 4)
    return 24 + surplus // step * step
