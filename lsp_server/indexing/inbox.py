"""The queue of commands to an indexer: filled by any thread, emptied by the indexer's own."""

import queue
from collections.abc import Iterator

from lsp_server.indexing.messages import Command


class Inbox:
    """A closable queue of commands. Thread-safe."""

    def __init__(self) -> None:
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._is_closed = False

    def put(self, command: Command) -> None:
        """Add a command."""
        self._commands.put(command)

    def close(self) -> None:
        """Have the indexer end at once, whatever is still waiting."""
        self._is_closed = True
        self._commands.put(None)

    @property
    def is_closed(self) -> bool:
        """Whether the indexer should end."""
        return self._is_closed

    @property
    def has_waiting(self) -> bool:
        """Whether a command is waiting."""
        return not self._commands.empty()

    def wait(self, timeout_s: float | None = None) -> Command | None:
        """Take the next command; None after the timeout or when the inbox is closed."""
        if self._is_closed:
            return None
        try:
            return self._commands.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def waiting(self) -> Iterator[Command]:
        """Take the commands that are waiting already."""
        while not self._is_closed:
            try:
                command = self._commands.get_nowait()
            except queue.Empty:
                return
            if command is not None:
                yield command
