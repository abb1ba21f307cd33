"""Translates Tantivy's exceptions into this project's: Tantivy raises a bare ValueError for everything."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lsp_server.errors import IndexBusy, IndexDamaged, IndexStorageFailed, SemanticSymbolsError

_STORAGE_SIGNS = (
    "StorageFull",
    "ReadOnlyFilesystem",
    "PermissionDenied",
    "QuotaExceeded",
    "FileTooLarge",
    "No space left",
    "Read-only file system",
    "Permission denied",
    "File too large",
    # A failed write ends the writer's threads; later errors only say that they are gone.
    "writer was killed",
    "error occurred in a thread",
    # Tantivy says this only when no thread could be started, as where their number is limited.
    "System error.",
)

_SYSTEM_FAILED = re.compile(r"Os \{ code: \d+, kind: (?!NotFound)|\(os error (?![23]\))\d")
"""How Rust prints an error of the system, except "no such file" (2, and 3 on Windows), which means damage."""


_REFUSED = re.compile(r"PermissionDenied|Os \{ code: (?:5|32),|\(os error (?:5|32)\)")
"""What Windows says while another process replaces a file: access is denied (5), or it is in use (32)."""


@contextmanager
def refusals() -> Iterator[None]:
    """Run a block that calls Tantivy; a refused access becomes a `PermissionError`, as in Python.

    Raises:
        PermissionError: The system refused access to a file.
    """
    try:
        yield
    except ValueError as error:
        if _REFUSED.search(str(error)):
            raise PermissionError(errno.EACCES, str(error)) from error
        raise


@contextmanager
def tantivy_failures(path: Path) -> Iterator[None]:
    """Run a block that calls Tantivy on the index at `path`.

    Raises:
        IndexBusy: Another writer holds the index.
        IndexStorageFailed: It can't be read or written: full, read-only, no permission, too many open files
            or threads, a path that is not valid Unicode.
        IndexDamaged: A file is missing or corrupt.
    """
    try:
        yield
    except SemanticSymbolsError:
        raise
    except OSError as error:
        raise _storage_failed(path, error) from error
    except UnicodeEncodeError as error:  # a ValueError, but not damage: the path can't be encoded
        raise IndexStorageFailed(
            f"The text index can't be at a path that is not valid Unicode: {str(path)!a}",
            "Set storage.indexDir to another folder.",
            path=str(path),
        ) from error
    except (ValueError, RuntimeError) as error:
        raise _translated(path, error) from error
    except BaseException as error:
        # pyo3's panics derive from BaseException, and their class can't be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise _translated(path, error) from error


def _translated(path: Path, error: BaseException) -> SemanticSymbolsError:
    text = str(error)
    if "LockBusy" in text:
        return IndexBusy(
            "Another process is writing the text index.",
            "Wait until it has finished, or stop the other server or command.",
            path=str(path),
        )
    if _SYSTEM_FAILED.search(text) or any(sign in text for sign in _STORAGE_SIGNS):
        return _storage_failed(path, error)
    return IndexDamaged(
        f"The text index is damaged: {text}",
        path=str(path),
    )


def _storage_failed(path: Path, error: BaseException) -> IndexStorageFailed:
    return IndexStorageFailed(
        f"The text index can't be read or written: {error}",
        "Free some disk space, check the permissions of the index folder and the limits of open files and "
        "processes, and try again.",
        path=str(path),
    )
