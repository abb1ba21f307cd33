"""Counts what an indexer does and reports it a few times a second."""

import time
from collections.abc import Callable

from lsp_server.indexing.messages import Event, Profile, Progress
from lsp_server.indexing.workers.jobs import ParseReply

REPORT_EVERY_S = 0.2


class ProgressMeter:
    """Files and symbols per second of the running job, and seconds by stage since the process started.

    Args:
        report: Called with the events.
    """

    def __init__(self, report: Callable[[Event], None]) -> None:
        self._report = report
        self._began_s: float | None = None
        self._reported_s = 0.0
        self._done = self._total = self._symbols = 0
        self._embedded = 0
        self.seconds: dict[str, float] = {}

    def begin(self) -> None:
        """Begin a job, unless one is running."""
        if self._began_s is None:
            self._began_s = time.monotonic()
            self._done = self._total = self._symbols = 0

    def expect(self, n_files: int) -> None:
        """Set how many files are waiting, besides those that are done."""
        self._total = self._done + n_files
        self._say()

    def took(self, reply: ParseReply, n_symbols: int) -> None:
        """Count a file that a worker has finished."""
        self._symbols += n_symbols
        if not reply.cached:
            self._embedded += n_symbols
        self.spent("workers", reply.busy_s)
        self.passed()

    def passed(self) -> None:
        """Count a file that needed no worker."""
        self._done += 1
        if time.monotonic() - self._reported_s > REPORT_EVERY_S:
            self._say()

    def spent(self, stage: str, seconds: float) -> None:
        """Add to the time that a stage has taken."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def finish(self) -> None:
        """End the job, and report its profile."""
        if self._began_s is None:
            return
        self._total = self._done
        self._say()
        self._began_s = None
        self._report(Profile({stage: round(seconds, 3) for stage, seconds in self.seconds.items()}))

    def _say(self) -> None:
        now = self._reported_s = time.monotonic()
        elapsed_s = max(now - (self._began_s or now), 1e-3)
        self._report(
            Progress(
                done=self._done,
                total=max(self._total, self._done),
                files_per_second=self._done / elapsed_s,
                symbols_per_second=self._symbols / elapsed_s,
                embedded_symbols=self._embedded,
            )
        )
