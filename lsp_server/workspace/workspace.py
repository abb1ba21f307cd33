"""All folders that one client has open, as the front ends see them."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from lsp_server.errors import WorkspaceNotFound
from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.palette import CentralSymbols, palette
from lsp_server.search.related import related
from lsp_server.search.results import Coverage, Found, SearchOutcome, SearchRequest
from lsp_server.search.view import FolderView
from lsp_server.settings import LoadedSettings, SettingProblem, Settings
from lsp_server.workspace.metrics import Percentiles, resident_bytes
from lsp_server.workspace.service import FolderParts, FolderService
from lsp_server.workspace.status import FolderStatus, IndexState, Metrics, PathExplanation, WorkspaceStatus

logger = logging.getLogger(__name__)

Encoding = Literal["utf8", "utf16", "utf32"]
"""The unit of a position's column, named like the fields of `model.Position`."""


class Composition(Protocol):
    """What the composition root provides."""

    def load_settings(self, folder: Path | None, client: Mapping[str, Any]) -> LoadedSettings:
        """Return the settings of a folder, or outside of any, under what the client sent."""

    def folder_parts(self, folder: Path, settings: Settings) -> FolderParts:
        """Put together what one folder's service works with."""

    def apply_settings(self, settings: Settings) -> None:
        """Apply what holds for the whole process, such as the level of the log."""


