"""Whole folders are indexed a few at a time."""

import pytest
from background_stage import (
    DIES,
    FAILS,
    NEVER_SETTLES,
    PATIENCE_S,
    SETTLES,
    SETTLES_THEN_WAITS,
    WAITS,
    MakeStage,
)

from lsp_server.workspace import background as module
from lsp_server.workspace.status import IndexState


def test_folders_are_scanned_in_turn(stage: MakeStage) -> None:
    first, second, third = stage(NEVER_SETTLES), stage(SETTLES, "second"), stage(SETTLES, "third")
    first.background.scan()
    first.wait_for(lambda: first.background.job is not None)
    second.background.scan()
    second.background.update(["a.py"])
    third.background.scan()
    assert second.background.state is IndexState.INDEXING
    assert second.is_resting
    assert third.is_resting
    first.background.close()
    second.comes_to(IndexState.READY)
    third.comes_to(IndexState.READY)
    assert second.commands() == ["start", "Scan"]  # which found what had changed, too


def test_a_change_in_a_folder_that_is_ready_waits_for_no_other_folder(stage: MakeStage) -> None:
    first, second = stage(SETTLES), stage(NEVER_SETTLES, "second")
    first.background.scan()
    first.comes_to(IndexState.READY)
    second.background.scan()
    first.background.update(["a.py"])
    first.comes_to(IndexState.READY)


def test_a_folder_that_was_ready_is_scanned_while_others_are_indexed(stage: MakeStage) -> None:
    first, second = stage(SETTLES), stage(NEVER_SETTLES, "second")
    first.background.scan()
    first.comes_to(IndexState.READY)
    second.background.scan()
    first.background.scan()
    first.comes_to(IndexState.READY)
    first.background.rebuild()
    assert first.background.message == "Waiting until other folders are indexed."
    second.background.close()
    first.comes_to(IndexState.READY)
    assert first.commands() == ["start", "Scan", "Scan", "Rebuild"]


def test_a_rebuild_that_waits_for_its_turn_outlasts_a_scan(stage: MakeStage) -> None:
    first, second = stage(SETTLES), stage(NEVER_SETTLES, "second")
    first.background.scan()
    first.comes_to(IndexState.READY)
    second.background.scan()
    first.background.rebuild()
    first.background.scan()
    second.background.close()
    first.comes_to(IndexState.READY)
    assert first.commands()[-1] == "Rebuild"


def test_a_rebuild_that_waits_for_another_process_keeps_no_folder_waiting(stage: MakeStage) -> None:
    first, second = stage(SETTLES_THEN_WAITS), stage(SETTLES, "second")
    first.background.scan()
    first.comes_to(IndexState.READY)
    first.background.update(["a.py"])
    first.wait_for(lambda: first.background.message is not None)
    first.background.rebuild()
    second.background.scan()
    second.comes_to(IndexState.READY)


def test_a_folder_that_waits_for_another_process_still_gets_its_turn(stage: MakeStage) -> None:
    first, second = stage(SETTLES_THEN_WAITS), stage(NEVER_SETTLES, "second")
    first.background.scan()
    first.comes_to(IndexState.READY)
    second.background.scan()
    first.background.update(["a.py"])
    first.background.rebuild()
    first.wait_for(lambda: "Update" in first.commands())
    second.background.close()
    first.wait_for(lambda: "Rebuild" in first.commands())


@pytest.mark.parametrize("behaviour", ["dies", "fails", "waits"])
def test_a_folder_whose_indexer_does_nothing_keeps_no_other_waiting(behaviour: str, stage: MakeStage) -> None:
    first = stage({"dies": DIES, "fails": FAILS, "waits": WAITS}[behaviour])
    second = stage(SETTLES, "second")
    first.background.scan()
    second.background.scan()
    second.comes_to(IndexState.READY)


def test_a_folder_that_is_tried_again_gets_its_turn_however_late(
    stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 2 * PATIENCE_S)
    first, second = stage(FAILS), stage(NEVER_SETTLES, "second")
    first.background.scan()
    first.comes_to(IndexState.FAILED)
    second.background.scan()
    second.wait_for(lambda: second.background.job is not None)
    first.behave(SETTLES)
    first.client.rest()
    first.let_time_pass()
    assert first.background.state is IndexState.FAILED
    second.background.close()
    first.comes_to(IndexState.READY)


def test_a_paused_folder_takes_no_turn(stage: MakeStage) -> None:
    first, second = stage(NEVER_SETTLES), stage(SETTLES, "second")
    first.background.scan()
    second.background.scan()
    second.background.pause()
    first.background.pause()
    second.background.resume()
    second.comes_to(IndexState.READY)
    first.background.resume()
    first.wait_for(lambda: first.commands() == ["start", "Scan", "Pause", "Resume", "Scan"])
