"""What goes into the text index and what comes out of it: documents, queries, filters, hits. Values only."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TextDocument:
    """The words of one symbol. A text is the stems (`Stemmer`) of split words, joined by single spaces.

    Attributes:
        id: The symbol's unsigned 64-bit id.
        file: The catalog's number of its file; all documents of a file are replaced together.
        kind: Its `SymbolKind` as a number.
        language: Its canonical language id.
        name: The words of its name.
        whole_name: Its name as written, lower-cased, not split.
        container: The words of the definitions around it.
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
    """What a document must be, whatever its score. All parts must hold; None or empty restricts nothing.

    Attributes:
        kinds: Its kind is one of these.
        languages: Its language is one of these.
        files: int64[n], its file is one of these, in any order.
        phrases: Each of these runs of words stands, in this order, in one of its fields.
        excluded: None of these runs of words does.
    """

    kinds: frozenset[int] | None = None
    languages: frozenset[str] | None = None
    files: NDArray[np.int64] | None = None
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TextQuery:
    """What to look for. A document hits when it holds one of the words or names and passes the filter.

    Attributes:
        words: Split, lower-cased. Question words ("where", "do", "we") count only where nothing else is left.
        identifiers: Whole names, lower-cased and not split, as documents carry them in `whole_name`.
        filter: What every hit must be.
    """

    words: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    filter: TextFilter = field(default_factory=TextFilter)


@dataclass(frozen=True, slots=True, eq=False)
class TextHits:
    """The documents a search found, best first, equal scores by id.

    Attributes:
        ids: uint64[m] symbol ids.
        scores: float32[m] sums of weighted BM25, all positive.
    """

    ids: NDArray[np.uint64]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class WordsHeld:
    """Which words some documents hold, one row a document, in no order.

    Attributes:
        files: int64[m], the file of each.
        held: bool[m, words].
    """

    files: NDArray[np.int64]
    held: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class TextContents:
    """Every document of an index, in no order, one row each; n counts documents.

    Attributes:
        ids: uint64[n] symbol ids.
        files: int64[n] files.
    """

    ids: NDArray[np.uint64]
    files: NDArray[np.int64]
