"""The collaborators of an indexer, assembled by the composition root."""

from dataclasses import dataclass
from pathlib import Path

from lsp_server.embedding import Embedder
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.parsing import ParseLimits
from lsp_server.processes.pool import WorkerPool
from lsp_server.storage.analysis_cache import AnalysisCache
from lsp_server.storage.folders import IndexFolder, IndexVersion


@dataclass(frozen=True, slots=True, eq=False)
class IndexerParts:
    """The collaborators of one folder's indexer.

    Attributes:
        folder: The workspace folder.
        index: Its index folder.
        embedder: Adds the path to vectors; the workers have one of their own.
        rules: Decide which files are indexed.
        limits: Limits beyond which parsing skips a file.
        pool: Parse workers.
        cache: Analyses by content.
        cache_recipe: Key for everything besides content and language that an analysis depends on.
        recall_target: The recall@10 that calibration aims at, 0.5 to 1.
        patience_s: Work that neither reports nor computes anything for this long counts as stuck.
    """

    folder: Path
    index: IndexFolder
    embedder: Embedder
    rules: IgnoreRules
    limits: ParseLimits
    pool: WorkerPool[str]
    cache: AnalysisCache
    cache_recipe: str
    recall_target: float
    patience_s: float

    @property
    def version(self) -> IndexVersion:
        """The version of the index that is written."""
        return self.index.version(self.embedder.info.fingerprint)
