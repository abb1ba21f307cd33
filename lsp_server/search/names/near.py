"""Finds names that somebody may have meant who misspelt one: at most one edit away, in whatever style."""

import re
from collections import Counter
from typing import Final

import numpy as np

from lsp_server.search.names.columns import NameColumns, name_lengths, names_as_written
from lsp_server.vectors.arrays import Mask
from lsp_server.vectors.names import OTHER_BIT, letter_mask

_LETTERS: Final = ~np.uint64(1 << OTHER_BIT)
_MAX_SEPARATORS: Final = 8  # `a_name_of_many_words` may be meant by `aNameOfManyWords`
_NOT_LETTERS: Final = re.compile(r"[\W_]+")


def names_near(columns: NameColumns, text: str, alive: Mask | None = None) -> Counter[str]:
    """Return the names whose letters are at most one edit away from a text's, and how often each occurs.

    Case and what is neither letter nor digit don't count.
    An edit inserts, removes or replaces a letter, or swaps two neighbours.

    Args:
        columns: The names of some rows.
        text: A name as somebody wrote it.
        alive: bool[n], which rows count; all without it.
    """
    wanted = _letters_of(text)
    differing = np.bitwise_count((columns.name_masks ^ np.uint64(letter_mask(wanted))) & _LETTERS)
    near = differing <= 2  # a replacement adds one letter and takes one away
    rows = np.flatnonzero(near if alive is None else near & alive)
    spare = name_lengths(columns, rows) - len(wanted)
    rows = rows[(spare >= -1) & (spare <= 1 + _MAX_SEPARATORS)]
    names = Counter(names_as_written(columns, rows))
    return Counter({name: times for name, times in names.items() if _are_near(_letters_of(name), wanted)})


def _letters_of(name: str) -> str:
    return _NOT_LETTERS.sub("", name).lower()


def _are_near(left: str, right: str) -> bool:
    if abs(len(left) - len(right)) > 1:
        return False
    begin = next((index for index, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if begin is None:
        return True
    left, right = left[begin:], right[begin:]
    if left[1:] == right or left == right[1:] or left[1:] == right[1:]:
        return True
    return left[:2] == right[1::-1] and left[2:] == right[2:]
