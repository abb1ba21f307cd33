"""Where indexes live: one folder per workspace folder, one version folder in it per format and model.

    <base>/indexes/<name>-<hash>/   workspace.json  control.json  lease.lock  v<format>-<fingerprint>/
    v<format>-<fingerprint>/        catalog.sqlite3  segments/  text/  ready  readers.lock

On Windows, files that a reader has open can't be deleted. What then remains of a version is marked `deleted`,
and the next version of that format and model gets a number: v<format>-<fingerprint>.2/

Nothing is ever written in the workspace itself.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

from lsp_server.disk import with_home
from lsp_server.errors import IndexBusy, IndexStorageFailed
from lsp_server.own_folders import own_folder
from lsp_server.storage.files import database_files, folder_bytes, remove_files
from lsp_server.storage.json_notes import read_json, write_json
from lsp_server.storage.lease import WriterLease, is_held, is_read_locked
from lsp_server.storage.path_identity import folder_hash

FORMAT_VERSION: Final = 4
"""To be raised whenever the format of anything in a version folder changes: catalog, segments, text index."""

EXPIRY_S: Final = 60 * 24 * 3600.0
_FOLDER_NAME: Final = re.compile(r".+-[0-9a-f]{16}")
_VERSION_NAME: Final = re.compile(r"v(\d+)-([0-9a-f]+)(?:\.\d+)?")
_NOTES: Final = re.compile(r"(workspace\.json|control\.json|lease\.lock).*")


@dataclass(frozen=True, slots=True)
class IndexVersion:
    """One version of an index, for one format and one model."""

    path: Path
    format_version: int
    fingerprint: str

    @property
    def catalog(self) -> Path:
        """The catalog's database."""
        return self.path / "catalog.sqlite3"

    @property
    def segments(self) -> Path:
        """The folder of vector segments."""
        return self.path / "segments"

    @property
    def text(self) -> Path:
        """The folder of the text index."""
        return self.path / "text"

    @property
    def is_ready(self) -> bool:
        """Whether it has covered the whole workspace once, so that no older version needs to answer."""
        return (self.path / "ready").is_file()

    @property
    def is_deleted(self) -> bool:
        """Whether it is what remains of a deleted version, because a reader had files of it open."""
        return (self.path / "deleted").is_file()

    @property
    def readers_lock(self) -> Path:
        """The lock file that readers hold a shared lock on; see `ReaderLock`."""
        return self.path / "readers.lock"

    @property
    def is_whole(self) -> bool:
        """Whether it has all of its folders."""
        return self.segments.is_dir() and self.text.is_dir()

    def create(self) -> Self:
        """Create those of its folders that are missing.

        Raises:
            IndexStorageFailed: The disk is full or read-only.
        """
        with _storage_errors(self.path):
            for folder in (self.path, self.segments, self.text):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def mark_ready(self) -> None:
        """Record that it has covered the whole workspace; see `is_ready`."""
        with _storage_errors(self.path):
            (self.path / "ready").touch()

    def size_bytes(self) -> int:
        """Return its size on disk."""
        return folder_bytes(self.path)

    def delete(self) -> bool:
        """Delete it as far as possible; True when nothing remains. Only for the holder of the lease."""
        remove_files((self.path / "ready", self.catalog))
        shutil.rmtree(self.path, ignore_errors=True)
        self.disown_remains()
        return not self.path.exists()

    def disown_remains(self) -> None:
        """Mark what remains as deleted, so that nobody takes it for an index; needed only with a catalog."""
        if self.catalog.exists():
            with suppress(OSError):
                (self.path / "deleted").touch()

    def delete_unless_read(self) -> bool:
        """Delete it if nobody reads it; True when nothing remains. Only for the holder of the lease."""
        return not is_read_locked(self.readers_lock) and self.delete()


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """The index of one workspace folder, with all its versions.

    Attributes:
        path: The index's folder.
        workspace: The workspace folder, as it was opened.
    """

    path: Path
    workspace: Path

    @property
    def lease_lock(self) -> Path:
        """The lock file of the writer lease."""
        return self.path / "lease.lock"

    def create(self) -> Self:
        """Create the folder and its `workspace.json` if they are missing.

        Raises:
            IndexStorageFailed: The disk is full or read-only.
        """
        with _storage_errors(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (self.path / "workspace.json").is_file():
                self._describe(time.time())
        return self

    def touch(self, now: float | None = None) -> None:
        """Record that the index is in use; does nothing on a disk that can't be written."""
        with suppress(OSError):
            self._describe(time.time() if now is None else now)

    def last_used(self) -> float:
        """Return when it was last used, in seconds since the epoch; 0 when unknown."""
        used = read_json(self.path / "workspace.json").get("lastUsed")
        return float(used) if isinstance(used, int | float) else 0.0

    def has_workspace(self) -> bool:
        """Tell whether the workspace folder exists; False also below a folder that we may not enter."""
        try:
            self.workspace.stat()  # `Path.exists` raises below a folder that it may not enter
        except (OSError, ValueError):
            return False
        return True

    def is_being_written(self) -> bool:
        """Tell whether a process holds the writer lease right now."""
        return is_held(self.lease_lock)

    def is_paused(self) -> bool:
        """Tell whether the user paused indexing here, in this run or an earlier one."""
        return read_json(self.path / "control.json").get("paused") is True

    def pause(self) -> None:
        """Store that indexing is paused here."""
        self._control({"paused": True})

    def resume(self) -> None:
        """Store that indexing is not paused here."""
        self._control({"paused": False})

    def version(self, fingerprint: str) -> IndexVersion:
        """Return the version of the current format for a model; it need not exist yet."""
        for version in self.versions():
            if (version.format_version, version.fingerprint) == (FORMAT_VERSION, fingerprint):
                return version
        name = f"v{FORMAT_VERSION}-{fingerprint}"
        paths = (self.path / (name if number == 1 else f"{name}.{number}") for number in count(1))
        numbered = (IndexVersion(path, FORMAT_VERSION, fingerprint) for path in paths)
        # One that is there all the same could not be listed, as where too many files are open.
        return next(
            one for one in numbered if not one.path.exists() or (one.path.is_dir() and not one.is_deleted)
        )

    def versions(self) -> list[IndexVersion]:
        """Return the versions on disk: ready ones first, then by format and age, newest first."""
        found = [version for version in self._all_versions() if not version.is_deleted]
        return sorted(found, key=lambda v: (v.is_ready, v.format_version, _mtime(v.path)), reverse=True)

    def remains(self) -> list[IndexVersion]:
        """Return what remains of deleted versions because readers had files of them open."""
        return [version for version in self._all_versions() if version.is_deleted]

    def size_bytes(self) -> int:
        """Return the size of everything in it on disk."""
        return folder_bytes(self.path)

    def delete(self) -> bool:
        """Delete the index; True when nothing remains (Windows keeps files that a reader has mapped).

        Raises:
            IndexBusy: Another process is writing it.
        """
        if not self.path.is_dir():
            return True
        with WriterLease.acquire(self.lease_lock) as lease:
            versions = self._all_versions()
            for version in versions:
                version.delete()
            shutil.rmtree(self.path, ignore_errors=True)
            for version in versions:
                version.disown_remains()
            lock_remains = not lease.is_lost  # another process may have made a new one by now
        if lock_remains:
            # Windows deletes it only once it is closed. Only that: another process may have begun to write.
            with suppress(OSError):
                self.lease_lock.unlink()
                self.path.rmdir()
        return not self.path.exists()

    def _all_versions(self) -> list[IndexVersion]:
        return [
            IndexVersion(entry, int(match[1]), match[2])
            for entry in _entries(self.path)
            if (match := _VERSION_NAME.fullmatch(entry.name)) and entry.is_dir()
        ]

    def _describe(self, last_used: float) -> None:
        write_json(self.path / "workspace.json", {"path": str(self.workspace), "lastUsed": last_used})

    def _control(self, control: dict[str, Any]) -> None:
        with _storage_errors(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_json(self.path / "control.json", control)


@dataclass(frozen=True, slots=True)
class IndexRoot:
    """The location of all indexes and of the cache of analyses.

    Attributes:
        base: The folder that everything is below.
    """

    base: Path

    @classmethod
    def default(cls) -> Self:
        """Return the root in the platform's user cache folder."""
        return cls(own_folder("cache"))

    @classmethod
    def at(cls, index_dir: str) -> Self:
        """Return the root at the folder that the setting names, or the default if it is empty."""
        return cls(with_home(os.path.expandvars(index_dir)).absolute()) if index_dir else cls.default()

    @property
    def analysis_cache(self) -> Path:
        """The database of the cache of analyses."""
        return self.base / "analyses.sqlite3"

    @property
    def analysis_cache_files(self) -> tuple[Path, ...]:
        """All files that the cache's database may consist of."""
        return database_files(self.analysis_cache)

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """The paths below the base that are ours; the user may keep other files there, too."""
        return (self.base / "indexes", *self.analysis_cache_files)

    def create(self) -> Self:
        """Create the base folder if it is missing.

        Raises:
            IndexStorageFailed: The disk is full or read-only.
        """
        with _storage_errors(self.base):
            # One by one: with `parents=True` the mode applies only to the last folder.
            self.base.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.base / "indexes").mkdir(mode=0o700, exist_ok=True)
        return self

    def folder_of(self, workspace: Path) -> IndexFolder:
        """Return the index folder of a workspace folder, the same for all its spellings; creates nothing."""
        # Not `resolve`, which raises on a cycle of links.
        name = re.sub(r"[^a-z0-9._-]+", "_", Path(os.path.realpath(workspace)).name.lower())[:40] or "_"
        return IndexFolder(self.base / "indexes" / f"{name}-{folder_hash(workspace)}", workspace)

    def folders(self) -> list[IndexFolder]:
        """Return all index folders, sorted by the path of their workspace."""
        found = []
        for entry in _entries(self.base / "indexes"):
            workspace = read_json(entry / "workspace.json").get("path")
            if isinstance(workspace, str):
                found.append(IndexFolder(entry, Path(workspace)))
        return sorted(found, key=lambda folder: str(folder.workspace))

    def undescribed(self) -> list[IndexFolder]:
        """Return index folders without `workspace.json`; a folder that doesn't look like one is not ours."""
        described = {folder.path for folder in self.folders()}
        entries = [entry for entry in _entries(self.base / "indexes") if entry not in described]
        return [IndexFolder(entry, entry) for entry in entries if _looks_like_index(entry)]

    def expire(self, now: float | None = None) -> list[Path]:
        """Delete indexes whose workspace folder is gone and that nobody has used for `EXPIRY_S`.

        And the cache of an earlier version of the program, which nothing uses any more.

        Returns:
            The workspace folders of the deleted indexes. An index that is being written, or can't be, stays.
        """
        now = time.time() if now is None else now
        expired = []
        for folder in self.folders():
            if folder.has_workspace() or now - folder.last_used() <= EXPIRY_S:
                continue
            with suppress(IndexBusy, IndexStorageFailed):
                folder.delete()
                expired.append(folder.workspace)
        return expired


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IndexStorageFailed(
            f"The index folder {path} can't be written: {error.strerror or error}.",
            "Free some space on that disk and check that you may write there, or choose another folder with "
            "`--index-dir`.",
            path=str(path),
        ) from error


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _looks_like_index(path: Path) -> bool:
    if path.is_symlink() or not _FOLDER_NAME.fullmatch(path.name):
        return False
    try:
        names = [entry.name for entry in path.iterdir()]
    except OSError:
        return False
    return all(_VERSION_NAME.fullmatch(name) or _NOTES.fullmatch(name) for name in names)


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
