"""What no watch covers is looked at often, and cheaply."""

import queue
import sys
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from ear import PATIENCE_S, Ear, write

from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.workspace.watching import watcher as watcher_module
from lsp_server.workspace.watching.inotify import InotifyWatcher
from lsp_server.workspace.watching.watcher import FolderWatcher


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux'")
def test_checking_what_is_not_watched_costs_no_walk(
    root: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root.parent / ".git").mkdir()
    monkeypatch.setattr(watcher_module, "UNWATCHED_S", 0.01)
    looks: list[bool] = []
    walks: list[int] = []
    enough = threading.Event()
    look, synchronise = FolderWatcher._check_unwatched, InotifyWatcher.synchronise

    def count_look(watcher: FolderWatcher) -> bool:
        looks.append(look(watcher))
        if len(looks) == 20:
            enough.set()
        return looks[-1]

    def count_walk(watches: InotifyWatcher) -> None:
        walks.append(len(looks))
        synchronise(watches)

    monkeypatch.setattr(FolderWatcher, "_check_unwatched", count_look)
    monkeypatch.setattr(InotifyWatcher, "synchronise", count_walk)
    watcher = FolderWatcher(IgnoreRules(root), ear.listener, debounce_s=0.05)
    watcher.start()
    assert enough.wait(PATIENCE_S)
    assert walks == []
    write(root.parent, ".gitignore", "deep/\n")
    ear.wait_for(lambda: ear.n_rescans > 0)
    watcher.stop()
    assert walks


def test_what_is_not_watched_is_checked_often_enough_to_be_searchable_within_two_seconds(
    root: Path, ear: Ear
) -> None:
    looks: queue.SimpleQueue[float] = queue.SimpleQueue()
    listener = replace(ear.listener, on_look=lambda: looks.put(time.monotonic()))
    watcher = FolderWatcher(IgnoreRules(root), listener)
    watcher.start()
    times_s = [looks.get(timeout=PATIENCE_S) for _ in range(3)]
    watcher.stop()
    shortest_s = min(later - earlier for earlier, later in pairwise(times_s))  # others may use the processors
    assert shortest_s < 1.5
