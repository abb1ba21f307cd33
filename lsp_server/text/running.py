"""The words of a file as one running text, of which the words of any byte range are one slice.

Joining the words of each symbol separately would handle every word once per definition around it.
"""

from collections.abc import Sequence

import numpy as np

from lsp_server.text.words import FileWords


class RunningText:
    """A file's words, each replaced by its term, with single spaces between them.

    Args:
        words: The file's words.
        terms: The term for each word of `words.vocabulary`, in order.
    """

    def __init__(self, words: FileWords, terms: Sequence[str]) -> None:
        self._text = " ".join([terms[number] for number in words.numbers.tolist()])
        lengths = np.fromiter(map(len, terms), np.int64, len(terms)) + 1
        self._offsets = np.zeros(len(words.numbers) + 1, np.int64)
        np.cumsum(lengths[words.numbers], out=self._offsets[1:])

    def slices(self, firsts: np.ndarray, lasts: np.ndarray) -> list[str]:
        """Return the terms of runs of words, joined by single spaces.

        Args:
            firsts: Index of each run's first word, int64[n].
            lasts: Index past its last word, not before the first, int64[n].
        """
        text = self._text
        starts = self._offsets[firsts]
        # Without the space after the last word; an empty run is an empty slice.
        ends = np.maximum(starts, self._offsets[lasts] - 1)
        return [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
