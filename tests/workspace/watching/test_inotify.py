"""Watches of folders by inotify itself, without the watcher above them."""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from lsp_server.workspace.watching.inotify import InotifyListener, InotifyWatcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux'")


def ignore(*_: object) -> None:
    """Hear of something, and do nothing."""


def n_instances() -> int:
    """Count the inotify instances of this process; a watcher of before may give up its own meanwhile."""
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            links.append(str(descriptor.readlink()))
    return sum("inotify" in link for link in links)


def test_without_a_pipe_to_be_woken_by_the_inotify_instance_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_pipe() -> tuple[int, int]:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "pipe", no_pipe)
    before = n_instances()
    with pytest.raises(OSError, match="Too many open files"):
        InotifyWatcher(
            tmp_path, InotifyListener(ignore, ignore, ignore, ignore, lambda _: True, lambda _: [])
        )
    assert n_instances() <= before


def test_a_folder_that_comes_while_watches_are_renewed_stays_watched(tmp_path: Path) -> None:
    listed: list[str] = []

    def subfolders(folder: str) -> list[str]:
        listed.append(folder)
        found = [path for path in ("src", "src/deep") if path.rpartition("/")[0] == folder]
        if len(listed) == 6:  # the renewal has listed all there was
            (tmp_path / "new").mkdir()
            watches.watch("new")
        return found

    for folder in ("src", "src/deep"):
        (tmp_path / folder).mkdir()
    listener = InotifyListener(ignore, ignore, ignore, ignore, lambda _: True, subfolders)
    watches = InotifyWatcher(tmp_path, listener)
    watches.watch("")
    assert watches.n_watches == 3
    watches.synchronise()
    watches.start()
    watches.stop()
    assert "new" in watches._watch_of
