"""What is asked of one folder and what comes back: values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lsp_server.documents import TextFilter, TextQuery
from lsp_server.search.folder.filters import Filters
from lsp_server.search.folder.unsaved import UnsavedFile
from lsp_server.search.query.places import PlaceNamed, places_in
from lsp_server.search.query.quoting import Quotation
from lsp_server.search.query.syntax import ParsedQuery
from lsp_server.search.ranking.signals import Candidates
from lsp_server.search.results import SearchMode
from lsp_server.vectors.arrays import F32, Mask

DEPTH = 100
"""How many hits each retriever is asked for, at least; twice the limit where that is more.

What a symbol scores depends on what it is compared with; where a score is asked for, each search looks as
deep as the deepest, so that the same symbols reach it whatever the limit.

Twice as many found .0006 more NDCG@10 on our development queries, and cost half a search more.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate's symbol is kept: a row of the snapshot, or a symbol of an open buffer."""

    ordinal: int
    unsaved: UnsavedFile | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Candidates and where each is kept, in one order."""

    candidates: Candidates
    places: Sequence[Place]


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One search of one folder.

    Attributes:
        query: The query taken apart.
        vector: float32[d], zero when no word of the query is known to the model.
        filters: What a result must be.
        mode: Which retrievers answer.
        limit: How many results are wanted, all there are where a score is.
        rarity: How telling each content word of the query is in this folder, 0 to 1; see `rarity`.
        is_crowded: Whether the folder is not all indexed, so that its indexing may keep all processors busy.
    """

    query: ParsedQuery
    vector: F32
    filters: Filters
    mode: SearchMode
    limit: int
    rarity: Mapping[str, float] = field(default_factory=dict)
    is_crowded: bool = False

    @property
    def depth(self) -> int:
        """How many hits each retriever is asked for."""
        return max(DEPTH, 2 * self.limit)

    @property
    def quotation(self) -> Quotation:
        """What the query may quote; a name is none, and only hybrid searches look for it."""
        if self.mode is not SearchMode.HYBRID or self.query.is_one_name:
            return Quotation()
        return Quotation.of(self.query.text, self.query.words)

    @property
    def lines(self) -> Sequence[PlaceNamed]:
        """Lines of files that the query names; for hybrid searches only."""
        return places_in(self.query.text) if self.mode is SearchMode.HYBRID else ()

    def text_query(self, condition: TextFilter) -> TextQuery:
        """Return the question to the text index."""
        return TextQuery(words=self.query.words, identifiers=self.query.whole_names, filter=condition)

    def covered(self, held: Mask) -> F32:
        """Return what words are worth beside all words of the query.

        Args:
            held: bool[n, w], which of the first w words of `rarity` each of n documents holds.

        Returns:
            float32[n], 0 to 1.
        """
        worth = np.array(list(self.rarity.values())[: held.shape[1]])
        return np.asarray(held @ worth / worth.sum(), np.float32)
