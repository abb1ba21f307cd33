"""How well words cover words: the query's against a name's, a path's, a file stem's."""

from collections.abc import Iterable, Sequence

QUESTION_WORDS = frozenset(
    """a about all an and any are as at be been by can could do does for from get gets had has have how i if in into is
    it its me my of on one or our out over so some such than that the their them then there these this those to under
    up use used uses using was we were what when where which who why will with would you your""".split()
)
"""Words that hold a sentence together and say nothing about code."""

SHORTEST_PREFIX = 4
"""Letters two different words must share to be taken for forms of one word."""


def content_words(words: Sequence[str]) -> list[str]:
    """Return the distinct words that say something, in order; all of them if none does."""
    distinct = list(dict.fromkeys(words))
    return [word for word in distinct if word not in QUESTION_WORDS] or distinct


def similarity_of_words(left: str, right: str) -> float:
    """Return 1 for equal words, 0.8 or more for forms of one word ("retry", "retries"), else 0.

    Two words count as forms of one when they share a beginning of at least four letters and what follows it
    is short on both sides.
    """
    if left == right:
        return 1.0
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    if shared < SHORTEST_PREFIX:
        return 0.0
    rest = max(len(left), len(right)) - shared
    return 0.85 if rest <= 3 and shared >= rest else 0.0  # noqa: PLR2004 - "-ing", "-ies", "-ers"


class QueryWords:
    """The content words of one query, remembered against every word they have met.

    Args:
        words: Split, lower-case words of the query.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = content_words(words)
        self._met: dict[str, tuple[tuple[int, float], ...]] = {}

    def _matches(self, word: str) -> tuple[tuple[int, float], ...]:
        known = self._met.get(word)
        if known is None:
            scored = ((i, similarity_of_words(mine, word)) for i, mine in enumerate(self.words))
            known = self._met[word] = tuple((i, s) for i, s in scored if s > 0)
        return known

    def coverage(self, words: Iterable[str]) -> tuple[float, float]:
        """Return how much of the query the words cover, and how much of the words the query covers, 0 to 1."""
        best = [0.0] * len(self.words)
        covered = 0.0
        n_words = 0
        for word in words:
            n_words += 1
            top = 0.0
            for i, similarity in self._matches(word):
                best[i] = max(best[i], similarity)
                top = max(top, similarity)
            covered += top
        if not best or not n_words:
            return 0.0, 0.0
        return sum(best) / len(best), covered / n_words
