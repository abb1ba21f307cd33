"""The readers of a text index: each is pinned to one commit and answers searches from any thread."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Query

from lsp_server.documents.failures import tantivy_failures
from lsp_server.documents.queries import filtered_query, runs_of, scoring_query
from lsp_server.documents.schema import word_analyzer
from lsp_server.documents.statistics import FieldStatistics, read_statistics
from lsp_server.documents.values import TextContents, TextFilter, TextHits, TextQuery

_WIDE = 500
_CONTENTS_BATCH = 50_000


class TextReader:
    """One commit of a text index. It never changes; `reloaded` returns a reader of the newest commit.

    Args:
        path: The folder.
        index: The index in it.
    """

    def __init__(self, path: Path, index: tantivy.Index) -> None:
        self._path = path
        self._index = index
        self._schema = index.schema
        self._searcher = index.searcher()
        self._analyzer = word_analyzer()
        self._statistics: FieldStatistics | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the last commit.

        Raises:
            IndexDamaged: There is no index, or a file of it is missing or cut short.
        """
        with tantivy_failures(path):
            index = tantivy.Index.open(str(path))
            # The default policy keeps a thread that watches the folder.
            index.config_reader("manual")
            index.reload()
            return cls(path, index)

    def reloaded(self) -> Self:
        """Return a reader of the newest commit. This one stays where it is.

        Raises:
            IndexDamaged: A file of the newest commit is missing or cut short.
        """
        with tantivy_failures(self._path):
            self._index.reload()
            return type(self)(self._path, self._index)

    @property
    def num_docs(self) -> int:
        """How many documents the index holds, without deleted ones."""
        return int(self._searcher.num_docs)

    def search(self, query: TextQuery, limit: int) -> TextHits:
        """Return the best documents that hold a word of the query and pass its filter.

        Raises:
            IndexDamaged: A file of the index does not hold together.
        """
        with tantivy_failures(self._path):
            scoring = scoring_query(query, self._schema, self._analyzer)
            if scoring is None or limit < 1:
                return TextHits(np.empty(0, np.uint64), np.empty(0, np.float32))
            files = query.filter.files
            if files is not None and len(runs_of(files)) > _WIDE:
                found = self._search_wide(scoring, query.filter, files, limit)
                if found is not None:
                    return found
            filtered = filtered_query(scoring, query.filter, self._schema, self._analyzer)
            scores, addresses = self._scored(filtered, limit)
            return _in_order(_ids(self._searcher, addresses), scores)

    def count(self, condition: TextFilter) -> int:
        """Return how many documents pass the filter."""
        with tantivy_failures(self._path):
            chosen = filtered_query(Query.all_query(), condition, self._schema, self._analyzer)
            result = self._searcher.search(chosen, 1, count=True)
            # `count` is missing from tantivy's type stub.
            return int(getattr(result, "count", 0) or 0)

    def candidates_in_clusters(
        self, condition: TextFilter, clusters: NDArray[np.int64] | None, limit: int | None = None
    ) -> NDArray[np.uint64]:
        """Return the ids of the documents that pass the filter and lie in probed clusters, in no order.

        Args:
            condition: The filter; its own clusters are replaced.
            clusters: int64[n] probed clusters; None for all.
            limit: At most this many; None for all.

        Returns:
            uint64[m] symbol ids.
        """
        with tantivy_failures(self._path):
            probed = replace(condition, clusters=clusters)
            chosen = filtered_query(Query.all_query(), probed, self._schema, self._analyzer)
            most = max(self.num_docs, 1) if limit is None else limit
            return _ids(self._searcher, self._scored(chosen, most)[1])

    def document_frequency(self, field: str, word: str) -> int:
        """Return how many documents hold the word in a field, deleted ones not merged away yet included."""
        terms = [word] if field == "whole_name" else self._analyzer.analyze(word)
        return self.term_frequency(field, terms[0]) if terms else 0

    def term_frequency(self, field: str, term: str) -> int:
        """Return how many documents hold a term, which is a stemmed word or a whole name, in a field."""
        with tantivy_failures(self._path):
            return int(self._searcher.doc_freq(field, term))

    def statistics(self) -> FieldStatistics:
        """Return what BM25 needs beyond document frequencies; read once for a reader."""
        if self._statistics is None:
            with tantivy_failures(self._path):
                self._statistics = read_statistics(self._searcher, self._schema, self._analyzer)
        return self._statistics

    def contents(self) -> TextContents:
        """Return the ids, files and clusters of all documents, for checks against the catalog.

        Raises:
            IndexDamaged: A file of the index does not hold together.
        """
        n_parts = max(1, -(-self.num_docs // _CONTENTS_BATCH))
        # Ids are digests, so equal parts of their range hold about as many documents each.
        edges = [2**64 * part // n_parts for part in range(n_parts + 1)]
        ids: list[NDArray[np.uint64]] = []
        files: list[NDArray[np.int64]] = []
        clusters: list[NDArray[np.int64]] = []
        with tantivy_failures(self._path):
            for low, high in pairwise(edges):
                kind = tantivy.FieldType.Unsigned
                part = Query.range_query(self._schema, "id", kind, low, high - 1)
                addresses = self._scored(part, max(self.num_docs, 1))[1]
                ids.append(_ids(self._searcher, addresses))
                files.append(_integers(self._searcher, "file", addresses))
                clusters.append(_integers(self._searcher, "cluster_id", addresses))
        return TextContents(np.concatenate(ids), np.concatenate(files), np.concatenate(clusters))

    def _search_wide(
        self, scoring: Query, condition: TextFilter, files: NDArray[np.int64], limit: int
    ) -> TextHits | None:
        """Search without the files, then drop what is elsewhere; None when too little was left to be sure.

        A condition on thousands of scattered files costs Tantivy ten times the search itself, and most
        documents pass such a wide one. Every document not looked at scores no better than the ones that
        were, so `limit` survivors are the true best.
        """
        everywhere = replace(condition, files=None)
        query = filtered_query(scoring, everywhere, self._schema, self._analyzer)
        depth = limit * 4
        scores, addresses = self._scored(query, depth)
        kept = np.flatnonzero(np.isin(_integers(self._searcher, "file", addresses), files))
        if len(kept) < limit and len(addresses) == depth:
            return None
        kept = kept[:limit]
        return _in_order(_ids(self._searcher, [addresses[row] for row in kept]), scores[kept])

    def _scored(self, query: Query, limit: int) -> tuple[NDArray[np.float32], list[tantivy.DocAddress]]:
        found = self._searcher.search(query, limit, count=False).hits
        scores = np.fromiter((score for score, _ in found), np.float32, len(found))
        return scores, [address for _, address in found]


def _in_order(ids: NDArray[np.uint64], scores: NDArray[np.float32]) -> TextHits:
    order = np.lexsort((ids, -scores))
    return TextHits(ids[order], scores[order])


def _ids(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> NDArray[np.uint64]:
    return np.array(searcher.fast_field_values("id", addresses), np.uint64)


def _integers(
    searcher: tantivy.Searcher, field: str, addresses: list[tantivy.DocAddress]
) -> NDArray[np.int64]:
    return np.array(searcher.fast_field_values(field, addresses), np.int64)
