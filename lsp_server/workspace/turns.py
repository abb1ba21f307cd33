"""Whose turn it is to index a whole folder: a few at a time, however many a client has open.

Every folder has an indexer and workers of its own. Dozens that start at once keep the machine from answering
anything, and none of them is done sooner.
"""

import contextlib
import threading
from collections.abc import Callable

FOLDERS_AT_ONCE = 4
"""So that a large folder does not keep small ones waiting; a process that waits for the disk costs little."""


class Turns:
    """A fixed number of turns, taken in the order of asking. Thread-safe; nothing waits here.

    Args:
        at_once: How many may have a turn at the same time.
    """

    def __init__(self, at_once: int = FOLDERS_AT_ONCE) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._taken: set[Callable[[], None]] = set()
        self._queue: dict[Callable[[], None], None] = {}

    def take(self, begin: Callable[[], None]) -> bool:
        """Return whether there is a turn now; otherwise `begin` is called, in a thread, when there is one.

        Args:
            begin: Stands for whoever asks: asking again takes no second turn.
        """
        with self._lock:
            if begin not in self._taken and len(self._taken) >= self._at_once:
                self._queue[begin] = None
                return False
            self._queue.pop(begin, None)
            self._taken.add(begin)
            return True

    def end(self, begin: Callable[[], None]) -> None:
        """Give the turn back, or no longer wait for one."""
        with self._lock:
            self._queue.pop(begin, None)
            self._taken.discard(begin)
            for following in list(self._queue)[: self._at_once - len(self._taken)]:
                with contextlib.suppress(RuntimeError):  # no more threads: the next end tries again
                    threading.Thread(target=following, name="folder-turn", daemon=True).start()
                    del self._queue[following]
                    self._taken.add(following)
