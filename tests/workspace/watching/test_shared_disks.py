"""A folder that others can change without an event, such as one of Windows in WSL: watched and compared."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ear import PATIENCE_S, Ear, write

from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.scanning.scanner import FileStat, walk
from lsp_server.workspace.watching import shared_disks
from lsp_server.workspace.watching import watcher as watcher_module
from lsp_server.workspace.watching.shared_disks import is_shared
from lsp_server.workspace.watching.watcher import FolderWatcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the table of mounts is Linux'")

ROOT = "22 1 254:1 / / rw,relatime - ext4 /dev/root rw"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, "project/src/a.py")
    return tmp_path / "project"


@pytest.fixture
def mounted(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The table of mounts, in which the project lies on a disk of the host."""
    table = tmp_path / "mountinfo"
    monkeypatch.setattr(shared_disks, "MOUNTS", table)
    mount(table, project, "9p C:\\134 rw,aname=drvfs")
    return table


def mount(table: Path, folder: Path, file_system: str) -> None:
    device = folder.stat().st_dev
    numbers = f"{os.major(device)}:{os.minor(device)}"
    table.write_text(f"{ROOT}\n84 22 {numbers} / {folder} rw,noatime shared:2 - {file_system}\n")


@pytest.mark.parametrize(
    "disk",
    [
        "9p C:\\134 rw",
        "nfs4 server:/home rw",
        "fuse.sshfs me@server: rw",
        "gpfs home rw",
        "fuse.s3fs s3fs rw",
    ],
)
def test_a_disk_of_another_machine_is_shared(disk: str, project: Path, mounted: Path) -> None:
    mount(mounted, project, disk)
    assert is_shared(project)


@pytest.mark.parametrize("disk", ["ext4 /dev/sda1 rw", "fuse.fuse-overlayfs fuse-overlayfs rw"])
def test_a_disk_of_this_machine_is_not_shared(disk: str, project: Path, mounted: Path) -> None:
    mount(mounted, project, disk)
    assert not is_shared(project)


def test_what_cannot_be_told_is_not_shared(project: Path, mounted: Path) -> None:
    mounted.write_text("nonsense\n\n")
    assert not is_shared(project)
    mounted.unlink()
    assert not is_shared(project)
    assert not is_shared(project / "missing")


@pytest.mark.usefixtures("mounted")
def test_what_changes_without_an_event_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ear = Ear()
    monkeypatch.setattr(watcher_module, "UNWATCHED_S", 0.05)
    monkeypatch.setattr(watcher_module, "MIN_POLL_S", 0.05)
    watcher = FolderWatcher(IgnoreRules(project), ear.listener, debounce_s=0.05)
    # As long as it is open, nothing tells of what is written.
    with (project / "src" / "a.py").open("a") as file:
        watcher.start()
        assert watcher.wait_until_ready(PATIENCE_S)
        ear.wait_for(lambda: ear.n_rescans == 1)  # what happened before the first comparison is unknown
        file.write("def changed(): ...\n")
        file.flush()
        ear.hears("src/a.py")
    write(project, "src/b.py")  # at once, by its event
    ear.hears("src/b.py")
    assert ear.reasons_to_poll == []
    watcher.stop()


@pytest.mark.usefixtures("mounted")
def test_comparing_takes_a_twentieth_of_the_time_however_long_it_takes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "UNWATCHED_S", 0.01)
    monkeypatch.setattr(watcher_module, "MIN_POLL_S", 0.01)
    monkeypatch.setattr(watcher_module, "MAX_POLL_S", 0.1)
    walks: list[tuple[float, float]] = []
    enough = threading.Event()

    def walk_slowly(*arguments: Any) -> Iterator[FileStat]:
        began_s = time.monotonic()
        time.sleep(0.03)
        yield from walk(*arguments)
        walks.append((began_s, time.monotonic()))
        if len(walks) == 3:
            enough.set()

    monkeypatch.setattr(watcher_module, "walk", walk_slowly)
    watcher = FolderWatcher(IgnoreRules(project), Ear().listener, debounce_s=0.05)
    watcher.start()
    assert enough.wait(PATIENCE_S)
    watcher.stop()
    for (began_s, ended_s), (next_s, _) in pairwise(walks):
        assert next_s - began_s >= 20 * (ended_s - began_s)
