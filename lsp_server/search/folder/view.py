"""What a search reads of one folder: a pinned generation and the open buffers in front of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from lsp_server.embedding import Embedder
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.folder.unsaved import UnsavedFiles
from lsp_server.search.names.near import names_near
from lsp_server.search.ranking.reranking import Reranking
from lsp_server.search.ranking.weights import LEARNED, Weights
from lsp_server.search.results import Coverage


@dataclass(frozen=True, slots=True, eq=False)
class FolderView:
    """One folder at one moment.

    Attributes:
        folder: The workspace folder.
        embedder: The model the snapshot was made with.
        snapshot: The newest generation; None before the first commit.
        unsaved: Open buffers that differ from what was indexed.
        coverage: How much of the folder is indexed.
        is_complete: The scan is done and every change seen so far is in the snapshot.
        weights: What each ranking signal is worth.
        reranking: The cross-encoder that reranks the best results; None where there is none.
    """

    folder: Path
    embedder: Embedder
    snapshot: Snapshot | None
    unsaved: UnsavedFiles
    coverage: Coverage
    is_complete: bool
    weights: Weights = LEARNED
    reranking: Reranking | None = None

    def names_near(self, text: str) -> Counter[str]:
        """Return the names that a misspelt one may mean, and how many symbols of the snapshot have each."""
        assert self.snapshot is not None
        vectors = self.snapshot.vectors
        found: Counter[str] = Counter()
        for segment, base in zip(vectors.segments, vectors.bases.tolist(), strict=False):
            alive = None if vectors.alive is None else vectors.alive[base : base + segment.n_rows]
            found += names_near(segment, text, alive)
        return found

    def paths(self) -> Iterable[str]:
        """Return the paths of the indexed files and the open buffers; a file may come twice."""
        indexed = () if self.snapshot is None else self.snapshot.catalog.paths
        return chain(indexed, self.unsaved)

    def document_frequency(self, field: str, word: str) -> int:
        """Return how many symbols hold a word in a field; 1 where unsaved text alone does."""
        assert self.snapshot is not None
        text = self.snapshot.text
        n_holding = text.document_frequency(field, word)
        if n_holding or not self.unsaved:
            return n_holding
        documents = chain.from_iterable(file.documents for file in self.unsaved.values())
        if field == "whole_name":
            return int(any(document.document.whole_name == word for document in documents))
        term = text.stemmer.stems([word])[0]
        return int(any(term in document.frequencies[field] for document in documents))
