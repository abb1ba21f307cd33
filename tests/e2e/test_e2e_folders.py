"""Several folders: added, removed, nested, missing, coming back."""

import shutil
from pathlib import Path

from editor import Desk, eventually, write


def test_folders_come_and_go_while_the_server_runs(desk: Desk, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other, "coin.py", "def mint_coin(): ...\n")
    editor = desk.editor().open(project).ready()
    assert not editor.finds("mint_coin")
    editor.change_folders(added=(other,))
    eventually(lambda: editor.finds("mint_coin"))
    assert [folder["uri"] for folder in editor.status()["folders"]] == [project.as_uri(), other.as_uri()]
    assert editor.names("mint_coin", workspaceFolder=project.as_uri()) != ["mint_coin"]
    editor.change_folders(removed=(project,))
    assert not editor.finds("resend_after_error")
    assert editor.finds("mint_coin")
    editor.change_folders(removed=(other,))
    assert editor.search("mint_coin") == []
    assert editor.status()["state"] == "ready"
    eventually(lambda: not editor.children())


def test_a_file_of_nested_folders_is_shown_once(desk: Desk, project: Path) -> None:
    inner = project / "deep"
    editor = desk.editor().open(project, inner).ready()
    assert editor.places("OpenCrate") == [(inner / "box.go").as_uri()]
    assert len(editor.search("", limit=20)) == 0
    assert len(editor.search("kind:function", limit=20)) == 2
    editor.show(inner / "box.go", "package deep\n\nfunc CloseCrate() {}\n")
    assert editor.places("CloseCrate") == [(inner / "box.go").as_uri()]
    assert not editor.finds("OpenCrate")
    editor.change_folders(removed=(inner,))
    assert editor.places("CloseCrate") == [(inner / "box.go").as_uri()]
    editor.hide(inner / "box.go")
    assert editor.finds("OpenCrate")


def test_text_on_screen_counts_whichever_of_nested_folders_is_asked(desk: Desk, project: Path) -> None:
    inner = project / "deep"
    editor = desk.editor().open(project, inner).ready()
    editor.show(inner / "box.go", "package deep\n\nfunc CloseCrate() {}\n")
    for folder in (project, inner):
        assert editor.names("CloseCrate", workspaceFolder=folder.as_uri())[0] == "CloseCrate"
    assert editor.places("CloseCrate") == [(inner / "box.go").as_uri()]


def test_text_on_screen_counts_where_one_folder_has_two_names(
    desk: Desk, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(project, target_is_directory=True)
    editor = desk.editor().open(project, tmp_path / "link").ready()
    editor.show(project / "deep" / "box.go", "package deep\n\nfunc CloseCrate() {}\n")
    assert editor.places("CloseCrate") == [(project / "deep" / "box.go").as_uri()]


def test_a_missing_folder_does_not_keep_the_others_from_answering(
    desk: Desk, project: Path, tmp_path: Path
) -> None:
    editor = desk.editor().open(tmp_path / "missing", project).ready()
    assert editor.finds("resend_after_error")
    editor.change_folders(added=(tmp_path / "missing too",))
    eventually(lambda: editor.status()["state"] == "ready")
    assert editor.finds("resend_after_error")


def test_a_folder_that_vanishes_and_returns_is_followed_again(
    desk: Desk, project: Path, tmp_path: Path
) -> None:
    editor = desk.editor().open(project).ready()
    project.rename(tmp_path / "away")
    eventually(lambda: "not exist" in str(editor.status()["message"]))
    shutil.copytree(tmp_path / "away", project)
    write(project, "coin.py", "def mint_coin(): ...\n")
    eventually(lambda: editor.finds("mint_coin") and editor.finds("resend_after_error"))
    eventually(lambda: editor.status()["message"] is None)
    write(project, "late.py", "def late_arrival(): ...\n")
    eventually(lambda: editor.finds("late_arrival"))
