"""Work beside a search comes back whole, whoever does it."""

import threading

import pytest

from lsp_server.search.concurrently import concurrently


@pytest.mark.parametrize("is_busy", [False, True])
def test_the_result_is_what_the_work_returns(is_busy: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert concurrently(lambda: 6 * 7, is_busy=is_busy)() == 42


@pytest.mark.parametrize("is_busy", [False, True])
def test_what_the_work_raises_is_raised(is_busy: bool) -> None:  # noqa: FBT001
    def fail() -> int:
        raise KeyError("gone")

    wait = concurrently(fail, is_busy=is_busy)
    with pytest.raises(KeyError, match="gone"):
        wait()


def test_in_a_crowd_the_one_who_asks_does_the_work() -> None:
    assert concurrently(threading.get_ident, is_busy=True)() == threading.get_ident()


def test_what_no_thread_has_begun_is_done_by_the_one_who_asks() -> None:
    hold = threading.Event()
    waiting = [concurrently(hold.wait) for _ in range(8)]
    last = concurrently(threading.get_ident)
    try:
        assert last() == threading.get_ident()
    finally:
        hold.set()
    assert all(wait() for wait in waiting)
