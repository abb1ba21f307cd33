"""The files still to be processed, by urgency: a priority queue with three lanes, each file at most once."""

from collections import deque
from collections.abc import Iterable
from enum import IntEnum

from lsp_server.indexing.scanning.scanner import FileStat


class Lane(IntEnum):
    """How urgent a file is; lower comes first."""

    OPEN = 0
    """Open in an editor."""
    CHANGED = 1
    """Just changed on disk."""
    SCANNED = 2
    """Found by a scan, in the scan's order."""


class WorkQueue:
    """Files waiting to be indexed. Not thread-safe."""

    def __init__(self) -> None:
        self._lanes: tuple[deque[str], ...] = tuple(deque() for _ in Lane)
        self._waiting: dict[str, tuple[Lane, FileStat]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, files: Iterable[FileStat], lane: Lane) -> None:
        """Append files to a lane; one that waits already moves up, never down, and its `stat` is updated."""
        for file in files:
            waiting = self._waiting.get(file.path)
            if waiting is None or lane < waiting[0]:
                self._waiting[file.path] = lane, file
                self._lanes[lane].append(file.path)
            else:
                self._waiting[file.path] = waiting[0], file

    def promote(self, paths: Iterable[str]) -> None:
        """Move those of the paths that are waiting to the most urgent lane."""
        self.add([self._waiting[path][1] for path in paths if path in self._waiting], Lane.OPEN)

    def discard(self, path: str) -> None:
        """Remove a path, if it is waiting."""
        self._waiting.pop(path, None)

    def pop(self) -> FileStat | None:
        """Take the most urgent file; None when none is waiting."""
        for lane in Lane:
            paths = self._lanes[lane]
            while paths:
                path = paths.popleft()
                waiting = self._waiting.get(path)
                # A path that moved up, or was discarded, is still in its old lane.
                if waiting is not None and waiting[0] is lane:
                    del self._waiting[path]
                    return waiting[1]
        return None

    def clear(self) -> None:
        """Remove everything."""
        for lane in self._lanes:
            lane.clear()
        self._waiting.clear()
