"""A server's hold on the indexer process of one folder: started when there is work, ended when idle, replaced when it dies."""

import contextlib
import logging
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence

from lsp_server.errors import IndexerFailed
from lsp_server.indexing.messages import Command, Event, Failed, Pause, Prioritise, Resume, decode

logger = logging.getLogger(__name__)

MOST_DEATHS = 5
"""Unexpected ends in a row after which the indexer is not started again by itself."""

CLOSE_S = 1.5


class IndexerClient:
    """Starts, feeds and restarts one indexer process. Thread-safe.

    Args:
        command: Program and arguments.
        env: Environment of the process.
        on_event: Takes every event, in a thread of the client.
        on_restart: Called, in a thread of the client, when the process died and a new one was started: it knows
            of nothing that was asked for before.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        on_event: Callable[[Event], None],
        on_restart: Callable[[], None],
    ) -> None:
        self._command = tuple(command)
        self._env = dict(env)
        self._on_event = on_event
        self._on_restart = on_restart
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """The process, while one runs."""
        with self._lock:
            return None if self._process is None else self._process.pid

    def send(self, command: Command) -> None:
        """Hand over a command; starts the process where none runs, unless there is nothing for it to do."""
        with self._lock:
            if self._is_closed:
                return
            if self._process is None:
                if isinstance(command, Pause | Resume | Prioritise):
                    return
                self._start()
            process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):  # its death is noticed by the reader
                process.stdin.write(command.encode())
                process.stdin.flush()

    def rest(self) -> None:
        """End the process because there is nothing to do; the next command starts another."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            _end(process)

    def close(self) -> None:
        """End the process, for good, within two seconds."""
        with self._lock:
            self._is_closed = True
        self.rest()

    def _start(self) -> None:
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._env,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            reason = f"The indexer can't be started: {error.strerror or error}."
            self._on_event(Failed(IndexerFailed.__name__, reason, "Reinstall semantic-symbols."))
            return
        self._process = process
        threading.Thread(target=self._read, args=(process,), name="indexer-events", daemon=True).start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                message = decode(line)
            except IndexerFailed:
                logger.exception("an unreadable event")
                continue
            if isinstance(message, Event):
                if not isinstance(message, Failed):
                    self._deaths = 0
                self._on_event(message)
        process.stdout.close()
        process.wait()
        self._ended(process)

    def _ended(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if self._process is not process or self._is_closed:
                return
            self._process = None
            self._deaths += 1
            is_hopeless = self._deaths >= MOST_DEATHS
        logger.warning("the indexer ended unexpectedly, with code %s", process.returncode)
        if is_hopeless:
            self._on_event(
                Failed(
                    IndexerFailed.__name__,
                    f"The indexer ended unexpectedly {self._deaths} times in a row.",
                    "Look into the log file; `semantic-symbols doctor --repair` may help.",
                )
            )
            return
        self._on_restart()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError, ValueError):
            process.stdin.close()
    try:
        process.wait(CLOSE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
