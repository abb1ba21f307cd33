"""One client's access to the workspace: changes run in the order they came, searches in parallel."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

from lsp_server.errors import SemanticSymbolsError
from lsp_server.frontends.answers.convert import Converter
from lsp_server.frontends.answers.uris import ClientUris
from lsp_server.frontends.lsp.client import Client
from lsp_server.frontends.lsp.rpc import log_failure
from lsp_server.search.cancel import Cancel
from lsp_server.search.results import Coverage
from lsp_server.workspace.status import IndexState, Metrics, WorkspaceStatus

if TYPE_CHECKING:  # `initialize` is answered before the heavy parts are imported
    from lsp_server.workspace.workspace import Workspace

T = TypeVar("T")

OnStatus = Callable[[WorkspaceStatus], None]
"""Called from any thread whenever the workspace's status may have changed."""

MakeWorkspace = Callable[[OnStatus], "Workspace"]
"""Makes the workspace; provided by the composition root. Called once, in a thread, after `initialize`."""

_LAST_CHANGES_S = 0.5


class Session:
    """The bridge between the event loop, which must never block, and the workspace, which is synchronous.

    Everything that changes the workspace runs in one thread, in the order of the client's messages. A request
    first waits until the changes sent before it are done, so it sees the text of every earlier `didChange`.

    Args:
        make_workspace: Called in that thread, once, by `start`.
    """

    def __init__(self, make_workspace: MakeWorkspace) -> None:
        self.client = Client()
        self.uris = ClientUris()
        self.convert = Converter(self.uris, self.client.encoding)
        self._make_workspace = make_workspace
        self._workspace: Workspace | None = None
        self._failure: BaseException | None = None
        self._changes = ThreadPoolExecutor(1, "lsp-changes")
        self._last_change: Future[None] = Future()
        self._last_change.set_result(None)
        self._searches = ThreadPoolExecutor(min(8, (os.cpu_count() or 2) + 2), "lsp-search")
        self._running: set[Cancel] = set()
        self.is_started = False

    def greet(self, client: Client) -> None:
        """Store what the client said about itself."""
        self.client = client
        self.convert = Converter(self.uris, client.encoding)

    def start(
        self,
        on_status: OnStatus,
        on_trouble: Callable[[BaseException], None],
        prepare: Callable[["Workspace"], None],
    ) -> None:
        """Make the workspace, then run `prepare` with it, before any other change; retries if that failed.

        Args:
            on_status: Passed to the workspace.
            on_trouble: Called, in the thread of changes, with the error if either fails.
            prepare: Opens the folders.
        """
        self.is_started = True
        self._last_change = self._changes.submit(self._begin, on_status, on_trouble, prepare)

    def change(self, what: str, operation: Callable[["Workspace"], object]) -> None:
        """Change the workspace after all earlier changes; a failure is logged."""
        self._last_change = self._changes.submit(self._apply, what, operation)

    async def changed(self, operation: Callable[["Workspace"], T]) -> T:
        """Change the workspace after all earlier changes, and return the operation's result."""
        running = self._changes.submit(lambda: operation(self.workspace))
        return await asyncio.shield(asyncio.wrap_future(running))

    async def find(self, operation: Callable[["Workspace", Cancel], T]) -> T:
        """Run a search in its own thread; when the awaiting task is cancelled, so is the search."""
        await self.changes_applied()
        cancel = Cancel()
        self._running.add(cancel)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._searches, lambda: operation(self.workspace, cancel))
        except asyncio.CancelledError:
            cancel.cancel()
            raise
        finally:
            self._running.discard(cancel)

    async def changes_applied(self) -> None:
        """Wait until every change sent so far has been applied."""
        if not self._last_change.done():
            await asyncio.wait([asyncio.wrap_future(self._changes.submit(_nothing))])

    @property
    def workspace(self) -> "Workspace":
        """The workspace; raises the reason why there is none."""
        if self._workspace is None:
            failure = self._failure or RuntimeError("The workspace was never started")
            raise failure.with_traceback(None)  # an object raised again and again would accumulate frames
        return self._workspace

    @property
    def failed_status(self) -> WorkspaceStatus | None:
        """A status that says why there is no workspace, or None when there is one."""
        if self._failure is None:
            return None
        known = isinstance(self._failure, SemanticSymbolsError)
        message = str(self._failure) if known else "The workspace could not be started."
        return WorkspaceStatus(
            state=IndexState.FAILED, message=message, coverage=Coverage(), folders=(), metrics=Metrics()
        )

    def close(self, timeout_s: float) -> None:
        """Cancel running searches and close the workspace, waiting for that at most `timeout_s`."""
        for cancel in list(self._running):
            cancel.cancel()
        closing = threading.Thread(target=self._close, name="lsp-close", daemon=True)
        closing.start()
        closing.join(timeout_s)

    def _close(self) -> None:
        # A change that hangs, or an editor that has not sent its settings yet, must not delay closing.
        wait([self._changes.submit(_nothing)], timeout=_LAST_CHANGES_S)
        self._changes.shutdown(wait=False, cancel_futures=True)
        self._searches.shutdown(wait=False, cancel_futures=True)
        if self._workspace is not None:
            self._apply("closing", lambda workspace: workspace.close())

    def _begin(
        self,
        on_status: OnStatus,
        on_trouble: Callable[[BaseException], None],
        prepare: Callable[["Workspace"], None],
    ) -> None:
        try:
            self._workspace = self._workspace or self._make_workspace(on_status)
            prepare(self._workspace)
            self._failure = None
        except Exception as error:  # noqa: BLE001 - the boundary: the server stays, and says so in its status
            log_failure("starting the workspace", error)
            self._failure = error
            on_trouble(error)

    def _apply(self, what: str, operation: Callable[["Workspace"], object]) -> None:
        if self._workspace is None:
            return
        try:
            operation(self._workspace)
        except Exception as error:  # noqa: BLE001 - the boundary: one change that fails must not stop the next
            log_failure(what, error)


def _nothing() -> None:
    """Do nothing: queued to wait for all changes before it."""
