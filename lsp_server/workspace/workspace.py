"""All folders that one client has open, as the front ends see them."""

import itertools
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from lsp_server.embedding import CrossEncoder
from lsp_server.errors import WorkspaceNotFound
from lsp_server.indexing.scanning.ignore import IGNORE_FILES
from lsp_server.model import Cursor
from lsp_server.search.cancel import Cancel
from lsp_server.search.results import Coverage, SearchOutcome, SearchRequest, SearchResult
from lsp_server.settings import LoadedSettings, Settings
from lsp_server.workspace.closing import all_at_once
from lsp_server.workspace.documents import OpenDocuments, real_path
from lsp_server.workspace.explanation import OUTSIDE, behind_link
from lsp_server.workspace.folder_searches import FolderSearches
from lsp_server.workspace.metrics import Percentiles, resident_bytes
from lsp_server.workspace.nested import innermost
from lsp_server.workspace.open_folder import OpenFolder, problems_of, work_of
from lsp_server.workspace.rerankers import Rerankers
from lsp_server.workspace.service import FolderParts, FolderService
from lsp_server.workspace.service_listener import ServiceListener
from lsp_server.workspace.status import FolderStatus, IndexState, Metrics, PathExplanation, WorkspaceStatus
from lsp_server.workspace.turns import Turns

logger = logging.getLogger(__name__)


class Composition(Protocol):
    """What the composition root provides."""

    def load_settings(self, folder: Path | None, client: Mapping[str, Any]) -> LoadedSettings:
        """Return the settings of a folder (or of none), with the client's on top."""

    def folder_parts(self, folder: Path, settings: Settings) -> FolderParts:
        """Assemble the collaborators of one folder's service."""

    def load_reranker(self, wanted: str) -> CrossEncoder:
        """Load a cross-encoder."""

    def apply_settings(self, settings: Settings) -> None:
        """Apply the settings that hold for the whole process, such as the log level."""


