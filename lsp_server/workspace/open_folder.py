"""A folder that is open, and what follows it."""

from dataclasses import dataclass
from pathlib import Path

from lsp_server.settings import Settings
from lsp_server.workspace.service import FolderService


@dataclass(frozen=True, slots=True, eq=False)
class OpenFolder:
    """A folder and what follows it now.

    Attributes:
        path: As the client calls it.
        real: Where that leads.
        settings: In force there.
        service: Follows it under these settings.
    """

    path: Path
    real: Path
    settings: Settings
    service: FolderService
