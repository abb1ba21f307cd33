"""What this program itself writes below a workspace folder, which must never be indexed.

An index that had its own files in it would change with every commit, and never settle.
"""

import os
from collections.abc import Iterable
from pathlib import Path


class OwnPaths:
    """Those files and folders of ours that are below a workspace folder.

    Args:
        root: The workspace folder.
        paths: Where we write, inside the folder or not, existing or not.
    """

    def __init__(self, root: Path, paths: Iterable[Path]) -> None:
        # Not `resolve`, which raises on a cycle of links.
        real_root = Path(os.path.realpath(root))
        real = (Path(os.path.realpath(path)) for path in paths)
        below = (path.relative_to(real_root) for path in real if path.is_relative_to(real_root))
        self._paths = tuple(path.as_posix() for path in below if path.parts)
        self._folders = tuple(f"{path}/" for path in self._paths)

    def hold(self, path: str) -> bool:
        """Tell whether a path is one of them or is in one.

        Args:
            path: Relative to the workspace folder, with forward slashes.
        """
        return path in self._paths or path.startswith(self._folders)