class Workspace:
    """The folders of one client. Thread-safe; all but searches, `explain_path` and `close` return quickly.

    Args:
        composition: Makes what a folder needs.
        on_status: Called from any thread when the status may have changed.
    """

    def __init__(self, composition: Composition, on_status: Callable[[WorkspaceStatus], None]) -> None:
        self._composition = composition
        self._on_status = on_status
        self._changing = threading.RLock()
        """Held while folders or settings change; never by a search, a status or a service's thread."""
        self._client_settings: Mapping[str, Any] = {}
        self._folders: dict[Path, OpenFolder] = {}
        """Copy-on-write, so that it can be read without a lock."""
        self._documents = OpenDocuments()
        self._state_without_folders = IndexState.STARTING
        self._updates = Percentiles()
        self._turns = Turns()
        self._embedded_before = 0
        self._rerankers = Rerankers(composition.load_reranker, self._publish_status)
        self._searches = FolderSearches(self._rerankers)
        self._general = composition.load_settings(None, {})
        self._publishing = threading.Lock()
        self._status_numbers = itertools.count(1)
        self._last_published = 0

    # Folders

    def open(self, folders: Sequence[Path]) -> None:
        """Start following these folders."""
        for folder in folders:
            self.add_folder(folder)
        self._state_without_folders = IndexState.READY
        self._publish_status()

    def add_folder(self, path: Path) -> None:
        """Follow one more folder."""
        with self._changing:
            if path in self._folders:
                return
            loaded = self._composition.load_settings(path, self._client_settings)
            for problem in loaded.problems:
                logger.warning("%s", problem)
            self._start(path, loaded, None)
        self._publish_status()

    def remove_folder(self, path: Path) -> None:
        """Stop following a folder."""
        with self._changing:
            folder = self._folders.get(path)
            if folder is None:
                return
            self._folders = {known: one for known, one in self._folders.items() if known != path}
            self._embedded_before += folder.service.background.embedded_symbols
        threading.Thread(target=folder.service.close, name="folder-close", daemon=True).start()
        self._publish_status()

    def close(self) -> None:
        """End all child processes and close the indexes, within a second."""
        with self._changing:
            folders, self._folders = list(self._folders.values()), {}
        all_at_once([one.service.close for one in folders])

    def _start(self, path: Path, loaded: LoadedSettings, before: FolderService | None) -> None:
        parts = self._composition.folder_parts(path, loaded.settings)
        listener = ServiceListener(
            self._publish_status, lambda: self._settings_file_changed(path), self._updates, self._turns
        )
        service = FolderService(parts, listener, before)
        folder = OpenFolder(path, real_path(path), loaded, service)
        self._folders = {**self._folders, path: folder}
        for file, text in self._documents:
            if _is_below(file, folder.real):
                service.open_document(_relative(file, folder.real), text)
        service.start()

    # Settings

    def configure(self, client_settings: Mapping[str, Any]) -> None:
        """Set the client's layer of settings; it takes effect at once, and the status reports mistakes."""
        with self._changing:
            loaded = self._composition.load_settings(None, client_settings)
            self._client_settings = dict(client_settings)
            self._general = loaded
            self._composition.apply_settings(loaded.settings)
            for path in self._folders:
                self._load_settings(path)
            folders = self._folders.values()
            self._rerankers.forget_all_but({one.settings.search.rerank_model for one in folders})
        self._publish_status()

    def _settings_file_changed(self, path: Path) -> None:
        """Read a folder's settings file again; in a new thread, as the calling one may be ended by that."""

        def load() -> None:
            with self._changing:
                self._load_settings(path)
            self._publish_status()

        threading.Thread(target=load, name="folder-settings", daemon=True).start()

    def _load_settings(self, path: Path) -> None:
        folder = self._folders.get(path)
        if folder is None:
            return
        loaded = self._composition.load_settings(path, self._client_settings)
        for problem in loaded.problems:
            if problem not in folder.loaded.problems:
                logger.warning("%s", problem)
        if _concerns_index(loaded.settings) == _concerns_index(folder.settings):
            self._folders = {**self._folders, path: replace(folder, loaded=loaded)}
        else:
            logger.info("the settings of %s changed", path)
            self._start_anew(folder, loaded)

    def _start_anew(self, folder: OpenFolder, loaded: LoadedSettings) -> None:
        self._embedded_before += folder.service.background.embedded_symbols
        self._start(folder.path, loaded, folder.service)
        threading.Thread(target=folder.service.retire, name="folder-retire", daemon=True).start()

    def _try_again(self, folder: OpenFolder) -> None:
        """Try again to open a folder that could not be opened; in a thread, so no search waits for it."""

        def start() -> None:
            with self._changing:
                if self._folders.get(folder.path) is folder:
                    self._start_anew(folder, folder.loaded)

        threading.Thread(target=start, name="folder-retry", daemon=True).start()

    def settings_for(self, file: Path | None) -> Settings:
        """Return the settings of the folder that a file is in; those of the first folder for None."""
        if file is None:
            return next((folder.settings for folder in self._folders.values()), self._general.settings)
        located = self._located(real_path(file))
        return self._general.settings if located is None else located[0].settings

    # Searches

    def search(
        self,
        request: SearchRequest,
        cancel: Cancel,
        on_partial: Callable[[Sequence[SearchResult]], None] | None = None,
    ) -> SearchOutcome:
        """Answer a search.

        Raises:
            WorkspaceNotFound: The request names a folder that is not open.
            InvalidParams: A path pattern is not a valid gitignore pattern.
            Cancelled: The search was called off.
        """
        return self._searches.search(self._folders_to_search(request.folder), request, cancel, on_partial)

    def palette(self, query: str, limit: int, cancel: Cancel) -> tuple[SearchResult, ...]:
        """Answer `workspace/symbol`: names first, then meaning."""
        meaning = self.settings_for(None).palette.meaning
        return self._searches.palette(self._folders_to_search(None), query, limit, cancel, meaning=meaning)

    def related(self, path: Path, cursor: Cursor, limit: int, cancel: Cancel) -> SearchOutcome:
        """Find what is closest in meaning to the innermost symbol at a position.

        Raises:
            WorkspaceNotFound: The file is in none of the folders.
        """
        located = self._located(real_path(path))
        if located is None:
            raise WorkspaceNotFound(f"{path} is in none of the open folders.", "Open its folder first.")
        folder, relative = located
        folders = [folder, *(one for one in self._folders.values() if one is not folder)]
        return self._searches.related(folders, relative, cursor, limit, cancel)

    def _folders_to_search(self, path: Path | None) -> list[OpenFolder]:
        folders = self._selected(path)
        for folder in folders:
            if folder.service.should_retry:
                self._try_again(folder)
        return folders

    def _selected(self, path: Path | None) -> list[OpenFolder]:
        folders = self._folders
        if path is None:
            return list(folders.values())
        if path not in folders:
            known = ", ".join(str(one) for one in folders) or "none"
            raise WorkspaceNotFound(f"{path} is not open.", f"Open folders: {known}.")
        return [folders[path]]

    # State

    def status(self, folder: Path | None = None) -> WorkspaceStatus:
        """Return the status of one folder, or of all.

        Raises:
            WorkspaceNotFound: The folder is not open.
        """
        folders = self._selected(folder)
        statuses = tuple(self._status_of(one) for one in folders)
        worst = max(statuses, key=lambda status: status.state.severity, default=None)
        return WorkspaceStatus(
            state=worst.state if worst is not None else self._state_without_folders,
            message=None if worst is None else worst.message or _first_message(statuses),
            coverage=sum((status.coverage for status in statuses), Coverage()),
            folders=statuses,
            metrics=self._metrics([one.service for one in folders]),
            problems=problems_of([self._general, *(one.loaded for one in folders)]),
            work=work_of(folders),
        )

    def _status_of(self, folder: OpenFolder) -> FolderStatus:
        status = folder.service.status()
        return replace(status, message=status.message or self._rerankers.message(folder.settings.search))

    def _metrics(self, services: Sequence[FolderService]) -> Metrics:
        running = [job for service in services if (job := service.background.progress) is not None]
        embedded = sum(service.background.embedded_symbols for service in services)
        return Metrics(
            files_per_second=sum(one.files_per_second for one in running) if running else None,
            symbols_per_second=sum(one.symbols_per_second for one in running) if running else None,
            embedded_symbols=self._embedded_before + embedded,
            search_p50_ms=self._searches.took_ms.at(0.5),
            search_p99_ms=self._searches.took_ms.at(0.99),
            update_p50_ms=self._updates.at(0.5),
            update_p99_ms=self._updates.at(0.99),
            resident_bytes=resident_bytes(),
        )

    def _publish_status(self) -> None:
        """Publish the status, unless a thread that took it later has done so already."""
        number = next(self._status_numbers)
        status = self.status()
        with self._publishing:
            if number > self._last_published:
                self._last_published = number
                self._on_status(status)

    def pause(self) -> None:
        """Stop background work until `resume`; the pause survives restarts."""
        for folder in self._folders.values():
            folder.service.background.pause()

    def resume(self) -> None:
        """Resume background work."""
        for folder in self._folders.values():
            folder.service.background.resume()

    def rebuild(self) -> None:
        """Rebuild the index of every folder, answering from the old ones meanwhile."""
        for folder in self._folders.values():
            if folder.service.is_open:
                folder.service.background.rebuild()
            else:
                self._try_again(folder)

    def explain_path(self, path: Path) -> PathExplanation:
        """Return whether a file is indexed, and why."""
        real, folders = real_path(path), self._folders
        named = innermost(path, folders)
        if named is not None and folders[named].real / path.relative_to(named) != real:
            return behind_link(real)
        located = self._located(real)
        if located is None:
            return OUTSIDE
        folder, relative = located
        return folder.service.explain(relative)

    # Documents and files

    def change_document(self, path: Path, text: str) -> None:
        """Search this text of a document that was opened or changed, instead of the file on disk."""
        with self._changing:
            self._show(self._documents.put(path, text), text)

    def close_document(self, path: Path) -> None:
        """Return to what is on disk."""
        with self._changing:
            removed = self._documents.remove(path)
            if removed is None:
                return
            file, text = removed
            if text is not None:
                self._show(file, text)
            else:
                self._hide(file)

    def _hide(self, file: Path) -> None:
        for service, path in self._folders_of(file):
            service.close_document(path)

    def _show(self, file: Path, text: str) -> None:
        for service, path in self._folders_of(file):
            service.open_document(path, text)

    def _folders_of(self, file: Path) -> list[tuple[FolderService, str]]:
        """Return every folder that a file is in, with its path there; each folder may be searched alone."""
        return [
            (folder.service, _relative(file, folder.real))
            for folder in self._folders.values()
            if _is_below(file, folder.real)
        ]

    def files_changed(self, paths: Sequence[Path]) -> None:
        """Look at these files or folders again."""
        for folder in self._folders.values():
            changed = {
                _relative(one, root)
                for path in paths
                for one, root in ((path, folder.path), (real_path(path), folder.real))
                if one.is_relative_to(root)
            }
            if any(_rules_from_above(path, folder.real) for path in paths):
                folder.service.rules_changed()
            if changed:
                folder.service.changed(sorted(changed))

    def _located(self, file: Path) -> tuple[OpenFolder, str] | None:
        """Return the innermost folder that a file is in, and its path there."""
        folders: dict[Path, OpenFolder] = {}
        for folder in self._folders.values():
            folders.setdefault(folder.real, folder)
        real = innermost(file, folders)
        return None if real is None else (folders[real], file.relative_to(real).as_posix())


def _rules_from_above(path: Path, root: Path) -> bool:
    """Return whether a path is an ignore file of a folder above the workspace folder."""
    return path.name in IGNORE_FILES and real_path(path).parent in root.parents


def _is_below(file: Path, root: Path) -> bool:
    """Return whether a document is in a folder; some editors open the folder itself as a document."""
    return file != root and file.is_relative_to(root)


def _relative(path: Path, root: Path) -> str:
    """Return a path as the index has it: the folder itself is the empty string."""
    relative = path.relative_to(root).as_posix()
    return "" if relative == "." else relative


def _concerns_index(settings: Settings) -> tuple[object, ...]:
    """Return the settings whose change needs a new service, indexer and workers."""
    return settings.indexing, settings.model, settings.storage, settings.search.recall_target


def _first_message(statuses: Sequence[FolderStatus]) -> str | None:
    return next((status.message for status in statuses if status.message), None)
