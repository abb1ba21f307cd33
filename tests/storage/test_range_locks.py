"""Shared and exclusive locks where the system only knows ranges of bytes that one holder locks."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.storage import lease as leases
from lsp_server.storage.lease import ReaderLock, WriterLease, is_held, is_read_locked
from lsp_server.storage.range_locks import MAX_SHARERS, RangeLocks


class Ranges:
    """Locks on bytes as `msvcrt.locking` has them: by handle, and unlocked by the ranges that were locked."""

    def __init__(self) -> None:
        self._held: set[tuple[tuple[int, int], range, int]] = set()

    def lock(self, descriptor: int, n_bytes: int) -> None:
        file, wanted, _ = self._lock_of(descriptor, n_bytes)
        for other, held, _ in self._held:
            if other == file and wanted.start < held.stop and held.start < wanted.stop:
                raise OSError(errno.EACCES, "Permission denied")
        self._held.add(self._lock_of(descriptor, n_bytes))

    def unlock(self, descriptor: int, n_bytes: int) -> None:
        if self._lock_of(descriptor, n_bytes) not in self._held:
            raise OSError(errno.EACCES, "Permission denied")
        self._held.remove(self._lock_of(descriptor, n_bytes))

    @staticmethod
    def _lock_of(descriptor: int, n_bytes: int) -> tuple[tuple[int, int], range, int]:
        start, status = os.lseek(descriptor, 0, os.SEEK_CUR), os.fstat(descriptor)
        return (status.st_dev, status.st_ino), range(start, start + n_bytes), descriptor


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    ranges = Ranges()
    locks = RangeLocks(ranges.lock, ranges.unlock)
    monkeypatch.setattr(leases, "_try_lock", locks.lock)
    monkeypatch.setattr(leases, "_unlock", locks.unlock)
    monkeypatch.setattr(leases, "_try_share", locks.share)
    monkeypatch.setattr(leases, "_unshare", locks.unshare)
    yield tmp_path / "lock"
    assert not ranges._held


def test_a_version_stays_marked_until_its_last_reader_leaves(path: Path) -> None:
    first, second = ReaderLock.acquire(path), ReaderLock.acquire(path)
    assert first is not None
    assert second is not None
    first.release()
    assert is_read_locked(path)
    second.release()
    assert not is_read_locked(path)


def test_one_writer_keeps_out_writers_and_readers(path: Path) -> None:
    with WriterLease.acquire(path):
        assert WriterLease.try_acquire(path) is None
        assert ReaderLock.acquire(path) is None
        assert is_held(path)
    assert not is_held(path)


def test_readers_keep_a_writer_out(path: Path) -> None:
    marks = [ReaderLock.acquire(path) for _ in range(3)]
    assert WriterLease.try_acquire(path) is None
    assert not is_held(path)
    for mark in marks:
        assert mark is not None
        mark.release()
    WriterLease.acquire(path).release()


def test_more_readers_than_bytes_are_refused(path: Path) -> None:
    marks = [ReaderLock.acquire(path) for _ in range(MAX_SHARERS + 1)]
    assert marks[-1] is None
    for mark in marks[:-1]:
        assert mark is not None
        mark.release()
