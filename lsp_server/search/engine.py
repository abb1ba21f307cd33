"""Answers searches: parses the query, gathers candidates, ranks and scores them, unpacks the best."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from lsp_server.embedding import similarity_to_score
from lsp_server.fulltext import inverse_frequency
from lsp_server.model import Symbol, SymbolId, camel_case
from lsp_server.search.cancel import Cancel
from lsp_server.search.candidates.gather import gather
from lsp_server.search.candidates.retrieval import Gathered, Retrieval, SymbolRef
from lsp_server.search.folder.filters import Filters
from lsp_server.search.folder.listing import listed_order
from lsp_server.search.folder.view import FolderView
from lsp_server.search.query.line_references import names_file
from lsp_server.search.query.spelling import Near, corrected
from lsp_server.search.query.syntax import ParsedQuery, parse_query
from lsp_server.search.query.words import content_words
from lsp_server.search.ranking.confidence import confidence, scores
from lsp_server.search.ranking.order import Ranking, rank
from lsp_server.search.ranking.rarity import MAX_WORDS, rarities
from lsp_server.search.ranking.reranking import reranked, text_of
from lsp_server.search.ranking.signals import QueryTerms, Signals, signals_of
from lsp_server.search.ranking.weights import nothing
from lsp_server.search.results import (
    MAX_RESULTS,
    Coverage,
    Explanation,
    SearchMode,
    SearchOutcome,
    SearchRequest,
    SearchResult,
)
from lsp_server.vectors.arrays import F64

VECTOR_ONLY: Final = replace(nothing(), vector=1.0)
"""The weights of `mode: vector`: similarity alone."""


def search(views: Sequence[FolderView], request: SearchRequest, cancel: Cancel) -> SearchOutcome:
    """Answer one search over the given folders.

    Args:
        views: The folders to search.
        request: What to search for.
        cancel: Checked between stages.

    Raises:
        InvalidParams: A path pattern is not a valid gitignore pattern.
        Cancelled: The search was called off.
    """
    began = time.perf_counter()
    query = parse_query(request.query)
    filters = Filters.of(request, query)
    found: list[SearchResult] = []
    corrected_query: str | None = None
    for view in () if query.asks_nothing else views:
        cancel.raise_if_cancelled()
        meant = _corrected(view, views, request, query)
        if meant is not query:
            corrected_query = corrected_query or meant.text
        found += _search_folder(view, request, meant, filters, cancel)
    found.sort(key=lambda one: -one.score)  # stable: equal scores stay in the order of the folders
    return SearchOutcome(
        results=tuple(one for one in found if one.score >= request.min_score)[: request.limit],
        is_incomplete=not all(view.is_complete for view in views),
        coverage=sum((view.coverage for view in views), Coverage()),
        took_ms=(time.perf_counter() - began) * 1000,
        corrected_query=corrected_query,
    )


def _corrected(
    view: FolderView, views: Sequence[FolderView], request: SearchRequest, query: ParsedQuery
) -> ParsedQuery:
    if view.snapshot is None or request.mode is not SearchMode.HYBRID or not request.correct_spelling:
        return query
    return corrected(query, view.document_frequency, near_in(view, views), view.embedder)


def near_in(view: FolderView, views: Sequence[FolderView]) -> Near:
    """Return what finds the names near a misspelt one in a folder; none if another one has the very name."""

    def near(name: str) -> Mapping[str, int]:
        is_held = any(
            other.document_frequency("whole_name", name.lower())
            for other in views
            if other is not view and other.snapshot is not None
        )
        return {} if is_held else view.names_near(name)

    return near


def _search_folder(
    view: FolderView, request: SearchRequest, query: ParsedQuery, filters: Filters, cancel: Cancel
) -> list[SearchResult]:
    retrieval = retrieval_of(view, request, query, filters)
    gathered = gather(view, retrieval, cancel)
    weights = VECTOR_ONLY if request.mode is SearchMode.VECTOR else view.weights
    cancel.raise_if_cancelled()
    if query.words:
        found = signals(retrieval, gathered)
        ranking = _reread(view, retrieval, gathered, rank(found, weights), cancel)
        scored = _scores(view, retrieval, gathered, found, ranking)
    else:  # a query of filters alone: everything gathered passes them
        ranking = _listing(view, retrieval, gathered)
        scored = np.full(len(ranking.order), 0.5)
    cancel.raise_if_cancelled()
    best = range(min(request.limit, len(scored)))
    return [
        _found(view, gathered, ranking, number, float(scored[number]), explain=request.explain)
        for number in best
    ]


def _reread(
    view: FolderView, retrieval: Retrieval, gathered: Gathered, ranking: Ranking, cancel: Cancel
) -> Ranking:
    """Let the cross-encoder, where one is set, rerank the best results of a hybrid search."""
    if view.reranking is None or retrieval.mode is not SearchMode.HYBRID:
        return ranking
    paths, refs = gathered.candidates.paths, gathered.refs

    def read(candidate: int) -> str:
        return text_of(symbol_at(view, refs[candidate]), paths[candidate])

    return reranked(view.reranking, retrieval.query.text, ranking, read, cancel)


def retrieval_of(view: FolderView, request: SearchRequest, query: ParsedQuery, filters: Filters) -> Retrieval:
    """Return what a search retrieves from one folder."""
    reader = None if view.snapshot is None else view.snapshot.text
    return Retrieval(
        query=query,
        vector=view.embedder.query_vector(query.text),
        filters=filters,
        mode=request.mode,
        limit=MAX_RESULTS if request.min_score > 0 else request.limit,
        rarity=rarities(content_words(query.words), reader),
        is_busy=not view.is_complete,
        is_known_name=query.is_one_piece
        and request.mode is SearchMode.HYBRID
        and _is_known_name(view, query),
    )


def _is_known_name(view: FolderView, query: ParsedQuery) -> bool:
    """Tell whether something in the folder is called what the query is: a symbol, a file or a folder."""
    held = view.snapshot is not None and any(
        view.document_frequency("whole_name", name) for name in query.whole_names
    )
    return held or names_file(query.text, view.paths())


def signals(retrieval: Retrieval, gathered: Gathered) -> Signals:
    """Return the ranking signals of each candidate."""
    query = retrieval.query
    terms = QueryTerms(
        words=query.words,
        identifiers=query.identifiers,
        rarity=retrieval.rarity,
        is_one_name=query.is_one_name,
        is_one_piece=query.is_one_piece,
        qualified=query.qualified,
    )
    return signals_of(terms, gathered.candidates)


def _listing(view: FolderView, retrieval: Retrieval, gathered: Gathered) -> Ranking:
    """Order the candidates of a query that has only filters."""
    symbols = [symbol_at(view, ref) for ref in gathered.refs]
    candidates = gathered.candidates
    order = listed_order(symbols, candidates.paths, candidates.flags, retrieval.query.names)
    return Ranking(np.array(order, np.int64), np.ones(len(order)), {})


def _scores(
    view: FolderView, retrieval: Retrieval, gathered: Gathered, found: Signals, ranking: Ranking
) -> F64:
    order = ranking.order
    meaning = similarity_to_score(gathered.candidates.similarity[order], view.embedder.curves.query)
    if retrieval.mode is SearchMode.VECTOR:
        return np.minimum.accumulate(np.clip(meaning, 0.0, 1.0))
    exact, is_lifted = found.added["exact"][order] > 0, found.tier[order] > 0
    share = _text_share(view, retrieval.query, gathered)[order]
    return scores(ranking.relevance, confidence(meaning, exact, is_lifted, found.added["name"][order], share))


def _text_share(view: FolderView, query: ParsedQuery, gathered: Gathered) -> F64:
    """Return BM25 relative to a document that has every word of the query in its body, float64[n], 0 to 1.

    One rare word in a name may reach as much, so the share is capped at what the symbol's file holds.
    """
    text = gathered.candidates.text.astype(np.float64)
    if view.snapshot is None or not text.any():
        return np.zeros(len(text))
    n_documents = max(view.snapshot.text.n_counted, 1)
    words = content_words(query.words)[:MAX_WORDS]
    whole = sum(inverse_frequency(n_documents, view.document_frequency("body", word)) for word in words)
    # 2.2 is 1 + k1: a term's BM25 is at most that times its IDF, in a field of weight 1 such as the body.
    share: F64 = np.minimum(text / (2.2 * whole), gathered.candidates.file_words)
    return share


def _found(
    view: FolderView, gathered: Gathered, ranking: Ranking, rank_: int, score: float, *, explain: bool
) -> SearchResult:
    candidate = int(ranking.order[rank_])
    ref = gathered.refs[candidate]
    candidates = gathered.candidates
    return SearchResult(
        id=SymbolId(int(candidates.ids[candidate])),
        symbol=symbol_at(view, ref),
        folder=view.folder,
        path=candidates.paths[candidate],
        score=score,
        explanation=_explanation(view, gathered, ranking, candidate) if explain else None,
    )


def symbol_at(view: FolderView, ref: SymbolRef) -> Symbol:
    """Return the symbol of a candidate."""
    if ref.unsaved is not None:
        return ref.unsaved.symbols[ref.ordinal]
    assert view.snapshot is not None
    return view.snapshot.symbol_of(ref.ordinal)


def _explanation(view: FolderView, gathered: Gathered, ranking: Ranking, candidate: int) -> Explanation:
    ref = gathered.refs[candidate]
    cluster = None
    if ref.unsaved is None and view.snapshot is not None:
        cluster = view.snapshot.cluster_of(ref.ordinal)
    text = float(gathered.candidates.text[candidate])
    return Explanation(
        vector=float(gathered.candidates.similarity[candidate]),
        text=text or None,
        signals={
            camel_case(name): round(float(values[candidate]), 4) for name, values in ranking.parts.items()
        },
        cluster=cluster,
    )