class Workspace:
    """The folders of one client. Thread-safe; everything but searches and `close` returns soon.

    Args:
        composition: Makes what is needed for a folder.
        on_status: Called from any thread when the status may have changed.
    """

    def __init__(self, composition: Composition, on_status: Callable[[WorkspaceStatus], None]) -> None:
        self._composition = composition
        self._on_status = on_status
        self._lock = threading.RLock()
        self._client_settings: Mapping[str, Any] = {}
        self._services: dict[Path, FolderService] = {}
        self._settings: dict[Path, Settings] = {}
        self._documents: dict[Path, str] = {}
        self._state_without_folders = IndexState.STARTING
        self._searches = Percentiles()
        self._central = CentralSymbols()
        self._general = composition.load_settings(None, {}).settings

    # Folders

    def open(self, folders: Sequence[Path]) -> None:
        """Start to follow these folders."""
        for folder in folders:
            self.add_folder(folder)
        self._state_without_folders = IndexState.READY
        self._tell()

    def add_folder(self, path: Path) -> None:
        """Follow one more folder."""
        with self._lock:
            if path in self._services:
                return
            loaded = self._composition.load_settings(path, self._client_settings)
            for problem in loaded.problems:
                logger.warning("%s", problem)
            self._start(path, loaded.settings)
        self._tell()

    def remove_folder(self, path: Path) -> None:
        """Follow a folder no longer."""
        with self._lock:
            service = self._services.pop(path, None)
            self._settings.pop(path, None)
        if service is not None:
            threading.Thread(target=service.close, daemon=True).start()
        self._tell()

    def close(self) -> None:
        """End all children and let go of the indexes."""
        with self._lock:
            services = list(self._services.values())
            self._services.clear()
        closings = [threading.Thread(target=service.close, daemon=True) for service in services]
        for closing in closings:
            closing.start()
        for closing in closings:
            closing.join()

    def _start(self, folder: Path, settings: Settings) -> None:
        service = FolderService(self._composition.folder_parts(folder, settings), self._tell)
        self._services[folder] = service
        self._settings[folder] = settings
        service.start()
        for path, text in self._documents.items():
            if self._service_of(path) is service:
                service.open_document(_relative(path, folder), text)

    # Settings

    def configure(self, client_settings: Mapping[str, Any]) -> tuple[SettingProblem, ...]:
        """Take the client's layer of settings; it takes effect at once. Returns what was wrong with it."""
        problems: dict[SettingProblem, None] = {}
        with self._lock:
            self._client_settings = dict(client_settings)
            loaded = self._composition.load_settings(None, client_settings)
            problems.update(dict.fromkeys(loaded.problems))
            self._general = loaded.settings
            self._composition.apply_settings(loaded.settings)
            for folder in list(self._services):
                loaded = self._composition.load_settings(folder, client_settings)
                problems.update(dict.fromkeys(loaded.problems))
                self._change_settings(folder, loaded.settings)
        self._tell()
        return tuple(problems)

    def _change_settings(self, folder: Path, settings: Settings) -> None:
        before = self._settings[folder]
        self._settings[folder] = settings
        concerns = ("indexing", "model", "storage")
        if all(getattr(before, name) == getattr(settings, name) for name in concerns):
            if before.search.recall_target != settings.search.recall_target:
                self._restart(folder, settings)
            return
        self._restart(folder, settings)

    def _restart(self, folder: Path, settings: Settings) -> None:
        old = self._services.pop(folder)
        threading.Thread(target=old.close, daemon=True).start()
        self._start(folder, settings)

    @property
    def settings(self) -> Settings:
        """The settings outside of any folder."""
        return self._general

    # Searches

    def search(
        self,
        request: SearchRequest,
        cancel: Cancel,
        on_partial: Callable[[Sequence[Found]], None] | None = None,
    ) -> SearchOutcome:
        """Answer a search.

        Raises:
            WorkspaceNotFound: The request names a folder that is not open.
            InvalidParams: A path pattern is no gitignore pattern.
            Cancelled: It was called off.
        """
        began = time.perf_counter()
        outcome = search(self._views(request.folder), request, cancel)
        self._searches.add((time.perf_counter() - began) * 1000)
        if on_partial is not None and outcome.results:
            on_partial(outcome.results)
        return outcome

    def palette(self, query: str, limit: int, cancel: Cancel) -> tuple[Found, ...]:
        """Answer `workspace/symbol`: names first, then meaning."""
        began = time.perf_counter()
        meaning = self._general.palette.meaning
        found = palette(self._views(None), query, limit, cancel, meaning=meaning, central=self._central)
        self._searches.add((time.perf_counter() - began) * 1000)
        return found

    def related(  # noqa: PLR0917 - a position has two parts and a unit
        self, path: Path, line: int, column: int, encoding: Encoding, limit: int, cancel: Cancel
    ) -> SearchOutcome:
        """Find what is closest in meaning to the innermost symbol at a position.

        Raises:
            WorkspaceNotFound: The file lies in none of the folders.
        """
        began = time.perf_counter()
        service = self._service_of(path)
        if service is None:
            raise WorkspaceNotFound(f"{path} lies in none of the open folders.", "Open its folder first.")
        views = self._views(None)
        own = next((view for view in views if view.folder == service.folder), None)
        results: tuple[Found, ...] = ()
        if own is not None:
            others = [view for view in views if view is not own]
            where = _relative(path, service.folder)
            results = related(own, where, line, column, encoding, limit, cancel, others)
        took_ms = (time.perf_counter() - began) * 1000
        self._searches.add(took_ms)
        return SearchOutcome(
            results=results,
            is_incomplete=not all(view.is_complete for view in views),
            coverage=sum((view.coverage for view in views), Coverage()),
            took_ms=took_ms,
        )

    def _views(self, folder: Path | None) -> list[FolderView]:
        with self._lock:
            services = [self._known(folder)] if folder is not None else list(self._services.values())
        return [view for service in services if (view := service.view()) is not None]

    # State

    def status(self, folder: Path | None = None) -> WorkspaceStatus:
        """Tell the state of one folder, or of all.

        Raises:
            WorkspaceNotFound: The folder is not open.
        """
        with self._lock:
            services = [self._known(folder)] if folder is not None else list(self._services.values())
        statuses = tuple(service.status() for service in services)
        worst = max(statuses, key=lambda status: status.state.badness, default=None)
        return WorkspaceStatus(
            state=worst.state if worst is not None else self._state_without_folders,
            message=None if worst is None else worst.message or _first_message(statuses),
            coverage=sum((status.coverage for status in statuses), Coverage()),
            folders=statuses,
            metrics=self._metrics(services),
        )

    def _metrics(self, services: Sequence[FolderService]) -> Metrics:
        running = [service.progress for service in services if service.progress is not None]
        updates = next((service.updates for service in services), Percentiles())
        return Metrics(
            files_per_second=sum(one.files_per_second for one in running) if running else None,
            symbols_per_second=sum(one.symbols_per_second for one in running) if running else None,
            embedded_symbols=sum(service.embedded_symbols for service in services),
            search_p50_ms=self._searches.at(0.5),
            search_p99_ms=self._searches.at(0.99),
            update_p50_ms=updates.at(0.5),
            update_p99_ms=updates.at(0.99),
            resident_bytes=resident_bytes(),
        )

    def _tell(self) -> None:
        self._on_status(self.status())

    def pause(self) -> None:
        """Stop background work until `resume`, also in later runs."""
        for service in self._all():
            service.pause()

    def resume(self) -> None:
        """Go on with background work."""
        for service in self._all():
            service.resume()

    def rebuild(self) -> None:
        """Index everything anew, answering from the old index meanwhile."""
        for service in self._all():
            service.rebuild()

    def explain_path(self, path: Path) -> PathExplanation:
        """Tell whether a file is indexed, and why."""
        service = self._service_of(path)
        if service is None:
            return PathExplanation(indexed=False, reason="it lies in none of the open folders")
        return service.explain(_relative(path, service.folder))

    # Documents and files

    def open_document(self, path: Path, text: str) -> None:
        """Search this text instead of the file's."""
        self.change_document(path, text)

    def change_document(self, path: Path, text: str) -> None:
        """Take the new text of an open document."""
        with self._lock:
            self._documents[path] = text
            service = self._service_of(path)
        if service is not None:
            service.open_document(_relative(path, service.folder), text)

    def save_document(self, path: Path) -> None:
        """Learn that the open document was written to disk."""
        self.files_changed([path])

    def close_document(self, path: Path) -> None:
        """Return to what is on disk."""
        with self._lock:
            self._documents.pop(path, None)
            service = self._service_of(path)
        if service is not None:
            service.close_document(_relative(path, service.folder))

    def files_changed(self, paths: Sequence[Path]) -> None:
        """Look at these files or folders again."""
        by_service: dict[FolderService, list[str]] = {}
        for path in paths:
            service = self._service_of(path)
            if service is not None:
                by_service.setdefault(service, []).append(_relative(path, service.folder))
        for service, changed in by_service.items():
            service.changed(changed)

    # Look-up

    def _all(self) -> list[FolderService]:
        with self._lock:
            return list(self._services.values())

    def _known(self, folder: Path) -> FolderService:
        service = self._services.get(folder)
        if service is None:
            known = ", ".join(str(one) for one in self._services) or "none"
            raise WorkspaceNotFound(f"{folder} is not open.", f"Open folders: {known}.")
        return service

    def _service_of(self, path: Path) -> FolderService | None:
        """The innermost folder that the path lies in."""
        holding = [folder for folder in self._services if path.is_relative_to(folder)]
        return self._services[max(holding, key=lambda folder: len(folder.parts))] if holding else None


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _first_message(statuses: Sequence[FolderStatus]) -> str | None:
    return next((status.message for status in statuses if status.message), None)
