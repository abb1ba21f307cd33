"""The documents that an editor has open, by the file that each is in truth, however it is spelled."""

import threading
from collections.abc import Iterator
from pathlib import Path


class OpenDocuments:
    """Texts as they stand on screen. Thread-safe.

    A document is known by the path that the client uses, and stands for the file that this path leads to.
    When two documents lead to one file, the one that changed last counts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: dict[Path, tuple[Path, str]] = {}

    def put(self, path: Path, text: str) -> Path:
        """Take a text; the file that it stands for is returned."""
        with self._lock:
            known = self._texts.pop(path, None)
            file = real_path(path) if known is None else known[0]
            self._texts[path] = file, text
            return file

    def remove(self, path: Path) -> tuple[Path, str | None] | None:
        """Forget a document.

        Returns:
            The file that it stood for, and the text of another document of that file or None; None where it
            was not open.
        """
        with self._lock:
            known = self._texts.pop(path, None)
            if known is None:
                return None
            others = [text for file, text in self._texts.values() if file == known[0]]
            return known[0], others[-1] if others else None

    def __iter__(self) -> Iterator[tuple[Path, str]]:
        """Every file and its text, in the order of their last changes."""
        with self._lock:
            return iter(list(self._texts.values()))


def real_path(path: Path) -> Path:
    """Return where a path leads, through all links; of one that does not exist, as far as it does."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return path.absolute()
