"""What is retrieved from one folder for a search, and what comes back: values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lsp_server.fulltext import TextFilter, TextQuery
from lsp_server.search.folder.filters import Filters
from lsp_server.search.folder.unsaved import UnsavedFile
from lsp_server.search.query.line_references import LineReference, file_reference, line_references_in
from lsp_server.search.query.quoting import Quotation
from lsp_server.search.query.syntax import ParsedQuery
from lsp_server.search.ranking.signals import Candidates
from lsp_server.search.results import SearchMode
from lsp_server.vectors.arrays import F32, Mask

DEPTH = 100
"""How many hits each retriever is asked for, at least; twice the limit where that is more.

A symbol's score depends on the other candidates. So with `minScore` every search looks as deep as the deepest
one, and the same symbols reach that score whatever the limit.

Twice as many brought .0006 NDCG@10 on our development queries, for half a search's time more.
"""


@dataclass(frozen=True, slots=True)
class SymbolRef:
    """Where a candidate's symbol is kept: a row of the snapshot, or a symbol of an open buffer."""

    ordinal: int
    unsaved: UnsavedFile | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Candidates and where each is kept, in one order."""

    candidates: Candidates
    refs: Sequence[SymbolRef]


@dataclass(frozen=True, slots=True, eq=False)
class Retrieval:
    """One search as the retrievers of one folder carry it out.

    Attributes:
        query: The parsed query.
        vector: float32[d]; zero when the model knows no word of the query.
        filters: Conditions that every result must meet.
        mode: Which retrievers answer.
        limit: How many results are wanted; the maximum where `minScore` is set.
        rarity: Content word → how rare it is in this folder, 0 to 1; see `ranking.rarity`.
        is_busy: Whether indexing is still going on, which may keep all processors busy.
        is_known_name: Whether the query is one name, and something is called that.
    """

    query: ParsedQuery
    vector: F32
    filters: Filters
    mode: SearchMode
    limit: int
    rarity: Mapping[str, float] = field(default_factory=dict)
    is_busy: bool = False
    is_known_name: bool = False

    @property
    def depth(self) -> int:
        """How many hits each retriever is asked for."""
        return max(DEPTH, 2 * self.limit)

    @property
    def quotations(self) -> Sequence[Quotation]:
        """What the query may quote, or, without blanks, be mentioned as; nothing outside of hybrid mode.

        The next one counts only where nothing is quoted by those before it.
        """
        if self.mode is not SearchMode.HYBRID or self.is_known_name:
            return ()
        if self.query.is_one_piece:
            return (Quotation.of_piece(self.query.words),)
        text = self.query.text
        return (Quotation.of(text, self.query.words), Quotation.of_part(text))

    @property
    def lines(self) -> Sequence[LineReference]:
        """Files that the query names, and lines of them; in hybrid mode only."""
        text = self.query.text
        return line_references_in(text) or file_reference(text) if self.mode is SearchMode.HYBRID else ()

    def text_query(self, condition: TextFilter) -> TextQuery:
        """Return the query for the text index."""
        return TextQuery(words=self.query.words, identifiers=self.query.whole_names, filter=condition)

    def covered(self, held: Mask) -> F32:
        """Return each document's coverage of the query: its words' share of the total rarity.

        Args:
            held: bool[n, w], which of the first w words of `rarity` each of n documents contains.

        Returns:
            float32[n], 0 to 1.
        """
        worth = np.array(list(self.rarity.values())[: held.shape[1]])
        return np.asarray(held @ worth / worth.sum(), np.float32)
