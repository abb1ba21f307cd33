"""Work that is stuck is noticed; work that is slow is left alone."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from desk import Desk

from lsp_server.indexing import stall_detector as module
from lsp_server.indexing.indexer import Indexer
from lsp_server.indexing.messages import Scan
from lsp_server.indexing.stall_detector import StallDetector

PATIENCE_S = 0.8

HANGING_INDEXER = """
import sys, time
from dataclasses import replace
from pathlib import Path
from lsp_server import app
from lsp_server.indexing.indexer import Indexer
from lsp_server.indexing.process import run_indexer_process
from lsp_server.settings import Settings

Indexer._work_with_lease = lambda _, lease: time.sleep(600)
run_indexer_process(lambda: replace(app.indexer_parts(Path(sys.argv[1]), Settings()), patience_s=0.5))
"""


def test_who_neither_says_nor_computes_anything_is_stuck() -> None:
    is_stuck = threading.Event()
    with StallDetector(PATIENCE_S, is_stuck.set).watching():
        assert is_stuck.wait(20)


def test_who_says_something_now_and_then_is_not_stuck() -> None:
    is_stuck = threading.Event()
    detector = StallDetector(PATIENCE_S, is_stuck.set)
    with detector.watching():
        for _ in range(32):
            detector.report_progress()
            assert not is_stuck.wait(PATIENCE_S / 16)


def test_who_computes_is_not_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    # Beats are a hundred times as short here, and on a busy machine little is computed in one.
    monkeypatch.setattr(module, "IDLE_CPU_S", module.IDLE_CPU_S / 100)
    is_stuck = threading.Event()
    with StallDetector(PATIENCE_S, is_stuck.set).watching():
        until_s = time.process_time() + 2 * PATIENCE_S
        while time.process_time() < until_s:
            assert not is_stuck.is_set()


def test_an_indexer_with_nothing_to_do_is_not_stuck() -> None:
    is_stuck = threading.Event()
    with StallDetector(PATIENCE_S, is_stuck.set).watching():
        pass
    assert not is_stuck.wait(2 * PATIENCE_S)


def test_an_indexer_whose_disk_does_not_answer_is_stuck(desk: Desk) -> None:
    is_stuck = threading.Event()
    detector = StallDetector(PATIENCE_S, is_stuck.set)
    desk.write("a.py", "def a(): ...\n")
    list_folder = desk.parts.rules.invalidate

    def hang(folder: str) -> None:
        assert is_stuck.wait(20)
        list_folder(folder)

    desk.parts.rules.invalidate = hang  # type: ignore[method-assign]
    desk.inbox.put(Scan(1))
    Indexer(desk.parts, desk.inbox, lambda _: None, detector.watching).work()
    assert is_stuck.is_set()


def test_an_indexer_process_that_is_stuck_says_so_and_ends(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HANGING_INDEXER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=0,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child, child.stdin as commands, child.stdout as events:
        commands.write(Scan(1).encode())
        commands.flush()
        said = json.loads(events.readline())
        assert said["is"] == "Failed"
        assert "stuck" in said["message"]
        assert child.wait(20) != 0
