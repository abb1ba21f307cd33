"""What goes into the text index and what comes out of it: documents, queries, filters, hits. Values only."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TextDocument:
    """The words of one symbol. Texts are the stems (`Stemmer`) of split words, joined by single spaces.

    Attributes:
        id: The symbol's unsigned 64-bit id.
        file: The catalog's id of its file; all documents of a file are replaced together.
        kind: Its `SymbolKind` as a number.
        language: Its canonical language id.
        name: The words of its name.
        whole_name: Its name as written, lower-cased, not split.
        container: The words of its containers' names.
        path: The words of its file's relative path.
        signature: The words of its declaration.
        doc: The words of its documentation.
        body: The words of its code.
    """

    id: int
    file: int
    kind: int
    language: str
    name: str
    whole_name: str
    container: str = ""
    path: str = ""
    signature: str = ""
    doc: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TextFilter:
    """Conditions that a document must meet, whatever its score. None or empty restricts nothing.

    Attributes:
        kinds: Its kind must be one of these.
        languages: Its language must be one of these.
        files: int64[n], in any order; its file must be one of these.
        ids: uint64[n], in any order; it must be one of these.
        phrases: Each of these runs of words must occur in one of its fields.
        excluded: None of these runs of words may.
    """

    kinds: frozenset[int] | None = None
    languages: frozenset[str] | None = None
    files: NDArray[np.int64] | None = None
    ids: NDArray[np.uint64] | None = None
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TextQuery:
    """What to look for. A document is a hit when it has one of the words or names and passes the filter.

    Attributes:
        words: Split, lower-cased. Question words ("where", "do", "we") count only if there are no others.
        identifiers: Whole names, lower-cased and not split, to match documents' `whole_name`.
        filter: Conditions that every hit must meet.
    """

    words: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    filter: TextFilter = field(default_factory=TextFilter)


@dataclass(frozen=True, slots=True, eq=False)
class TextHits:
    """The documents a search found, best first, equal scores by id.

    Attributes:
        ids: uint64[m], symbol ids.
        scores: float32[m], weighted BM25, all positive.
    """

    ids: NDArray[np.uint64]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class WordsHeld:
    """Which words some documents contain, one row per document, in no order.

    Attributes:
        ids: uint64[m], symbol ids.
        files: int64[m], each document's file id.
        held: bool[m, words].
    """

    ids: NDArray[np.uint64]
    files: NDArray[np.int64]
    held: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class TextContents:
    """All n documents of an index, in no order.

    Attributes:
        ids: uint64[n], symbol ids.
        files: int64[n], file ids.
    """

    ids: NDArray[np.uint64]
    files: NDArray[np.int64]
