"""From a `TextQuery` to Tantivy's: weighted BM25 over the fields, and filters applied before the top k."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from lsp_server.fulltext.schema import FIELD_WEIGHTS, OWN_FIELDS, WORD_FIELDS
from lsp_server.fulltext.stems import Stemmer, encodable
from lsp_server.fulltext.values import TextFilter, TextQuery
from lsp_server.text.stop_words import QUESTION_WORDS

MAX_TOLD_APART: Final = 24
"""How many words one `holding_query` can tell apart: the significant bits of a float32."""

_MAX_TERMS = 48
_FEW_FILES = 100
_MAX_RANGES = 8
_MAX_LOOKED_UP = 1_000


def scored_terms(query: TextQuery, stemmer: Stemmer) -> list[str]:
    """Return the distinct terms that count in a query, without question words unless it has nothing else."""
    telling = [word for word in query.words if word not in QUESTION_WORDS]
    stems = stemmer.stems(word for word in telling or query.words if word.strip())
    return list(dict.fromkeys(stems))[:_MAX_TERMS]


def scoring_query(query: TextQuery, schema: tantivy.Schema, stemmer: Stemmer) -> Query | None:
    """Return the query for the words alone, without the filter; None where there are no words."""
    clauses = [
        Query.boost_query(Query.term_query(schema, field, term, "freq"), FIELD_WEIGHTS[field])
        for term in scored_terms(query, stemmer)
        for field in WORD_FIELDS
    ]
    clauses += [
        Query.boost_query(
            Query.term_query(schema, "whole_name", encodable(name), "basic"), FIELD_WEIGHTS["whole_name"]
        )
        for name in dict.fromkeys(query.identifiers)
    ]
    return _any_of(clauses) if clauses else None


def filtered_query(scoring: Query, condition: TextFilter, schema: tantivy.Schema, stemmer: Stemmer) -> Query:
    """Return `scoring` restricted to documents that pass the filter, which adds nothing to scores."""
    musts = [
        (Occur.Must, Query.const_score_query(clause, 0.0))
        for clause in _conditions(condition, schema, stemmer)
    ]
    nots = [
        (Occur.MustNot, clause)
        for words in condition.excluded
        if (clause := _run_of_words(words, schema, stemmer)) is not None
    ]
    if not musts and not nots:
        return scoring
    return Query.boolean_query([(Occur.Must, scoring), *musts, *nots])


def holding_query(
    terms: Sequence[str], condition: TextFilter, schema: tantivy.Schema, stemmer: Stemmer
) -> Query:
    """Return a query whose score is a bit set of the terms that a document has in its `OWN_FIELDS`.

    The filter applies. The first term adds 1, the second 2, the third 4, ... (`MAX_TOLD_APART` at most).
    Documents without any are found, too.
    """
    bits = [
        (
            Occur.Should,
            Query.const_score_query(
                _any_of([Query.term_query(schema, field, term, "basic") for field in OWN_FIELDS]),
                float(1 << number),
            ),
        )
        for number, term in enumerate(terms)
    ]
    # The filter drives the iteration, and the words are looked up only in documents that pass it.
    passing = filtered_query(Query.const_score_query(Query.all_query(), 0.0), condition, schema, stemmer)
    return Query.boolean_query([(Occur.Must, passing), *bits])


def runs_query(runs: Sequence[Sequence[str]], schema: tantivy.Schema, stemmer: Stemmer) -> Query | None:
    """Return a query whose score is the number of runs of words in a document's body; None without runs."""
    phrases: list[list[str | tuple[int, str]]] = [[*stemmer.stems(run)] for run in runs if len(run) > 1]
    clauses = [Query.const_score_query(Query.phrase_query(schema, "body", phrase), 1.0) for phrase in phrases]
    return _any_of(clauses) if clauses else None


def _conditions(condition: TextFilter, schema: tantivy.Schema, stemmer: Stemmer) -> list[Query]:
    conditions: list[Query] = []
    if condition.kinds is not None:
        conditions.append(_any_number(condition.kinds, "kind", schema))
    if condition.languages is not None:
        conditions.append(Query.term_set_query(schema, "language", sorted(condition.languages)))
    if condition.files is not None:
        conditions.append(_file_query(condition.files, schema))
    if condition.ids is not None:
        conditions.append(_any_number(condition.ids.tolist(), "id", schema))
    phrases = [_run_of_words(words, schema, stemmer) for words in condition.phrases]
    return conditions + [phrase for phrase in phrases if phrase is not None]


def _file_query(files: NDArray[np.int64], schema: tantivy.Schema) -> Query:
    # A range query goes through the file numbers of all documents: too much for a few files, but far less
    # than a thousand terms. Files of one folder have consecutive numbers.
    runs = _runs_of(files) if len(files) > _FEW_FILES else []
    if not 0 < len(runs) <= _MAX_RANGES:
        return _any_number(files.tolist(), "file", schema)
    integer = tantivy.FieldType.Integer
    return _any_of([Query.range_query(schema, "file", integer, first, last) for first, last in runs])


def _runs_of(files: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the first and the last number of every run of consecutive numbers, ascending."""
    ordered = np.unique(files)
    breaks = np.flatnonzero(np.diff(ordered) != 1)
    first = ordered[np.concatenate(([0], breaks + 1))]
    last = ordered[np.concatenate((breaks, [len(ordered) - 1]))]
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _any_number(numbers: Collection[int], field: str, schema: tantivy.Schema) -> Query:
    if 0 < len(numbers) <= _MAX_LOOKED_UP:  # a term set walks the field's dictionary; terms are looked up
        return _any_of([Query.term_query(schema, field, int(number), "basic") for number in numbers])
    return Query.term_set_query(schema, field, [int(number) for number in numbers])


def _run_of_words(words: Sequence[str], schema: tantivy.Schema, stemmer: Stemmer) -> Query | None:
    terms = stemmer.stems(word for word in words if word.strip())
    if not terms:
        return None
    if len(terms) == 1:
        return _any_of([Query.term_query(schema, field, terms[0], "basic") for field in WORD_FIELDS])
    phrase: list[str | tuple[int, str]] = [*terms]
    return _any_of([Query.phrase_query(schema, field, phrase) for field in WORD_FIELDS])


def _any_of(clauses: Sequence[Query]) -> Query:
    if len(clauses) == 1:
        return clauses[0]
    return Query.boolean_query([(Occur.Should, clause) for clause in clauses])
