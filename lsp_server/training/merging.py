"""Byte-pair encoding: which parts words are composed of (Sennrich et al. 2016, arXiv:1508.07909).

Counts are whole numbers and ties are broken alphabetically, so the same words always give the same parts.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

INSIDE = "##"
"""Prefix of a part that continues a word."""

_STEPS = 16
"""Counts are rounded to this fraction: whole numbers have the same sum in any order."""

Pair = tuple[str, str]


def letters_of(word: str) -> list[str]:
    """Return the smallest parts of a word."""
    return [letter if at == 0 else INSIDE + letter for at, letter in enumerate(word)]


def joined(pair: Pair) -> str:
    """Return two neighbouring parts as one."""
    return pair[0] + pair[1].removeprefix(INSIDE)


def merged_parts(counts: Mapping[str, float]) -> Iterator[str]:
    """Yield distinct parts longer than a letter: each merges the two that are adjacent most often.

    The most frequent parts come first; in the end every word is a part.

    Args:
        counts: How often each word occurs.
    """
    words = _Words(counts)
    found: set[str] = set()
    while (pair := words.most_frequent()) is not None:
        words.join(pair)
        part = joined(pair)
        if part not in found:
            found.add(part)
            yield part


class _Words:
    """Words split into parts, with how often each pair of adjacent parts occurs."""

    def __init__(self, counts: Mapping[str, float]) -> None:
        ordered = sorted(counts)
        self._parts = [letters_of(word) for word in ordered]
        self._counts = [round(_STEPS * counts[word]) for word in ordered]
        self._totals: defaultdict[Pair, int] = defaultdict(int)
        self._holders: defaultdict[Pair, set[int]] = defaultdict(set)
        for number, parts in enumerate(self._parts):
            for pair in pairwise(parts):
                self._totals[pair] += self._counts[number]
                self._holders[pair].add(number)
        self._heap = [(-total, pair) for pair, total in self._totals.items()]
        heapq.heapify(self._heap)

    def most_frequent(self) -> Pair | None:
        """Return the most frequent pair of adjacent parts; of equals, the alphabetically first."""
        while self._heap:
            negative, pair = heapq.heappop(self._heap)
            total = self._totals.get(pair, 0)
            if total == -negative and total:
                return pair
            # The entry is stale: the pair's count fell since. A pair whose count rose was pushed again.
            if 0 < total < -negative:
                heapq.heappush(self._heap, (-total, pair))
        return None

    def join(self, pair: Pair) -> None:
        """Merge a pair into one part wherever it occurs."""
        part = joined(pair)
        gained: set[Pair] = set()
        for number in self._holders.pop(pair):
            count, before = self._counts[number], self._parts[number]
            after = self._parts[number] = _with_joined(before, pair)
            for old in pairwise(before):
                self._totals[old] -= count
            for new in pairwise(after):
                self._totals[new] += count
                if part in new:
                    self._holders[new].add(number)
                    gained.add(new)
        del self._totals[pair]
        for new in gained:
            heapq.heappush(self._heap, (-self._totals[new], new))


def _with_joined(parts: list[str], pair: Pair) -> list[str]:
    after: list[str] = []
    for part in parts:
        if after and (after[-1], part) == pair:
            after[-1] = joined(pair)
        else:
            after.append(part)
    return after
