"""A disk that is full, read-only or wiped: a clear message, and the old answers."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from editor import Desk, Editor, eventually, write


class SmallDisk:
    """A file system of its own where the index lies; only root can make one."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def mount(self, options: str) -> bool:
        self.place.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.place)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def remount(self, options: str) -> None:
        command = ["mount", "-o", f"remount,{options}", str(self.place)]
        subprocess.run(command, check=True, capture_output=True)

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", str(self.place)], check=False, capture_output=True)


@pytest.fixture
def disk(desk: Desk) -> Iterator[SmallDisk]:
    if sys.platform != "linux" or shutil.which("mount") is None:
        pytest.skip("only tried on Linux")
    disk = SmallDisk(desk.indexes)
    if not disk.mount("size=64m"):
        pytest.skip("file systems can't be mounted here")
    yield disk
    desk.clear()
    disk.unmount()


def test_a_read_only_disk_keeps_the_old_answers(desk: Desk, project: Path, disk: SmallDisk) -> None:
    desk.editor().open(project).ready().leave()
    disk.remount("ro")
    editor = desk.editor().open(project)
    assert editor.finds("resend_after_error")
    write(project, "coin.py", "def mint_coin(): ...\n")
    message = editor.comes_to("failed")["message"]
    assert str(desk.indexes) in message
    assert "Read-only file system" in message
    assert "Suggestion: " in message
    assert editor.finds("resend_after_error")
    editor.request("semanticSearch/pause")
    assert editor.status()["state"] == "paused"

    disk.remount("rw")
    editor.request("semanticSearch/resume")
    eventually(lambda: editor.finds("mint_coin"))
    assert editor.comes_to("ready")["message"] is None


def test_a_full_disk_keeps_the_old_answers(desk: Desk, project: Path, disk: SmallDisk) -> None:
    editor = desk.editor().open(project).ready()
    used = shutil.disk_usage(disk.place).used
    disk.remount(f"size={used + 65536}")
    for number in range(200):
        functions = "\n\n".join(f"def step_{number}_{step}(): ..." for step in range(20))
        write(project, f"m{number}.py", functions + "\n")
    assert "Suggestion: " in editor.comes_to("failed")["message"]
    assert editor.finds("resend_after_error")

    disk.remount("size=64m")
    write(project, "coin.py", "def mint_coin(): ...\n")
    eventually(lambda: editor.finds("mint_coin") and editor.finds("step_199_19"))
    assert editor.ready().status()["coverage"]["indexedFiles"] == 203


def test_an_index_that_is_deleted_under_the_server_is_made_anew(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    eventually(lambda: _deleted(desk.indexes))
    assert editor.finds("resend_after_error")
    eventually(lambda: any("ready" in files for _, _, files in os.walk(desk.indexes)))
    editor.ready()
    assert editor.finds("resend_after_error")
    write(project, "coin.py", "def mint_coin(): ...\n")
    eventually(lambda: editor.finds("mint_coin"))


def test_an_index_that_is_deleted_while_nobody_searches_is_made_anew(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    eventually(lambda: _deleted(desk.indexes))
    eventually(lambda: any("ready" in files for _, _, files in os.walk(desk.indexes)))
    editor.ready()
    assert editor.finds("resend_after_error")


def test_an_index_that_lost_a_file_while_no_server_ran_is_made_anew(desk: Desk, project: Path) -> None:
    desk.editor().open(project).ready().leave()
    for positions in list(desk.indexes.rglob("*.pos")):
        positions.unlink()
    editor = desk.editor().open(project)
    eventually(lambda: list(desk.indexes.rglob("*.pos")))
    eventually(partial(_finds_again, editor))
    assert editor.names('"connection broke"')[0] == "resend_after_error"


@pytest.mark.parametrize(("files", "byte"), [("*.fast", b"\0"), ("*.seg", b"\xff")])
def test_an_index_in_which_a_search_finds_damage_is_made_anew(
    desk: Desk, project: Path, files: str, byte: bytes
) -> None:
    editor = desk.editor().open(project).ready()
    damaged = list(desk.indexes.rglob(files))
    for columns in damaged:
        with columns.open("r+b") as file:  # as a failing disk does, also below what is mapped
            file.write(byte * columns.stat().st_size)
    assert editor.error("semanticSearch", {"query": "resend_after_error"})["data"]["kind"] == "IndexDamaged"
    eventually(lambda: not any(columns.exists() for columns in damaged))
    eventually(partial(_finds_again, editor))


def _finds_again(editor: Editor) -> bool:
    """Search, where until an index is made anew the damaged one may answer: with an error, or nothing."""
    with suppress(AssertionError):
        return editor.names('"connection broke"')[:1] == ["resend_after_error"]
    return False


def _deleted(folder: Path) -> bool:
    """Delete it as `rm -rf` does: what a server deletes or makes there at the same time is no error."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
