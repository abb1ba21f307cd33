"""Readers of a text index, each pinned to one commit, answering searches from any thread."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Query

from lsp_server.disk import patiently
from lsp_server.fulltext.checksums import TRUSTED_SUFFIXES, damaged_files
from lsp_server.fulltext.failures import refusals, tantivy_failures
from lsp_server.fulltext.mirror import Mirror, is_needed
from lsp_server.fulltext.queries import (
    MAX_TOLD_APART,
    filtered_query,
    holding_query,
    runs_query,
    scoring_query,
)
from lsp_server.fulltext.statistics import FieldStatistics, count_documents, read_statistics
from lsp_server.fulltext.stems import Stemmer, encodable
from lsp_server.fulltext.values import TextContents, TextFilter, TextHits, TextQuery, WordsHeld

Passing = Callable[[NDArray[np.uint64]], NDArray[np.bool_]]

_WIDE = 500
_DEEPER = 4
_CONTENTS_BATCH = 50_000
_FEW = 100


class TextReader:
    """A reader of one commit of a text index. Immutable; `reloaded` returns a reader of the newest commit.

    Args:
        path: The index's folder.
        index: The index in it.
        stemmer: Turns words into terms; kept across reloads, for its cache.
        mirror: The folder of links through which the index was opened, on a read-only disk.
    """

    def __init__(
        self, path: Path, index: tantivy.Index, stemmer: Stemmer | None = None, mirror: Mirror | None = None
    ) -> None:
        self._path = path
        self._mirror = mirror
        self._index = index
        self._schema = index.schema
        self._searcher = index.searcher()
        self.stemmer = Stemmer() if stemmer is None else stemmer
        self._statistics: FieldStatistics | None = None

    @classmethod
    def open(cls, path: Path, stemmer: Stemmer | None = None) -> Self:
        """Open the last commit, also on a read-only disk.

        Raises:
            IndexDamaged: There is no index, or a file of it is missing or truncated.
            IndexStorageFailed: It can't be read now.
        """
        with tantivy_failures(path):
            mirror = Mirror(path) if is_needed(path) else None
            index = patiently(partial(_opened, path, mirror))
            return cls(path, index, stemmer, mirror)

    def reloaded(self) -> Self:
        """Return a reader of the newest commit. This one stays at its commit.

        Raises:
            IndexDamaged: A file of the newest commit is missing or truncated.
            IndexStorageFailed: It can't be read.
        """
        if self._mirror is not None:  # it has no links to newer files
            return type(self).open(self._path, self.stemmer)
        with tantivy_failures(self._path):
            patiently(partial(_reload, self._index))
            return type(self)(self._path, self._index, self.stemmer)

    @property
    def num_docs(self) -> int:
        """Number of documents, without deleted ones."""
        return int(self._searcher.num_docs)

    @property
    def n_counted(self) -> int:
        """Number of documents as document frequencies count them: with deleted but unmerged ones."""
        with tantivy_failures(self._path):
            return count_documents(self._searcher)

    def search(self, query: TextQuery, limit: int, passing: Passing | None = None) -> TextHits:
        """Return the best documents that contain a word of the query and pass its filter.

        Args:
            query: What to look for.
            limit: How many documents at most.
            passing: Ids uint64[m] → which may be hits, bool[m], for conditions beyond this index. It, too,
                is applied before the limit, by searching deeper where many are refused.

        Raises:
            IndexDamaged: A file of the index is corrupt.
        """
        with tantivy_failures(self._path):
            scoring = scoring_query(query, self._schema, self.stemmer)
            if scoring is None or limit < 1:
                return TextHits(np.empty(0, np.uint64), np.empty(0, np.float32))
            condition = query.filter
            if condition.files is not None and len(condition.files) > _WIDE:
                found = self._search_wide(scoring, condition, condition.files, limit, passing)
                if found is not None:
                    return found
            return self._search_deeper(scoring, condition, limit, passing)

    def runs_held(
        self,
        runs: Sequence[Sequence[str]],
        condition: TextFilter,
        limit: int,
        passing: Passing | None = None,
    ) -> TextHits:
        """Return the documents whose bodies contain the most of some runs of words; scores are their numbers.

        Args:
            runs: Runs of two or more split, lower-cased words.
            condition: The filter.
            limit: How many documents at most.
            passing: As for `search`.
        """
        with tantivy_failures(self._path):
            counting = runs_query(runs, self._schema, self.stemmer)
            if counting is None or limit < 1:
                return TextHits(np.empty(0, np.uint64), np.empty(0, np.float32))
            return self._search_deeper(counting, condition, limit, passing)

    def words_held(self, words: Sequence[str], condition: TextFilter, limit: int) -> WordsHeld:
        """Return which of some words each document that passes a filter contains: its body or documentation.

        Args:
            words: Split, lower-cased words; only the first `MAX_TOLD_APART` are looked for.
            condition: The filter, which should let few documents pass.
            limit: How many documents at most.
        """
        told_apart = words[:MAX_TOLD_APART]
        with tantivy_failures(self._path):
            query = holding_query(self.stemmer.stems(told_apart), condition, self._schema, self.stemmer)
            scores, addresses = self._scored(query, max(limit, 1))
            # Each word adds its own power of two, and a float32 has 24 significant bits.
            bits = scores.astype(np.int64)[:, None] >> np.arange(len(told_apart))
            ids, files = _ids(self._searcher, addresses), _files(self._searcher, addresses)
            return WordsHeld(ids, files, (bits & 1).astype(np.bool_))

    def count(self, condition: TextFilter) -> int:
        """Return how many documents pass the filter."""
        with tantivy_failures(self._path):
            return self._count(filtered_query(Query.all_query(), condition, self._schema, self.stemmer))

    def passing(self, condition: TextFilter) -> NDArray[np.uint64]:
        """Return the ids of all documents that pass the filter, in no order, uint64[m]."""
        with tantivy_failures(self._path):
            chosen = filtered_query(Query.all_query(), condition, self._schema, self.stemmer)
            return _ids(self._searcher, self._scored(chosen, max(self.num_docs, 1))[1])

    def document_frequency(self, field: str, word: str) -> int:
        """Return how many documents have a word in a field, deleted but unmerged documents included.

        Where these are all that have it, and few, it is 0: what is gone is neither known nor called so.
        """
        term = encodable(word) if field == "whole_name" else self.stemmer.stems([word])[0]
        frequency = self.document_frequency_of_term(field, term)
        if not 0 < frequency <= _FEW:
            return frequency
        with tantivy_failures(self._path):
            return frequency if self._count(Query.term_query(self._schema, field, term, "basic")) else 0

    def document_frequency_of_term(self, field: str, term: str) -> int:
        """Return how many documents have a term (a stemmed word or a whole name) in a field."""
        with tantivy_failures(self._path):
            return int(self._searcher.doc_freq(field, term))

    def statistics(self) -> FieldStatistics:
        """Return what BM25 needs besides document frequencies; read once per reader."""
        if self._statistics is None:
            with tantivy_failures(self._path):
                self._statistics = read_statistics(self._searcher, self._schema)
        return self._statistics

    def contents(self) -> TextContents:
        """Return the ids and files of all documents, for checks against the catalog.

        Raises:
            IndexDamaged: A file of the index is corrupt.
        """
        n_parts = max(1, -(-self.num_docs // _CONTENTS_BATCH))
        # Ids are digests, so equal parts of their range have about the same number of documents.
        edges = [2**64 * part // n_parts for part in range(n_parts + 1)]
        ids: list[NDArray[np.uint64]] = []
        files: list[NDArray[np.int64]] = []
        with tantivy_failures(self._path):
            for low, high in pairwise(edges):
                kind = tantivy.FieldType.Unsigned
                part = Query.range_query(self._schema, "id", kind, low, high - 1)
                addresses = self._scored(part, max(self.num_docs, 1))[1]
                ids.append(_ids(self._searcher, addresses))
                files.append(_files(self._searcher, addresses))
        return TextContents(np.concatenate(ids), np.concatenate(files))

    def _search_wide(
        self,
        scoring: Query,
        condition: TextFilter,
        files: NDArray[np.int64],
        limit: int,
        passing: Passing | None,
    ) -> TextHits | None:
        """Search without the condition on files, then drop hits in other files; None when too few are left.

        A condition on thousands of files costs Tantivy many times the search itself, and most documents pass
        such a wide one. Documents that were not returned score no better than those that were, so `limit`
        survivors are the true best.
        """
        depth = limit * _DEEPER
        query = filtered_query(scoring, replace(condition, files=None), self._schema, self.stemmer)
        scores, addresses = self._scored(query, depth)
        kept = np.flatnonzero(np.isin(_files(self._searcher, addresses), files))
        ids = _ids(self._searcher, [addresses[row] for row in kept])
        hits = _passed(ids, scores[kept], passing)
        return _best(hits, limit) if len(hits) >= limit or len(addresses) < depth else None

    def _search_deeper(
        self, scoring: Query, condition: TextFilter, limit: int, passing: Passing | None
    ) -> TextHits:
        query = filtered_query(scoring, condition, self._schema, self.stemmer)
        depth = limit if passing is None else limit * 2
        while True:
            scores, addresses = self._scored(query, depth)
            hits = _passed(_ids(self._searcher, addresses), scores, passing)
            if len(hits) >= limit or len(addresses) < depth:
                return _best(hits, limit)
            depth *= _DEEPER

    def _count(self, query: Query) -> int:
        result = self._searcher.search(query, 1, count=True)
        # `count` is missing from tantivy's type stub.
        return int(getattr(result, "count", 0) or 0)

    def _scored(self, query: Query, limit: int) -> tuple[NDArray[np.float32], list[tantivy.DocAddress]]:
        found = self._searcher.search(query, limit, count=False).hits
        scores = np.fromiter((score for score, _ in found), np.float32, len(found))
        return scores, [address for _, address in found]


def _opened(path: Path, mirror: Mirror | None) -> tantivy.Index:
    """Open the last commit; a commit at the same moment may make Windows refuse that.

    Raises:
        PermissionError: Access was refused.
        ValueError: Whatever Tantivy says is wrong.
    """
    if (path / "meta.json").is_file():  # else Tantivy says best what is wrong
        damaged = damaged_files(path, TRUSTED_SUFFIXES)
        if damaged and damaged_files(path, TRUSTED_SUFFIXES):  # a commit may have replaced the files
            raise ValueError(damaged[0])
    with refusals():
        index = tantivy.Index.open(str(path if mirror is None else mirror.path))
    # The default policy starts a thread that watches the folder.
    index.config_reader("manual")
    _reload(index)
    return index


def _reload(index: tantivy.Index) -> None:
    with refusals():
        index.reload()


def _passed(ids: NDArray[np.uint64], scores: NDArray[np.float32], passing: Passing | None) -> TextHits:
    if passing is None or not len(ids):
        return TextHits(ids, scores)
    kept = passing(ids)
    return TextHits(ids[kept], scores[kept])


def _best(hits: TextHits, limit: int) -> TextHits:
    order = np.lexsort((hits.ids, -hits.scores))[:limit]
    return TextHits(hits.ids[order], hits.scores[order])


def _ids(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> NDArray[np.uint64]:
    return np.array(_column("id", searcher, addresses), np.uint64)


def _files(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> NDArray[np.int64]:
    return np.array(_column("file", searcher, addresses), np.int64)


def _column(name: str, searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> list[Any]:
    values = searcher.fast_field_values(name, addresses)
    if None in values:
        raise ValueError(f"documents have no {name}")
    return values
