"""A file that a virus scanner has open is asked for again on Windows; elsewhere a refusal is final."""

import time
from collections.abc import Callable

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
