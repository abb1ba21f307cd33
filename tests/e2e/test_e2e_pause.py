"""A pause outlasts restarts, explains itself, and loses nothing."""

from pathlib import Path

from editor import Desk, eventually, write


def test_a_paused_folder_answers_picks_nothing_up_and_says_so(desk: Desk, project: Path) -> None:
    first = desk.editor().open(project).ready()
    assert first.request("semanticSearch/pause")["state"] == "paused"
    write(project, "coin.py", "def mint_coin(): ...\n")
    first.leave()

    second = desk.editor().open(project)
    assert second.finds("resend_after_error")
    status = second.status()
    assert status["state"] == "paused"
    assert "Indexing is paused" in status["message"]
    assert not second.finds("mint_coin")
    second.show(project / "net.py", "def on_screen(): ...\n")
    assert second.finds("on_screen")

    assert second.request("semanticSearch/resume")["state"] in {"indexing", "ready"}
    eventually(lambda: second.finds("mint_coin"))
    assert second.comes_to("ready")["message"] is None


def test_a_pause_in_the_middle_of_work_keeps_it(desk: Desk, project: Path) -> None:
    for number in range(300):
        write(project, f"m{number}.py", f"def function_{number}(): ...\n")
    editor = desk.editor().open(project)
    eventually(lambda: editor.status()["coverage"]["files"] > 2)
    assert editor.request("semanticSearch/pause")["state"] == "paused"
    editor.request("semanticSearch/resume")
    assert editor.ready().status()["coverage"]["indexedFiles"] == 302


def test_a_rebuild_reads_everything_anew_and_answers_meanwhile(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    embedded = editor.status()["metrics"]["embeddedSymbols"]
    assert editor.request("semanticSearch/rebuild")["state"] == "indexing"
    assert editor.finds("resend_after_error")
    assert editor.ready().status()["metrics"]["embeddedSymbols"] == 2 * embedded


def test_a_rebuild_asked_for_during_a_pause_follows_it(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    embedded = editor.status()["metrics"]["embeddedSymbols"]
    editor.request("semanticSearch/pause")
    editor.request("semanticSearch/rebuild")
    editor.request("semanticSearch/resume")
    assert editor.ready().status()["metrics"]["embeddedSymbols"] == 2 * embedded
