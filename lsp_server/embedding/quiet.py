"""Keeps short symbols, tests and examples from matching every query.

A bare name matches a query more purely than a name with a body, and tests repeat the words of what they test.
So some axes of the vectors are kept free of words. A symbol with a short body is turned towards a direction
of its own in that space; tests and examples are turned towards one common axis, which a query shares only
when it mentions tests or examples.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from lsp_server.embedding.rotation import rotation
from lsp_server.text import split_words

FREE_AXES = 65
"""How many axes of an exported table are empty before it is rotated: the last ones."""

_TESTS = ("test", "tests", "unittest", "unittests", "testdata", "spec", "specs", "fixture", "fixtures")
_EXAMPLES = ("example", "examples", "sample", "samples", "demo", "demos")
_BENCHMARKS = ("benchmark", "benchmarks", "bench", "benches")
_PACKAGE = re.compile(r"(?:^|(?<=/))(?:com|org|net|io|dev)/example(?=/)")
"""`com.example` and the like, the Java packages that project templates propose, are not examples."""
_ASIDE = frozenset((*_TESTS, *_EXAMPLES, *_BENCHMARKS))


@dataclass(frozen=True, slots=True)
class Quiet:
    """How far symbols are turned away, relative to field vectors of unit length.

    Attributes:
        short: For a symbol without a body; less with every sub-word of a body.
        enough: A body with this many sub-words or more is not turned.
        aside: For symbols of tests and examples.
        query: For queries that mention tests or examples, relative to a query of unit length.
    """

    short: float = 0.0
    enough: int = 28
    aside: float = 0.0
    query: float = 0.5


def shortness(quiet: Quiet, body_sizes: np.ndarray) -> np.ndarray:
    """Return how far to turn each symbol for its short body, float32[n], given its sub-words, int[n]."""
    left = 1 - body_sizes / np.float32(quiet.enough)
    turned: np.ndarray = (quiet.short * np.maximum(left, 0)).astype(np.float32)
    return turned


def own_directions(dimensions: int, keys: Sequence[bytes]) -> np.ndarray:
    """Return a direction in the space free of words for each key: unit rows, float32[n, d].

    Equal keys have equal directions, so that copies stay copies; others are nearly orthogonal.
    """
    bits = np.frombuffer(b"".join(blake2b(key, digest_size=8).digest() for key in keys), np.uint8)
    signs = np.unpackbits(bits).reshape(len(keys), 64).astype(np.float32) * 2 - 1
    directions: np.ndarray = signs / np.float32(8) @ rotation(dimensions)[-FREE_AXES:-1]
    return directions


def aside_axis(dimensions: int) -> np.ndarray:
    """Return the axis of tests and examples, float32[d], of unit length."""
    axis: np.ndarray = rotation(dimensions)[-1]
    return axis


def is_aside(text: str) -> bool:
    """Tell whether a path is among tests or examples, or a query mentions them."""
    return not _ASIDE.isdisjoint(split_words(_PACKAGE.sub("", text)))
