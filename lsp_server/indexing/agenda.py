"""What an indexer has been asked for and has not done yet."""

import logging

from lsp_server.indexing import messages
from lsp_server.indexing.inbox import Inbox
from lsp_server.indexing.queue import WorkQueue

logger = logging.getLogger(__name__)


class Agenda:
    """Turns commands into things to do. Not thread-safe; only the inbox is shared.

    Args:
        inbox: Where commands come from.

    Attributes:
        queue: Files to be looked at, most urgent first.
        wants_scan: The whole folder is to be compared with the index.
        rebuilding: Until that scan's files are done, nothing that is known counts, nor the cache.
        is_paused: Nothing is to be done for now.
        ticket: The last request; answered when everything up to it is in the index.
    """

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._updates: dict[str, None] = {}
        self.queue = WorkQueue()
        self.wants_scan = False
        self.rebuilding = False
        self.is_paused = False
        self.ticket = 0

    @property
    def is_over(self) -> bool:
        """Whether the indexer shall end."""
        return self._inbox.is_closed

    @property
    def may_work(self) -> bool:
        """Whether work may go on."""
        return not (self.is_paused or self.is_over)

    @property
    def has_updates(self) -> bool:
        """Whether single paths are to be looked at."""
        return bool(self._updates)

    @property
    def has_work(self) -> bool:
        """Whether anything is to be done."""
        return self.wants_scan or self.has_updates or len(self.queue) > 0

    @property
    def is_quiet(self) -> bool:
        """Whether no command waits, so that there is time for housekeeping."""
        return not (self.is_over or self._inbox.has_waiting)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for one command and obey it; False when none came."""
        command = self._inbox.wait(timeout_s)
        if command is not None:
            self._obey(command)
        return command is not None

    def catch_up(self) -> bool:
        """Obey what has come in; whether work may go on."""
        for command in self._inbox.waiting():
            self._obey(command)
        return self.may_work

    def take_updates(self) -> list[str]:
        """Return the single paths to be looked at, and forget them."""
        paths = list(self._updates)
        self._updates.clear()
        return paths

    def take_scan(self) -> None:
        """Note that a scan begins; it sees all that single paths would have shown."""
        self.wants_scan = False
        self._updates.clear()

    def start_over(self) -> None:
        """Forget the running job after a failure: the next command finds out anew what is to be done."""
        self.queue.clear()
        self.wants_scan = True

    def _obey(self, command: messages.Command) -> None:
        match command:
            case messages.Scan(ticket):
                self.wants_scan = True
                self.ticket = max(self.ticket, ticket)
            case messages.Rebuild(ticket):
                self.wants_scan = self.rebuilding = True
                self.ticket = max(self.ticket, ticket)
            case messages.Update(paths, ticket):
                self._updates.update(dict.fromkeys(paths))
                self.ticket = max(self.ticket, ticket)
            case messages.Prioritise(paths):
                self.queue.promote(paths)
            case messages.Pause():
                self.is_paused = True
            case messages.Resume():
                self.is_paused = False
            case _:
                logger.warning("an indexer can't obey %s", type(command).__name__)
