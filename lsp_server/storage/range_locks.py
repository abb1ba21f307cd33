"""Exclusive and shared locks on systems that only lock ranges of bytes, each for one holder: on Windows."""

import errno
import os
from collections.abc import Callable
from typing import Final

MOST_SHARERS: Final = 64
"""Bytes of a lock file: who wants it alone locks all of them, who shares it any one."""


class RangeLocks:
    """Locks made of locks on ranges; they hold beyond the end of a file, too.

    Args:
        lock: Locks so many bytes from a descriptor's position on, or raises OSError at once.
        unlock: Gives the very same bytes back.
    """

    def __init__(self, lock: Callable[[int, int], None], unlock: Callable[[int, int], None]) -> None:
        self._lock = lock
        self._unlock = unlock

    def lock(self, descriptor: int) -> None:
        """Lock a file for one holder.

        Raises:
            OSError: Somebody holds or shares it.
        """
        os.lseek(descriptor, 0, os.SEEK_SET)
        self._lock(descriptor, MOST_SHARERS)

    def unlock(self, descriptor: int) -> None:
        """Give back what `lock` locked."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        self._unlock(descriptor, MOST_SHARERS)

    def share(self, descriptor: int) -> None:
        """Lock a file together with others; its position then says which byte is ours.

        Raises:
            OSError: Somebody holds it alone.
        """
        for place in range(MOST_SHARERS):
            os.lseek(descriptor, place, os.SEEK_SET)
            try:
                self._lock(descriptor, 1)
            except OSError as error:
                if error.errno != errno.EACCES or place == MOST_SHARERS - 1:
                    raise
            else:
                return

    def unshare(self, descriptor: int) -> None:
        """Give back what `share` locked."""
        self._unlock(descriptor, 1)
