"""Debounces changes and delivers them in bursts: a checkout, or "save all", is one change."""

import logging
import threading
import time
from collections.abc import Callable

BURST_S = 1.0
"""While a burst goes on, what has changed so far is delivered this often."""

MAX_PATHS = 1_000
"""With more paths, comparing the whole folder is cheaper and simpler than comparing each path."""

logger = logging.getLogger(__name__)


class Debouncer:
    """Collects paths until it is quiet for a while; its thread sleeps while there are none. Thread-safe.

    Args:
        deliver: Called with the paths of a burst, in this object's thread.
        deliver_all: Called instead when there are too many paths, or everything may have changed.
        debounce_s: How long it must be quiet.
    """

    def __init__(
        self, deliver: Callable[[set[str]], None], deliver_all: Callable[[], None], debounce_s: float
    ) -> None:
        self._deliver = deliver
        self._deliver_all = deliver_all
        self._debounce_s = debounce_s
        self._changed = threading.Condition()
        self._paths: set[str] = set()
        self._is_everything = False
        self._is_stopping = False
        self._last_s = 0.0
        self._thread = threading.Thread(target=self._run, name="folder-changes", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def add(self, path: str) -> None:
        """Add a path that changed."""
        with self._changed:
            self._paths.add(path)
            self._note()

    def add_all(self) -> None:
        """Report that everything may have changed."""
        with self._changed:
            self._is_everything = True
            self._note()

    def stop(self) -> None:
        """End the thread; nothing is delivered afterwards."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(1.0)

    def _note(self) -> None:
        self._last_s = time.monotonic()
        self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._paths or self._is_everything or self._is_stopping)
                deadline_s = time.monotonic() + BURST_S
                while not self._is_stopping:
                    rest_s = min(self._last_s + self._debounce_s, deadline_s) - time.monotonic()
                    if rest_s <= 0:
                        break
                    self._changed.wait(rest_s)
                if self._is_stopping:
                    return
                paths, self._paths = self._paths, set()
                is_everything, self._is_everything = self._is_everything or len(paths) > MAX_PATHS, False
            try:
                if is_everything:
                    self._deliver_all()
                else:
                    self._deliver(paths)
            except Exception:  # a boundary: the listener's failure must not end the watching
                logger.exception("A change of the folder could not be handled")
