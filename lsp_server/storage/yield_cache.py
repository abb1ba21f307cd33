"""A bounded cache of packed yields, shared by all indexes and processes of a user.

It only ever saves work: busy, full or damaged, it answers "not there" and takes nothing, and never fails.
"""

import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import RLock
from typing import Final, Self

from lsp_server.storage.folders import remove_files

_LOG: Final = logging.getLogger(__name__)
_BUSY_TIMEOUT_S: Final = 2.0
_FORMAT: Final = 1
_FRESH_S: Final = 3600.0
"""An entry used within this time is not marked again: reading should not write."""
_KEPT_AFTER_EVICTION: Final = 0.9

_TABLES: Final = """
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


class YieldCache:
    """Bytes by key, the least recently used dropped first. Thread-safe.

    Args:
        path: Its database; created on first use, together with its folder.
        limit_bytes: How much the entries may take together; 0 turns the cache off.
    """

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._lock = RLock()
        self._database: sqlite3.Connection | None = None
        self._is_off = limit_bytes <= 0

    def get(self, key: bytes) -> bytes | None:
        """Return what was put under `key`, or None."""
        return self.get_many((key,)).get(key)

    def get_many(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return what is there of the given keys."""
        found: dict[bytes, bytes] = {}
        stale: list[tuple[float, bytes]] = []
        now = time.time()
        with self._lock:
            try:
                database = self._connected()
                if database is None:
                    return {}
                for key in keys:
                    row = database.execute("SELECT data, used FROM entries WHERE key = ?", (key,)).fetchone()
                    if row is not None:
                        found[key] = row[0]
                        if row[1] < now - _FRESH_S:
                            stale.append((now, key))
                if stale:
                    database.executemany("UPDATE entries SET used = ? WHERE key = ?", stale)
            except sqlite3.Error as error:
                self._failed(error)
        return found

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep `entries`, in one transaction; what is larger than a tenth of the limit is passed over."""
        now = time.time()
        rows = [(k, len(v), now, v) for k, v in entries.items() if len(v) <= self._limit_bytes // 10]
        with self._lock:
            try:
                database = self._connected()
                if database is None or not rows:
                    return
                with database:
                    database.execute("BEGIN IMMEDIATE")
                    database.executemany(
                        "INSERT INTO entries (key, size, used, data) VALUES (?, ?, ?, ?) "
                        "ON CONFLICT (key) DO UPDATE SET used = excluded.used",
                        rows,
                    )
                    self._evict(database)
                database.execute("PRAGMA incremental_vacuum(1000)").fetchall()
            except sqlite3.Error as error:
                self._failed(error)

    def size_bytes(self) -> int:
        """Return how much the entries take together."""
        with self._lock:
            try:
                database = self._connected()
                return (
                    0
                    if database is None
                    else int(database.execute("SELECT size_bytes FROM total").fetchone()[0])
                )
            except sqlite3.Error as error:
                self._failed(error)
                return 0

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            try:
                database = self._connected()
                if database is not None:
                    database.execute("DELETE FROM entries")
                    database.execute("PRAGMA incremental_vacuum").fetchall()
            except sqlite3.Error as error:
                self._failed(error)

    def close(self) -> None:
        """Release the file; a later call opens it again."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> sqlite3.Connection | None:
        if self._database is None and not self._is_off:
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                _LOG.warning("the yield cache is off: %s", error)
                self._is_off = True
                return None
            self._database = sqlite3.connect(
                self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            self._database.execute("PRAGMA synchronous = NORMAL")
            if self._database.execute("PRAGMA user_version").fetchone() != (_FORMAT,):
                self._database.executescript(_TABLES)
        return self._database

    def _evict(self, database: sqlite3.Connection) -> None:
        (size_bytes,) = database.execute("SELECT size_bytes FROM total").fetchone()
        if size_bytes <= self._limit_bytes:
            return
        surplus = size_bytes - int(self._limit_bytes * _KEPT_AFTER_EVICTION)
        doomed = []
        for entry, size in database.execute("SELECT id, size FROM entries ORDER BY used, id"):
            if surplus <= 0:
                break
            doomed.append((entry,))
            surplus -= size
        database.executemany("DELETE FROM entries WHERE id = ?", doomed)

    def _failed(self, error: sqlite3.Error) -> None:
        """Get over a failure: wait for better times when busy or full, start anew when damaged."""
        _LOG.warning("the yield cache was passed over: %s", error)
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL}:
            return
        self.close()
        name = self._path.name
        kept = remove_files(self._path.with_name(name + tail) for tail in ("", "-wal", "-shm"))
        # What can't be deleted, or is damaged again at once, is not worth another try.
        self._is_off = bool(kept)
