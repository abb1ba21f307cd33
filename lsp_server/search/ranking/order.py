"""From signals to an order: a weighted sum, penalties, neighbours, diversity. Pure; no I/O.

Evidence is summed, each part normalised by the best value in this search. (Reciprocal rank fusion throws away
the distances between hits and was clearly worse on our development queries.)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lsp_server.search.ranking.signals import Signals
from lsp_server.search.ranking.weights import ADDED, KINDS, OWN, TRUST, Weights

_MAX_NEIGHBOURS = 3
_FURTHER = 6
"""This many further symbols of a file together lose as much as the second one does."""

_NAMESAKES_KEPT = 2
"""So many symbols of a name lose nothing; the next one does, and those after it twice as much."""

_MAX_A_FILE_AND_TIER = 3
_BELOW_A_TIER = 0.8
"""What comes after the named symbols has at most this share of the last one's relevance."""

_JUST_BEHIND = 0.999
"""A declaration has at most this share of its definition's relevance."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The order of the candidates.

    Attributes:
        order: int64[n], candidate numbers, best first.
        relevance: float64[n], in that order, never rising; the best is not scaled to 1.
        parts: Signal name → what it added or multiplied by, float64[n] in candidate order.
        n_tiered: How many of the first are there because the query names them; see `Signals.tier`.
    """

    order: np.ndarray
    relevance: np.ndarray
    parts: dict[str, np.ndarray]
    n_tiered: int = 0


def rank(signals: Signals, weights: Weights) -> Ranking:
    """Order the candidates of one search.

    Args:
        signals: The signals of each candidate.
        weights: The weight of each signal.
    """
    defined = signals.defined if weights.declaration < 1 else ()
    parts = {name: getattr(weights, name) * signals.added[name] for name in ADDED}
    parts |= {name: _described(parts[name], defined) for name in OWN}
    evidence = np.sum(list(parts.values()), axis=0)
    trust = _product(signals, weights, TRUST)
    # A file full of matching fields is a matching file: their kind does not reduce what they lend.
    neighbours = weights.neighbours * _neighbours(evidence * trust, signals.files)
    penalty = trust * _product(signals, weights, KINDS)
    relevance = evidence * penalty + neighbours
    diversity = _diversity(relevance, signals.files, weights.repeated_file)
    diversity *= _diversity_of_names(relevance * diversity, signals, weights.repeated_name)
    relevance *= diversity
    behind = _behind_definitions(relevance, defined)
    relevance += behind
    tiers = _tiers(relevance, signals) if weights.exact else np.zeros(len(relevance), np.int8)
    lift = _lift(relevance, tiers)
    relevance += lift
    order = np.lexsort((signals.ids, -relevance))
    parts |= {
        "penalty": penalty,
        "neighbours": neighbours,
        "diversity": diversity,
        "defined": behind,
        "tier": lift,
    }
    return Ranking(order, relevance[order], parts, int(np.count_nonzero(tiers)))


def _tiers(relevance: np.ndarray, signals: Signals) -> np.ndarray:
    """Return each symbol's tier, int8[n]: its `Signals.tier`, or 0 where it is not to be lifted.

    Only the best three of a file are lifted per tier, so a family of overloads leaves room for others.
    """
    nth = np.zeros(len(relevance), np.int64)
    for tier in _distinct(signals.tier):
        chosen = np.flatnonzero(signals.tier == tier)
        by_file = _ByGroup.of(relevance[chosen], signals.files[chosen])
        nth[chosen[by_file.order]] = by_file.nth
    tiers: np.ndarray = np.where(nth < _MAX_A_FILE_AND_TIER, signals.tier, 0)
    return tiers


def _described(evidence: np.ndarray, defined: Sequence[tuple[Sequence[int], Sequence[int]]]) -> np.ndarray:
    """Return a symbol's own evidence, where what speaks for a declaration speaks for its definition, too."""
    described = evidence.copy()
    for declaring, defining in defined:
        described[defining] = np.maximum(evidence[defining], evidence[declaring].max())
    return described


