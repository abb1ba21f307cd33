"""Indexing in this process, for a command that waits until it is done."""

import threading
from collections.abc import Callable
from enum import Enum

from lsp_server import errors
from lsp_server.errors import IndexerFailed, SemanticSymbolsError
from lsp_server.indexing.inbox import Inbox
from lsp_server.indexing.indexer import Indexer
from lsp_server.indexing.messages import Command, Event, Failed, Settled, Waiting
from lsp_server.indexing.parts import IndexerParts


class Ending(Enum):
    """How indexing ended, if it did not fail."""

    DONE = "done"
    BUSY = "busy"
    """Another process held the writer lease the whole time."""
    STOPPED = "stopped"
    """`stop` was called; what was committed stays."""


class ForegroundIndexing:
    """One job of an indexer, from its first file to the last step of housekeeping.

    Args:
        parts: The indexer's collaborators; closed at the end.
        report: Called with the indexer's events.
        wait_s: How long to wait for another process that writes the index.
    """

    def __init__(self, parts: IndexerParts, report: Callable[[Event], None], wait_s: float) -> None:
        self._parts = parts
        self._report = report
        self._wait_s = wait_s
        self._inbox = Inbox()
        self._failure: Failed | None = None
        self._is_settled = False
        self._is_stopped = False
        self._patience: threading.Timer | None = None

    def stop(self) -> None:
        """Stop soon; may be called by a signal handler."""
        self._is_stopped = True
        self._inbox.close()

    def run(self, command: Command) -> Ending:
        """Carry out a command.

        Raises:
            SemanticSymbolsError: Indexing failed; of the class that the indexer reported.
        """
        self._inbox.put(command)
        try:
            Indexer(self._parts, self._inbox, self._on_event).work()
        finally:
            self._end_patience()
            self._parts.pool.close()
            self._parts.cache.close()
        if self._failure is not None:
            raise error_of(self._failure)
        if self._is_stopped:
            return Ending.STOPPED
        return Ending.DONE if self._is_settled else Ending.BUSY

    def _on_event(self, event: Event) -> None:
        match event:
            case Waiting() if self._wait_s <= 0:
                self._inbox.close()
                return
            case Waiting():
                longest_s = min(threading.TIMEOUT_MAX, self._wait_s)  # "inf" is longer than a thread can wait
                self._patience = threading.Timer(longest_s, self._inbox.close)
                self._patience.daemon = True
                self._patience.start()
            case Failed():
                self._failure = event
            case Settled():
                self._is_settled = True
            case _:
                self._end_patience()
        self._report(event)

    def _end_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def error_of(failure: Failed) -> SemanticSymbolsError:
    """Return the error that an indexer's `Failed` event describes."""
    kind = getattr(errors, failure.kind, IndexerFailed)
    return kind(failure.message, failure.suggestion)
