"""What a search reads of one folder: a pinned generation and the open buffers in front of it."""

from dataclasses import dataclass
from pathlib import Path

from lsp_server.embedding import Embedder
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.folder.unsaved import Unsaved
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
    unsaved: Unsaved
    coverage: Coverage
    is_complete: bool
    weights: Weights = LEARNED
    reranking: Reranking | None = None
