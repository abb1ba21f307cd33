"""Watches one workspace folder and reports, in bursts, which of its paths changed.

Only relative paths with forward slashes leave this module. It never decides what to do about a change, and
never reads a file.
"""

import errno
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from watchdog.observers.api import BaseObserver

from lsp_server.indexing.scanning.ignore import IGNORE_FILES, IgnoreRules
from lsp_server.indexing.scanning.scanner import FileStat, subfolders, walk
from lsp_server.settings import WORKSPACE_FILE
from lsp_server.workspace.watching.bursts import Debouncer
from lsp_server.workspace.watching.inotify import InotifyListener, InotifyWatcher, WatchesExhausted
from lsp_server.workspace.watching.shared_disks import is_shared
from lsp_server.workspace.watching.system_events import Storm, SystemEvents

MIN_POLL_S = 2.0
MAX_POLL_S = 60.0
"""Polling pauses no longer than this, however long a walk takes: nothing else reports changes then."""

UNWATCHED_S = 1.0
"""What no watch covers is checked this often: the folder itself, git's files and ignore files above it. What
follows from it is searchable within two seconds then, as after any change. A check takes some tens of
microseconds."""

POLL_SHARE = 20
"""After a walk, polling pauses for this many times as long, so that walks take 5 % of one core; those of more
than three seconds take a larger share, as no pause is longer than `MAX_POLL_S`."""

SHORT_WATCH_S = 10.0
MAX_SHORT_WATCHES = 2
"""Windows accepts a watch of a disk that it can't watch, such as WSL's, and ends it soon. Everything is then
compared; after this many short watches in a row, the folder is polled."""

EVENTS_TIMEOUT_S = 0.2
"""On Windows, watchdog passes events on when there were none for this long; its default is a second."""

