"""Offsets that keep short symbols, tests and examples from being near every query ("hubs").

A bare name matches a query more purely than a name with a body, and tests repeat the words of what they test.
So some axes of the vectors are reserved: no word uses them. A symbol with a short body is offset in a
direction of its own in that space; tests and examples are offset along one common axis, which a query shares
only when it mentions tests or examples.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from lsp_server.embedding.rotation import rotation
from lsp_server.text import split_words

RESERVED_AXES = 65
"""How many axes of an exported table are empty before it is rotated: the last ones."""

_TESTS = ("test", "tests", "unittest", "unittests", "testdata", "spec", "specs", "fixture", "fixtures")
_EXAMPLES = ("example", "examples", "sample", "samples", "demo", "demos")
_BENCHMARKS = ("benchmark", "benchmarks", "bench", "benches")
_PACKAGE = re.compile(r"(?:^|(?<=/))(?:com|org|net|io|dev)/example(?=/)")
"""`com.example` and the like, the Java packages that project templates propose, are not examples."""
_WORDS_OF_TESTS = frozenset((*_TESTS, *_EXAMPLES, *_BENCHMARKS))


@dataclass(frozen=True, slots=True)
class Offsets:
    """How large the offsets are, relative to field vectors of unit length; `quiet` in a model's config.json.

    Attributes:
        short: For a symbol without a body; less with every sub-word of a body.
        enough: A body with this many sub-words or more gets none.
        aside: For symbols of tests and examples.
        query: For queries that mention tests or examples, relative to a query of unit length.
    """

    short: float = 0.0
    enough: int = 28
    aside: float = 0.0
    query: float = 0.5


def short_offsets(offsets: Offsets, body_sizes: np.ndarray) -> np.ndarray:
    """Return each symbol's offset for a short body, float32[n], given the number of its sub-words, int[n]."""
    missing = 1 - body_sizes / np.float32(offsets.enough)
    short: np.ndarray = (offsets.short * np.maximum(missing, 0)).astype(np.float32)
    return short


def own_directions(dimensions: int, keys: Sequence[bytes]) -> np.ndarray:
    """Return a direction in the reserved space for each key: unit rows, float32[n, d].

    Equal keys have equal directions, so that copies stay copies; others are nearly orthogonal.
    """
    bits = np.frombuffer(b"".join(blake2b(key, digest_size=8).digest() for key in keys), np.uint8)
    signs = np.unpackbits(bits).reshape(len(keys), 64).astype(np.float32) * 2 - 1
    directions: np.ndarray = signs / np.float32(8) @ rotation(dimensions)[-RESERVED_AXES:-1]
    return directions


def axis_of_tests(dimensions: int) -> np.ndarray:
    """Return the axis of tests and examples, float32[d], of unit length."""
    axis: np.ndarray = rotation(dimensions)[-1]
    return axis


def is_test_or_example(text: str) -> bool:
    """Tell whether a path is among tests or examples, or a query mentions them."""
    return not _WORDS_OF_TESTS.isdisjoint(split_words(_PACKAGE.sub("", text)))
