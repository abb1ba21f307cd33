"""The corpus statistics of BM25, read from Tantivy's own explanations of a score."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tantivy
from tantivy import Query

from lsp_server.fulltext.schema import WORD_FIELDS

_BEGINNINGS = ("re", "st", "")
"""Prefixes to find some term by: few terms begin with two given letters, which is cheap; all with none."""

_SOME = 8


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """The corpus statistics of BM25.

    Attributes:
        n_documents: Number of documents as Tantivy counts them, deleted but unmerged ones included.
        average_lengths: Field → average number of terms per document; fields without any live term found are
            absent.
    """

    n_documents: int
    average_lengths: Mapping[str, float]


def inverse_frequency(n_documents: int, n_holding: int) -> float:
    """Return a term's inverse document frequency (IDF) as in Tantivy: ln(1 + (N - n + 0.5) / (n + 0.5)).

    Args:
        n_documents: Number of documents, N.
        n_holding: How many of them have the term, n.
    """
    return math.log(1 + (n_documents - n_holding + 0.5) / (n_holding + 0.5))


def count_documents(searcher: tantivy.Searcher) -> int:
    """Return the number of documents as `n_documents` and document frequencies count them.

    tantivy-py has no call for it, but every document has one language.
    """
    return sum(count for _, count in searcher.terms_with_prefix("language", ""))


def read_statistics(searcher: tantivy.Searcher, schema: tantivy.Schema) -> FieldStatistics:
    """Return the statistics of an index.

    tantivy-py has no call for average lengths, but the explanation of any hit has them. So for each field a
    term is needed, and a document that has it.
    """
    average_lengths: dict[str, float] = {}
    for field in WORD_FIELDS:
        for term in _some_terms(searcher, field):
            query = Query.term_query(schema, field, term, "freq")
            hits = searcher.search(query, 1, count=False).hits
            if hits:  # none where all documents with the term were deleted
                facts = dict(_facts(json.loads(query.explain(searcher, hits[0][1]).to_json())))
                average_lengths[field] = facts["avgdl"]
                break
    return FieldStatistics(count_documents(searcher), average_lengths)


def _some_terms(searcher: tantivy.Searcher, field: str) -> Iterator[str]:
    """Yield some terms of a field, cheap ones to find first."""
    for beginning in _BEGINNINGS:
        yield from (term for term, _ in searcher.terms_with_prefix(field, beginning, limit=_SOME))


def _facts(explanation: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the numbers in an explanation, with the short names that their descriptions begin with."""
    yield explanation["description"].partition(",")[0], explanation["value"]
    for detail in explanation.get("details", ()):
        yield from _facts(detail)