def _behind_definitions(
    relevance: np.ndarray, defined: Sequence[tuple[Sequence[int], Sequence[int]]]
) -> np.ndarray:
    """Return what to add to each relevance so that no declaration comes before what defines the same."""
    less = np.zeros(len(relevance))
    for declaring, defining in defined:
        most = _JUST_BEHIND * relevance[defining].max()
        less[declaring] = np.minimum(most - relevance[declaring], 0.0)
    return less


def _lift(relevance: np.ndarray, tiers: np.ndarray) -> np.ndarray:
    """Return what to add to each relevance so that every tier comes before all lower ones, float64[n].

    Within a tier the order stays.
    """
    lift = np.zeros(len(relevance))
    for tier in _distinct(tiers):
        here, below = tiers == tier, tiers < tier
        if below.any():
            gap = (relevance + lift)[below].max() / _BELOW_A_TIER - relevance[here].min()
            lift[here] = max(gap, 0.0)
    return lift


def _distinct(tiers: np.ndarray) -> list[int]:
    distinct: list[int] = np.unique(tiers[tiers > 0]).tolist()
    return distinct


def _product(signals: Signals, weights: Weights, names: tuple[str, ...]) -> np.ndarray:
    product = np.ones(len(signals.ids))
    for name in names:
        product[signals.multiplied[name]] *= getattr(weights, name)
    return product


@dataclass(frozen=True, slots=True, eq=False)
class _ByGroup:
    """Candidates sorted by file or name, best first within each; arrays of one length n, in that order."""

    order: np.ndarray  # candidate numbers
    group: np.ndarray  # number of the file or name, from 0
    nth: np.ndarray  # rank within it, from 0

    @classmethod
    def of(cls, relevance: np.ndarray, groups: np.ndarray) -> "_ByGroup":
        order = np.lexsort((-relevance, groups))
        is_first = np.ones(len(order), np.bool_)
        is_first[1:] = np.diff(groups[order]) != 0
        group = np.cumsum(is_first) - 1
        return cls(order, group, np.arange(len(order)) - np.flatnonzero(is_first)[group])


def _neighbours(relevance: np.ndarray, files: np.ndarray) -> np.ndarray:
    """Return for each candidate the sum of 1/1, 1/2, 1/3 of the relevance of its file's second to fourth."""
    by_file = _ByGroup.of(relevance, files)
    counts = (by_file.nth > 0) & (by_file.nth <= _MAX_NEIGHBOURS)
    falling = np.where(counts, relevance[by_file.order] / np.maximum(by_file.nth, 1), 0.0)
    added = np.empty(len(relevance))
    added[by_file.order] = np.bincount(by_file.group, falling)[by_file.group]
    return added


def _diversity(relevance: np.ndarray, files: np.ndarray, repeated: float) -> np.ndarray:
    """Return a factor per candidate that lets other files in between the symbols of one.

    The second of a file loses most; those after it little more, or nobody would ever see them.
    """
    by_file = _ByGroup.of(relevance, files)
    factor = np.empty(len(relevance))
    times = np.where(by_file.nth > 0, 1 + (by_file.nth - 1) / _FURTHER, 0)
    factor[by_file.order] = repeated**times
    return factor


def _diversity_of_names(relevance: np.ndarray, signals: Signals, repeated: float) -> np.ndarray:
    """Return a factor per candidate that lets other names in between the symbols of one, as overrides are.

    Two may both be answers; a family of them tells no more. What the query names loses nothing.
    """
    by_name = _ByGroup.of(relevance, signals.namesakes)
    factor = np.empty(len(relevance))
    factor[by_name.order] = repeated ** (by_name.nth - _NAMESAKES_KEPT + 1).clip(0, 2)
    factor[signals.tier > 0] = 1.0
    return factor
