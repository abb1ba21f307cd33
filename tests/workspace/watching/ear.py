"""Who listens to a watcher in its tests, and how their files are written."""

import threading
from collections.abc import Callable
from pathlib import Path

from lsp_server.workspace.watching.watcher import WatchListener

PATIENCE_S = 60.0


class Ear:
    """A listener that remembers, and wakes whoever waits for something."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.deliveries: list[set[str]] = []
        self.reasons_to_poll: list[str | None] = []
        self.n_rescans = 0
        self._heard = threading.Condition()

    @property
    def listener(self) -> WatchListener:
        return WatchListener(self._change, self._rescan, self._polling)

    def wait_for(self, predicate: Callable[[], bool]) -> None:
        with self._heard:
            heard = self._heard.wait_for(predicate, PATIENCE_S)
            assert heard, (self.deliveries, self.n_rescans, self.reasons_to_poll)

    def has_heard(self, predicate: Callable[[], bool], within_s: float) -> bool:
        with self._heard:
            return self._heard.wait_for(predicate, within_s)

    def hears(self, *paths: str) -> None:
        self.wait_for(lambda: self.paths >= set(paths))

    def hears_a_save(self, root: Path, path: str) -> None:
        """Save a file until that is told: what is in one burst with a rescan is not named."""
        saves = 0
        while not self.has_heard(lambda: path in self.paths, 0.2):
            saves += 1
            assert saves < PATIENCE_S / 0.2
            write(root, path, f"{saves}")

    def forget(self) -> None:
        with self._heard:
            self.paths.clear()
            self.deliveries.clear()
            self.n_rescans = 0

    def _change(self, paths: set[str]) -> None:
        with self._heard:
            self.paths |= paths
            self.deliveries.append(paths)
            self._heard.notify_all()

    def _rescan(self) -> None:
        with self._heard:
            self.n_rescans += 1
            self._heard.notify_all()

    def _polling(self, reason: str | None) -> None:
        with self._heard:
            self.reasons_to_poll.append(reason)
            self._heard.notify_all()


def write(root: Path, path: str, text: str = "x") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
