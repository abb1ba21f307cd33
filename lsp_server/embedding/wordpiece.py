"""Splits words into sub-words, rows of the model's table, by greedy longest match (WordPiece)."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lsp_server.errors import ModelUnavailable
from lsp_server.text import split_words

_PIECES_OF_WORD = re.compile(r"[a-z]+|[0-9]+|[^\x00-\x7f]+")
_CACHED_WORDS = 1 << 16
_LONGEST_NAME = 80


class WordPiece:
    """Finds the sub-words of words that are split and in lower case already.

    Gives the same result as `tokenizers` with the same tokenizer.json, but unknown words have no rows.

    Args:
        vocabulary: Sub-word → row; those inside a word begin with "##".
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._whole = {word: row for word, row in vocabulary.items() if not word.startswith(("##", "["))}
        self._inside = {word[2:]: row for word, row in vocabulary.items() if word.startswith("##")}
        # The longest sub-word to try, by the first two letters: this rules out most candidates.
        self._whole_reach = _longest_by_start(self._whole)
        self._inside_reach = _longest_by_start(self._inside)
        self.max_row = max(vocabulary.values(), default=-1)
        self._cache: dict[str, tuple[int, ...]] = {}
        self._names: dict[str, tuple[int, ...]] = {}

    @classmethod
    def read(cls, path: Path) -> "WordPiece":
        """Read a tokenizer.json of Hugging Face's `tokenizers`.

        Raises:
            ModelUnavailable: The file is missing, or its model is not WordPiece.
        """
        try:
            return cls(_vocabulary(json.loads(path.read_bytes())["model"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelUnavailable(
                f"The tokenizer {path} can't be read: {error}.",
                "Reinstall the package, or choose another model in the settings.",
            ) from error

    @property
    def whole_words(self) -> Iterable[str]:
        """The sub-words that can begin a word, and so be a whole word."""
        return self._whole.keys()

    def rows(self, word: str) -> tuple[int, ...]:
        """Return the rows of a word's sub-words in order; empty when it is unknown."""
        known = self._cache.get(word)
        if known is not None:
            return known
        if len(self._cache) >= _CACHED_WORDS:
            self._cache.clear()
        if word.isascii():
            rows = self._match(word)
        else:
            # The vocabulary has no accents and keeps scripts apart ("apiключ" is two words in it).
            pieces = _PIECES_OF_WORD.findall(_without_accents(word))
            rows = tuple(row for piece in pieces for row in self._match(piece))
        self._cache[word] = rows
        return rows

    def rows_of_each(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """Return the rows of each of many words."""
        # Straight from the cache: at a hundred thousand words a second and more, a call for each would show.
        cached = list(map(self._cache.get, words))
        return [self.rows(word) if rows is None else rows for word, rows in zip(words, cached, strict=True)]

    def rows_of(self, words: Iterable[str]) -> list[int]:
        """Return the rows of several words, concatenated."""
        return [row for word in words for row in self.rows(word)]

    def rows_of_name(self, name: str) -> tuple[int, ...]:
        """Return the rows of the words in a name; whole names are cached."""
        known = self._names.get(name)
        if known is not None:
            return known
        rows = tuple(self.rows_of(split_words(name)))
        if len(name) <= _LONGEST_NAME:
            if len(self._names) >= _CACHED_WORDS:
                self._names.clear()
            self._names[name] = rows
        return rows

    def _match(self, word: str) -> tuple[int, ...]:
        rows = []
        start, vocabulary, reach = 0, self._whole, self._whole_reach
        while start < len(word):
            longest = reach.get(word[start : start + 2], 1)
            for end in range(min(len(word), start + longest), start, -1):
                row = vocabulary.get(word[start:end])
                if row is not None:
                    break
            else:
                return ()
            rows.append(row)
            start, vocabulary, reach = end, self._inside, self._inside_reach
        return tuple(rows)


def _longest_by_start(words: Iterable[str]) -> dict[str, int]:
    """Return first two characters → length of the longest word that begins with them."""
    longest: dict[str, int] = {}
    for word in sorted(words, key=len):
        longest[word[:2]] = len(word)
    return longest


def _vocabulary(model: dict[str, Any]) -> dict[str, int]:
    if model["type"] != "WordPiece" or model["continuing_subword_prefix"] != "##":
        raise ValueError(f"its model is {model['type']}, not WordPiece with ##")
    vocabulary: dict[str, int] = model["vocab"]
    return vocabulary


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn").lower()
