"""The events of Windows and macOS as watchdog passes them on: which paths, and whether some may be lost."""

import math
import os
import threading
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler

from lsp_server.disk import composed
from lsp_server.storage.path_identity import folded, ignores_case

STORM_EVENTS = 200
STORM_WINDOW_S = 1.0
CALM_S = 2.0
"""When too many events come at once, Windows (beyond 64 kB) and macOS drop some, and watchdog ignores that.
So after this many in a second, ignored files included, everything is compared once it is calm."""

_SILENT_EVENTS = frozenset({"opened", "closed_no_write"})
"""Changed attributes do count: Windows may report an overwritten file that kept its time as that."""


class SystemEvents(FileSystemEventHandler):
    """Turns watchdog's events into relative paths.

    Args:
        root: The watched folder, with links resolved.
        noticed: Called with a relative path and whether it is a folder.
        root_gone: Called when something happened to the root itself.
        happened: Called for every event that counts, before the other callbacks.
    """

    def __init__(
        self,
        root: str,
        noticed: Callable[[str, bool], None],
        root_gone: Callable[[], None],
        happened: Callable[[], None],
    ) -> None:
        self._n_slashes = root.rstrip(os.sep).count(os.sep) + 1
        self._ignores_case = ignores_case(Path(root))
        self._folded_root = self._folded(root.rstrip(os.sep))
        self._noticed = noticed
        self._root_gone = root_gone
        self._happened = happened

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Handle one of watchdog's events."""
        if event.event_type in _SILENT_EVENTS or (event.is_directory and event.event_type == "modified"):
            return
        self._happened()
        for path in (os.fsdecode(event.src_path), os.fsdecode(event.dest_path)):
            relative = self._relative(path)
            if relative:
                self._noticed(relative, event.is_directory)
            elif relative is not None:
                self._root_gone()

    def _relative(self, path: str) -> str | None:
        """Return a path relative to the root, which the system may spell differently; None outside of it."""
        end = -1
        for _ in range(self._n_slashes):
            end = path.find(os.sep, end + 1)
            if end < 0:
                end = len(path)
                break
        if self._folded(path[:end]) != self._folded_root:
            return None
        return composed(path[end + 1 :]).replace(os.sep, "/")

    def _folded(self, path: str) -> str:
        return folded(path) if self._ignores_case else unicodedata.normalize("NFC", path)


class Storm:
    """Detects when so many events come that the system may have dropped some, and when it is calm again.

    Thread-safe.

    Args:
        began: Called when a storm begins, on the thread of the event.
    """

    def __init__(self, began: Callable[[], None]) -> None:
        self._began = began
        self._lock = threading.Lock()
        self._counted_from_s = 0.0
        self._n_events = 0
        self._raged_s: float | None = None

    def add(self) -> None:
        """Count an event."""
        now = time.monotonic()
        with self._lock:
            if now - self._counted_from_s > STORM_WINDOW_S:
                self._counted_from_s, self._n_events = now, 0
            self._n_events += 1
            begins = self._raged_s is None and self._n_events >= STORM_EVENTS
            if self._n_events >= STORM_EVENTS:
                self._raged_s = now
        if begins:
            self._began()

    def rest_s(self) -> float:
        """Return how many seconds to wait before asking `is_over`; infinite where there is no storm."""
        return math.inf if self._raged_s is None else CALM_S

    def is_over(self) -> bool:
        """Return True once per storm, when it has been calm for a while."""
        with self._lock:
            if self._raged_s is None or time.monotonic() - self._raged_s < CALM_S:
                return False
            self._raged_s = None
            return True
