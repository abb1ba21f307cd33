"""What a folder asks of its indexer, with a process that is scripted."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest
from background_stage import (
    COUNTS_THEN_SETTLES,
    DIES,
    FAILS_AND_ENDS,
    FAILS_THEN_DIES,
    FAILS_THEN_WORKS,
    PATIENCE_S,
    SETTLES,
    SETTLES_AND_TIDIES,
    MakeStage,
    Stage,
)

from lsp_server.workspace import background as module
from lsp_server.workspace.status import IndexState


def test_a_folder_is_ready_when_everything_asked_is_answered(stage: MakeStage) -> None:
    one = stage(SETTLES)
    assert one.background.state is IndexState.STARTING
    one.background.scan()
    one.comes_to(IndexState.READY)
    one.background.update(["a.py"])
    one.comes_to(IndexState.READY)
    assert one.commands() == ["start", "Scan", "Update"]
    assert one.updates.at(0.5) is not None


def test_an_indexer_ends_where_no_more_threads_can_be_started(
    stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stage(SETTLES)
    one.background.scan()
    one.comes_to(IndexState.READY)
    assert one.client.pid is not None
    indexer = psutil.Process(one.client.pid)

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    one.background.close()
    assert not indexer.is_running()


@pytest.mark.parametrize("missing", ["indexer-events", "indexer-commands"])
def test_no_indexer_is_left_that_no_thread_can_talk_to(
    missing: str, stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stage(SETTLES)
    start, popen = threading.Thread.start, subprocess.Popen
    indexers: list[subprocess.Popen[bytes]] = []

    def refuse(thread: threading.Thread) -> None:
        if thread.name == missing:
            raise RuntimeError("can't start new thread")
        start(thread)

    def remember(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        indexers.append(popen(*arguments, **options))
        return indexers[-1]

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(subprocess, "Popen", remember)
    with pytest.raises(RuntimeError):
        one.background.scan()
    assert indexers[0].wait(PATIENCE_S) != 0


def test_nothing_is_ready_that_searches_can_not_open(stage: MakeStage) -> None:
    one = stage(SETTLES)
    one.index.version("0123456789abcdef").create().catalog.touch()
    one.publishes = False
    one.background.scan()
    one.comes_to(IndexState.FAILED)
    assert one.commands() == ["start", "Scan"]


def test_an_index_that_is_deleted_before_searches_open_it_is_made_anew_at_once(
    stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stage(SETTLES)
    could_open = iter([False, True, False, False])
    monkeypatch.setattr(one.background, "_publish", lambda: next(could_open))
    one.background.scan()
    one.comes_to(IndexState.READY)
    assert one.commands() == ["start", "Scan", "Scan"]
    one.background.scan()
    one.comes_to(IndexState.FAILED)  # deleted again and again
    assert one.commands() == ["start", *["Scan"] * 4]


def test_an_idle_indexer_is_ended_and_started_again(
    stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_S", 0.05)
    one = stage(SETTLES_AND_TIDIES)
    one.background.scan()
    one.comes_to(IndexState.READY)
    one.wait_for(lambda: one.is_resting or _again(one))
    monkeypatch.setattr(module, "IDLE_S", 60.0)
    one.background.update(["a.py"])
    one.comes_to(IndexState.READY)
    assert one.commands() == ["start", "Scan", "start", "Update"]


def test_an_indexer_is_not_ended_in_the_midst_of_housekeeping(
    stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_S", 0.05)
    one, later = stage(SETTLES), stage(SETTLES_AND_TIDIES, "second")
    one.background.scan()
    one.comes_to(IndexState.READY)
    later.background.scan()
    later.wait_for(lambda: later.is_resting or _again(later))
    assert not one.is_resting
    one.background.update(["a.py"])
    one.comes_to(IndexState.READY)
    assert one.commands() == ["start", "Scan", "Update"]


def _again(one: Stage) -> bool:
    threading.Timer(0.02, one._change).start()
    return False


def test_an_indexer_that_dies_is_started_again_and_at_last_given_up(
    stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_RESTART_S", 0.01)
    one = stage(DIES)
    one.background.scan()
    one.comes_to(IndexState.FAILED)
    assert one.commands() == ["start", "Scan"] * module.MAX_DEATHS
    assert "5 times in a row" in str(one.background.message)


def test_nothing_is_sent_to_an_indexer_that_is_given_time(
    stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_RESTART_S", 600.0)
    one = stage(DIES)
    one.background.scan()
    one.wait_for(lambda: "restarts in" in str(one.background.message))
    assert one.background.state is IndexState.INDEXING
    one.behave(SETTLES)
    for _ in range(5):
        one.background.update(["a.py"])
    assert one.is_resting
    one.let_time_pass()
    one.comes_to(IndexState.READY)
    assert one.commands() == ["start", "Scan", "start", "Scan"]


def test_a_failure_is_told_until_it_is_over(stage: MakeStage) -> None:
    one = stage(FAILS_AND_ENDS)
    one.background.scan()
    one.comes_to(IndexState.FAILED)
    assert one.background.message == "The disk is full.\nSuggestion: Make room."
    one.wait_for(lambda: one.is_resting or _again(one))
    one.behave(SETTLES)
    one.background.update(["a.py"])
    one.comes_to(IndexState.READY)
    assert one.background.message is None


def test_an_indexer_that_dies_after_a_failure_is_started_again(
    stage: MakeStage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    one = stage(FAILS_THEN_DIES)
    one.background.scan()
    one.comes_to(IndexState.FAILED)
    one.behave(SETTLES)
    one.background.update(["a.py"])
    one.comes_to(IndexState.READY)
    assert one.commands() == ["start", "Scan", "Scan", "start", "Scan"]


def test_a_failure_is_over_when_the_work_goes_on(stage: MakeStage) -> None:
    one = stage(FAILS_THEN_WORKS)
    one.background.scan()
    one.comes_to(IndexState.FAILED)
    one.background.scan()
    one.comes_to(IndexState.INDEXING)
    assert one.background.message is None


def test_how_far_it_is_is_told_of_the_running_job_alone(stage: MakeStage) -> None:
    one = stage(COUNTS_THEN_SETTLES)
    assert one.background.job is None
    one.background.scan()
    one.wait_for(lambda: one.background.job is not None)
    assert one.background.job is one.background.progress
    one.background.update(["a.py"])
    one.comes_to(IndexState.READY)
    assert one.background.job is None
    assert one.background.progress is not None


def test_a_folder_is_not_ready_before_all_of_it_was_looked_at(stage: MakeStage) -> None:
    one = stage(SETTLES)
    one.background.update(["a.py"])
    one.wait_for(lambda: one.updates.at(0.5) is not None)
    assert one.background.state is IndexState.STARTING
    one.background.scan()
    one.comes_to(IndexState.READY)


def test_a_failure_is_tried_again_by_itself(stage: MakeStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    one = stage(FAILS_AND_ENDS)
    one.background.scan()
    one.comes_to(IndexState.FAILED)
    one.behave(SETTLES)
    one.comes_to(IndexState.READY)


def test_a_pause_is_remembered_and_ended_with_a_scan(stage: MakeStage) -> None:
    one = stage(SETTLES)
    one.background.pause()
    one.background.scan()
    one.background.update(["a.py"])
    assert one.background.state is IndexState.PAUSED
    assert one.commands() == []
    assert one.index.is_paused()
    later = stage(SETTLES)
    assert later.background.state is IndexState.PAUSED
    later.background.resume()
    later.comes_to(IndexState.READY)
    assert later.commands() == ["start", "Scan"]
    assert not one.index.is_paused()


def test_a_rebuild_survives_pauses_and_deaths(stage: MakeStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_RESTART_S", 600.0)
    one = stage(DIES)
    one.background.pause()
    one.background.rebuild()
    one.background.resume()
    one.wait_for(lambda: "restarts in" in str(one.background.message))
    one.behave(SETTLES)
    one.let_time_pass()
    one.comes_to(IndexState.READY)
    assert one.commands() == ["start", "Rebuild", "start", "Rebuild"]


def test_a_process_that_hangs_holds_nobody_up(stage: MakeStage) -> None:
    one = stage("import time; time.sleep(60)")
    one.background.scan()
    for _ in range(50):
        one.background.update(["x" * 10_000])
    assert one.background.state is IndexState.INDEXING
    one.background.close()


def test_what_is_unreadable_is_passed_over(stage: MakeStage) -> None:
    one = stage(f"print('?', flush=True)\n        {SETTLES}")
    one.background.scan()
    one.comes_to(IndexState.READY)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sessions of this kind")
def test_an_indexer_stays_in_the_session_where_its_low_priority_counts(stage: MakeStage) -> None:
    one = stage(SETTLES)
    one.background.scan()
    one.comes_to(IndexState.READY)
    pid = one.client.pid
    assert pid is not None
    assert os.getsid(pid) == os.getsid(0)
    assert os.getpgid(pid) == pid  # and its children can be ended with it
