"""`semanticSearch/didChangeStatus`: sent when the status has changed, but not faster than a person reads."""

import asyncio
from collections.abc import Callable

from lsp_server.workspace.status import WorkspaceStatus

_PAUSE_S = 0.25


class StatusFeed:
    """Throttles statuses; changed metrics alone are not a change.

    Args:
        loop: The event loop, whose thread calls the listener.
        listener: Called with every status that gets through.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, listener: Callable[[WorkspaceStatus], None]) -> None:
        self._loop = loop
        self._listener = listener
        self._waiting: WorkspaceStatus | None = None
        self._last: tuple[object, ...] | None = None
        self._next_time_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def offer(self, status: WorkspaceStatus) -> None:
        """Take a status, from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._take, status)
        except RuntimeError:  # the loop has ended
            return

    def _take(self, status: WorkspaceStatus) -> None:
        self._waiting = status
        if self._timer is None:
            delay_s = max(0.0, self._next_time_s - self._loop.time())
            self._timer = self._loop.call_later(delay_s, self._pass_on)

    def _pass_on(self) -> None:
        self._timer = None
        status = self._waiting
        if status is None or _gist(status) == self._last:
            return
        self._last = _gist(status)
        self._next_time_s = self._loop.time() + _PAUSE_S
        self._listener(status)


def _gist(status: WorkspaceStatus) -> tuple[object, ...]:
    return (status.state, status.message, status.coverage, status.work, status.folders, status.problems)
