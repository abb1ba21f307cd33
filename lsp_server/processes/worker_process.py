"""The parent's side of a child process that answers frames, and a worker for one request at a time."""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lsp_server.processes.worker_loop import LEAVING, RAISED, read_frame, write_frame

Failure = Literal["crashed", "timed out", "raised", "not started"]
"""Why a job has no answer: the process died, was too slow, its handler raised, or it can't be started."""

START_TIMEOUT_S = 60.0
"""How long a child may take until it is ready."""

_CLOSE_S = 2.0
_KILL_AGAIN_S = 0.01


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one job.

    Attributes:
        payload: The answer; None after a failure.
        failure: Why there is none.
        message: What the handler raised, and where.
    """

    payload: bytes | None
    failure: Failure | None = None
    message: str = ""


class WorkerProcess:
    """A running child; must be closed or killed.

    Args:
        command: A program that calls `worker_loop.serve`.
        env: Its environment; None for ours.

    Raises:
        OSError: The program can't be started.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        with _without_ctrl_c():
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=dict(env) if env is not None else None,
                # No console window on Windows; 0 elsewhere.
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self.is_leaving = False

    def send(self, payload: bytes) -> None:
        """Send a job; if the child is gone, `receive` will tell."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            write_frame(self._process.stdin, payload, 0)

    def receive(self) -> Answer | None:
        """Wait for the next answer, in the order of the jobs; None when the child is gone."""
        assert self._process.stdout is not None
        try:
            frame = read_frame(self._process.stdout)
        except (OSError, ValueError):
            frame = None
        if frame is None:
            return None
        payload, mark = frame
        self.is_leaving = bool(mark & LEAVING)
        if mark & RAISED:
            return Answer(None, "raised", payload.decode("utf-8", "replace"))
        return Answer(payload)

    def kill(self) -> None:
        """Kill the child; `receive` then returns None. Thread-safe."""
        self._process.kill()

    def close(self) -> None:
        """Let the child end by itself, or kill it if it does not soon; then close the pipes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.close()
        try:
            self._process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(OSError, ValueError):
            self._process.stdout.close()


class Worker:
    """A child process for one request at a time; started when first needed, and again after a failure.

    A child that turns out to have died, perhaps while idle, is replaced, and the request repeated; not so a
    child that was started for the request and dies of it.

    Args:
        command: A program that calls `worker_loop.serve`.
        job_timeout_s: How long one answer may take.
        env: Its environment; None for ours.
    """

    def __init__(
        self,
        command: Sequence[str],
        job_timeout_s: float,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._command = tuple(command)
        self._job_timeout_s = job_timeout_s
        self._env = env
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None
        self._is_killed = False

    def request(self, payload: bytes) -> Answer:
        """Return the answer to one job. Thread-safe: one job at a time."""
        with self._lock:
            was_running = self._process is not None
            answer = self._asked(payload)
            return self._asked(payload) if was_running and answer.failure == "crashed" else answer

    def close(self) -> None:
        """End the child; the next request starts another."""
        with self._lock:
            self._stop()

    def kill(self) -> None:
        """Kill the child, in the middle of a job if need be, for good."""
        self._is_killed = True
        while not self._lock.acquire(timeout=_KILL_AGAIN_S):
            process = self._process
            if process is not None:
                process.kill()
        try:
            if self._process is not None:
                self._process.kill()
                self._stop()
        finally:
            self._lock.release()

    def _asked(self, payload: bytes) -> Answer:
        if self._is_killed:
            return Answer(None, "not started", "killed")
        if self._process is None:
            failed = self._start()
            if failed is not None:
                return failed
        assert self._process is not None
        self._process.send(payload)
        answer = _receive_within(self._process, self._job_timeout_s)
        if answer.failure in {"crashed", "timed out"} or self._process.is_leaving:
            self._stop()
        return answer

    def _start(self) -> Answer | None:
        try:
            self._process = WorkerProcess(self._command, self._env)
        except OSError as error:
            return Answer(None, "not started", error.strerror or str(error))
        ready = _receive_within(self._process, START_TIMEOUT_S)
        if ready.failure is None:
            return None
        self._stop()
        return Answer(None, "not started", ready.failure)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


@contextlib.contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Have the children that start meanwhile not see Ctrl-C in a terminal, even before they can ignore it."""
    if sys.platform == "win32":
        yield
    else:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _receive_within(process: WorkerProcess, timeout_s: float) -> Answer:
    """Wait for an answer with a timeout; pipes have none on Windows, so a timer kills the child."""
    timed_out = threading.Event()

    def end() -> None:
        timed_out.set()
        process.kill()

    timer = threading.Timer(timeout_s, end)
    timer.daemon = True
    timer.start()
    try:
        answer = process.receive()
    finally:
        timer.cancel()
    if answer is not None:
        return answer
    return Answer(None, "timed out" if timed_out.is_set() else "crashed")
