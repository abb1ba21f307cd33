"""The life cycle of a connection: initialize, changes of folders, files and settings, shutdown."""

import asyncio
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from lsprotocol import types

from lsp_server.errors import SemanticSymbolsError
from lsp_server.frontends.answers.uris import path_of_uri
from lsp_server.frontends.lsp.capabilities import registrations, server_capabilities
from lsp_server.frontends.lsp.client import client_of
from lsp_server.frontends.lsp.client_process import client_process, until_gone
from lsp_server.frontends.lsp.progress import IndexingProgress
from lsp_server.frontends.lsp.protocol import Params
from lsp_server.frontends.lsp.rpc import Handler, Json, RpcServer
from lsp_server.frontends.lsp.session import Session
from lsp_server.frontends.lsp.settings import ClientSettings
from lsp_server.frontends.lsp.status_feed import StatusFeed
from lsp_server.workspace.status import WorkspaceStatus

if TYPE_CHECKING:
    from lsp_server.workspace.workspace import Workspace

DID_CHANGE_STATUS = "semanticSearch/didChangeStatus"


class LifecycleFeatures:
    """Handlers of everything that is neither a search nor a document.

    Args:
        server: The connection to the client.
        session: Holds the workspace.
        loop: The event loop of both.
        on_exit: Called when the client sends `exit`, or is gone without.
    """

    def __init__(
        self,
        server: RpcServer,
        session: Session,
        loop: asyncio.AbstractEventLoop,
        on_exit: Callable[[], None],
    ) -> None:
        self._server = server
        self._rpc = server.protocol
        self._session = session
        self._loop = loop
        self._on_exit = on_exit
        self._settings = ClientSettings(self._rpc, session.client)
        self._progress = IndexingProgress(self._rpc, loop)
        self._feed = StatusFeed(loop, self._tell_status)
        self._folders: list[Path] = []
        self._known_problems: frozenset[str] = frozenset()
        self._is_open = False
        self._client_watch: asyncio.Task[None] | None = None

    def initialize(self, raw: Json) -> Json:
        """Answer `initialize`; the workspace is not touched, so this is quick whatever its size."""
        client = client_of(raw)
        self._session.greet(client)
        self._settings = ClientSettings(self._rpc, client)
        for uri in client.folders:
            path = self._session.uris.learn_folder(uri)
            if path is not None and path not in self._folders:
                self._folders.append(path)
        self._rpc.is_initialized = True
        process = client_process(client.process_id)
        if process is not None:
            self._client_watch = self._loop.create_task(self._exit_with(process))
        return types.InitializeResult(
            capabilities=server_capabilities(client),
            server_info=types.ServerInfo(self._server.name, self._server.version),
        )

    def initialized(self, _: Json) -> None:
        """Open the workspace, unless an early request has done so, and register capabilities dynamically."""
        if self._session.is_started:
            self._take_settings(None)
        else:
            self.start(self._settings.pull())
        wanted = registrations(self._session.client)
        if wanted:
            self._rpc.ask(types.CLIENT_REGISTER_CAPABILITY, {"registrations": wanted})

    def start(self, pulled: Future[Json] | None = None, pushed: Json = None) -> None:
        """Open the workspace in the session's thread, with the client's settings if they arrive in time.

        Args:
            pulled: The pending answer of a client that was asked for its settings.
            pushed: Settings that the client sent unasked.
        """
        folders = tuple(self._folders)

        def prepare(workspace: "Workspace") -> None:
            self._configure(workspace, pulled, pushed)
            # `Path.is_dir` raises below a folder that can't be entered.
            for missing in sorted(one for one in folders if not os.path.isdir(one)):  # noqa: PTH112
                self._warn(f"The folder {missing} does not exist yet; it will be searched once it does.")
            self._is_open = True
            workspace.open(folders)

        self._session.start(self._take_status, self._tell_trouble, prepare)

    def did_change_configuration(self, raw: Json) -> None:
        """Apply new settings, asking for them if the client supports that."""
        self._take_settings(Params(raw).raw.get("settings"))

    def did_change_workspace_folders(self, raw: Json) -> None:
        """Follow the folders of the client's window."""
        event = Params(raw).object("event")
        for folder in event.objects("removed"):
            self._remove_folder(path_of_uri(folder.text("uri")))
        for folder in event.objects("added"):
            self._add_folder(self._session.uris.learn_folder(folder.text("uri")))

    def did_change_watched_files(self, raw: Json) -> None:
        """Check the files that the client saw change."""
        self._files_changed(change.text("uri") for change in Params(raw).objects("changes"))

    def did_touch_files(self, raw: Json) -> None:
        """Check files that the client created or deleted."""
        self._files_changed(file.text("uri") for file in Params(raw).objects("files"))

    def did_rename_files(self, raw: Json) -> None:
        """Check both names of files that the client renamed."""
        files = Params(raw).objects("files")
        self._files_changed(file.text(key) for file in files for key in ("oldUri", "newUri"))

    def cancel_progress(self, raw: Json) -> None:
        """Pause background work when the cancel button of its progress bar is pressed."""
        if self._progress.is_token(Params(raw).token("token")):
            self._session.change("pause", lambda workspace: workspace.pause())

    def shutdown(self, _: Json) -> None:
        """Refuse every request from now on."""
        self._rpc.shut_down()

    def exit(self, _: Json) -> None:
        """End the server."""
        self._on_exit()

    async def _exit_with(self, process: psutil.Process) -> None:
        await until_gone(process)
        self._on_exit()

    def _tell_trouble(self, error: BaseException) -> None:
        known = isinstance(error, SemanticSymbolsError)
        self._warn(str(error) if known else "The workspace could not be opened; see the server's log.")

    def _add_folder(self, path: Path | None) -> None:
        if path is not None and path not in self._folders:
            self._folders.append(path)
            self._session.change("adding a folder", lambda workspace: workspace.add_folder(path))

    def _remove_folder(self, path: Path | None) -> None:
        if path is not None and path in self._folders:
            self._folders.remove(path)
            self._session.change("removing a folder", lambda workspace: workspace.remove_folder(path))

    def _files_changed(self, uris: Iterable[str]) -> None:
        paths = [path for uri in uris if (path := path_of_uri(uri)) is not None]
        if paths:
            self._session.change("changes of files", lambda workspace: workspace.files_changed(paths))

    def _take_settings(self, pushed: Json) -> None:
        pulled = self._settings.pull()
        if self._session.failed_status is not None:
            self.start(pulled, pushed)  # the new settings may fix what failed
            return
        self._session.change("new settings", lambda workspace: self._configure(workspace, pulled, pushed))

    def _configure(self, workspace: "Workspace", pulled: Future[Json] | None, pushed: Json) -> None:
        if pulled is None:
            self._settings.take_pushed(pushed)
        elif not self._settings.take_answer(pulled):
            pulled.add_done_callback(lambda late: self._loop.call_soon_threadsafe(self._configure_late, late))
        try:
            workspace.configure(self._settings.effective())
        except SemanticSymbolsError as error:  # the previous settings stay in force
            self._warn(str(error))

    def _configure_late(self, pulled: Future[Json]) -> None:
        if self._settings.is_latest(pulled):
            self._session.change(
                "settings that came late", lambda workspace: self._configure(workspace, pulled, None)
            )

    def _warn(self, message: str) -> None:
        # VS Code makes links of the Markdown in messages. A link may run a command; a file must not.
        harmless = message.replace("](", "]\u200b(")
        params = {"type": int(types.MessageType.Warning), "message": harmless}
        self._rpc.notify(types.WINDOW_SHOW_MESSAGE, params)

    def _take_status(self, status: WorkspaceStatus) -> None:
        # A workspace without folders is ready; one whose folders are yet to be added must not say so.
        if self._is_open:
            self._feed.offer(status)

    def _tell_status(self, status: WorkspaceStatus) -> None:
        self._rpc.notify(DID_CHANGE_STATUS, self._session.convert.status(status))
        for problem in status.problems:
            if problem not in self._known_problems:
                self._warn(problem)
        self._known_problems = frozenset(status.problems)
        if self._session.client.shows_progress:
            self._progress.show(status)


def on_first_use(session: Session, start: Callable[[], None], handler: Handler) -> Handler:
    """Return a handler that opens the workspace first, for clients that never say `initialized`."""

    def started(raw: Any) -> Any:
        if not session.is_started:
            start()
        return handler(raw)

    async def started_async(raw: Any) -> Any:
        return await started(raw)

    return started_async if asyncio.iscoroutinefunction(handler) else started
