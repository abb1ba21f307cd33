"""What goes into the text index and what comes out of it: documents, queries, filters, hits. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

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


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """How much a word counts by where it stands: the sum of each field's BM25 times its weight."""

    whole_name: float = 4.0
    name: float = 3.0
    container: float = 1.0
    path: float = 1.5
    signature: float = 1.5
    doc: float = 1.2
    body: float = 1.0

    def by_field(self) -> Mapping[str, float]:
        """Return the weight of every text field by the field's name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True, slots=True, eq=False)
class TextFilter:
    """What a document must be, whatever its score. All parts must hold; None or empty restricts nothing.

    Attributes:
        kinds: Its kind is one of these.
        languages: Its language is one of these.
        files: int64[n], its file is one of these, in any order.
        names: Its name as written contains one of these, in any case.
        phrases: Each of these runs of words stands, in this order, in one of its fields.
        excluded: None of these runs of words does.
    """

    kinds: frozenset[int] | None = None
    languages: frozenset[str] | None = None
    files: NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TextQuery:
    """What to look for. A document hits when it holds one of the words or names and passes the filter.

    Attributes:
        words: Split, lower-cased. Question words ("where", "do", "we") count only where nothing else is left.
        identifiers: Whole names, lower-cased and not split, as documents carry them in `whole_name`.
        filter: What every hit must be.
        weights: What a word is worth in each field.
    """

    words: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    filter: TextFilter = field(default_factory=TextFilter)
    weights: FieldWeights = field(default_factory=FieldWeights)


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
