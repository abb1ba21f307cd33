"""The catalog's tables, how its database is opened, and the translation of SQLite's errors."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lsp_server.errors import IndexBusy, IndexDamaged, IndexStorageFailed

BUSY_TIMEOUT_S: Final = 10.0
_LOG_BYTES: Final = 16 * 1024 * 1024

# No migrations: another format lives in another folder (see `folders.FORMAT_VERSION`).
TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE files (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  digest BLOB NOT NULL,
  size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  language TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  n_symbols INTEGER NOT NULL,
  generation INTEGER NOT NULL
);
CREATE INDEX files_by_status ON files (status, n_symbols);
CREATE INDEX files_by_generation ON files (generation);
CREATE TABLE file_symbols (file INTEGER PRIMARY KEY, ids BLOB NOT NULL);
CREATE TABLE segments (
  name TEXT PRIMARY KEY,
  n_rows INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  generation INTEGER NOT NULL
);
CREATE TABLE tombstones (
  segment TEXT NOT NULL,
  block INTEGER NOT NULL,
  rows BLOB NOT NULL,
  PRIMARY KEY (segment, block)
) WITHOUT ROWID;
CREATE TABLE intents (path TEXT PRIMARY KEY, file INTEGER NOT NULL, removed INTEGER NOT NULL);
INSERT INTO meta VALUES ('generation', 0);
"""

_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR}
_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def create_or_open(path: Path) -> sqlite3.Connection:
    """Open the database at `path` for writing, creating it and its tables if needed.

    Raises:
        IndexDamaged: It is not a catalog.
        IndexStorageFailed: It can't be written.
        IndexBusy: Another process keeps it locked.
    """
    with translated_errors(path):
        database = _connect(path.as_posix(), uri=False)
        with closing_on_error(database):
            database.execute("PRAGMA synchronous = FULL")
            # Before the log is there: so a reader sees no byte, or all of the tables.
            if database.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
                database.executescript(f"BEGIN IMMEDIATE; {TABLES} COMMIT;")
            database.execute("PRAGMA journal_mode = WAL")
            # The first index writes a long log, which would keep its length for ever.
            database.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
            _expect_catalog(database)
        return database


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open the database at `path` for reading; nothing is created.

    Raises:
        IndexDamaged: It is missing, or not a catalog.
        IndexStorageFailed: It can't be read.
    """
    with translated_errors(path):
        _expect_file(path)
        database = _connect(f"{_uri(path)}?mode=ro", uri=True)
        try:
            _expect_catalog(database)
        except sqlite3.OperationalError:
            database.close()
            if _has_log(path):
                raise
            # On a read-only disk SQLite can't create its shared-memory file; without a log it needs none.
            database = _connect(f"{_uri(path)}?mode=ro&immutable=1", uri=True)
            with closing_on_error(database):
                _expect_catalog(database)
        except sqlite3.Error:
            database.close()
            raise
        return database


@contextmanager
def closing_on_error(database: sqlite3.Connection) -> Iterator[None]:
    """Close `database` if the block fails, and only then."""
    try:
        yield
    except BaseException:
        database.close()
        raise


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Run a block that uses the database at `path`.

    Raises:
        IndexBusy: Another process has locked it.
        IndexDamaged: SQLite finds it damaged.
        IndexStorageFailed: It can't be read or written.
    """
    try:
        yield
    except OSError as error:
        raise _storage_failed(path, error) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _BUSY:
            raise IndexBusy(
                f"Another process has locked the index at {path}.", "Try again in a moment.", path=str(path)
            ) from error
        if code in _DAMAGED:
            raise IndexDamaged(
                f"The catalog at {path} is damaged: {error}.",
                path=str(path),
            ) from error
        raise _storage_failed(path, error) from error


@contextmanager
def transaction(database: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Run the block in one transaction: commit it, or roll back if it raises."""
    database.execute(begin)
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        # After a full disk or an I/O error, SQLite has rolled back already.
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def check_database(database: sqlite3.Connection) -> list[str]:
    """Return the problems found by SQLite's own integrity check."""
    with closing(database.execute("PRAGMA integrity_check(20)")) as rows:
        return [str(row[0]) for row in rows if row[0] != "ok"]


def _connect(target: str, *, uri: bool) -> sqlite3.Connection:
    return sqlite3.connect(
        target, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=uri
    )


def _expect_file(path: Path) -> None:
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        is_file = False
    if not is_file:
        raise IndexDamaged(f"The index has no catalog at {path}.", path=str(path))


def _expect_catalog(database: sqlite3.Connection) -> None:
    if database.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone() is None:
        raise sqlite3.DatabaseError("no generation is recorded")


def _storage_failed(path: Path, error: Exception) -> IndexStorageFailed:
    return IndexStorageFailed(
        f"The index at {path.parent} can't be read or written: {error}.",
        "Free some space on that disk and check that you may write there, or choose another folder with "
        "`--index-dir`. Searches still answer from the last commit.",
        path=str(path),
    )


def _uri(path: Path) -> str:
    # Unlike Path.as_uri, this keeps the host of a Windows share in the path, where SQLite wants it.
    posix = path.absolute().as_posix()
    return "file://" + quote(posix if posix.startswith("/") else f"/{posix}")


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.is_file() and log.stat().st_size > 0
