"""A workspace folder that is open, with its settings and service."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lsp_server.settings import LoadedSettings, Settings
from lsp_server.workspace.service import FolderService
from lsp_server.workspace.status import Work


@dataclass(frozen=True, slots=True, eq=False)
class OpenFolder:
    """A workspace folder with its current settings and service.

    Attributes:
        path: As the client calls it.
        real: The same with links resolved.
        loaded: The settings in force there, and what was wrong with them.
        service: Follows the folder under these settings.
    """

    path: Path
    real: Path
    loaded: LoadedSettings
    service: FolderService

    @property
    def settings(self) -> Settings:
        """The settings in force in this folder."""
        return self.loaded.settings


def problems_of(loaded: Iterable[LoadedSettings]) -> tuple[str, ...]:
    """Return what is wrong with settings, each problem once, as folders mostly share their layers."""
    return tuple(dict.fromkeys(str(problem) for one in loaded for problem in one.problems))


def work_of(folders: Iterable[OpenFolder]) -> Work | None:
    """Return the combined progress of all folders' jobs; None where none is running."""
    jobs = [job for folder in folders if (job := folder.service.background.job) is not None]
    return Work(sum(job.done for job in jobs), sum(job.total for job in jobs)) if jobs else None
