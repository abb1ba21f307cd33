"""Splits a file into words, once, for both the embedding model and the text index."""

import re
from dataclasses import dataclass

import numpy as np

from lsp_server.text.boundaries import word_ranges
from lsp_server.text.vocabulary import MAX_WORD_BYTES, number_words

_ASCII_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True, eq=False)
class FileWords:
    """The words of one file.

    Word i is at the bytes `starts[i]:ends[i]` of the file and reads `vocabulary[numbers[i]]`.

    Attributes:
        vocabulary: The distinct words in lower case, in the order of their first occurrence.
        numbers: Indices into `vocabulary`, int32[n_words].
        starts: Byte offsets, ascending, int32[n_words].
        ends: Byte offsets, ascending, int32[n_words].
    """

    vocabulary: list[str]
    numbers: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def runs(self, start_bytes: np.ndarray, end_bytes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the first word, and the one past the last, wholly inside each of many byte ranges.

        Args:
            start_bytes: Where the ranges start, int[m].
            end_bytes: Where they end, int[m].

        Returns:
            Indices of words, int64[m] each; equal where a range has none.
        """
        firsts = self.starts.searchsorted(start_bytes)
        return firsts, np.maximum(firsts, self.ends.searchsorted(end_bytes, "right"))


def split_file(source: bytes) -> FileWords:
    """Split a whole file into words.

    Identifiers are split at changes of case (`parseHTTPHeader` → parse http header) and between letters and
    digits; punctuation is dropped; letters of every script make words. Words are cut to 64 bytes.

    Args:
        source: UTF-8; under 2 GB. Never raises, whatever the bytes are.
    """
    starts, ends = word_ranges(source)
    vocabulary, numbers = number_words(source, starts, ends)
    return FileWords(vocabulary, numbers, starts, ends)


def split_words(text: str) -> list[str]:
    """Split a short text, such as a query, by the same rules: `getUserByID2` → get user by id 2."""
    if text.isascii():
        return [word.lower()[:MAX_WORD_BYTES] for word in _ASCII_WORD.findall(text)]
    words = split_file(text.encode("utf-8", "replace"))
    return [words.vocabulary[number] for number in words.numbers.tolist()]
