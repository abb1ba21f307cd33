"""Notices a stuck indexer, which neither reports nor computes anything: a disk may not respond."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BEAT_S = 5.0
"""How often to check, at least. Beats are counted, not seconds: a computer that was asleep was not stuck."""

IDLE_CPU_S = 0.01
"""With less CPU time than this in a beat, work is waiting; the check itself takes a hundredth of it."""


class StallDetector:
    """Watches work that reports now and then, or at least uses CPU time.

    Args:
        patience_s: How long the work may do neither.
        on_stuck: Called once, in the watching thread, when it has done neither for longer.
    """

    def __init__(self, patience_s: float, on_stuck: Callable[[], object]) -> None:
        self._beat_s = min(BEAT_S, patience_s / 16)
        self._n_beats = round(patience_s / self._beat_s)
        self._on_stuck = on_stuck
        self._has_progressed = False

    def report_progress(self) -> None:
        """Record that the work reported something."""
        self._has_progressed = True

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch while this context is open: only during work, not while idle."""
        is_done = threading.Event()
        threading.Thread(target=self._watch, args=(is_done,), name="stall detector", daemon=True).start()
        try:
            yield
        finally:
            is_done.set()

    def _watch(self, is_done: threading.Event) -> None:
        n_silent, cpu_s = 0, time.process_time()
        while not is_done.wait(self._beat_s):
            before_s, cpu_s = cpu_s, time.process_time()
            is_silent = not self._has_progressed and cpu_s - before_s < IDLE_CPU_S
            self._has_progressed = False
            n_silent = n_silent + 1 if is_silent else 0
            if n_silent >= self._n_beats:
                self._on_stuck()
                return
