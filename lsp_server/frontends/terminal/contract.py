"""What the commands ask of the composition root."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from lsp_server.embedding import CrossEncoder, Embedder
from lsp_server.settings import LoadedSettings, Settings
from lsp_server.storage.folders import IndexRoot
from lsp_server.workspace.visit import VisitParts


class Tools(Protocol):
    """The core's parts, put together on demand."""

    def load_settings(self, folder: Path | None, client: Mapping[str, Any]) -> LoadedSettings:
        """Return the settings of a folder, or outside of any."""

    def visit_parts(self, folder: Path, settings: Settings) -> VisitParts:
        """Put together what one command's look at a folder works with."""

    def embedder(self, settings: Settings) -> Embedder:
        """Load the model that the settings name."""

    def load_reranker(self, wanted: str) -> CrossEncoder:
        """Load a cross-encoder."""

    def index_root(self, settings: Settings) -> IndexRoot:
        """Return where all indexes lie."""
