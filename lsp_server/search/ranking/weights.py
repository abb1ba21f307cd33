"""The weight of each ranking signal, read from data that `benchmarks/learn_ranking.py` writes."""

import json
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal adds, relative to the others; those from `test` on multiply.

    Attributes:
        vector: Similarity of the symbol's meaning to the query.
        text: BM25 over the symbol's fields.
        file_vector: Similarity of the file's own entry.
        file_text: BM25 of the file's own entry, which holds the words of the whole file.
        file_words: How much of the query the file contains anywhere, weighted by rarity: a question's words
            tend to occur together in the file that answers it, if not in one of its symbols.
        name: Coverage of the query by the symbol's name and of the name by the query.
        stem: Coverage of the file's name by the query: "session management" and sessions.py.
        exact: The query, or an identifier in it, is the symbol's name.
        as_written: It is so to the letter, capitals and all: `Parse` before `parse`.
        size: How long it is, if it is a function or the like: longer ones do more of the work.
        neighbours: What further good symbols of the same file add to each of them.
        test: Multiplies tests, unless the query asks for tests.
        example: Multiplies examples, demos and benchmarks, unless the query asks for them.
        vendored: Multiplies vendored code.
        generated: Multiplies generated code.
        declaration: Multiplies declarations whose definition is elsewhere.
        elsewhere: Multiplies code for other systems and what is set aside, unless the query asks for it.
        constructor: Multiplies constructors: their type is usually the better answer, often of the same name.
        value: Multiplies fields, variables, constants: they rarely do or explain something.
        prose: Multiplies sections of documents.
        whole_file: Multiplies files' own entries: the matching symbol in the file says more.
        repeated_file: Multiplies the second symbol of a file; the third and later ones lose little more.
        repeated_name: Multiplies the third symbol of a name, wherever it is, and later ones twice.
    """

    vector: float
    text: float
    file_vector: float
    file_text: float
    file_words: float
    name: float
    stem: float
    exact: float
    as_written: float
    size: float
    neighbours: float
    test: float
    example: float
    vendored: float
    generated: float
    declaration: float
    elsewhere: float
    constructor: float
    value: float
    prose: float
    whole_file: float
    repeated_file: float
    repeated_name: float


ADDED: Final = (
    "vector",
    "text",
    "file_vector",
    "file_text",
    "file_words",
    "name",
    "stem",
    "exact",
    "as_written",
    "size",
)
"""Signals that are summed."""

OWN: Final = ("vector", "text")
"""Those of them that tell what a symbol itself says."""

TRUST: Final = ("test", "example", "vendored", "generated", "declaration", "elsewhere")
"""Signals that multiply a symbol's relevance, and what it lends to others of its file."""

KINDS: Final = ("constructor", "value", "prose", "whole_file")
"""Signals that multiply a symbol's relevance, but not what it lends."""


def nothing() -> Weights:
    """Return neutral weights: 0 for what adds, 1 for what multiplies."""
    multiplies = {*TRUST, *KINDS, "repeated_file", "repeated_name"}
    return Weights(**{field.name: float(field.name in multiplies) for field in fields(Weights)})


def _learned() -> Weights:
    data = files("lsp_server.search.ranking").joinpath("data/weights.json").read_bytes()
    return Weights(**json.loads(data)["weights"])


LEARNED: Final = _learned()
"""The weights that searches use."""
