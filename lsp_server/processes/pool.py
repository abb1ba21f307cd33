"""A pool of child processes for bytes → bytes jobs that survives crashes and stalls of its children."""

import queue
import threading
import time
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from lsp_server.errors import IndexerFailed
from lsp_server.processes.worker_process import START_TIMEOUT_S, Answer, Failure, WorkerProcess

Key = TypeVar("Key", bound=Hashable)

IN_FLIGHT = 2
"""How many jobs a child has at once: the one it works on and the next, so that it never waits for us."""

LOOKAHEAD = 64
"""How many jobs per child may be in the pool, counting outcomes that were not taken yet: enough to keep the
children busy while the caller is, but not so many that an urgent job waits for long."""

MAX_FAILED_STARTS = 3


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Key]):
    """The outcome of one job.

    Attributes:
        key: The job's key.
        payload: The answer; None after a failure.
        failure: Why there is none. "crashed" and "timed out" mean twice, the second time alone in its child.
        message: What the handler raised, and where.
    """

    key: Key
    payload: bytes | None
    failure: Failure | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Job(Generic[Key]):
    run: int
    key: Key
    payload: bytes
    is_retry: bool = False


class WorkerPool(Generic[Key]):
    """Children are started when there is work, killed when stuck, and replaced; close the pool when done.

    Args:
        command: A program that calls `worker_loop.serve`.
        size: How many children.
        job_timeout_s: How long a child may work on one job.
        env: Environment of the children; None for ours.
    """

    def __init__(
        self,
        command: Sequence[str],
        size: int,
        job_timeout_s: float,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._command = tuple(command)
        self._env = env
        self._size = size
        self._pending: deque[_Job[Key]] = deque()
        self._outcomes: queue.SimpleQueue[tuple[int, Outcome[Key] | IndexerFailed]] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._run = 0
        self._closed = False
        self._is_warm = False
        self._failed_starts = 0
        self._deadlines = _Deadlines(job_timeout_s)
        self._threads: list[threading.Thread] = []
        self._processes: set[WorkerProcess] = set()

    def warm_up(self) -> None:
        """Start the children in the background now, rather than with the first job."""
        self._is_warm = True
        self._start()

    def run(self, jobs: Iterable[tuple[Key, bytes]]) -> Iterator[Outcome[Key]]:
        """Yield the outcome of every job as it finishes, in any order.

        Jobs are taken from the iterable as slots become free, in the caller's thread. One run at a time: the
        outcomes of an abandoned run never show up in the next.

        Args:
            jobs: Key and payload of each.

        Raises:
            IndexerFailed: Children keep ending before they are ready.
        """
        self._start()
        with self._changed:
            self._run += 1
            run = self._run
            self._pending.clear()
        source = iter(jobs)
        n_waiting = 0
        exhausted = False
        while True:
            while not exhausted and n_waiting < self._size * LOOKAHEAD:
                job = next(source, None)
                exhausted = job is None
                if job is not None:
                    self._put(_Job(run, *job))
                    n_waiting += 1
            if not n_waiting:
                return
            of_run, outcome = self._outcomes.get()
            if of_run != run:
                continue
            if isinstance(outcome, IndexerFailed):
                raise outcome
            n_waiting -= 1
            yield outcome

    def close(self) -> None:
        """End all children, killing those that are at work, and wait for them."""
        with self._changed:
            self._closed = True
            self._pending.clear()
            for process in self._processes:
                process.kill()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._deadlines.close()

    def _start(self) -> None:
        if self._threads:
            return
        for _ in range(self._size):
            thread = threading.Thread(target=self._tend, daemon=True, name="worker-pool")
            self._threads.append(thread)
            thread.start()

    def _put(self, job: _Job[Key], *, first: bool = False) -> None:
        with self._changed:
            if job.run != self._run or self._closed:
                return
            if first:
                self._pending.appendleft(job)
            else:
                self._pending.append(job)
            self._changed.notify()

    def _tend(self) -> None:
        """Feed one child and its successors: the body of one thread."""
        process: WorkerProcess | None = self._started() if self._is_warm else None
        in_flight: deque[_Job[Key]] = deque()
        while True:
            taken = self._take(in_flight)
            if taken is None:
                break
            if process is None:
                process = self._started()
                if process is None:
                    self._requeue(taken, in_flight)
                    in_flight.clear()
                    continue
            for job in taken:
                process.send(job.payload)
                in_flight.append(job)
            answer, timed_out = self._deadlines.receive(process)
            job = in_flight.popleft()
            if answer is not None:
                self._report(job, answer)
            if answer is None or process.is_leaving:
                self._requeue((), in_flight)
                in_flight.clear()
                self._ended(process)
                if answer is None:
                    self._fail(job, "timed out" if timed_out else "crashed")
                process = None
        if process is not None:
            self._ended(process)

    def _take(self, in_flight: "deque[_Job[Key]]") -> "list[_Job[Key]] | None":
        """Wait for jobs unless the child has some; None when the pool closes. A retried job stays alone."""
        with self._changed:
            while not self._closed and not self._pending and not in_flight:
                self._changed.wait()
            if self._closed:
                return None
            taken: list[_Job[Key]] = []
            while self._pending and len(in_flight) + len(taken) < IN_FLIGHT:
                is_alone = not in_flight and not taken
                if self._pending[0].is_retry and not is_alone:
                    break
                if any(job.is_retry for job in (*in_flight, *taken)):
                    break
                # Near the end jobs are shared out one by one, or one child would do the last two alone.
                if not is_alone and len(self._pending) < self._size:
                    break
                taken.append(self._pending.popleft())
            return taken

    def _started(self) -> WorkerProcess | None:
        """Start a child and wait until it is ready."""
        try:
            process = WorkerProcess(self._command, self._env)
        except OSError as error:
            self._start_failed(error.strerror or str(error))
            return None
        with self._changed:
            self._processes.add(process)
            if self._closed:
                process.kill()
        ready, timed_out = self._deadlines.receive(process, START_TIMEOUT_S)
        if ready is None:
            self._ended(process)
            self._start_failed("it took too long" if timed_out else "it ended before it was ready")
            return None
        with self._changed:
            self._failed_starts = 0
        return process

    def _start_failed(self, reason: str) -> None:
        with self._changed:
            self._failed_starts += 1
            if self._failed_starts < MAX_FAILED_STARTS or self._closed:
                return
            self._failed_starts = 0
            self._pending.clear()
            run = self._run
            self._run += 1
        error = IndexerFailed(
            f"A worker process can't be started: {reason}.",
            "See the log file; if nothing else helps, reinstall semantic-symbols.",
        )
        self._outcomes.put((run, error))

    def _ended(self, process: WorkerProcess) -> None:
        process.close()
        with self._changed:
            self._processes.discard(process)

    def _requeue(self, taken: Iterable[_Job[Key]], in_flight: Iterable[_Job[Key]]) -> None:
        for job in reversed([*in_flight, *taken]):
            self._put(job, first=True)

    def _fail(self, job: _Job[Key], failure: Failure) -> None:
        if job.is_retry:
            self._report(job, Answer(None, failure))
        else:
            self._put(replace(job, is_retry=True), first=True)

    def _report(self, job: _Job[Key], answer: Answer) -> None:
        outcome = Outcome(job.key, answer.payload, answer.failure, answer.message)
        self._outcomes.put((job.run, outcome))


class _Deadlines:
    """Kills children whose answer is overdue: one thread for all, which sleeps until the next deadline."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._changed = threading.Condition()
        self._deadlines: dict[WorkerProcess, float] = {}
        self._overdue: set[WorkerProcess] = set()
        self._closed = False
        self._wakes_at = float("inf")
        self._thread: threading.Thread | None = None

    def receive(self, process: WorkerProcess, timeout_s: float | None = None) -> tuple[Answer | None, bool]:
        """Wait for a child's next answer, and return it (None if the child died) and whether it timed out."""
        deadline = time.monotonic() + (self._timeout_s if timeout_s is None else timeout_s)
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True, name="worker-deadlines")
                self._thread.start()
            self._deadlines[process] = deadline
            if deadline < self._wakes_at:
                self._changed.notify()
        answer = process.receive()
        with self._changed:
            del self._deadlines[process]
            was_overdue = process in self._overdue
            self._overdue.discard(process)
        return answer, was_overdue

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for process, deadline in self._deadlines.items():
                    if deadline <= now and process not in self._overdue:
                        self._overdue.add(process)
                        process.kill()
                running = (due for process, due in self._deadlines.items() if process not in self._overdue)
                self._wakes_at = min(running, default=float("inf"))
                self._changed.wait(None if self._wakes_at == float("inf") else self._wakes_at - now)
