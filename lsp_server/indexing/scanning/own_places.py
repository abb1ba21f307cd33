"""What this program itself writes below a workspace folder: it must never index that.

An index that listed its own files would change with every commit, and so never come to rest.
"""

import os
from collections.abc import Iterable
from pathlib import Path


class OwnPlaces:
    """Files and folders of ours, as far as they lie below a workspace folder.

    Args:
        root: The workspace folder.
        places: Where we write, wherever that is; what is not there yet counts too.
    """

    def __init__(self, root: Path, places: Iterable[Path]) -> None:
        # Not `resolve`, which raises where links lead in a circle.
        real_root = Path(os.path.realpath(root))
        real = (Path(os.path.realpath(place)) for place in places)
        below = (place.relative_to(real_root) for place in real if place.is_relative_to(real_root))
        self._paths = tuple(path.as_posix() for path in below if path.parts)
        self._folders = tuple(f"{path}/" for path in self._paths)

    def hold(self, path: str) -> bool:
        """Tell whether a path is one of them or lies in one.

        Args:
            path: Relative to the workspace folder, with forward slashes.
        """
        return path in self._paths or path.startswith(self._folders)
