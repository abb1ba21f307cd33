"""Progress as the client sees it: the progress bar of indexing, and a request's own tokens."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from lsp_server.frontends.lsp.protocol import Token, Tokens
from lsp_server.frontends.lsp.rpc import Json, RpcProtocol
from lsp_server.model import SymbolId
from lsp_server.search.results import SearchResult
from lsp_server.workspace.status import IndexState, Work, WorkspaceStatus

_BUSY = frozenset({IndexState.STARTING, IndexState.INDEXING})
_PATIENCE_S = 0.5
"""How long an update may take before it gets a progress bar; the first indexing gets one at once."""
_CHUNK = 100


class IndexingProgress:
    """One progress bar for all background indexing, with a cancel button that pauses it.

    Args:
        rpc: The connection.
        loop: Its event loop, whose thread calls every method here.
    """

    def __init__(self, rpc: RpcProtocol, loop: asyncio.AbstractEventLoop) -> None:
        self._rpc = rpc
        self._loop = loop
        self._status: WorkspaceStatus | None = None
        self._number = 0
        self._token: str | None = None
        self._is_begun = False
        self._was_ready = False
        self._percentage = 0
        self._timer: asyncio.TimerHandle | None = None

    def show(self, status: WorkspaceStatus) -> None:
        """Update the bar to a status."""
        self._status = status
        if status.state not in _BUSY:
            self._was_ready = self._was_ready or status.state is IndexState.READY
            self._end(_outcome(status))
        elif self._is_begun:
            self._notify({"kind": "report", **self._measure(status)})
        elif self._token is None and self._timer is None:
            self._timer = self._loop.call_later(_PATIENCE_S if self._was_ready else 0, self._ask)

    def is_token(self, token: Token | None) -> bool:
        """Tell whether this is the bar's token."""
        return token is not None and token == self._token

    def _ask(self) -> None:
        self._timer = None
        self._number += 1
        token = self._token = f"semantic-symbols/indexing/{self._number}"
        answer = self._rpc.ask("window/workDoneProgress/create", {"token": token})
        answer.add_done_callback(lambda done: self._begin(token) if done.exception() is None else None)

    def _begin(self, token: str) -> None:
        if token == self._token and self._status is not None:
            self._is_begun = True
            begin = {"kind": "begin", "title": "Indexing", "cancellable": True}
            self._notify({**begin, **self._measure(self._status)})

    def _end(self, message: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_begun:
            self._notify({"kind": "end", "message": message})
        self._token, self._is_begun, self._percentage = None, False, 0

    def _measure(self, status: WorkspaceStatus) -> dict[str, Json]:
        # While a scan finds more files, the share done falls, but a bar must only rise.
        self._percentage = max(self._percentage, _percentage(status.work))
        return {"message": _message(status), "percentage": self._percentage}

    def _notify(self, value: Json) -> None:
        self._rpc.notify("$/progress", {"token": self._token, "value": value})


class RequestProgress:
    """Reports to a request's work-done and partial-result tokens; without tokens it does nothing.

    Args:
        rpc: The connection.
        tokens: The tokens that the client sent.
        convert: Results → the JSON of a partial result.
    """

    def __init__(
        self,
        rpc: RpcProtocol,
        tokens: Tokens,
        convert: Callable[[Sequence[SearchResult]], list[dict[str, Any]]],
    ) -> None:
        self._rpc = rpc
        self._tokens = tokens
        self._convert = convert
        self._sent: set[tuple[Path, SymbolId]] = set()
        self._is_over = False

    @property
    def wants_parts(self) -> bool:
        """Whether the client wants partial results."""
        return self._tokens.partial_result is not None

    def __enter__(self) -> Self:
        self._work_done({"kind": "begin", "title": "Searching", "cancellable": False})
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._work_done({"kind": "end"})

    def send_parts(self, found: Sequence[SearchResult]) -> None:
        """Send results that have not been sent yet, in arrays of limited length; nothing after the answer."""
        if self._is_over:
            return
        fresh = [one for one in found if (one.folder, one.id) not in self._sent]
        self._sent.update((one.folder, one.id) for one in fresh)
        for start in range(0, len(fresh), _CHUNK):
            value = self._convert(fresh[start : start + _CHUNK])
            self._rpc.notify("$/progress", {"token": self._tokens.partial_result, "value": value})

    def _work_done(self, value: Json) -> None:
        if self._tokens.work_done is not None:
            self._rpc.notify("$/progress", {"token": self._tokens.work_done, "value": value})


def _message(status: WorkspaceStatus) -> str:
    # Not the coverage: during a rebuild, all files are covered from the beginning.
    work = status.work
    if work is None or not work.total:
        return "looking for files"
    message = f"{work.done:,} of {work.total:,} files"
    if status.metrics.files_per_second:
        message += f", {status.metrics.files_per_second:,.0f} files/s"
    return message


def _percentage(work: Work | None) -> int:
    return 100 * work.done // work.total if work is not None and work.total else 0


def _outcome(status: WorkspaceStatus) -> str:
    if status.state is IndexState.READY:
        return f"{status.coverage.symbols:,} symbols in {status.coverage.indexed_files:,} files"
    return status.state.value.capitalize()
