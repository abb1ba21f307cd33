"""Which sub-words the model knows: a WordPiece vocabulary in which no single repository dominates."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from lsp_server.training.corpus import CorpusPart
from lsp_server.training.merging import INSIDE, merged_parts

UNKNOWN = "[UNK]"

_DAMPING = 0.75
_MAX_A_REPOSITORY = 2000
"""Cap on a word's count in one repository: what occurs more often is that repository's own."""
_MANY = 20
"""With this many repositories or more, a word has to occur in two of them to count."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_TRAINABLE = re.compile(r"[a-z]{1,32}|[0-9]{1,8}")


def damped_counts(parts: Sequence[CorpusPart]) -> dict[str, float]:
    """Return the weight of each word: the sum over repositories of its damped count there.

    Only words of ASCII letters and digits count; with many repositories, only those in two or more.
    """
    needed = 2 if len(parts) >= _MANY else 1
    counts: defaultdict[str, float] = defaultdict(float)
    repositories: Counter[str] = Counter()
    for part in parts:
        total = np.zeros(len(part.words))
        for field in (part.names, part.bodies, part.documentations):
            total += np.bincount(field.flat, minlength=len(part.words))
        damped = np.minimum(total**_DAMPING, _MAX_A_REPOSITORY)
        for word, count in zip(part.words, damped.tolist(), strict=True):
            if count and _TRAINABLE.fullmatch(word):
                counts[word] += count
                repositories[word] += 1
    return {word: count for word, count in counts.items() if repositories[word] >= needed}


def train_vocabulary(counts: Mapping[str, float], size: int) -> dict[str, int]:
    """Return sub-word → row; those that continue a word begin with "##".

    Args:
        counts: From `damped_counts`.
        size: How many sub-words, at most; never fewer than single letters and digits.
    """
    # Greedy matching falls back to single characters, so that every word can be read.
    known = [UNKNOWN, *_ALPHABET, *(INSIDE + letter for letter in _ALPHABET)]
    known += islice(merged_parts(counts), max(0, size - len(known)))
    return {part: row for row, part in enumerate(known)}


def tokenizer_file(vocabulary: Mapping[str, int]) -> dict[str, Any]:
    """Return the content of a tokenizer.json that splits text as the indexer splits files."""
    camel = [r"(?<=[a-z0-9])(?=[A-Z])", r"(?<=[A-Z])(?=[A-Z][a-z])"]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": vocabulary[UNKNOWN],
                "content": UNKNOWN,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFD"},
                {"type": "StripAccents"},
                *({"type": "Replace", "pattern": {"Regex": border}, "content": " "} for border in camel),
                {"type": "Lowercase"},
            ],
        },
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"Regex": r"[a-z]+|[0-9]+|[^\x00-\x7f]+"},
            "behavior": "Removed",
            "invert": True,
        },
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordPiece",
            "unk_token": UNKNOWN,
            "continuing_subword_prefix": INSIDE,
            "max_input_chars_per_word": 100,
            "vocab": dict(vocabulary),
        },
    }
