"""What BM25 knows of a whole index, taken from Tantivy's own explanations of a score."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tantivy
from tantivy import Query

from lsp_server.documents.schema import WORD_FIELDS

_SAMPLE = 64


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """What BM25 knows of a whole index.

    Attributes:
        n_documents: Documents, deleted ones that were not merged away yet included, as Tantivy counts.
        average_lengths: Terms in a field, averaged over the documents; fields without a term are absent.
    """

    n_documents: int
    average_lengths: Mapping[str, float]


def read_statistics(searcher: tantivy.Searcher, schema: tantivy.Schema) -> FieldStatistics:
    """Return the statistics of an index.

    tantivy-py has no call for them, but an explanation of any hit names both. So each field needs one
    document and a term that it holds.
    """
    sample = [address for _, address in searcher.search(Query.all_query(), _SAMPLE, count=False).hits]
    n_documents = 0
    average_lengths: dict[str, float] = {}
    for field in WORD_FIELDS:
        for address in sample:
            terms = (searcher.doc(address).get_first(field) or "").split()
            if terms:
                query = Query.term_query(schema, field, terms[0], "freq")
                facts = dict(_facts(json.loads(query.explain(searcher, address).to_json())))
                n_documents = int(facts["N"])
                average_lengths[field] = facts["avgdl"]
                break
    return FieldStatistics(n_documents, average_lengths)


def _facts(explanation: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the numbers of an explanation under the short names its descriptions begin with."""
    yield explanation["description"].partition(",")[0], explanation["value"]
    for detail in explanation.get("details", ()):
        yield from _facts(detail)
