"""Linux's inotify(7) used directly, with one watch per folder and one thread for all of them.

watchdog's recursive watch can't leave out `node_modules`, and for folders scheduled one by one it starts a
thread each, and in some versions an inotify instance each (of 128 per user).
"""

import contextlib
import ctypes
import errno
import os
import selectors
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CLOSE_WRITE, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x8, 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _UNMOUNT, _OVERFLOW, _IGNORED = 0x400, 0x800, 0x2000, 0x4000, 0x8000
_ONLY_FOLDERS, _NO_LINKS, _NO_UNLINKED, _IS_FOLDER = 0x1000000, 0x2000000, 0x4000000, 0x40000000
_MASK = (
    (_CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE | _DELETE_SELF | _MOVE_SELF)
    | _ONLY_FOLDERS
    | _NO_LINKS
    | _NO_UNLINKED
)
_INSTANCE = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows imports this module, too
_HEADER = struct.Struct("iIII")
_READ_BYTES = 1 << 18


class WatchesExhausted(OSError):
    """The system grants no more watches, or no further inotify instance."""


@dataclass(frozen=True, slots=True)
class InotifyListener:
    """Callbacks on the watching thread; paths are relative to the root, with forward slashes.

    Attributes:
        happened: A member of a watched folder was created, changed or deleted; True for a folder.
        lost: The kernel dropped events: anything may have changed.
        root_gone: The root was deleted, moved away or unmounted.
        failed: Watching ended with this error.
        is_wanted: Returns whether to watch a folder that has just appeared.
        subfolders: Returns the folders to watch in a folder.
    """

    happened: Callable[[str, bool], None]
    lost: Callable[[], None]
    root_gone: Callable[[], None]
    failed: Callable[[OSError], None]
    is_wanted: Callable[[str], bool]
    subfolders: Callable[[str], list[str]]


