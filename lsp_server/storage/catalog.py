"""The catalog: which files, symbols and segments make up the index. Its transaction is the commit point.

One writer, which holds the lease, and any number of readers, in any number of processes. Readers never wait
for the writer (SQLite's write-ahead log, WAL).
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lsp_server.errors import IndexDamaged
from lsp_server.model import FileId
from lsp_server.storage import schema
from lsp_server.storage.records import (
    BatchCommit,
    BatchIntent,
    CatalogCoverage,
    CatalogSnapshot,
    FileState,
    FileStatus,
    FileUpdate,
    MetaValue,
    SegmentEntry,
)
from lsp_server.storage.tombstones import decode_block, encode_block, join_blocks, split_blocks

_NEW_FILE = """INSERT INTO files
               (path, digest, size_bytes, mtime_ns, language, status, reason, n_symbols, generation)
               VALUES (?, x'', 0, 0, '', 'pending', '', 0, 0) ON CONFLICT (path) DO NOTHING"""
_UPDATE_FILE = """UPDATE files SET digest = ?, size_bytes = ?, mtime_ns = ?, language = ?, status = ?,
                  reason = ?, n_symbols = ?, generation = ? WHERE path = ?"""
_ALL_FILES = """SELECT path, id, digest, size_bytes, mtime_ns, language, status, reason, n_symbols
                FROM files"""

_LAST_FILE_ID = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'files'"

_STATUSES = {str(status): status for status in FileStatus}


class Catalog:
    """One index version's `catalog.sqlite3`. Thread-safe; close it when done."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._database = database
        self._lock = RLock()
        self._seen: tuple[int, int] | None = None
        self._opened = _status(path)

    @classmethod
    def open_writer(cls, path: Path) -> Self:
        """Open the catalog for writing, creating it if there is none. Only for the holder of the lease.

        Raises:
            IndexDamaged: The file is not a catalog.
            IndexStorageFailed: The disk is full or read-only.
            IndexBusy: Another process keeps it locked.
        """
        return cls(path, schema.create_or_open(path))

    @classmethod
    def open_reader(cls, path: Path) -> Self:
        """Open the catalog for reading, also on a read-only disk.

        Raises:
            IndexDamaged: The file is missing or not a catalog.
            IndexStorageFailed: It can't be read.
        """
        return cls(path, schema.open_read_only(path))

    def close(self) -> None:
        """Release the file. A second call does nothing."""
        with self._lock:
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading

    def generation(self) -> int:
        """Return the number of the last commit; cheap enough to ask many times a second."""
        with self._reading() as database:
            version = int(database.execute("PRAGMA data_version").fetchone()[0])
            if self._seen is None or self._seen[0] != version:
                self._seen = (version, self._generation())
            return self._seen[1]

    def is_replaced(self) -> bool:
        """Tell whether the index was deleted, and perhaps rebuilt, since this catalog was opened."""
        now = _status(self.path)
        return self._opened is None or now is None or not os.path.samestat(self._opened, now)

    def snapshot(self, previous: CatalogSnapshot | None = None) -> CatalogSnapshot:
        """Return the newest generation, read in one transaction.

        Args:
            previous: An older snapshot of this catalog, to reuse what did not change since.
        """
        with self._reading() as database, schema.transaction(database, "BEGIN"):
            generation = self._generation()
            if previous is not None and previous.generation == generation:
                return previous
            paths, n_files = self._paths(previous)
            blocks: dict[str, list[tuple[int, bytes]]] = {}
            for segment, block, rows in database.execute(
                "SELECT segment, block, rows FROM tombstones ORDER BY segment, block"
            ):
                blocks.setdefault(segment, []).append((block, rows))
            return CatalogSnapshot(
                generation=generation,
                paths=paths,
                n_files=n_files,
                segments=self._segments(),
                tombstones={segment: join_blocks(parts) for segment, parts in blocks.items()},
                meta=dict(database.execute("SELECT key, value FROM meta")),
            )

    def files(self) -> dict[str, FileState]:
        """Return every file that the catalog knows, by path."""
        with self._reading() as database:
            return {path: _file_state(row) for path, *row in database.execute(_ALL_FILES)}

    def file_at(self, path: str) -> FileState | None:
        """Return the file at a path, or None when the catalog does not know it."""
        with self._reading() as database:
            row = database.execute(f"{_ALL_FILES} WHERE path = ?", (path,)).fetchone()
            return None if row is None else _file_state(row[1:])

    def symbol_ids(self, files: Iterable[FileId] | None = None) -> dict[FileId, NDArray[np.uint64]]:
        """Return the symbol ids, u64[n], of each of the given files, or of all files."""
        with self._reading() as database:
            if files is None:
                rows = database.execute("SELECT file, ids FROM file_symbols").fetchall()
            else:
                rows = [
                    row
                    for file in files
                    for row in database.execute("SELECT file, ids FROM file_symbols WHERE file = ?", (file,))
                ]
            return {FileId(file): np.frombuffer(ids, dtype="<u8").astype(np.uint64) for file, ids in rows}

    def coverage(self) -> CatalogCoverage:
        """Return how many files have each status, and how many symbols there are."""
        with self._reading() as database:
            rows = database.execute("SELECT status, count(*), sum(n_symbols) FROM files GROUP BY status")
            totals = {status: (int(files), int(symbols)) for status, files, symbols in rows}
        counts = {str(status): totals.get(str(status), (0, 0))[0] for status in FileStatus}
        return CatalogCoverage(**counts, symbols=sum(symbols for _, symbols in totals.values()))

    def leftover_intent(self) -> BatchIntent | None:
        """Return the files of batches that were begun but never committed, or None."""
        with self._reading() as database:
            rows = database.execute("SELECT path, file, removed FROM intents").fetchall()
        if not rows:
            return None
        return BatchIntent(
            changed={path: FileId(file) for path, file, removed in rows if not removed},
            removed={path: FileId(file) for path, file, removed in rows if removed},
        )

    def unlisted_segments(self, folder: Path) -> list[Path]:
        """Return the files in the segments folder that are not listed: retired, or left by a crash."""
        with self._reading():
            listed = {segment.name for segment in self._segments()}
            return sorted(entry for entry in folder.iterdir() if entry.is_file() and entry.name not in listed)

    def problems(self) -> list[str]:
        """Return what is wrong inside the catalog itself, one sentence each; for `doctor`."""
        with self._reading() as database:
            found = schema.check_database(database)
            found += [
                f"{path}: {n_symbols} symbols are counted, {len(ids) // 8} recorded"
                for path, n_symbols, ids in database.execute(
                    "SELECT path, n_symbols, ifnull(ids, x'') FROM files "
                    "LEFT JOIN file_symbols ON file = id WHERE length(ifnull(ids, x'')) <> 8 * n_symbols"
                )
            ]
            found += [
                f"symbols of a file that is not listed (file {file})"
                for (file,) in database.execute(
                    "SELECT file FROM file_symbols WHERE file NOT IN (SELECT id FROM files)"
                )
            ]
            found += [
                f"tombstones of a segment that is not listed ({segment})"
                for (segment,) in database.execute(
                    "SELECT DISTINCT segment FROM tombstones WHERE segment NOT IN (SELECT name FROM segments)"
                )
            ]
        return found

    # Writing: only by the holder of the lease

    def discover(self, paths: Iterable[str]) -> None:
        """Add files that were seen but are not indexed yet, so that coverage counts them as pending."""
        with self._writing() as database:
            database.executemany(_NEW_FILE, ((path,) for path in paths))

    def begin(self, changed: Sequence[str], removed: Sequence[str] = ()) -> BatchIntent:
        """Durably record which files a batch will change (its intent), before anything of it is written.

        Args:
            changed: Paths that will be indexed; new ones get their file id here.
            removed: Paths that will leave the index; unknown ones are ignored.

        Returns:
            The file ids. Intents of earlier batches that never committed stay until a commit covers their
            paths.
        """
        with self._writing() as database:
            database.executemany(_NEW_FILE, ((path,) for path in changed))
            intent = BatchIntent(changed=self._file_ids(changed), removed=self._file_ids(removed))
            database.executemany(
                "INSERT OR REPLACE INTO intents VALUES (?, ?, 0)", list(intent.changed.items())
            )
            database.executemany(
                "INSERT OR REPLACE INTO intents VALUES (?, ?, 1)", list(intent.removed.items())
            )
            return intent

    def commit(self, batch: BatchCommit) -> int:
        """Make `batch` part of the index, in one durable transaction.

        Returns:
            The new generation.

        Raises:
            KeyError: A file was not passed to `begin` or `discover`, or tombstones name an unlisted segment.
            IndexStorageFailed: The disk is full or read-only; the previous generation stays in force.
        """
        with self._writing() as database:
            generation = self._generation() + 1
            self._remove_files(batch.removed)
            self._update_files(batch.updated, generation)
            database.executemany(
                "INSERT INTO segments VALUES (?, ?, ?, ?, ?)",
                [(s.name, s.n_rows, s.size_bytes, s.checksum, generation) for s in batch.segments],
            )
            for segment, rows in batch.tombstones.items():
                self._add_tombstones(segment, rows)
            retired = [(name,) for name in batch.retired]
            database.executemany("DELETE FROM segments WHERE name = ?", retired)
            database.executemany("DELETE FROM tombstones WHERE segment = ?", retired)
            self._put_meta({**batch.meta, "generation": generation})
            covered = (*batch.removed, *(update.path for update in batch.updated))
            database.executemany("DELETE FROM intents WHERE path = ?", ((path,) for path in covered))
        with self._lock:
            self._seen = None
        return generation

    def set_meta(self, **facts: MetaValue) -> None:
        """Set metadata outside a batch, without a new generation."""
        with self._writing():
            self._put_meta(facts)

    # Inside a transaction, or a single statement

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, schema.translated_errors(self.path):
            try:
                yield self._database
            except (ValueError, LookupError, TypeError) as error:
                raise IndexDamaged(
                    f"The catalog at {self.path} has an invalid value: {error}.",
                    path=str(self.path),
                ) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, schema.translated_errors(self.path), schema.transaction(self._database):
            yield self._database

    def _generation(self) -> int:
        return int(self._database.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])

    def _segments(self) -> tuple[SegmentEntry, ...]:
        rows = self._database.execute(
            "SELECT name, n_rows, size_bytes, checksum FROM segments ORDER BY rowid"
        )
        return tuple(SegmentEntry(*row) for row in rows)

    def _paths(self, previous: CatalogSnapshot | None) -> tuple[tuple[str, ...], int]:
        # The largest id ever used, not the largest in use: segment rows may still refer to a removed file.
        (last_id,) = self._database.execute(_LAST_FILE_ID).fetchone()
        (n_files,) = self._database.execute("SELECT count(*) FROM files WHERE status = 'indexed'").fetchone()
        if previous is not None:
            paths = [*previous.paths, *[""] * (last_id + 1 - len(previous.paths))]
            n_known = previous.n_files
            for file, path, status in self._database.execute(
                "SELECT id, path, status FROM files WHERE generation > ?", (previous.generation,)
            ):
                path_now = path if status == "indexed" else ""
                n_known += bool(path_now) - bool(paths[file])
                paths[file] = path_now
            # An id never changes its path, and everything new was added: equal counts mean no removals.
            if n_known == n_files:
                return tuple(paths), n_files
        paths = [""] * (last_id + 1)
        for file, path in self._database.execute("SELECT id, path FROM files WHERE status = 'indexed'"):
            paths[file] = path
        return tuple(paths), n_files

    def _file_ids(self, paths: Iterable[str]) -> dict[str, FileId]:
        found: dict[str, FileId] = {}
        for path in paths:
            row = self._database.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
            if row is not None:
                found[path] = FileId(row[0])
        return found

    def _remove_files(self, paths: Sequence[str]) -> None:
        self._database.executemany(
            "DELETE FROM file_symbols WHERE file = (SELECT id FROM files WHERE path = ?)",
            ((path,) for path in paths),
        )
        self._database.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in paths))

    def _update_files(self, updates: Sequence[FileUpdate], generation: int) -> None:
        files = self._file_ids(update.path for update in updates)
        self._database.executemany(
            _UPDATE_FILE,
            [
                (
                    u.digest,
                    u.size_bytes,
                    u.mtime_ns,
                    u.language,
                    str(u.status),
                    u.reason,
                    len(u.symbol_ids),
                    generation,
                    u.path,
                )
                for u in updates
            ],
        )
        self._database.executemany(
            "INSERT OR REPLACE INTO file_symbols VALUES (?, ?)",
            [(files[u.path], np.asarray(u.symbol_ids).astype("<u8").tobytes()) for u in updates],
        )

    def _add_tombstones(self, segment: str, rows: NDArray[np.uint32]) -> None:
        if self._database.execute("SELECT 1 FROM segments WHERE name = ?", (segment,)).fetchone() is None:
            raise KeyError(segment)
        for block, dead in split_blocks(rows):
            known = self._database.execute(
                "SELECT rows FROM tombstones WHERE segment = ? AND block = ?", (segment, block)
            ).fetchone()
            together = dead if known is None else np.union1d(dead, decode_block(known[0]))
            self._database.execute(
                "INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?)", (segment, block, encode_block(together))
            )

    def _put_meta(self, facts: dict[str, MetaValue]) -> None:
        self._database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(facts.items()))


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _file_state(row: Sequence[Any]) -> FileState:
    file, digest, size_bytes, mtime_ns, language, status, reason, n_symbols = row
    return FileState(file, digest, size_bytes, mtime_ns, language, _STATUSES[status], reason, n_symbols)
