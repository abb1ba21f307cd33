"""Lets a cross-encoder read the first results of a search and reorders them by what it makes of them.

Blended rather than replaced: the cross-encoder reads one symbol at a time, and most of those to be had
learned from web pages, not from code. What stands around a symbol, whether it is a test or vendored, what
else of its file fits, and which files are in the list already, only the ranking before it knows.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lsp_server.embedding import CrossEncoder
from lsp_server.errors import ModelUnavailable
from lsp_server.model import Symbol
from lsp_server.search.cancel import Cancel
from lsp_server.search.ranking.order import Ranking
from lsp_server.text.words import split_words

logger = logging.getLogger(__name__)

BLEND = 0.3
"""The part of a read result's place that the cross-encoder decides, unless said otherwise.

On annotated queries with judges made of the truth and more or less noise, 0.3 won most of what the best blend
of a good judge wins and lost nothing by a bad one; from 0.5 on a bad one did harm. A judge alone won less, or
lost, since it fills the list with one file. benchmarks/reranking.py measures a model.
"""

LEAST_SPREAD = 1.0
"""Judgements that lie closer together, in log odds, say less and less apart."""

_MOST_QUERY_CHARACTERS = 1000
_MOST_DOCUMENTATION_CHARACTERS = 600


@dataclass(frozen=True, slots=True, eq=False)
class Reranking:
    """Who reads results again, how many, and what that counts.

    Attributes:
        model: Judges them.
        depth: How far down the list it reads.
        blend: The part of a read result's place that it decides, 0 to 1.
    """

    model: CrossEncoder
    depth: int
    blend: float = BLEND


def reranked(
    reranking: Reranking, query: str, ranking: Ranking, text_of: Callable[[int], str], cancel: Cancel
) -> Ranking:
    """Return a ranking whose first results are in the order of both judges; the old one if the model fails.

    What the query names stays first and is not read. Relevance stays within what that of the read results
    was, so that nothing gets above what is named, nothing below what was not read.

    Args:
        reranking: Who reads, and how many.
        query: What was asked, without filters.
        ranking: The order so far.
        text_of: What there is to read of a candidate.
        cancel: Looked at before and after reading.

    Raises:
        Cancelled: The search was called off.
    """
    read = slice(ranking.n_called, max(reranking.depth, ranking.n_called))
    chosen, before = ranking.order[read], ranking.relevance[read]
    if len(chosen) < 2:
        return ranking
    texts = [text_of(candidate) for candidate in chosen.tolist()]
    try:
        with reranking.model.turn:
            cancel.raise_if_cancelled()
            judged = reranking.model.judge(query[:_MOST_QUERY_CHARACTERS], texts)
    except ModelUnavailable as error:
        # Not the library's own words, which may quote what it was given to read.
        name, suggestion = reranking.model.name, error.suggestion
        logger.warning("a search is answered without reranking: %s failed\nSuggestion: %s", name, suggestion)
        return ranking
    cancel.raise_if_cancelled()
    after = _blended(before, judged, reranking.blend)
    resorted = np.argsort(-after, kind="stable")
    order, relevance = ranking.order.copy(), ranking.relevance.copy()
    order[read], relevance[read] = chosen[resorted], after[resorted]
    added = np.zeros(len(order))
    added[chosen] = after - before
    return replace(ranking, order=order, relevance=relevance, parts={**ranking.parts, "rerank": added})


def _blended(relevance: np.ndarray, judged: np.ndarray, blend: float) -> np.ndarray:
    """Return float64[n], between the least and the most of the relevance, float64[n]."""
    spread = max(float(np.ptp(judged)), LEAST_SPREAD)
    share = (judged - judged.min()) / spread
    least, most = relevance.min(), relevance.max()
    blended: np.ndarray = (1 - blend) * relevance + blend * (least + share * (most - least))
    return blended


def text_of(symbol: Symbol, path: str) -> str:
    """Return what the cross-encoder reads of a symbol: path, qualified name, signature, documentation."""
    # Tokenizers of prose take `loadSession` for one rare word.
    words = " ".join(split_words(symbol.qualified_name))
    documentation = symbol.documentation[:_MOST_DOCUMENTATION_CHARACTERS]
    parts = (path, symbol.qualified_name, words, symbol.signature, documentation)
    return "\n".join(dict.fromkeys(part for part in parts if part))
