"""What the language server needs from the workspace; the core's `Workspace` implements it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from lsp_server.model import Cursor
from lsp_server.search.cancel import Cancel
from lsp_server.search.results import SearchOutcome, SearchRequest, SearchResult
from lsp_server.settings import Settings
from lsp_server.workspace.status import PathExplanation, WorkspaceStatus

OnStatus = Callable[[WorkspaceStatus], None]
"""Called from any thread whenever the workspace's status may have changed."""


class WorkspaceLike(Protocol):
    """Thread-safe and synchronous. Only `search`, `palette`, `related`, `explain_path` and `close` block."""

    def settings_for(self, file: Path | None) -> Settings:
        """Return the settings of the folder that a file is in; those of the first folder for None."""

    def open(self, folders: Sequence[Path]) -> None:
        """Start following these folders."""

    def add_folder(self, path: Path) -> None:
        """Follow one more folder."""

    def remove_folder(self, path: Path) -> None:
        """Stop following a folder."""

    def close(self) -> None:
        """End all child processes and close the indexes."""

    def search(
        self,
        request: SearchRequest,
        cancel: Cancel,
        on_partial: Callable[[Sequence[SearchResult]], None] | None = None,
    ) -> SearchOutcome:
        """Answer a search."""

    def palette(self, query: str, limit: int, cancel: Cancel) -> tuple[SearchResult, ...]:
        """Answer `workspace/symbol`."""

    def related(self, path: Path, cursor: Cursor, limit: int, cancel: Cancel) -> SearchOutcome:
        """Find what is closest in meaning to the innermost symbol at a position."""

    def status(self, folder: Path | None = None) -> WorkspaceStatus:
        """Return the status of one folder, or of all."""

    def pause(self) -> None:
        """Stop background work until `resume`."""

    def resume(self) -> None:
        """Resume background work."""

    def rebuild(self) -> None:
        """Rebuild the index of every folder, answering from the old ones meanwhile."""

    def explain_path(self, path: Path) -> PathExplanation:
        """Return whether a file is indexed, and why."""

    def change_document(self, path: Path, text: str) -> None:
        """Search this text of a document that was opened or changed, instead of the file on disk."""

    def close_document(self, path: Path) -> None:
        """Return to what is on disk."""

    def files_changed(self, paths: Sequence[Path]) -> None:
        """Look at these files or folders again."""

    def configure(self, client_settings: Mapping[str, Any]) -> None:
        """Set the client's layer of settings."""


MakeWorkspace = Callable[[OnStatus], WorkspaceLike]
"""Makes the workspace; provided by the composition root. Called once, in a thread, after `initialize`."""
