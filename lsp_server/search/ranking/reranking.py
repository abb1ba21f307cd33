"""Lets a cross-encoder judge the first results of a search, and reorders them by a blend of both rankings.

Blended rather than replaced: a cross-encoder reads one symbol at a time, and most available ones learned from
web pages, not from code. Only the ranking before it knows what is around a symbol, whether it is a test or
vendored, what else in its file matches, and which files are in the list already.
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
"""The cross-encoder's default weight in a reranked result's relevance.

On annotated queries, with judges simulated as the truth plus more or less noise, 0.3 gained most of what the
best blend with a good judge gains and lost nothing with a bad one; from 0.5 on a bad one did harm. A judge
alone gained less, or lost, since it fills the list with one file. benchmarks/reranking.py measures a model.
"""

LEAST_SPREAD = 1.0
"""Judgements that all lie within less than this, in log odds, change the order accordingly less."""

_MAX_QUERY_CHARACTERS = 1000
_MAX_DOCUMENTATION_CHARACTERS = 600


@dataclass(frozen=True, slots=True, eq=False)
class Reranking:
    """The cross-encoder to use, for how many results, and with what weight.

    Attributes:
        model: The cross-encoder.
        depth: How many of the first results it judges.
        blend: Its weight in their relevance, 0 to 1.
    """

    model: CrossEncoder
    depth: int
    blend: float = BLEND


def reranked(
    reranking: Reranking, query: str, ranking: Ranking, text_of: Callable[[int], str], cancel: Cancel
) -> Ranking:
    """Return the ranking with its first results reordered; the old one if the model fails.

    Results that the query names stay first and are not judged. New relevances stay within the range of the
    old ones, so no judged result gets above a named one or below one that was not judged.

    Args:
        reranking: The cross-encoder and its depth.
        query: The query's text, without filters.
        ranking: The order so far.
        text_of: Candidate number → the text to judge.
        cancel: Checked before and after judging.

    Raises:
        Cancelled: The search was called off.
    """
    read = slice(ranking.n_tiered, max(reranking.depth, ranking.n_tiered))
    chosen, before = ranking.order[read], ranking.relevance[read]
    if len(chosen) < 2:
        return ranking
    texts = [text_of(candidate) for candidate in chosen.tolist()]
    try:
        with reranking.model.turn:
            cancel.raise_if_cancelled()
            judged = reranking.model.judge(query[:_MAX_QUERY_CHARACTERS], texts)
    except ModelUnavailable as error:
        # Not the library's own message, which may quote the texts.
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
    """Return the blended relevance, float64[n], within the range of the old one."""
    spread = max(float(np.ptp(judged)), LEAST_SPREAD)
    share = (judged - judged.min()) / spread
    least, most = relevance.min(), relevance.max()
    blended: np.ndarray = (1 - blend) * relevance + blend * (least + share * (most - least))
    return blended


def text_of(symbol: Symbol, path: str) -> str:
    """Return a symbol's text for the cross-encoder: path, qualified name, signature, documentation."""
    # Split as well: tokenizers made for prose take `loadSession` for one rare word.
    words = " ".join(split_words(symbol.qualified_name))
    documentation = symbol.documentation[:_MAX_DOCUMENTATION_CHARACTERS]
    parts = (path, symbol.qualified_name, words, symbol.signature, documentation)
    return "\n".join(dict.fromkeys(part for part in parts if part))
