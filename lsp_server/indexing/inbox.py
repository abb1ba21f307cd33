"""Commands on their way to an indexer: put in by any thread, taken out by the indexer's own."""

import queue
from collections.abc import Iterator

from lsp_server.indexing.messages import Command


class Inbox:
    """A queue of commands that can be closed."""

    def __init__(self) -> None:
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._is_closed = False

    def put(self, command: Command) -> None:
        """Add a command."""
        self._commands.put(command)

    def close(self) -> None:
        """Say that the indexer shall end: at once, whatever still waits."""
        self._is_closed = True
        self._commands.put(None)

    @property
    def is_closed(self) -> bool:
        """Whether the indexer shall end."""
        return self._is_closed

    @property
    def has_waiting(self) -> bool:
        """Whether a command waits."""
        return not self._commands.empty()

    def wait(self, timeout_s: float | None = None) -> Command | None:
        """Take the next command; None when the time is over or the inbox closed."""
        if self._is_closed:
            return None
        try:
            return self._commands.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def waiting(self) -> Iterator[Command]:
        """Take the commands that wait already."""
        while not self._is_closed:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return
            if command is not None:
                yield command
