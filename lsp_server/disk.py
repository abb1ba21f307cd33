"""File access that retries what Windows refuses for a moment and never blocks on pipes; paths with `~`."""

import errno
import os
import stat
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

Answer = TypeVar("Answer")

_IS_SHARED_BY_CONSENT: Final = os.name == "nt"
_COMPOSES_NAMES: Final = sys.platform == "darwin"
PATIENCE_S: Final = 1.0
READING_PATIENCE_S: Final = 0.1
"""Short: a file that is being written right now will be reported again."""

MAX_OPEN: Final = 8192
"""Files that one process may have open; every macOS allows that many."""

MAX_READ_BYTES: Final = 100_000_000
"""No larger file is read whole: no setting lets one into the index."""

_FIRST_REST_S: Final = 0.005


def patiently(action: Callable[[], Answer], patience_s: float = PATIENCE_S) -> Answer:
    """Do something with a file that another program may have open for a moment, retrying with backoff.

    On Windows a file can't be renamed, replaced or deleted, and sometimes not opened, while a virus scanner,
    a search service or a reader has it open. Elsewhere a refusal is final.

    Args:
        action: What to do.
        patience_s: How long to keep trying.

    Raises:
        PermissionError: It was refused every time.
    """
    deadline_s = time.monotonic() + patience_s
    rest_s = _FIRST_REST_S
    while True:
        try:
            return action()
        except PermissionError:
            if not _IS_SHARED_BY_CONSENT or time.monotonic() > deadline_s:
                raise
        time.sleep(rest_s)
        rest_s *= 2


def raise_open_file_limit() -> None:
    """Have the system let this process, and its children, open as many files as a large index has.

    Each of its segments is one, and while it is being built there may be hundreds. macOS allows 256 unless
    it is asked for more, Linux 1,024.
    """
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - absent on Windows, which allows enough

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MAX_OPEN if most == resource.RLIM_INFINITY else min(MAX_OPEN, most)
        if now != resource.RLIM_INFINITY and now < wanted:
            with suppress(OSError, ValueError):  # then what is allowed has to do
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def with_home(text: str) -> Path:
    """Return a path with `~` and `~user` expanded; `~user` stays as it is where there is no such user."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - `Path.expanduser` raises for unknown users


def composed(path: str) -> str:
    """Return a path in Unicode's composed form (NFC) on macOS, unchanged elsewhere.

    The disks of macOS find a name in either form and list it as it was created, usually decomposed; editors
    and git write the composed form.
    """
    return unicodedata.normalize("NFC", path) if _COMPOSES_NAMES and not path.isascii() else path


def read_ordinary(path: str | Path, limit_bytes: int = MAX_READ_BYTES) -> tuple[bytes, os.stat_result]:
    """Return a regular file's content, and its status from before the read: a later write shows as a change.

    Pipes and devices are refused without waiting for them, and of a file that grows meanwhile only the size
    at first is read.

    Args:
        path: The file.
        limit_bytes: A larger file is refused; one with holes may claim terabytes.

    Raises:
        OSError: It can't be read, is not a regular file, or is too large.
    """
    with open_ordinary(path, limit_bytes) as (file, status):
        return file.read(status.st_size), status


@contextmanager
def open_ordinary(path: str | Path, limit_bytes: int) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    """Open a regular file to read it piece by piece; see `read_ordinary`."""
    # O_BINARY: Windows' text mode would change line ends. O_NONBLOCK: opening a pipe must not wait.
    flags = (
        os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    )
    descriptor = patiently(lambda: os.open(path, flags), READING_PATIENCE_S)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "It is not an ordinary file", str(path))
        if status.st_size > limit_bytes:
            raise OSError(errno.EFBIG, f"It is larger than {limit_bytes:,} bytes", str(path))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file, status
    finally:
        os.close(descriptor)
