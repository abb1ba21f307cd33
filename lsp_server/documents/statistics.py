"""What BM25 knows of a whole index, taken from Tantivy's own explanations of a score."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tantivy
from tantivy import Query

from lsp_server.documents.schema import WORD_FIELDS

_BEGINNINGS = ("re", "st", "")
"""Where to look for a term, any term: few begin with two given letters, and all with none."""

_SOME = 8


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """What BM25 knows of a whole index.

    Attributes:
        n_documents: Documents, deleted ones that were not merged away yet included, as Tantivy counts.
        average_lengths: Terms in a field, averaged over the documents; fields in which no living term
            was found are absent.
    """

    n_documents: int
    average_lengths: Mapping[str, float]


def inverse_frequency(n_documents: int, n_holding: int) -> float:
    """Return what a term counts in BM25 for its rarity, as in Tantivy: ln(1 + (N - n + 0.5) / (n + 0.5)).

    Args:
        n_documents: How many there are.
        n_holding: How many of them hold the term.
    """
    return math.log(1 + (n_documents - n_holding + 0.5) / (n_holding + 0.5))


def read_statistics(searcher: tantivy.Searcher, schema: tantivy.Schema) -> FieldStatistics:
    """Return the statistics of an index.

    tantivy-py has no call for them, but an explanation of any hit names both. So each field needs one term
    and a document that holds it.
    """
    n_documents = int(searcher.num_docs)
    average_lengths: dict[str, float] = {}
    for field in WORD_FIELDS:
        for term in _some_terms(searcher, field):
            query = Query.term_query(schema, field, term, "freq")
            hits = searcher.search(query, 1, count=False).hits
            if hits:  # none where all that held it were deleted
                facts = dict(_facts(json.loads(query.explain(searcher, hits[0][1]).to_json())))
                n_documents = int(facts["N"])
                average_lengths[field] = facts["avgdl"]
                break
    return FieldStatistics(n_documents, average_lengths)


def _some_terms(searcher: tantivy.Searcher, field: str) -> Iterator[str]:
    """Yield terms of a field, the easily found ones first."""
    for beginning in _BEGINNINGS:
        yield from (term for term, _ in searcher.terms_with_prefix(field, beginning, limit=_SOME))


def _facts(explanation: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the numbers of an explanation under the short names its descriptions begin with."""
    yield explanation["description"].partition(",")[0], explanation["value"]
    for detail in explanation.get("details", ()):
        yield from _facts(detail)
