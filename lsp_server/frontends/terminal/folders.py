"""From a command's argument to an open folder: its path, its settings, and the handling of Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from lsp_server.disk import with_home
from lsp_server.errors import WorkspaceNotFound
from lsp_server.frontends.terminal.console import Console
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.progress_bar import ProgressBar
from lsp_server.settings import Settings
from lsp_server.workspace.visit import FolderVisit


def folder_at(text: str) -> Path:
    """Return the folder that an argument names.

    Raises:
        WorkspaceNotFound: There is none.
    """
    path = with_home(text).absolute()
    if path.is_dir():
        return path.resolve()
    if path.exists():
        raise WorkspaceNotFound(
            f"{path} is a file.", f"Give a folder, such as {path.parent}.", path=str(path)
        )
    raise WorkspaceNotFound(f"There is no folder {path}.", "Check the spelling of PATH.", path=str(path))


def settings_of(folder: Path | None, tools: Tools, console: Console) -> Settings:
    """Return the settings of a folder, after printing what is wrong with them."""
    loaded = tools.load_settings(folder, {})
    for problem in loaded.problems:
        console.note(f"Warning: {problem}")
    return loaded.settings


@contextmanager
def visiting(folder: Path, settings: Settings, tools: Tools, console: Console) -> Iterator[FolderVisit]:
    """Open a folder's index; Ctrl-C stops a running indexing, keeping what is committed, else the command.

    Raises:
        ModelUnavailable: The model can't be loaded here.
    """
    bar = ProgressBar(console.errors, is_watched=console.shows_progress)
    console.before_writing(bar.clear)
    parts = tools.visit_parts(folder, settings)
    visit = FolderVisit(parts, bar.take, lambda text: console.note(f"Note: {text}"))

    def interrupt(number: int, frame: FrameType | None) -> None:
        # A second Ctrl-C ends the command at once.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if not visit.stop():
            signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with visit:
            yield visit
    finally:
        signal.signal(signal.SIGINT, before)
        bar.clear()
        parts.index.touch()
