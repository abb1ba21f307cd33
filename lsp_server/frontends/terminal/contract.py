"""What the commands need from the composition root."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from lsp_server.embedding import CrossEncoder, Embedder
from lsp_server.settings import LoadedSettings, Settings
from lsp_server.storage.folders import IndexRoot
from lsp_server.workspace.visit import VisitParts


class Tools(Protocol):
    """The core's parts, assembled on demand."""

    def load_settings(self, folder: Path | None, client: Mapping[str, Any]) -> LoadedSettings:
        """Return the settings of a folder, or of none."""

    def visit_parts(self, folder: Path, settings: Settings) -> VisitParts:
        """Assemble the collaborators of a `FolderVisit`."""

    def embedder(self, settings: Settings) -> Embedder:
        """Load the model that the settings name."""

    def load_reranker(self, wanted: str) -> CrossEncoder:
        """Load a cross-encoder."""

    def index_root(self, settings: Settings) -> IndexRoot:
        """Return the folder that holds all indexes."""
