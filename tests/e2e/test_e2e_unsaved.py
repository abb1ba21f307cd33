"""Text on screen is searched as it stands, before it is saved."""

import os
from pathlib import Path

import pytest
from editor import Desk, eventually, write


def test_the_text_on_screen_counts_until_the_document_is_closed(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    net = project / "net.py"
    editor.show(net, net.read_text())
    for name in ("mint_coin", "melt_coin", "lose_coin"):
        editor.show(net, f"def {name}(): ...\n")
    assert editor.names("coin")[0] == "lose_coin"
    assert not editor.finds("melt_coin")
    assert not editor.finds("resend_after_error")
    editor.hide(net)
    assert editor.finds("resend_after_error")
    assert not editor.finds("lose_coin")


def test_a_text_that_was_saved_stays_when_its_document_is_closed(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    net = project / "net.py"
    editor.show(net, "def mint_coin(): ...\n")
    assert editor.finds("mint_coin")
    write(project, "net.py", "def mint_coin(): ...\n")
    editor.hide(net)
    assert editor.finds("mint_coin")  # long before it is indexed
    assert not editor.finds("resend_after_error")
    editor.ready()
    assert editor.finds("mint_coin")
    write(project, "net.py", "def melt_coin(): ...\n")
    eventually(lambda: editor.finds("melt_coin") and not editor.finds("mint_coin"))


def test_a_file_that_is_not_yet_on_disk_is_found(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    editor.show(project / "new.py", "def mint_coin(): ...\n")
    assert editor.finds("mint_coin")


def test_ignored_files_and_files_outside_are_not_found(desk: Desk, project: Path, tmp_path: Path) -> None:
    write(project, ".gitignore", "secret.py\n")
    editor = desk.editor().open(project).ready()
    editor.show(project / "secret.py", "def mint_coin(): ...\n")
    editor.show(tmp_path / "outside.py", "def melt_coin(): ...\n")
    assert not editor.finds("mint_coin")
    assert not editor.finds("melt_coin")


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_document_whose_name_is_no_unicode_is_left_out_as_its_file_is(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    unnameable = project / os.fsdecode(b"n\xff.py")
    editor.show(unnameable, "def mint_coin(): ...\n")
    assert not editor.finds("mint_coin")
    assert "Unicode" in editor.explain(unnameable)["reason"]


def test_a_folder_shown_as_a_document_is_no_file(desk: Desk, project: Path) -> None:
    editor = desk.editor()
    editor.show(project, "net.py mint_coin\n")
    editor.open(project).ready()
    assert not editor.search("mint_coin", mode="text")
    editor.show(project, "net.py melt_coin\n")
    assert not editor.search("melt_coin", mode="text")


def test_a_document_that_is_let_in_while_it_is_open_is_found(desk: Desk, project: Path) -> None:
    write(project, ".gitignore", "*.tmp.py\n")
    editor = desk.editor().open(project).ready()
    editor.show(project / "x.tmp.py", "def mint_coin(): ...\n")
    assert not editor.finds("mint_coin")
    (project / ".gitignore").unlink()
    eventually(lambda: editor.finds("mint_coin"))


def test_a_document_may_be_open_before_its_folder(desk: Desk, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other, "one.py", "def before_all(): ...\n")
    editor = desk.editor().open(other).ready()
    editor.show(project / "net.py", "def mint_coin(): ...\n")
    assert not editor.finds("mint_coin")
    editor.change_folders(added=(project,))
    eventually(lambda: editor.finds("mint_coin"))
    assert not editor.finds("resend_after_error")


def test_a_document_is_known_by_its_file_however_the_client_spells_it(
    desk: Desk, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(project, target_is_directory=True)
    editor = desk.editor().open(project).ready()
    editor.show(tmp_path / "link" / "net.py", "def mint_coin(): ...\n")
    assert editor.places("mint_coin") == [(project / "net.py").as_uri()]
    assert not editor.finds("resend_after_error")


def test_a_document_behind_a_link_out_of_the_folder_is_not_indexed(
    desk: Desk, project: Path, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere", "far.py", "def far_away(): ...\n")
    (project / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    editor = desk.editor().open(project).ready()
    editor.show(project / "link" / "far.py", "def mint_coin(): ...\n")
    assert not editor.finds("mint_coin")
    explanation = editor.explain(project / "link" / "far.py")
    assert explanation["indexed"] is False
    assert "symbolic link" in explanation["reason"]


def test_an_unchanged_document_starts_no_work(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    net = project / "net.py"
    editor.show(net, net.read_text())
    assert editor.places("resend_after_error") == [net.as_uri()]
    assert editor.status()["state"] == "ready"
