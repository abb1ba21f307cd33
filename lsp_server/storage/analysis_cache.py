"""A bounded cache of packed analyses, shared by all indexes and processes of a user.

It only saves work and never fails: when it is busy, full or damaged, it returns and stores nothing.
"""

import logging
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final, Self

from lsp_server.storage.files import database_files, remove_files
from lsp_server.storage.schema import closing_on_error, transaction

logger = logging.getLogger(__name__)
_BUSY_TIMEOUT_S: Final = 2.0
_FORMAT: Final = 1
_FRESH_S: Final = 24 * 3600.0
"""An entry used within this time is not marked as used again, so that reading hardly ever writes."""
_MARKS_AT_ONCE: Final = 256
_KEPT_AFTER_EVICTION: Final = 0.9

_PASSING: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}

_TABLES: Final = """
PRAGMA page_size = 16384;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  used REAL NOT NULL,
  data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used, size);
CREATE TABLE IF NOT EXISTS total (size_bytes INTEGER NOT NULL);
INSERT INTO total SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM total);
CREATE TRIGGER IF NOT EXISTS added AFTER INSERT ON entries
  BEGIN UPDATE total SET size_bytes = size_bytes + new.size; END;
CREATE TRIGGER IF NOT EXISTS dropped AFTER DELETE ON entries
  BEGIN UPDATE total SET size_bytes = size_bytes - old.size; END;
PRAGMA user_version = 1;
COMMIT;
"""


class AnalysisCache:
    """An LRU cache of bytes by key, in SQLite. Thread-safe.

    Args:
        path: Its database; created on first use, together with its folder.
        limit_bytes: Its largest size on disk; 0 turns the cache off.
    """

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._lock = RLock()
        self._database: sqlite3.Connection | None = None
        self._is_off = limit_bytes <= 0
        self._used: dict[bytes, float] = {}

    def get(self, key: bytes) -> bytes | None:
        """Return the entry for `key`, or None."""
        data: bytes | None = None
        now = time.time()
        with self._connected() as database:
            if database is None:
                return None
            row = database.execute("SELECT data, used FROM entries WHERE key = ?", (key,)).fetchone()
            if row is not None:
                data, used = row
                if used < now - _FRESH_S:
                    self._used[key] = now
            if len(self._used) >= _MARKS_AT_ONCE:
                with transaction(database):
                    self._mark_used(database)
        return data

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        """Store `entries` in one transaction, except those larger than a tenth of the limit."""
        now = time.time()
        rows = [(k, len(v), now, v) for k, v in entries.items() if len(v) <= self._limit_bytes // 10]
        with self._connected() as database:
            if database is None or not rows:
                return
            with transaction(database):
                self._mark_used(database)
                self._make_room(database, sum(size for _, size, _, _ in rows))
                database.executemany(
                    "INSERT INTO entries (key, size, used, data) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (key) DO UPDATE SET used = excluded.used",
                    rows,
                )
            if _page_bytes(database, "page_count") > self._limit_bytes:
                _shrink(database)

    def clear(self) -> None:
        """Drop all entries."""
        with self._connected() as database:
            if database is not None:
                database.execute("DELETE FROM entries")
                _shrink(database)

    def close(self) -> None:
        """Release the file; a later call opens it again."""
        with self._lock:
            database, self._database = self._database, None
            if database is None:
                return
            try:
                if self._used:
                    with transaction(database):
                        self._mark_used(database)
            except sqlite3.Error as error:
                logger.debug("uses of the cache of analyses are forgotten: %s", error)
            database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection | None]:
        """Lend the database, or None while the cache is off; what fails with it is handled here."""
        with self._lock:
            try:
                yield self._connection()
            except sqlite3.Error as error:
                self._failed(error)

    def _connection(self) -> sqlite3.Connection | None:
        if self._database is None and not self._is_off:
            try:
                self._database = self._opened()
            except OSError as error:
                logger.warning("the cache of analyses is off: %s", error)
                self._is_off = True
            except sqlite3.Error as error:
                self._failed(error)
        return self._database

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._path.exists():
            # The user may have chosen a folder that others can enter. SQLite's other files follow.
            self._path.touch(mode=0o600)
        database = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        with closing_on_error(database):
            database.execute("PRAGMA synchronous = NORMAL")
            if database.execute("PRAGMA user_version").fetchone() != (_FORMAT,):
                database.executescript(_TABLES)
        return database

    def _mark_used(self, database: sqlite3.Connection) -> None:
        used, self._used = self._used, {}
        marks = [(when, key) for key, when in used.items()]
        database.executemany("UPDATE entries SET used = ? WHERE key = ?", marks)

    def _make_room(self, database: sqlite3.Connection, n_bytes: int) -> None:
        """Drop the least recently used entries until `n_bytes` more fit."""
        taken_bytes = _page_bytes(database, "page_count") - _page_bytes(database, "freelist_count")
        if taken_bytes + n_bytes <= self._limit_bytes:
            return
        surplus = (taken_bytes + n_bytes - self._limit_bytes * _KEPT_AFTER_EVICTION) / taken_bytes
        (size_bytes,) = database.execute("SELECT size_bytes FROM total").fetchone()
        surplus *= size_bytes  # entries are smaller than their pages
        doomed = []
        for entry, size in database.execute("SELECT id, size FROM entries ORDER BY used, id"):
            if surplus <= 0:
                break
            doomed.append((entry,))
            surplus -= size
        database.executemany("DELETE FROM entries WHERE id = ?", doomed)

    def _failed(self, error: sqlite3.Error) -> None:
        """Handle a failure: retry later if busy or full, start over if damaged, else turn the cache off."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _PASSING:
            logger.debug("the cache of analyses was skipped: %s", error)
            return
        logger.warning("the cache of analyses failed: %s", error)
        self._used.clear()
        self.close()
        if code not in _DAMAGED:
            self._is_off = True
            return
        kept = remove_files(database_files(self._path))
        # Windows can't delete what another process has open: then a later run starts over.
        self._is_off = bool(kept)


def _page_bytes(database: sqlite3.Connection, count: str) -> int:
    """Return the size of the pages that a pragma counts."""
    (n_pages,) = database.execute(f"PRAGMA {count}").fetchone()
    (page_bytes,) = database.execute("PRAGMA page_size").fetchone()
    return int(n_pages * page_bytes)


def _shrink(database: sqlite3.Connection) -> None:
    """Return free pages to the disk."""
    # A script, as `execute` runs only the first step of this, which frees one page.
    database.executescript("PRAGMA incremental_vacuum")
