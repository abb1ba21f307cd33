"""Nothing waits for ever, and on Windows what a virus scanner has open is asked for again."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lsp_server import disk


def refusing(times: int) -> Callable[[], str]:
    left = [times]

    def action() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError
        return "done"

    return action


def test_what_is_refused_for_a_moment_is_done_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_IS_SHARED_BY_CONSENT", True)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    assert disk.patiently(refusing(5)) == "done"


def test_what_is_refused_for_good_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_IS_SHARED_BY_CONSENT", True)
    with pytest.raises(PermissionError):
        disk.patiently(refusing(1_000_000), patience_s=0.02)


def test_elsewhere_a_refusal_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_IS_SHARED_BY_CONSENT", False)
    with pytest.raises(PermissionError):
        disk.patiently(refusing(1))


def test_an_ordinary_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"one\r\ntwo\x1a\n")
    raw, status = disk.read_ordinary(tmp_path / "a.py")
    assert raw == b"one\r\ntwo\x1a\n"
    assert status.st_size == len(raw)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    for path in (tmp_path / "pipe.py", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="not an ordinary file"):
            disk.read_ordinary(path)


def test_a_file_larger_than_the_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "holes.py").open("wb") as file:
        file.truncate(1_001)
    with pytest.raises(OSError, match="larger than 1,000 bytes"):
        disk.read_ordinary(tmp_path / "holes.py", 1_000)
    assert len(disk.read_ordinary(tmp_path / "holes.py", 1_001)[0]) == 1_001


def test_a_file_that_grows_while_it_is_read_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "server.log").write_bytes(b"first")
    with (tmp_path / "server.log").open("ab", buffering=0) as log:

        def grown(descriptor: int) -> os.stat_result:
            status = stat_of(descriptor)
            log.write(b"second")
            return status

        stat_of = os.fstat
        with monkeypatch.context() as patched:
            patched.setattr(os, "fstat", grown)
            raw, status = disk.read_ordinary(tmp_path / "server.log")
    assert raw == b"first"
    assert status.st_size == len(raw)


def test_a_tilde_is_a_home_or_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert disk.with_home("~/code") == tmp_path / "code"
    assert disk.with_home("~draft.py") == Path("~draft.py")
    assert disk.with_home("a/~") == Path("a/~")