class InotifyWatcher:
    """Watches a tree; `start` once, `stop` once.

    Args:
        root: The folder.
        listener: The callbacks.

    Raises:
        WatchesExhausted: No inotify instance is available.
        OSError: inotify is missing or refused.
    """

    def __init__(self, root: Path, listener: InotifyListener) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._root = os.fsencode(root)
        self._listener = listener
        self._folder_of: dict[int, str] = {}
        self._watch_of: dict[str, int] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        with contextlib.ExitStack() as on_error:
            self._inotify = self._checked(self._libc.inotify_init1(_INSTANCE))
            on_error.callback(os.close, self._inotify)
            self._wake_read, self._wake_write = os.pipe()
            on_error.pop_all()
        self._thread = threading.Thread(target=self._run, name="folder-watches", daemon=True)

    @property
    def n_watches(self) -> int:
        """Folders watched now."""
        return len(self._watch_of)

    def start(self) -> None:
        """Begin to report; what happens before `watch` has been called is not seen."""
        self._thread.start()

    def watch(self, folder: str) -> None:
        """Watch a folder and those below it that are wanted.

        Raises:
            WatchesExhausted: The limit is reached.
        """
        pending = [folder]
        while pending and not self._stopping.is_set():
            path = pending.pop()
            # Watch first, list afterwards: a folder that appears in between is seen twice, never missed.
            if self._add(path):
                pending += self._listener.subfolders(path)

    def synchronise(self) -> None:
        """Bring the watches in line with the rules: add what is wanted now, remove what no longer is.

        Raises:
            WatchesExhausted: The limit is reached.
        """
        with self._lock:
            watched = list(self._watch_of)  # folders that are added from here on are wanted anyway
        wanted = {""}
        pending = [""]
        while pending and not self._stopping.is_set():
            found = self._listener.subfolders(pending.pop())
            wanted.update(found)
            pending += found
        with self._lock:
            for path in watched:
                if path not in wanted and path in self._watch_of:
                    self._remove(path)
        self.watch("")

    def stop(self) -> None:
        """End the thread and release all watches."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            os.write(self._wake_write, b".")
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(1.0)
        if not self._thread.is_alive():
            self._close()

    def _run(self) -> None:
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._inotify, selectors.EVENT_READ)
                selector.register(self._wake_read, selectors.EVENT_READ)
                while not self._stopping.is_set():
                    selector.select()
                    for watch, mask, name in _parsed(self._read()):
                        self._handle(watch, mask, name)
        except OSError as error:
            if not self._stopping.is_set():
                self._listener.failed(error)

    def _read(self) -> bytes:
        try:
            return os.read(self._inotify, _READ_BYTES)
        except BlockingIOError:  # woken to stop
            return b""

    def _handle(self, watch: int, mask: int, name: str) -> None:
        if mask & _OVERFLOW:
            self._listener.lost()
            return
        with self._lock:
            folder = self._folder_of.get(watch)
            if folder is None:
                return
            if mask & _IGNORED:
                self._forget(watch)
        if mask & (_DELETE_SELF | _MOVE_SELF | _UNMOUNT | _IGNORED):
            if not folder:
                self._listener.root_gone()
            return
        path = f"{folder}/{name}" if folder else name
        is_folder = bool(mask & _IS_FOLDER)
        if is_folder and mask & _MOVED_FROM:
            self._unwatch(path)
        elif is_folder and mask & _DELETE:
            self._unwatch_alone(path)
        elif is_folder and mask & (_CREATE | _MOVED_TO) and self._listener.is_wanted(path):
            self.watch(path)
        self._listener.happened(path, is_folder)

    def _unwatch_alone(self, folder: str) -> None:
        """Unwatch a deleted folder without looking below it: it was empty, and thousands may go in a row."""
        with self._lock:
            if folder in self._watch_of:
                self._remove(folder)

    def _unwatch(self, folder: str) -> None:
        below = f"{folder}/"
        with self._lock:
            for path in [path for path in self._watch_of if path == folder or path.startswith(below)]:
                self._remove(path)

    def _add(self, path: str) -> bool:
        target = os.path.join(self._root, os.fsencode(path)) if path else self._root  # noqa: PTH118 - bytes
        mask = _MASK & ~_NO_LINKS if not path else _MASK  # the root itself may be a link
        with self._lock:
            if self._stopping.is_set():
                return False
            try:
                watch = self._checked(self._libc.inotify_add_watch(self._inotify, target, mask))
            except WatchesExhausted:
                raise
            except OSError:
                return False  # it is gone, or we may not read it
            # A renamed folder keeps its watch number.
            if (before := self._folder_of.get(watch)) is not None and self._watch_of.get(before) == watch:
                del self._watch_of[before]
            self._folder_of[watch] = path
            self._watch_of[path] = watch
        return True

    def _remove(self, path: str) -> None:
        watch = self._watch_of.pop(path)
        self._folder_of.pop(watch, None)
        self._libc.inotify_rm_watch(self._inotify, watch)

    def _forget(self, watch: int) -> None:
        path = self._folder_of.pop(watch)
        if self._watch_of.get(path) == watch:
            del self._watch_of[path]

    def _close(self) -> None:
        with self._lock:
            for descriptor in (self._inotify, self._wake_read, self._wake_write):
                with contextlib.suppress(OSError):
                    os.close(descriptor)
            self._inotify = self._wake_read = self._wake_write = -1

    def _checked(self, result: int) -> int:
        if result >= 0:
            return result
        code = ctypes.get_errno()
        if code in {errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM}:
            raise WatchesExhausted(code, os.strerror(code))
        raise OSError(code, os.strerror(code))


def _parsed(raw: bytes) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(raw):
        watch, mask, _cookie, n_name_bytes = _HEADER.unpack_from(raw, at)
        at += _HEADER.size
        yield watch, mask, os.fsdecode(raw[at : at + n_name_bytes].rstrip(b"\0"))
        at += n_name_bytes
