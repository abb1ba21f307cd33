"""A folder that is open, and what follows it."""

from dataclasses import dataclass
from pathlib import Path

from lsp_server.settings import LoadedSettings, Settings
from lsp_server.workspace.service import FolderService


@dataclass(frozen=True, slots=True, eq=False)
class OpenFolder:
    """A folder and what follows it now.

    Attributes:
        path: As the client calls it.
        real: Where that leads.
        loaded: The settings in force there, and what was wrong with them.
        service: Follows it under these settings.
    """

    path: Path
    real: Path
    loaded: LoadedSettings
    service: FolderService

    @property
    def settings(self) -> Settings:
        """In force there."""
        return self.loaded.settings
