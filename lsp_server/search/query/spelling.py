"""Corrects misspelt names and words of a query, where neither the folder nor the model knows a word."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from string import ascii_lowercase
from typing import Final

from lsp_server.embedding import Dictionary, Embedder
from lsp_server.search.query.syntax import ParsedQuery
from lsp_server.search.query.words import content_words
from lsp_server.text.words import split_words

SHORTEST: Final = 4
"""Shorter words are not corrected: too many other words are an edit away."""

_SHORTEST_NAME: Final = 6  # letters of a name of several words
_MAX_NAMES: Final = 8  # each that nothing has costs a pass over all names
_DOUBLED: Final = re.compile(r"(.)\1")
_LONG: Final = 8  # a word of so many letters may differ by two
Frequency = Callable[[str, str], int]
"""How many symbols hold a word in a field, given the two: field and word."""

Near = Callable[[str], Mapping[str, int]]
"""The names at most one edit away from a text, and how many symbols have each."""

_FIELDS: Final = ("body", "name", "doc")
"""Fields whose words may be corrections. A word that occurs only in paths is no misspelling, either."""


def corrected(query: ParsedQuery, frequency: Frequency, near: Near, embedder: Embedder) -> ParsedQuery:
    """Return the query with misspelt words and names replaced by what the folder holds.

    A word that the model knows is not a misspelling, even where the folder uses another word for the thing.
    But in a name that no symbol has, any word that is in no name of the folder may be one.

    Args:
        query: The query taken apart.
        frequency: Of words in the folder.
        near: Finds names at most one edit away.
        embedder: Its vocabulary is the dictionary for words; without one, only names are corrected.
    """
    quoted = {word for phrase in query.phrases for word in phrase}

    def with_words_corrected(text: str, words: Sequence[str]) -> str:
        for word in content_words(words):
            if len(word) < SHORTEST or not word.isalpha() or word in quoted:
                continue
            if word in embedder.words or _is_held(frequency, word):
                continue
            better = _nearest_held(word, embedder.words, frequency)
            if better is not None:
                text = _replaced(text, word, better)
        return text

    text = query.text
    for name in list(dict.fromkeys(query.last_parts))[:_MAX_NAMES]:
        words = split_words(name)
        if quoted.isdisjoint(words) and _may_be_misspelt(words, frequency):
            spelt = split_words(with_words_corrected(name, words))
            if not any(frequency("whole_name", way) for way in ("".join(spelt), "_".join(spelt))):
                _, meant = max(((times, other) for other, times in near(name).items()), default=(0, name))
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", partial(_as_meant, meant), text)
    text = with_words_corrected(text, split_words(text))
    return query if text == query.text else query.with_text(text)


def _as_meant(meant: str, _match: re.Match[str]) -> str:
    return meant


def _may_be_misspelt(words: Sequence[str], frequency: Frequency) -> bool:
    """Tell whether the words of a name are enough to tell what was meant, and one of them is in no name."""
    is_long = len(words) > 1 and sum(map(len, words)) >= _SHORTEST_NAME
    return is_long and not all(frequency("name", word) for word in words)


def _is_held(frequency: Frequency, word: str) -> bool:
    return any(frequency(field, word) for field in (*_FIELDS, "path"))


def _nearest_held(word: str, dictionary: Dictionary, frequency: Frequency) -> str | None:
    """Return the word most often held of those one edit away, or else, for a long word, two.

    One that differs by a letter doubled or not comes first: so people misspell; other letters are mistyped.
    """
    one_away = [other for other in one_edit_away(word) if other in dictionary]
    doubled = (other for other in one_away if _undoubled(other) == _undoubled(word))
    best = _most_held(doubled, frequency) or _most_held(one_away, frequency)
    if best is None and len(word) >= _LONG:
        others = dictionary.near(word, 2)
        best = _most_held((other for other in others if edits(word, other, 2) == 2), frequency)
    return best


def _undoubled(word: str) -> str:
    return _DOUBLED.sub(r"\1", word)


def _most_held(words: Iterable[str], frequency: Frequency) -> str | None:
    held = [(sum(frequency(field, word) for field in _FIELDS), word) for word in words]
    n_holding, word = max(held, default=(0, ""))
    return word if n_holding else None


def one_edit_away(word: str) -> set[str]:
    """Return all strings one insertion, deletion, substitution or transposition away from a word."""
    halves = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    return {
        *(left + right[1:] for left, right in halves if right),
        *(left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1),
        *(left + letter + right[1:] for left, right in halves if right for letter in ascii_lowercase),
        *(left + letter + right for left, right in halves for letter in ascii_lowercase),
    }


def edits(left: str, right: str, most: int) -> int:
    """Return the optimal string alignment distance of two words (Damerau 1964; no substring is edited twice).

    Args:
        left: A word.
        right: Another.
        most: Where the distance is greater, `most + 1` is returned.
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for row, letter in enumerate(left, start=1):
        current = [row]
        for column, other in enumerate(right, start=1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before_last, last = last, current
    return min(last[-1], most + 1)


def _replaced(text: str, word: str, better: str) -> str:
    """Return the text with a word replaced wherever it occurs, alone or within an identifier, in any case."""
    by_itself = rf"(?<![^\W\d_])(?i:{re.escape(word)})(?![a-z])"
    in_camel_case = rf"(?<=[a-z0-9]){re.escape(word.capitalize())}(?![a-z])"

    def written_alike(match: re.Match[str]) -> str:
        return better.capitalize() if match[0][0].isupper() else better

    return re.sub(f"{by_itself}|{in_camel_case}", written_alike, text)
