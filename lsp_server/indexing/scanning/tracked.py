"""Which folders git tracks files in; remembers what it was asked, to report when an answer changes."""

import os
from pathlib import Path

from lsp_server.disk import read_ordinary
from lsp_server.indexing.scanning.git_paths import index_file, repository_of


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
        answer = _names(self._read(), self._prefix() + folder)
        self._answers.setdefault(folder, answer)  # asking again must not hide a change from `changed`
        return answer

    def changed(self) -> list[str]:
        """Return the folders whose answer has changed since it was asked for; each change only once."""
        before = dict(self._answers)
        raw, prefix = self._read() if before else b"", self._prefix()
        now = {folder: _names(raw, prefix + folder) for folder in before}
        self._answers.update(now)
        return [folder for folder in before if now[folder] != before[folder]]

    def _read(self) -> bytes:
        index = self.index
        try:
            return b"" if index is None else read_ordinary(index)[0]
        except OSError:
            return b""

    def _prefix(self) -> str:
        """Return the path from the repository's root to the workspace folder, with a trailing slash."""
        repository = repository_of(self._root)
        if repository is None or repository == self._root:
            return ""
        return f"{self._root.relative_to(repository).as_posix()}/"


def _names(raw: bytes, folder: str) -> bool:
    """Tell whether the content of git's index has an entry below a folder.

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
