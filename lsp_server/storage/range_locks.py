"""Exclusive and shared locks made of exclusive locks on byte ranges, which are all that Windows offers."""

import errno
import os
from collections.abc import Callable
from typing import Final

MAX_SHARERS: Final = 64
"""Bytes of a lock file: an exclusive lock takes all of them, a shared one any one of them."""


class RangeLocks:
    """Exclusive and shared locks on files. Byte ranges can be locked beyond a file's end, too.

    Args:
        lock: Locks a number of bytes from a descriptor's position on, or raises OSError at once.
        unlock: Unlocks the very same bytes.
    """

    def __init__(self, lock: Callable[[int, int], None], unlock: Callable[[int, int], None]) -> None:
        self._lock = lock
        self._unlock = unlock

    def lock(self, descriptor: int) -> None:
        """Lock a file exclusively.

        Raises:
            OSError: Another process has it locked, exclusively or shared.
        """
        os.lseek(descriptor, 0, os.SEEK_SET)
        self._lock(descriptor, MAX_SHARERS)

    def unlock(self, descriptor: int) -> None:
        """Release what `lock` locked."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        self._unlock(descriptor, MAX_SHARERS)

    def share(self, descriptor: int) -> None:
        """Lock a file shared; the descriptor's position then says which byte is ours.

        Raises:
            OSError: Another process has it locked exclusively.
        """
        for offset in range(MAX_SHARERS):
            os.lseek(descriptor, offset, os.SEEK_SET)
            try:
                self._lock(descriptor, 1)
            except OSError as error:
                if error.errno != errno.EACCES or offset == MAX_SHARERS - 1:
                    raise
            else:
                return

    def unshare(self, descriptor: int) -> None:
        """Release what `share` locked."""
        self._unlock(descriptor, 1)
