"""The server's client of one folder's indexer process: starts it when there is work, feeds it, ends it."""

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

from lsp_server.errors import IndexerFailed
from lsp_server.indexing.messages import Command, Event, decode

logger = logging.getLogger(__name__)

REST_S = 2.0
"""How long a process may take to end by itself before it is killed; what it has committed stays."""

CLOSE_S = 0.4
"""The same when the server ends; a later run recovers an interrupted batch."""


class IndexerClient:
    """Starts, feeds and ends one indexer process after another. Thread-safe; only `close` blocks.

    Args:
        command: Program and arguments.
        env: Environment of the process.
        on_event: Called with every event, in a thread of the client.
        on_end: Called, in a thread of the client, when the process ended unexpectedly.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        on_event: Callable[[Event], None],
        on_end: Callable[[], None],
    ) -> None:
        self._command = tuple(command)
        self._env = dict(env)
        self._on_event = on_event
        self._on_end = on_end
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._leaving: set[_Child] = set()
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The id of the process; None while none is running."""
        with self._lock:
            return None if self._child is None else self._child.pid

    def send(self, command: Command) -> None:
        """Send a command, starting the process if none is running.

        Raises:
            IndexerFailed: It can't be started.
        """
        with self._lock:
            if self._is_closed:
                return
            if self._child is None:
                self._child = self._start()
            self._child.send(command)

    def tell(self, command: Command) -> None:
        """Send a command that a process yet to be started would not need; it never starts one."""
        with self._lock:
            if self._child is not None:
                self._child.send(command)

    def rest(self) -> None:
        """End the idle process; the next `send` starts another."""
        with self._lock:
            child = self._let_go()
        if child is not None:
            child.end(REST_S)

    def close(self) -> None:
        """End the process, for good."""
        with self._lock:
            self._is_closed = True
            self._let_go()
            leaving = list(self._leaving)
        for child in leaving:
            child.end(CLOSE_S)
            child.wait(2 * CLOSE_S)

    def _let_go(self) -> "_Child | None":
        child, self._child = self._child, None
        if child is not None:
            self._leaving.add(child)
        return child

    def _start(self) -> "_Child":
        try:
            return _Child(self._command, self._env, self._on_event, self._ended)
        except OSError as error:
            raise IndexerFailed(
                f"The indexer can't be started: {error.strerror or error}.",
                "See the log file; if nothing else helps, reinstall semantic-symbols.",
            ) from error

    def _ended(self, child: "_Child", code: int) -> None:
        with self._lock:
            self._leaving.discard(child)
            if self._child is not child:
                return
            self._child = None
        logger.warning("the indexer ended unexpectedly, with code %s", code)
        self._on_end()


class _Child:
    """One run of the process. Commands go through a queue, so that a hanging process blocks nobody."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        on_event: Callable[[Event], None],
        on_end: Callable[["_Child", int], None],
    ) -> None:
        self._on_event = on_event
        self._on_end = on_end
        self._outbox: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            # A process group, so that its own children can be ended with it; not a session, since Linux may
            # schedule sessions as equals (autogroup), and then a low priority counts only within its own.
            process_group=0,
        )
        self._reader = threading.Thread(target=self._read, name="indexer-events", daemon=True)
        try:
            threading.Thread(target=self._write, name="indexer-commands", daemon=True).start()
            self._reader.start()
        except RuntimeError:  # there may be no more threads
            with self._process:  # which closes its pipes
                self._kill()
            self._outbox.put(None)
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, command: Command) -> None:
        self._outbox.put(command)

    def end(self, grace_s: float) -> None:
        """Close its standard input, which makes it end; kill it if it has not ended by then."""
        self._outbox.put(None)
        killer = threading.Timer(grace_s, self._kill)
        killer.daemon = True
        try:
            killer.start()
        except RuntimeError:  # there may be no more threads
            self._kill()

    def wait(self, timeout_s: float) -> None:
        self._reader.join(timeout_s)

    def _write(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # the reader notices when the process dies
            while (command := self._outbox.get()) is not None:
                self._process.stdin.write(command.encode())
                self._process.stdin.flush()
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as events:
            for line in events:
                self._take(line)
        self._kill()  # children of its own that are left: one that is just starting has not noticed yet
        code = self._process.wait()
        self._outbox.put(None)
        self._on_end(self, code)

    def _kill(self) -> None:
        if sys.platform == "win32":
            self._process.kill()
        elif self._process.returncode is None:  # else its pid may be another process's by now
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _take(self, line: bytes) -> None:
        try:
            message = decode(line)
        except IndexerFailed:
            logger.exception("an unreadable event was skipped")
            return
        if isinstance(message, Event):
            try:
                self._on_event(message)
            except Exception:  # the boundary: a listener's failure must not stop the events that follow
                logger.exception("an event could not be handled")
