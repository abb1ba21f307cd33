"""What the language server asks of the workspace; the core's `Workspace` fulfils it as it is."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from lsp_server.model import Encoding
from lsp_server.search.cancel import Cancel
from lsp_server.search.results import Found, SearchOutcome, SearchRequest
from lsp_server.settings import Settings
from lsp_server.workspace.status import PathExplanation, WorkspaceStatus

OnStatus = Callable[[WorkspaceStatus], None]
"""Called from any thread whenever the workspace's status may have changed."""


class WorkspaceLike(Protocol):
    """Thread-safe and synchronous; quick but for what finds, explains or closes.

    Those are `search`, `palette`, `related`, `explain_path` and `close`.
    """

    def settings_for(self, file: Path | None) -> Settings:
        """The settings of the folder that a file lies in; of the first folder where no file is meant."""

    def open(self, folders: Sequence[Path]) -> None:
        """Start to follow these folders."""

    def add_folder(self, path: Path) -> None:
        """Follow one more folder."""

    def remove_folder(self, path: Path) -> None:
        """Follow a folder no longer."""

    def close(self) -> None:
        """End all children and let go of the index."""

    def search(
        self,
        request: SearchRequest,
        cancel: Cancel,
        on_partial: Callable[[Sequence[Found]], None] | None = None,
    ) -> SearchOutcome:
        """Answer a search."""

    def palette(self, query: str, limit: int, cancel: Cancel) -> tuple[Found, ...]:
        """Answer `workspace/symbol`."""

    def related(  # noqa: PLR0917 - a position has two parts and a unit
        self, path: Path, line: int, column: int, encoding: Encoding, limit: int, cancel: Cancel
    ) -> SearchOutcome:
        """Find what is closest in meaning to the innermost symbol at a position."""

    def status(self, folder: Path | None = None) -> WorkspaceStatus:
        """Tell the state of one folder, or of all."""

    def pause(self) -> None:
        """Stop background work until `resume`."""

    def resume(self) -> None:
        """Go on with background work."""

    def rebuild(self) -> None:
        """Index everything anew, answering from the old index meanwhile."""

    def explain_path(self, path: Path) -> PathExplanation:
        """Tell whether a file is indexed, and why."""

    def change_document(self, path: Path, text: str) -> None:
        """Search this text, of a document that was opened or changed, instead of the file's."""

    def close_document(self, path: Path) -> None:
        """Return to what is on disk."""

    def files_changed(self, paths: Sequence[Path]) -> None:
        """Look at these files or folders again."""

    def configure(self, client_settings: Mapping[str, Any]) -> None:
        """Take the client's layer of settings."""


MakeWorkspace = Callable[[OnStatus], WorkspaceLike]
"""The composition root's half: called once, in a thread, after `initialize` was answered."""
