"""Which folders git tracks files in; remembers what it was asked, to report when an answer changes."""

import errno
import logging
import os
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Final

from lsp_server.disk import open_ordinary
from lsp_server.indexing.scanning.git_paths import index_file, repository_of

logger = logging.getLogger(__name__)

_MAX_INDEX_BYTES: Final = 1_000_000_000
"""About 100 for each file: no repository has ten million."""

_PIECE_BYTES: Final = 16_000_000
_OVERLAP_BYTES: Final = 10_000
"""More than the longest entry in which a folder is found: a piece may end within one."""


class TrackedFolders:
    """Reads the index of the repository that a workspace folder is or is in. Thread-safe.

    Args:
        root: The workspace folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow symbolic links
        self._answers: dict[str, bool] = {}

    @property
    def index(self) -> Path | None:
        """The path of git's index; None where there is no repository."""
        repository = repository_of(self._root)
        return None if repository is None else index_file(repository)

    def hold(self, folder: str) -> bool:
        """Tell whether git tracks files below a folder, so that it is source rather than a build's output.

        Args:
            folder: Relative to the workspace folder.
        """
        answer = folder in self._held([folder])
        self._answers.setdefault(folder, answer)  # asking again must not hide a change from `changed`
        return answer

    def changed(self) -> list[str]:
        """Return the folders whose answer has changed since it was asked for; each change only once."""
        before = dict(self._answers)
        held = self._held(before)
        now = {folder: folder in held for folder in before}
        self._answers.update(now)
        return [folder for folder in before if now[folder] != before[folder]]

    def _held(self, folders: Collection[str]) -> set[str]:
        """Return which of some folders git tracks files below."""
        held: set[str] = set()
        index = self.index if folders else None
        if index is None:
            return held
        prefix = self._prefix()
        try:
            # Piece by piece: one with holes takes no space, and would all the same fill the memory.
            with open_ordinary(index, _MAX_INDEX_BYTES) as (file, status):
                raw = b""
                for _ in range(0, status.st_size, _PIECE_BYTES):
                    raw = raw[-_OVERLAP_BYTES:] + file.read(_PIECE_BYTES)
                    held.update(one for one in folders if one not in held and _names(raw, prefix + one))
        except OSError as error:
            if error.errno == errno.EFBIG:
                _tell_too_large(str(index))
            return set()
        return held

    def _prefix(self) -> str:
        """Return the path from the repository's root to the workspace folder, with a trailing slash."""
        repository = repository_of(self._root)
        if repository is None or repository == self._root:
            return ""
        return f"{self._root.relative_to(repository).as_posix()}/"


@lru_cache(100)
def _tell_too_large(index: str) -> None:
    """Log, once, that a repository counts as one without files."""
    logger.warning("%s is too large: nothing counts as tracked by git", index)


def _names(raw: bytes, folder: str) -> bool:
    """Tell whether a piece of git's index has an entry below a folder.

    Looks for `folder/...` (gitformat-index(5), versions 2 and 3; the low twelve bits before a name are its
    length). Anything else counts as untracked.
    """
    wanted = os.fsencode(folder) + b"/"
    at = raw.find(wanted)
    while at > 1:
        n_bytes = int.from_bytes(raw[at - 2 : at], "big") & 0xFFF
        if raw.find(b"\0", at) - at == n_bytes:
            return True
        at = raw.find(wanted, at + 1)
    return False
