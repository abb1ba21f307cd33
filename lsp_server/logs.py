"""The log: one rotating file per process, in the platform's log folder.

With a file each, no two processes ever write or rotate the same one. Files of processes that are gone are
deleted after two weeks, or when there are many. No query and no source text may get in here, so for an
exception that is neither our own nor the system's the log has its type and traceback, but not its message.
"""

import logging
import os
import sys
import threading
import time
import traceback
from contextlib import suppress
from copy import copy
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

from lsp_server.errors import SemanticSymbolsError
from lsp_server.harmless import harmless
from lsp_server.own_folders import own_folder

logger = logging.getLogger(__name__)

Role = Literal["server", "indexer", "worker", "command"]
"""What a process does; its file is named after it."""

_ROOT: Final = "lsp_server"
_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_MAX_BYTES: Final = 2_000_000
_MAX_FILES: Final = 30
_EXPIRY_S: Final = 14 * 24 * 3600.0


def log_folder() -> Path:
    """Return the folder that holds the log files."""
    return own_folder("log")


def start_logging(role: Role, level: str) -> None:
    """Send this process's log to its file, which appears with the first line.

    Args:
        role: What this process does.
        level: The setting `log.level`.
    """
    file = log_folder() / f"{role}-{os.getpid()}.log"
    handler = _LogFile(
        file, maxBytes=_MAX_BYTES, backupCount=1, encoding="utf-8", errors="replace", delay=True
    )
    handler.setFormatter(_RedactingFormatter(_FORMAT))
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, _LogFile)]:
        root.removeHandler(earlier)
        earlier.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # for other libraries; ours have a level of their own
    # A log that can't be written is no reason to write to the terminal or the editor's output pane.
    logging.raiseExceptions = False
    set_level(level)


def set_level(level: str) -> None:
    """Change the level of our own loggers from now on."""
    logging.getLogger(_ROOT).setLevel(level.upper())


def log_uncaught() -> None:
    """Log uncaught exceptions of threads and of the process, besides printing them on standard error."""
    sys.excepthook = _process_failed
    threading.excepthook = _thread_failed


def _process_failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        logger.critical("the process ends", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    error = failure.exc_value
    if error is not None and not isinstance(error, SystemExit):
        name = "?" if failure.thread is None else failure.thread.name
        logger.critical("the thread %s ends", name, exc_info=(type(error), error, failure.exc_traceback))
    threading.__excepthook__(failure)


class _RedactingFormatter(logging.Formatter):
    """Leaves out exception messages, which may quote a query or a file: `KeyError('secret')`.

    Names of files stay, but can't control the terminal that shows the log.
    """

    def format(self, record: logging.LogRecord) -> str:
        own = copy(record)
        own.exc_text = None  # the base class would reuse text that another handler has cached
        return harmless(super().format(own))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base class's name
        chain: list[BaseException] = []
        error: BaseException | None = ei[1]
        while error is not None and error not in chain:
            chain.append(error)
            error = error.__cause__ or error.__context__
        return "\n".join(
            "".join(traceback.format_tb(one.__traceback__)) + _named(one) for one in reversed(chain)
        )


def _named(error: BaseException) -> str:
    is_harmless = isinstance(error, SemanticSymbolsError | OSError)
    return f"{type(error).__name__}: {error}" if is_harmless else type(error).__name__


class _LogFile(RotatingFileHandler):
    """Creates its folder, and deletes old files there, when the first line is written."""

    def _open(self) -> TextIOWrapper:
        folder = Path(self.baseFilename).parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        delete_old_files(folder, time.time())
        return super()._open()


def delete_old_files(folder: Path, now: float) -> None:
    """Delete log files of processes that are gone when the files are old or there are too many."""
    by_age: list[tuple[float, Path]] = []
    for file in folder.glob("*.log*"):
        with suppress(OSError):
            by_age.append((file.stat().st_mtime, file))
    by_age.sort(reverse=True)
    for index, (written, file) in enumerate(by_age):
        if (index >= _MAX_FILES or now - written > _EXPIRY_S) and not _is_in_use(file):
            with suppress(OSError):
                file.unlink()


def _is_in_use(file: Path) -> bool:
    import psutil  # noqa: PLC0415 - rarely needed, and the server should start quickly

    number = file.name.partition(".")[0].rpartition("-")[2]
    return number.isdigit() and psutil.pid_exists(int(number))
