"""The writer lease and the readers' marks: locks of the operating system, freed when their holder dies."""

import errno
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from lsp_server.errors import IndexBusy, IndexStorageFailed
from lsp_server.storage.range_locks import RangeLocks

_Step = Callable[[int], None]

_POLL_S: Final = 0.05
_TRIES: Final = 4
_RETRY_S: Final = 0.005
"""A process that only checks holds the lock for microseconds: if all tries fail, a writer holds it."""
_HELD: Final = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})
"""The errors for a lock that another process holds (EACCES on Windows). Others mean that locking fails."""

if sys.platform == "win32":
    import msvcrt

    _RANGES: Final = RangeLocks(
        lock=lambda descriptor, n_bytes: msvcrt.locking(descriptor, msvcrt.LK_NBLCK, n_bytes),
        unlock=lambda descriptor, n_bytes: msvcrt.locking(descriptor, msvcrt.LK_UNLCK, n_bytes),
    )
    _try_lock, _unlock = _RANGES.lock, _RANGES.unlock
    _try_share, _unshare = _RANGES.share, _RANGES.unshare

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _try_share(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    _unshare = _unlock


class WriterLease:
    """The right to write one index, held until `release` or the end of the process.

    Get one with `acquire` or `try_acquire`; it is a context manager.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor: int | None = descriptor
        self._was_lost = False

    @classmethod
    def try_acquire(cls, path: Path) -> Self | None:
        """Return the lease whose lock file is `path`, or None while another holds it.

        Raises:
            IndexStorageFailed: The lock file can't be created, or its disk has no file locks.
        """
        while True:
            try:
                descriptor = _opened(path)
            except OSError as error:
                raise IndexStorageFailed(
                    f"The index at {path.parent} can't be written: {error.strerror}.",
                    "Check that you may write there, or choose another folder with `--index-dir`.",
                    path=str(path),
                ) from error
            try:
                is_ours = _locks(descriptor, _try_lock)
            except OSError as error:
                os.close(descriptor)
                raise IndexStorageFailed(
                    f"The index at {path.parent} can't be locked: {error.strerror or error}.",
                    "Choose an index folder on a disk that supports file locks, such as a local one, with "
                    "`--index-dir` or the setting `storage.indexDir`.",
                    path=str(path),
                ) from error
            if not is_ours:
                os.close(descriptor)
                return None
            # Deleting an index deletes its lock file, too: then no other process would find this one.
            if _is_same_file(descriptor, path):
                lease = cls(path, descriptor)
                lease._sign()
                return lease
            os.close(descriptor)

    @classmethod
    def acquire(cls, path: Path, timeout_s: float = 0.0) -> Self:
        """Return the lease whose lock file is `path`, waiting for it at most `timeout_s`.

        Raises:
            IndexBusy: Another process held it the whole time.
            IndexStorageFailed: The lock file can't be created, or its disk has no file locks.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            lease = cls.try_acquire(path)
            if lease is not None:
                return lease
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0:
                raise _busy(path)
            time.sleep(min(_POLL_S, remaining_s))

    @property
    def is_lost(self) -> bool:
        """Whether the lock file was deleted before the release: another process may hold a new one's lock."""
        if self._descriptor is None:
            return self._was_lost
        try:
            return not os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:  # a disk that does not answer right now says nothing of the file
            return False

    def release(self) -> None:
        """Release the lease. A second call does nothing."""
        if self._descriptor is None:
            return
        self._was_lost = self.is_lost
        if not self._was_lost:  # else the signature is another's
            with suppress(OSError):
                holder_path(self._path).unlink(missing_ok=True)
        with suppress(OSError):
            _unlock(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _sign(self) -> None:
        # Only for messages: a full disk must not cost the lease.
        with suppress(OSError):
            holder_path(self._path).write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")


class ReaderLock:
    """A shared lock on something that is being read, until `release` or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, path: Path) -> Self | None:
        """Lock the file at `path`, shared; None where it can't be written or locked."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None
        with suppress(OSError):
            if _locks(descriptor, _try_share):
                return cls(descriptor)
        os.close(descriptor)
        return None

    def release(self) -> None:
        """Release the lock. A second call does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                _unshare(descriptor)
            os.close(descriptor)


def is_read_locked(path: Path) -> bool:
    """Tell whether any reader has locked `path`."""
    return _is_locked_elsewhere(path, os.O_RDWR, _try_lock, _unlock)


def is_held(path: Path) -> bool:
    """Tell whether a process holds the lease whose lock file is `path` right now, without getting in the way.

    Only the lock is reliable: a killed holder leaves its signature, and its process id may be another's by
    now. So the lock is acquired and released at once: shared, so that two processes that check don't see each
    other, and unsigned. A process that wants the lease at that moment retries before it believes in a writer.
    """
    return _is_locked_elsewhere(path, os.O_RDONLY, _try_share, _unshare)


def _is_locked_elsewhere(path: Path, flags: int, try_lock: _Step, unlock: _Step) -> bool:
    """Tell whether another process's lock on a file keeps it from being locked."""
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return False
    try:
        if not _locks(descriptor, try_lock):
            return True
        unlock(descriptor)  # when the file is merely closed, Windows may unlock it later
    except OSError:  # this disk has no file locks, so nobody can hold one
        pass
    finally:
        os.close(descriptor)
    return False


def lease_holder(path: Path) -> int | None:
    """Return the id of the process that last acquired the lease and did not release it; it may have died."""
    try:
        return int(json.loads(holder_path(path).read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def holder_path(path: Path) -> Path:
    """Return the file, next to the lock file, to which the holder writes its process id."""
    return path.with_name(path.name + ".holder")


def _opened(path: Path) -> int:
    """Open a lock file, creating it and its folder if needed: another process may be deleting the index."""
    tries_left = _TRIES
    while True:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except (FileNotFoundError, FileExistsError):  # deleted between the two steps
            tries_left -= 1
            if not tries_left:
                raise


def _locks(descriptor: int, try_lock: _Step) -> bool:
    """Lock a file; False when another process holds the lock.

    Raises:
        OSError: The file can't be locked at all.
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            try_lock(descriptor)
        except OSError as error:
            if error.errno not in _HELD:
                raise
        else:
            return True
        if tries_left:
            time.sleep(_RETRY_S)
    return False


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _busy(path: Path) -> IndexBusy:
    holder = lease_holder(path)
    who = "Another process" if holder is None else f"Process {holder}"
    return IndexBusy(
        f"{who} is writing the index at {path.parent}.",
        "Wait until it has finished, or end it.",
        path=str(path.parent),
        pid=holder,
    )
