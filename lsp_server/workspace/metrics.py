"""What a workspace measures of itself while it runs."""

import threading
from collections import deque

import psutil

LAST = 1_000
"""Percentiles are taken over this many of the latest measurements."""


class Percentiles:
    """The last thousand durations of one kind, in milliseconds. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: deque[float] = deque(maxlen=LAST)

    def add(self, value_ms: float) -> None:
        """Record one duration."""
        with self._lock:
            self._values.append(value_ms)

    def at(self, share: float) -> float | None:
        """Return a percentile in milliseconds; None before the first measurement.

        Args:
            share: 0 to 1: 0.99 for the 99th.
        """
        with self._lock:
            ordered = sorted(self._values)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def resident_bytes() -> int | None:
    """Return this process's resident memory; None where the system does not say."""
    try:
        return int(psutil.Process().memory_info().rss)
    except psutil.Error:
        return None
