"""What an indexer has been asked to do and has not done yet; survives pauses and failed writers."""

import logging
from collections.abc import Collection, Iterable

from lsp_server.indexing import messages
from lsp_server.indexing.inbox import Inbox
from lsp_server.indexing.queue import Lane, WorkQueue
from lsp_server.indexing.scanning.scanner import FileStat, priority_order

logger = logging.getLogger(__name__)

MAX_OPEN = 200
"""At most this many paths, those named last, are remembered as open in an editor."""


class Agenda:
    """Turns commands into things to do. Not thread-safe; only the inbox is shared.

    Args:
        inbox: Where commands come from.

    Attributes:
        queue: Files to process, most urgent first.
        wants_scan: Whether the whole folder is to be compared with the index.
        wants_rebuild: Whether the next scan makes everything in the index outdated.
        outdated: Files that have to be read and indexed again, even if they did not change.
        distrusts_cache: Whether outdated files are parsed and embedded whatever the cache has of them.
        scanned_at_ns: When the scan began whose files are being processed; None when there is none.
        is_paused: Whether nothing is to be done for now.
        ticket: The ticket of the last request; answered when everything up to it is in the index.
        settled: The last ticket that was answered.
    """

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._updates: dict[str, None] = {}
        self._open: dict[str, None] = {}
        self.queue = WorkQueue()
        self.wants_scan = False
        self.wants_rebuild = False
        self.outdated: set[str] = set()
        self.distrusts_cache = False
        self.scanned_at_ns: int | None = None
        self.is_paused = False
        self.ticket = 0
        self.settled = 0

    @property
    def is_over(self) -> bool:
        """Whether the indexer should end."""
        return self._inbox.is_closed

    @property
    def may_work(self) -> bool:
        """Whether work may continue: neither paused nor over."""
        return not (self.is_paused or self.is_over)

    @property
    def has_updates(self) -> bool:
        """Whether single paths are to be checked."""
        return bool(self._updates)

    @property
    def has_work(self) -> bool:
        """Whether there is anything to scan, check or process."""
        return self.wants_scan or self.has_updates or len(self.queue) > 0

    @property
    def is_settled(self) -> bool:
        """Whether all that was asked for is in the index, and has been answered."""
        return not self.has_work and self.scanned_at_ns is None and self.settled >= self.ticket

    @property
    def is_idle(self) -> bool:
        """Whether no command waits, so that there is time for housekeeping."""
        return not (self.is_over or self._inbox.has_waiting)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for one command and take it; False when none came."""
        command = self._inbox.wait(timeout_s)
        if command is not None:
            self._apply(command)
        return command is not None

    def catch_up(self) -> bool:
        """Take all waiting commands, and return whether work may continue."""
        for command in self._inbox.waiting():
            self._apply(command)
        return self.may_work

    def look_at(self, paths: Iterable[str]) -> None:
        """Add single paths to check."""
        self._updates.update(dict.fromkeys(paths))

    def take_updates(self) -> list[str]:
        """Remove and return the single paths to check."""
        paths = list(self._updates)
        self._updates.clear()
        return paths

    def begin_scan(self, known: Collection[str]) -> None:
        """Record that a scan begins. Single paths are checked after it all the same: a scan trusts times.

        Args:
            known: Every file of the index.
        """
        self.wants_scan = False
        self.scanned_at_ns = None
        self._updates.pop("", None)
        if self.wants_rebuild:
            self.wants_rebuild = False
            self.outdated = set(known)

    def queue_files(self, files: Iterable[FileStat], lane: Lane) -> None:
        """Queue files that changed; those that are open in an editor go first, whatever the lane."""
        ordered = priority_order(files)
        self.queue.add((file for file in ordered if file.path in self._open), Lane.OPEN)
        self.queue.add((file for file in ordered if file.path not in self._open), lane)

    def finish_scan(self) -> None:
        """Record that everything the scan found is in the index."""
        self.scanned_at_ns = None
        self.outdated.clear()
        self.distrusts_cache = False

    def start_over(self) -> None:
        """Drop the running job after a failure, and want a scan in its place."""
        self.queue.clear()
        self.scanned_at_ns = None
        self.wants_scan = True

    def _apply(self, command: messages.Command) -> None:
        match command:
            case messages.Scan(ticket):
                self.wants_scan = True
                self.ticket = max(self.ticket, ticket)
            case messages.Rebuild(ticket):
                self.wants_scan = self.wants_rebuild = self.distrusts_cache = True
                self.ticket = max(self.ticket, ticket)
            case messages.Update(paths, ticket):
                self.look_at(paths)
                self.ticket = max(self.ticket, ticket)
            case messages.Prioritise(paths):
                self._prioritise(paths)
            case messages.Pause():
                self.is_paused = True
            case messages.Resume():
                self.is_paused = False
            case _:
                logger.warning("an indexer can't obey %s", type(command).__name__)

    def _prioritise(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._open.pop(path, None)
            self._open[path] = None
        for path in list(self._open)[:-MAX_OPEN]:
            del self._open[path]
        self.queue.promote(paths)
