"""What is still to be looked at, in order of urgency: a set of paths with three lanes."""

from collections import deque
from collections.abc import Iterable
from enum import IntEnum


class Lane(IntEnum):
    """How urgent a path is; lower comes first."""

    OPEN = 0
    """Open in an editor."""
    CHANGED = 1
    """Just changed on disk."""
    SCANNED = 2
    """Found by a scan, in the scan's order."""


class WorkQueue:
    """Paths waiting to be indexed, each at most once. Not thread-safe."""

    def __init__(self) -> None:
        self._lanes: tuple[deque[str], ...] = tuple(deque() for _ in Lane)
        self._lane_of: dict[str, Lane] = {}

    def __len__(self) -> int:
        return len(self._lane_of)

    def __contains__(self, path: str) -> bool:
        return path in self._lane_of

    def add(self, paths: Iterable[str], lane: Lane) -> None:
        """Put paths at the end of a lane; one that waits in a less urgent lane moves up."""
        for path in paths:
            waiting = self._lane_of.get(path)
            if waiting is None or lane < waiting:
                self._lane_of[path] = lane
                self._lanes[lane].append(path)

    def promote(self, paths: Iterable[str]) -> None:
        """Move those of the paths that wait to the most urgent lane."""
        self.add([path for path in paths if path in self._lane_of], Lane.OPEN)

    def discard(self, path: str) -> None:
        """Forget a path, if it waits."""
        self._lane_of.pop(path, None)

    def pop(self) -> str | None:
        """Take the most urgent path; None when nothing waits."""
        for lane in Lane:
            paths = self._lanes[lane]
            while paths:
                path = paths.popleft()
                # A path that moved up, or was discarded, left a shadow behind.
                if self._lane_of.get(path) is lane:
                    del self._lane_of[path]
                    return path
        return None

    def clear(self) -> None:
        """Forget everything."""
        for lane in self._lanes:
            lane.clear()
        self._lane_of.clear()
