"""Follows one workspace folder: reads its index, watches its files, holds its buffers, has it indexed."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from lsp_server.embedding import Embedder, ModelInfo
from lsp_server.errors import IndexDamaged, SemanticSymbolsError
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.scanning.scanner import is_storable
from lsp_server.processes.worker_process import Worker
from lsp_server.search.folder.unsaved import without_meaning
from lsp_server.search.folder.view import FolderView
from lsp_server.search.results import Coverage
from lsp_server.settings import WORKSPACE_FILE
from lsp_server.storage.folders import IndexFolder
from lsp_server.workspace.background import BackgroundIndexing, MakeClient
from lsp_server.workspace.closing import all_at_once
from lsp_server.workspace.explanation import explain
from lsp_server.workspace.overlay import Overlay
from lsp_server.workspace.query_models import QueryModels, TextOnly
from lsp_server.workspace.reader import IndexReader
from lsp_server.workspace.saved_files import digest_on_disk, show_saved
from lsp_server.workspace.service_listener import ServiceListener
from lsp_server.workspace.status import FolderStatus, IndexState, PathExplanation
from lsp_server.workspace.watching.watcher import FolderWatcher, WatchListener

logger = logging.getLogger(__name__)

OPEN_S = 5.0
"""A search waits this long for a folder that is being opened; if the model takes longer, it does without."""

RETRY_S = 300.0
"""A folder that could not be opened is tried again this much later: the network may be back."""

HANDOVER_S = 10.0
"""After a change of settings, the old service answers at most this long while buffers are parsed again."""


@dataclass(frozen=True, slots=True, eq=False)
class FolderParts:
    """The collaborators of one folder's service.

    Attributes:
        folder: The workspace folder.
        index: Its index folder.
        rules: Which files are indexed, for watching, buffers and explanations.
        load_embedder: Loads the model that queries are embedded with.
        make_client: Makes the client of the indexer process; see `background.MakeClient`.
        overlay_worker: Parses open buffers.
        watch: Whether to follow changes on disk.
    """

    folder: Path
    index: IndexFolder
    rules: IgnoreRules
    load_embedder: Callable[[], Embedder]
    make_client: MakeClient
    overlay_worker: Worker
    watch: bool


class FolderService:
    """One folder under one set of settings, from `start` to `close`. Thread-safe.

    Args:
        parts: Its collaborators.
        listener: Its callbacks.
        before: The folder's service under earlier settings: answers until this one can, and is then closed.
    """

    def __init__(
        self, parts: FolderParts, listener: ServiceListener, before: "FolderService | None" = None
    ) -> None:
        self.folder = parts.folder
        updates, turns = listener.updates, listener.turns
        self.background = BackgroundIndexing(
            parts.index, parts.make_client, self._publish, listener.on_status, updates, turns=turns
        )
        self._parts = parts
        self._listener = listener
        self._before = before
        self._overlay = Overlay(
            parts.overlay_worker, lambda path: is_storable(path) and parts.rules.decide(path).indexed
        )
        self._lock = threading.Lock()
        self._showing = threading.Lock()
        self._opened = threading.Event()
        self._is_retired = False
        self._is_closed = False
        self._reader: IndexReader | None = None
        self._models = QueryModels(())
        self._failure: str | None = None
        self._began_s = time.monotonic()
        self._watcher: FolderWatcher | None = None
        self._watch_message: str | None = None
        self._checked_generation = -1

    # Life

    def start(self) -> None:
        """Open the index that there is and begin to follow the folder, in a thread."""
        threading.Thread(target=self._open, name="folder-open", daemon=True).start()

    def retire(self) -> None:
        """End the background work, but answer searches until `close`."""
        with self._lock:
            self._is_retired = True
            watcher, self._watcher = self._watcher, None
        all_at_once([self.background.close] if watcher is None else [self.background.close, watcher.stop])

    def close(self) -> None:
        """End all threads and children, within a second."""
        before, self._before = self._before, None
        all_at_once([self.retire, self._overlay.close, *([before.close] if before is not None else [])])
        with self._lock:
            self._is_closed = True
            reader = self._reader
            self._models = QueryModels(())  # they are large, and cycles keep this object for long
        self._opened.set()
        if reader is not None:
            reader.close()

    def _open(self) -> None:
        try:
            self._read()
        except Exception as error:  # the boundary of a thread: the status reports it
            logger.exception("the folder can't be opened")
            self._failure = _readable(error, NOT_OPENED if self._reader is None else NOT_FOLLOWED)
        finally:
            self._opened.set()
            before, self._before = self._before, None
            if before is not None:
                before.close()
        self._listener.on_status()
        if self._failure is None and not self._is_retired:
            try:
                self._follow()
            except Exception as error:  # as above
                logger.exception("the folder can't be followed")
                self._failure = _readable(error, NOT_FOLLOWED)
                self._listener.on_status()

    def _follow(self) -> None:
        self._parts.index.touch()
        self._watch()
        self._listener.on_settings()  # they may have changed before anything was watched
        if not self.background.is_paused:
            self.background.scan()
            self.background.prioritise(self._overlay.paths())

    def _read(self) -> None:
        fingerprint = ""
        earlier = [] if self._before is None else list(self._before.models)
        try:
            embedder = self._parts.load_embedder()
            fingerprint = embedder.info.fingerprint
            models = QueryModels([embedder, *earlier])
        except SemanticSymbolsError as error:
            logger.exception("the model can't be loaded; an older index is searched without")
            self._failure = str(error)
            models = QueryModels(earlier)
        reader = IndexReader(self._parts.index, fingerprint)
        with self._lock:
            self._reader = reader
            is_closed = self._is_closed
            if not is_closed:
                self._models = models
        if is_closed:
            reader.close()
            return
        reader.refresh()
        if self._failure is None:
            self._overlay.begin(embedder, reader.indexed_digest)
            if self._before is not None:
                self._overlay.wait_until_parsed(HANDOVER_S)

    def _watch(self) -> None:
        if not self._parts.watch:
            return
        listener = WatchListener(self.changed, self._rescan, self._note_polling, self._look_for_index)
        watcher = FolderWatcher(self._parts.rules, listener)
        with self._lock:
            if self._is_retired:
                return
            self._watcher = watcher
            watcher.start()
        watcher.wait_until_ready()

    def _note_polling(self, reason: str | None) -> None:
        self._watch_message = f"Changes are noticed later than usual: {reason}." if reason else None
        if not self._is_retired:
            self._listener.on_status()

    # Changes

    def changed(self, paths: Iterable[str]) -> None:
        """Look at these relative paths again."""
        changed = tuple(paths)
        rules = self._parts.rules
        affected = [folder for path in changed for folder in rules.affected_by(path)]
        for folder in affected:
            rules.invalidate(f"{folder}/" if folder else "")
        changed = (*changed, *affected)
        if any(rules.is_ignore_file(path) for path in changed):
            self.rules_changed()
            return
        if WORKSPACE_FILE in changed:
            self._listener.on_settings()
        self._overlay.recheck_ignored()
        if self.is_open and (wanted := tuple(path for path in changed if self._may_be_indexed(path))):
            is_busy = self.state is IndexState.INDEXING  # else the index has them in a moment
            with self._showing:  # or what was read first might be shown last
                shown = show_saved(self._overlay, self._parts.rules, wanted if is_busy else ())
                self._overlay.forget_saved(set(wanted).difference(shown))
            self.background.update(wanted)
            self._overlay.mark_requested(shown)

    def _may_be_indexed(self, path: str) -> bool:
        """Tell whether a path may matter: editors also report what a build writes."""
        rules = self._parts.rules
        if rules.decide(path).indexed:
            return True
        # A path that is gone may have been a folder. `Path.is_file` raises where a folder can't be entered.
        return rules.visits(path) and not os.path.isfile(self.folder / path)  # noqa: PTH113

    def rules_changed(self) -> None:
        """Read the ignore files again and rescan everything."""
        self._parts.rules.invalidate("")
        self._rescan()

    def _rescan(self) -> None:
        self._listener.on_settings()
        self._overlay.recheck_ignored()
        if self.is_open:
            self.background.scan()

    def open_document(self, path: str, text: str) -> None:
        """Search this text instead of what is on disk, unless the file is ignored."""
        self._overlay.set(path, text)
        self.background.prioritise((path,))
        if (before := self._before) is not None:  # which may be answering
            before.open_document(path, text)

    def close_document(self, path: str) -> None:
        """Return to what is on disk; a text that was just saved stays until the index has it."""
        if self._overlay.drop(path, digest_on_disk(self.folder / path)):
            self.background.update((path,))
            self._overlay.mark_requested((path,))
        if (before := self._before) is not None:
            before.close_document(path)

    def _look_for_index(self) -> None:
        if self._reader is not None and self._reader.is_lost and self.state is IndexState.READY:
            self.background.scan()  # somebody deleted it: make it again

    def mend(self, error: IndexDamaged) -> None:
        """Have an index checked that a search found damaged; rebuild it if the check found nothing before.

        Args:
            error: What the search raised; it may be about another folder's index.
        """
        generation = None if self._reader is None else self._reader.generation
        path = error.details.get("path")
        is_other = path is not None and not Path(path).is_relative_to(self._parts.index.path)
        if is_other or generation is None or self.state is not IndexState.READY:
            return
        number = generation.number
        with self._lock:
            was_checked, self._checked_generation = self._checked_generation == number, number
        if was_checked and path is not None:  # else it may be another folder's
            logger.warning("no checksum shows the damage, so everything is indexed again: %s", error.message)
            self.background.rebuild()
        else:
            self.background.scan()  # which ends with a check, and a rebuild if that finds the damage

    def _publish(self) -> bool:
        return self._reader is not None and self._reader.refresh()

    # Reading

    @property
    def models(self) -> QueryModels:
        """The models that are loaded."""
        return self._models

    @property
    def is_open(self) -> bool:
        """Whether the folder and its model could be opened and it can be followed, as far as is known."""
        return self._failure is None

    @property
    def should_retry(self) -> bool:
        """Whether opening them failed long enough ago to try again."""
        return not self.is_open and time.monotonic() - self._began_s > RETRY_S

    def view(self) -> FolderView:
        """Return what a search reads, open buffers included; waits for them to be parsed, up to a limit."""
        before = self._before
        if before is not None and not self._opened.is_set():
            view = before.view()
            # Once this service is open it closes the old one, which may just have been answering.
            if not self._opened.is_set():
                return replace(view, is_complete=False)
        self._opened.wait(OPEN_S)
        reader = self._reader
        if reader is None:
            return FolderView(
                folder=self.folder,
                embedder=_NO_MODEL,
                snapshot=None,
                unsaved={},
                coverage=Coverage(),
                is_complete=False,
            )
        self._look_for_index()
        reader.follow()
        return self._view(reader)

    def _view(self, reader: IndexReader) -> FolderView:
        models = self._models  # `close` empties it
        # In this order: a ready index has what it was asked for before, and the generation of then shows it.
        requested = self._overlay.requested()
        is_ready = self.state is IndexState.READY
        generation = reader.generation
        digest_of = reader.indexed_digest if generation is None else generation.digest_of
        if is_ready:
            self._overlay.release(requested)
        is_parsed = self._overlay.wait_until_parsed(indexed_digest=digest_of)
        unsaved = self._overlay.current(digest_of)
        today = next(iter(models), _NO_MODEL)
        embedder = today
        if generation is not None and generation.snapshot is not None:
            embedder = models.of(generation.version, generation.snapshot)
        if embedder is not today:
            unsaved = without_meaning(unsaved, embedder.info.dimensions)
        return FolderView(
            folder=self.folder,
            embedder=embedder,
            snapshot=None if generation is None else generation.snapshot,
            unsaved=unsaved,
            coverage=reader.coverage,
            is_complete=is_ready and is_parsed,
        )

    @property
    def state(self) -> IndexState:
        """Ready: the scan of this run is done and every change seen so far is searchable."""
        return self.background.state if self.is_open else IndexState.FAILED

    def status(self) -> FolderStatus:
        """Return the folder's status; cheap enough to be asked often."""
        before, reader = self._before, self._reader
        if before is not None and not self._opened.is_set():
            return replace(before.status(), state=IndexState.STARTING, message=None)
        if reader is not None and self.state is IndexState.INDEXING:
            reader.follow()
            reader.count()
        return FolderStatus(
            folder=self.folder,
            state=self.state,
            message=self._failure or self.background.message or self._watch_message,
            coverage=Coverage() if reader is None else reader.coverage,
            index=None if reader is None else reader.facts(),
        )

    def explain(self, path: str) -> PathExplanation:
        """Return whether a file is indexed, and why."""
        self._opened.wait(OPEN_S)
        return explain(path, self._parts.rules, self._reader)


NOT_OPENED = "The folder can't be opened.\nSuggestion: See the log file."

NOT_FOLLOWED = (
    "The folder can't be followed: searches use what was indexed before, without later changes on disk.\n"
    "Suggestion: See the log file."
)

_NO_MODEL = TextOnly(ModelInfo("none", "", 1, ""))


def _readable(error: Exception, otherwise: str) -> str:
    return str(error) if isinstance(error, SemanticSymbolsError) else otherwise
