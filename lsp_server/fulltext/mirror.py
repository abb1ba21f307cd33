"""Opens a text index on a read-only disk: Tantivy has to create a lock file, so it gets a folder of links."""

import os
import shutil
import tempfile
import weakref
from pathlib import Path

_LOCKS = ".lock"


class Mirror:
    """A temporary folder of symbolic links to an index's files; deleted with the last reader that holds it.

    Args:
        index: The folder of the index.
    """

    def __init__(self, index: Path) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="semantic-symbols-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        for file in index.iterdir():
            if file.suffix != _LOCKS:
                (self.path / file.name).symlink_to(file.absolute())


def is_needed(index: Path) -> bool:
    """Tell whether no file can be created in an index's folder."""
    return index.is_dir() and not os.access(index, os.W_OK)
