"""A text index on a read-only disk: Tantivy wants to lay a lock beside it, so it is given links to it."""

import os
import shutil
import tempfile
import weakref
from pathlib import Path

_LOCKS = ".lock"


class Mirror:
    """A temporary folder of links to the files of an index; it goes with the last reader that holds it.

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
    """Tell whether nothing can be laid beside the files of an index."""
    return index.is_dir() and not os.access(index, os.W_OK)
