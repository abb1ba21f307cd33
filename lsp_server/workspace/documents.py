"""The documents that an editor has open, each mapped to the real file behind its path."""

import threading
from collections.abc import Iterator
from pathlib import Path


class OpenDocuments:
    """The texts of open buffers. Thread-safe.

    A document is identified by the path that the client uses, and overrides the file that this path resolves
    to. When two documents resolve to one file, the one that changed last wins.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: dict[Path, tuple[Path, str]] = {}

    def put(self, path: Path, text: str) -> Path:
        """Store a document's text, and return the file that it overrides."""
        with self._lock:
            known = self._texts.pop(path, None)
            file = real_path(path) if known is None else known[0]
            self._texts[path] = file, text
            return file

    def remove(self, path: Path) -> tuple[Path, str | None] | None:
        """Forget a document.

        Returns:
            The file that it overrode, and the text of another document of that file or None; just None when
            it was not open.
        """
        with self._lock:
            known = self._texts.pop(path, None)
            if known is None:
                return None
            others = [text for file, text in self._texts.values() if file == known[0]]
            return known[0], others[-1] if others else None

    def __iter__(self) -> Iterator[tuple[Path, str]]:
        """Iterate over files and their texts, in the order of their last changes."""
        with self._lock:
            return iter(list(self._texts.values()))


def real_path(path: Path) -> Path:
    """Return a path with all links resolved, as far as it exists."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a cycle of links
        return path.absolute()
