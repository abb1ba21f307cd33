"""A folder that is open, and what follows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lsp_server.settings import LoadedSettings, Settings
from lsp_server.workspace.service import FolderService
from lsp_server.workspace.status import Work


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


def problems_of(loaded: Iterable[LoadedSettings]) -> tuple[str, ...]:
    """Return what is wrong with settings, each once: the layers of all folders are mostly the same."""
    return tuple(dict.fromkeys(str(problem) for one in loaded for problem in one.problems))


def work_of(folders: Iterable[OpenFolder]) -> Work | None:
    """Return how far the jobs of all folders are together."""
    jobs = [job for folder in folders if (job := folder.service.background.job) is not None]
    return Work(sum(job.done for job in jobs), sum(job.total for job in jobs)) if jobs else None