_Version = tuple[int, int]
"""Time of the last change in ns and size in bytes: they tell whether a file is another one."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchListener:
    """Callbacks, on a thread of the watcher.

    Attributes:
        on_change: These paths were created, changed or deleted: files, or folders with everything in them.
        on_rescan: Too many paths or the ignore rules changed, or events were lost: compare everything.
        on_polling: Why the folder is polled from now on; None where it is watched again.
        on_look: Called every few seconds, when what no watch covers is checked.
    """

    on_change: Callable[[set[str]], None]
    on_rescan: Callable[[], None]
    on_polling: Callable[[str | None], None]
    on_look: Callable[[], None] = lambda: None


class FolderWatcher:
    """Tells a listener what changes below a folder, until `stop`.

    Args:
        rules: What is indexed below `rules.root`; ignored folders are not watched.
        listener: The callbacks.
        debounce_s: How long it must be quiet before changes are delivered.
    """

    def __init__(self, rules: IgnoreRules, listener: WatchListener, debounce_s: float = 0.2) -> None:
        self._rules = rules
        self._root = rules.root
        self._listener = listener
        self._debouncer = Debouncer(self._deliver, listener.on_rescan, debounce_s)
        self._polling: str | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._changed_rules: deque[str] = deque()
        """Ignore files that changed, and folders whose files are indexed or not for another reason now."""
        self._unwatched: dict[Path, _Version | None] = {}
        """Ignore files that no watch covers → what they were when they were last looked at."""
        self._index: tuple[Path | None, _Version | None] = None, None
        """The same for git's index."""
        self._mode: Callable[[], None] = self._watch_each if sys.platform == "linux" else self._watch_all
        """What the thread is doing: `_watch_each`, `_watch_all` or, after these have failed, `_poll`."""
        self._poll_reason = ""
        self._n_short_watches = 0
        """How many recursive watches in a row ended soon; see `SHORT_WATCH_S`."""
        self._watches: InotifyWatcher | None = None
        self._observer: BaseObserver | None = None
        self._thread = threading.Thread(target=self._run, name="folder-watcher", daemon=True)

    def start(self) -> None:
        """Begin, on threads of its own. Changes before `wait_until_ready` may be missed: scan after that."""
        self._debouncer.start()
        self._thread.start()

    def wait_until_ready(self, timeout_s: float | None = None) -> bool:
        """Wait until every change is noticed; False when that takes longer than the timeout."""
        return self._ready.wait(timeout_s)

    def stop(self) -> None:
        """End all threads; nothing is delivered afterwards."""
        self._stopping.set()
        self._wake.set()
        self._debouncer.stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(1.0)

    # The thread that owns the watches: sets them up, renews them, polls where there are none.

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._mode()
                except WatchesExhausted:
                    self._fall_back("the system's limit of watches is reached")
                except OSError as error:
                    self._fall_back(error.strerror or str(error))
                except Exception as error:  # on macOS, watchdog's C code raises more than OSError
                    if self._mode == self._poll:
                        raise
                    self._fall_back(str(error) or type(error).__name__)
        finally:
            self._end_watches()
            self._ready.set()

    def _fall_back(self, reason: str) -> None:
        logger.warning("Watching the folder failed, polling instead: %s", reason)
        self._end_watches()
        self._poll_reason = reason
        self._mode = self._poll

    def _end_watches(self) -> None:
        if self._watches is not None:
            self._watches.stop()
            self._watches = None
        if self._observer is not None:
            self._observer.stop()
            if self._observer.is_alive():  # joining one that never started would raise
                self._observer.join(1.0)
            self._observer = None

    def _watch_each(self) -> None:
        failures: list[OSError] = []

        def failed(error: OSError) -> None:
            failures.append(error)
            self._wake.set()

        def lost() -> None:
            self._debouncer.add_all()
            self._wake.set()

        listener = InotifyListener(
            happened=self._happened,
            lost=lost,
            root_gone=self._wake.set,
            failed=failed,
            is_wanted=self._is_wanted,
            subfolders=lambda folder: subfolders(self._rules, folder),
        )
        has_gap = self._await_root()
        identity = _identity(self._root)
        self._note_unwatched()
        self._watches = watches = InotifyWatcher(self._root, listener)
        watches.start()
        watches.watch("")
        if has_gap:
            self._debouncer.add_all()
        self._set_ready(None)
        began_s = time.monotonic()
        files = self._first_snapshot() if is_shared(self._root) else None
        next_s = time.monotonic() + _pause_s(began_s)
        while not self._stopping.is_set():
            is_woken = self._wake.wait(UNWATCHED_S)
            self._wake.clear()
            are_rules_new = self._check_unwatched()
            if failures:
                raise failures[0]
            if self._stopping.is_set() or _identity(self._root) != identity:
                break
            if is_woken or are_rules_new:
                watches.synchronise()
                self._announce_rules()
            if files is not None and time.monotonic() >= next_s:
                before, began_s = files, time.monotonic()
                files = self._compare(before)
                if files != before:
                    watches.synchronise()  # a folder may be new
                next_s = time.monotonic() + _pause_s(began_s)
        self._end_watches()

    def _watch_all(self) -> None:
        from watchdog.observers import Observer  # noqa: PLC0415 - the platform's own, not needed on Linux

        has_gap = self._await_root()
        identity = _identity(self._root)
        self._note_unwatched()
        self._observer = observer = Observer(timeout=EVENTS_TIMEOUT_S)
        storm = Storm(began=self._wake.set)
        # macOS reports paths with links resolved.
        real_root = os.path.realpath(self._root)
        handler = SystemEvents(real_root, self._noticed, root_gone=self._wake.set, happened=storm.add)
        observer.schedule(handler, real_root, recursive=True)
        observer.start()
        if has_gap:
            self._debouncer.add_all()
        began_s = time.monotonic()
        self._set_ready(None)
        while not self._stopping.is_set() and _identity(self._root) == identity:
            self._wake.wait(min(storm.rest_s(), UNWATCHED_S))
            self._wake.clear()
            self._check_unwatched()
            self._announce_rules()
            if storm.is_over():
                self._debouncer.add_all()
            # A disk that was away for a moment, or a renamed parent folder, ends the watching silently.
            if not all(emitter.is_alive() for emitter in observer.emitters):
                is_short = time.monotonic() - began_s < SHORT_WATCH_S and _identity(self._root) == identity
                self._n_short_watches = self._n_short_watches + 1 if is_short else 0
                if self._n_short_watches == MAX_SHORT_WATCHES:
                    raise OSError(errno.ENOTSUP, "the disk does not report changes")
                self._stopping.wait(MIN_POLL_S)
                break
        self._end_watches()

    def _poll(self) -> None:
        self._note_unwatched()
        files = self._first_snapshot()
        self._set_ready(self._poll_reason)
        while not self._stopping.is_set():
            began_s = time.monotonic()
            self._check_unwatched()
            files = self._compare(files)
            self._wake.wait(min(MAX_POLL_S, _pause_s(began_s)))
            self._wake.clear()

    def _first_snapshot(self) -> dict[str, FileStat]:
        files = self._snapshot()
        # What happened before is unknown; from now on, changes are seen.
        self._debouncer.add_all()
        return files

    def _compare(self, before: dict[str, FileStat]) -> dict[str, FileStat]:
        """Report the files that have changed, and return the state of all of them."""
        files = self._snapshot()
        self._announce_rules()
        for path in before.keys() | files.keys():
            if before.get(path) != files.get(path):
                self._happened(path, False)
        return files

    def _snapshot(self) -> dict[str, FileStat]:
        return {file.path: file for file in walk(self._rules, "", [], self._stopping.is_set)}

    def _note_unwatched(self) -> None:
        self._unwatched = self._unwatched_files()
        self._index = self._index_now()

    def _check_unwatched(self) -> bool:
        """Reload the rules if something changed that no watch covers; returns whether something did."""
        self._listener.on_look()
        files, index = self._unwatched_files(), self._index_now()
        if files != self._unwatched:
            self._unwatched, self._index = files, index
            self._rules.invalidate("")
            self._changed_rules.append(IGNORE_FILES[0])  # any of them will do
            return True
        if index == self._index:
            return False
        self._index = index
        affected = self._rules.tracked.changed()
        self._decide_again(affected)
        return bool(affected)

    def _unwatched_files(self) -> dict[Path, _Version | None]:
        return {file: _version(file) for file in self._rules.files_outside()}

    def _index_now(self) -> tuple[Path | None, _Version | None]:
        index = self._rules.tracked.index
        return index, None if index is None else _version(index)

    def _decide_again(self, folders: Iterable[str]) -> None:
        """Have it decided again what is indexed below some folders."""
        for folder in folders:
            self._rules.invalidate(f"{folder}/" if folder else "")
            self._changed_rules.append(folder)
            self._wake.set()

    def _announce_rules(self) -> None:
        """Report changed rules, after what they let in is being watched: a scan then misses nothing."""
        while self._changed_rules:
            self._debouncer.add(self._changed_rules.popleft())

    def _await_root(self) -> bool:
        """Wait for a missing root, such as an unmounted disk; tell whether changes may have been missed.

        Once the root is watched, all of it has to be looked at again then, and not before.
        """
        if _identity(self._root) is not None:
            return self._ready.is_set()
        self._set_ready("the folder does not exist")
        while _identity(self._root) is None and not self._stopping.is_set():
            self._wake.wait(UNWATCHED_S)
            self._wake.clear()
        self._rules.invalidate("")
        return True

    # Events, on any thread

    def _noticed(self, path: str, is_folder: bool) -> None:  # noqa: FBT001 - a callback's fact
        """Handle an event of a recursive watch, which also covers ignored folders."""
        parent = path.rpartition("/")[0]
        if not self._rules.visits(parent):
            return
        self._happened(path, is_folder)
        # Windows reports a deleted folder as a file, and rules for files may exclude its name.
        if not is_folder and not os.path.lexists(self._root / path) and self._rules.visits(path):
            self._debouncer.add(path)

    def _happened(self, path: str, is_folder: bool) -> None:  # noqa: FBT001 - a callback's fact
        self._decide_again(self._rules.affected_by(path))
        if is_folder and not self._is_wanted(path):
            return
        if not is_folder and self._rules.is_ignore_file(path):
            self._rules.invalidate(path)
            self._changed_rules.append(path)
            self._wake.set()
            return
        # A deleted path may have been a folder, which `_noticed` handles; here the rules for files decide.
        if is_folder or path == WORKSPACE_FILE or self._rules.decide(path).indexed:
            self._debouncer.add(path)

    def _is_wanted(self, folder: str) -> bool:
        """Drop cached rules for a folder that appeared or went, and tell whether a walk enters it."""
        self._rules.invalidate(f"{folder}/")
        return self._rules.visits(folder)

    def _deliver(self, paths: set[str]) -> None:
        if any(self._rules.is_ignore_file(path) for path in paths):
            self._listener.on_rescan()
        else:
            self._listener.on_change(paths)

    def _set_ready(self, polling: str | None) -> None:
        if polling != self._polling:
            self._polling = polling
            self._listener.on_polling(polling)
        self._ready.set()


def _pause_s(began_s: float) -> float:
    """Return how long to pause after a walk that began then and has just ended."""
    return max(MIN_POLL_S, POLL_SHARE * (time.monotonic() - began_s))


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        stat = root.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _version(file: Path) -> _Version | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
