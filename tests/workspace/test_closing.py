"""What is closed where no more threads can be started."""

import threading

import pytest

from lsp_server.workspace.closing import all_at_once


@pytest.mark.parametrize("n_threads", [0, 1, 3])
def test_all_is_closed_however_many_threads_there_can_be(
    n_threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[threading.Thread] = []
    closed: list[str] = []
    start = threading.Thread.start

    def start_if_possible(thread: threading.Thread) -> None:
        if len(started) == n_threads:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_if_possible)
    all_at_once([lambda: closed.append("watcher"), lambda: closed.append("indexer")])
    assert sorted(closed) == ["indexer", "watcher"]
