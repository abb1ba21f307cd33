"""One writer at a time, and never a lease that outlives its holder."""

import errno
import os
import time
from pathlib import Path

import pytest
from child_process import running

from lsp_server.errors import IndexBusy, IndexStorageFailed
from lsp_server.storage import lease as leases
from lsp_server.storage.lease import WriterLease, holder_path, is_held, lease_holder

HOLD = """
import sys
from pathlib import Path
from lsp_server.storage.lease import WriterLease
lease = WriterLease.acquire(Path(sys.argv[1]), 10)
print("held", flush=True)
sys.stdin.read()
lease.release()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index" / "lease.lock"


def test_a_free_lease_is_got_and_given_back(path: Path) -> None:
    with WriterLease.acquire(path):
        assert lease_holder(path) == os.getpid()
        assert WriterLease.try_acquire(path) is None
    assert lease_holder(path) is None
    with WriterLease.acquire(path):
        pass


def test_releasing_twice_does_not_free_somebody_elses_lease(path: Path) -> None:
    first = WriterLease.acquire(path)
    first.release()
    with WriterLease.acquire(path):
        first.release()
        assert WriterLease.try_acquire(path) is None


def test_another_process_keeps_us_out_and_is_named(path: Path) -> None:
    with running(HOLD, path) as child:
        assert child.next_line() == "held"
        assert WriterLease.try_acquire(path) is None
        with pytest.raises(IndexBusy, match=r"Process \d+ is writing[\s\S]*Suggestion") as caught:
            WriterLease.acquire(path, timeout_s=0.1)
        assert caught.value.details["pid"] == child.pid


def test_a_killed_holder_leaves_the_lease_to_the_next(path: Path) -> None:
    with running(HOLD, path) as child:
        child.next_line()
        child.kill()
        with WriterLease.acquire(path, timeout_s=5):
            assert WriterLease.try_acquire(path) is None


def test_who_waits_gets_the_lease_when_it_is_given_back(path: Path) -> None:
    with WriterLease.acquire(path) as lease, running(HOLD, path) as child:
        lease.release()
        assert child.next_line() == "held"
        child.let_go()
        with WriterLease.acquire(path, timeout_s=5):
            pass


def test_a_lease_on_a_deleted_lock_file_is_not_taken_for_the_real_one(path: Path) -> None:
    with WriterLease.acquire(path) as first:
        assert not first.is_lost
        path.unlink()
        assert first.is_lost
        with WriterLease.acquire(path) as second:
            assert first.is_lost
            assert not second.is_lost
            assert WriterLease.try_acquire(path) is None
            first.release()
            assert lease_holder(path) == os.getpid(), "the signature is the second holder's"


def test_a_folder_that_is_deleted_while_its_lock_file_is_being_opened_is_made_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open
    deletions = iter([path.parent])

    def open_late(file: Path, *arguments: int) -> int:
        for folder in deletions:
            folder.rmdir()
            break
        return opened(file, *arguments)

    monkeypatch.setattr(os, "open", open_late)
    WriterLease.acquire(path).release()
    assert path.is_file()


def test_an_unreadable_signature_is_nobodys(path: Path) -> None:
    with WriterLease.acquire(path):
        path.with_name("lease.lock.holder").write_text('{"pid": []}')
        assert lease_holder(path) is None
        with pytest.raises(IndexBusy, match="Another process"):
            WriterLease.acquire(path)


def test_a_look_tells_whether_somebody_writes(path: Path) -> None:
    assert not is_held(path)
    assert not path.parent.exists()
    with WriterLease.acquire(path):
        assert is_held(path)
        assert lease_holder(path) is not None
    assert not is_held(path)


def test_a_look_signs_nothing_and_is_no_writer_to_another_look(path: Path) -> None:
    with running(HOLD, path) as child:
        child.next_line()
        child.kill()
    signature = holder_path(path).read_text()
    with path.open() as other:
        leases._try_share(other.fileno())
        assert not is_held(path)
        leases._unshare(other.fileno())
    assert not is_held(path)
    assert holder_path(path).read_text() == signature


def test_who_wants_the_lease_while_another_looks_gets_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    WriterLease.acquire(path).release()
    with path.open() as other:
        leases._try_share(other.fileno())
        monkeypatch.setattr(time, "sleep", lambda _: leases._unshare(other.fileno()))
        lease = WriterLease.try_acquire(path)
        assert lease is not None
        lease.release()


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks_is_an_error_and_nobodys_lease(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(leases, "_try_lock", refuse)
    with pytest.raises(IndexStorageFailed, match=r"can't be locked[\s\S]*Suggestion[\s\S]*storage\.indexDir"):
        WriterLease.acquire(path)
