"""What git does behind the folder's back is followed: its index, its exclude file, repositories inside."""

import os
from pathlib import Path

from editor import Desk, eventually, git, write

LONG_AGO_NS = 1_000_000_000 * 10**9


def write_long_ago(folder: Path, path: str, text: str) -> None:
    """Write as an archive does that gives all of its files one time."""
    os.utime(write(folder, path, text), ns=(LONG_AGO_NS, LONG_AGO_NS))


def test_a_build_folder_is_indexed_as_long_as_git_tracks_it(desk: Desk, project: Path) -> None:
    git(project, "init", "-q", "-b", "without")
    git(project, "add", ".")
    git(project, "commit", "-qm", "without")
    git(project, "checkout", "-q", "-b", "with")
    write(project, "build/steps.py", "def first_step(): ...\n")
    git(project, "add", "-f", "build")
    git(project, "commit", "-qm", "with")
    git(project, "checkout", "-q", "without")
    editor = desk.editor().open(project).ready()
    git(project, "checkout", "-q", "with")
    eventually(lambda: editor.finds("first_step"))
    write(project, "build/later.py", "def second_step(): ...\n")
    eventually(lambda: editor.finds("second_step"))
    git(project, "rm", "-q", "-r", "--cached", "build")
    eventually(lambda: not editor.finds("first_step") and not editor.finds("second_step"))


def test_the_exclude_file_of_the_folders_own_repository_is_followed(desk: Desk, project: Path) -> None:
    git(project, "init", "-q")
    editor = desk.editor().open(project).ready()
    assert editor.finds("OpenCrate")
    write(project, ".git/info/exclude", "*.go\n")
    eventually(lambda: not editor.finds("OpenCrate"))
    (project / ".git/info/exclude").unlink()
    eventually(lambda: editor.finds("OpenCrate"))


def test_a_folder_that_is_a_repository_for_a_while_does_not_hear_the_rules_around_it(
    desk: Desk, project: Path
) -> None:
    write(project, ".gitignore", "*.go\n")
    editor = desk.editor().open(project).ready()
    assert not editor.finds("OpenCrate")
    git(project / "deep", "init", "-q")
    eventually(lambda: editor.finds("OpenCrate"))
    (project / "deep/.git").rename(project.parent / "aside")
    eventually(lambda: not editor.finds("OpenCrate"))


def test_what_marks_a_folder_as_made_by_a_tool_may_come_later(desk: Desk, project: Path) -> None:
    write(project, "web/dist/bundle.js", "function packedCrate() {}\n")
    write(project, "home/lib/module.py", "def site_module(): ...\n")
    editor = desk.editor().open(project).ready()
    manifest = write(project, "web/package.json", "{}\n")
    eventually(lambda: not editor.finds("packedCrate"))
    manifest.unlink()
    eventually(lambda: editor.finds("packedCrate"))
    write(project, "web/dist/chart.js", "function chartedCrate() {}\n")
    eventually(lambda: editor.finds("chartedCrate"))
    write(project, "home/pyvenv.cfg", "home = /usr/bin\n")
    eventually(lambda: not editor.finds("site_module"))


def test_thousands_of_files_that_keep_size_and_time_are_read_all_the_same(desk: Desk, project: Path) -> None:
    for number in range(1_100):
        write_long_ago(project, f"many/f{number}.py", f"def old_{number:04}(): ...\n")
    editor = desk.editor().open(project).ready()
    for number in range(1_100):
        write_long_ago(project, f"many/f{number}.py", f"def new_{number:04}(): ...\n")
    eventually(lambda: editor.finds("new_0000") and editor.finds("new_1099"))
    assert not editor.finds("old_0500")


def test_what_kept_size_and_time_while_no_server_ran_is_read_at_the_next_start(
    desk: Desk, project: Path
) -> None:
    write_long_ago(project, "one.py", "def first_release(): ...\n")
    write_long_ago(project, "two.py", "def other_release(): ...\n")
    desk.editor().open(project).ready().leave()
    (project / "one.py").rename(project / "aside.py")
    (project / "two.py").rename(project / "one.py")
    (project / "aside.py").rename(project / "two.py")
    editor = desk.editor().open(project).ready()
    assert editor.places("other_release") == [(project / "one.py").as_uri()]
    assert editor.places("first_release") == [(project / "two.py").as_uri()]


def test_folders_that_change_places_bring_their_files(desk: Desk, project: Path) -> None:
    write_long_ago(project, "old/module.py", "def first_release(): ...\n")
    write_long_ago(project, "new/module.py", "def other_release(): ...\n")
    editor = desk.editor().open(project).ready()
    (project / "old").rename(project / "aside")
    (project / "new").rename(project / "old")
    (project / "aside").rename(project / "new")
    eventually(lambda: editor.places("other_release") == [(project / "old/module.py").as_uri()])
    eventually(lambda: editor.places("first_release") == [(project / "new/module.py").as_uri()])
