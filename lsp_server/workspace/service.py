"""Follows one workspace folder: reads its index, watches its files, keeps its buffers, and lets an indexer do the work."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lsp_server.embedding import Embedder
from lsp_server.errors import SemanticSymbolsError
from lsp_server.indexing import messages
from lsp_server.indexing.ignore import IgnoreRules
from lsp_server.indexing.messages import Event
from lsp_server.parsing.worker_process import Worker
from lsp_server.search.results import Coverage
from lsp_server.search.unsaved import Unsaved
from lsp_server.search.view import FolderView
from lsp_server.storage.folders import IndexFolder, IndexRoot
from lsp_server.workspace.indexer_client import IndexerClient
from lsp_server.workspace.metrics import Percentiles
from lsp_server.workspace.overlay import Overlay
from lsp_server.workspace.reader import IndexReader
from lsp_server.workspace.status import FolderStatus, IndexFacts, IndexState, PathExplanation, PathRule
from lsp_server.workspace.watcher import FolderWatcher, WatchListener

logger = logging.getLogger(__name__)

IDLE_S = 45.0
"""An indexer that has had nothing to do for so long is ended; its memory is worth more than its start."""

RETRY_S = 30.0
"""After a failure of the disk the folder is looked at again this much later."""


@dataclass(frozen=True, slots=True, eq=False)
class FolderParts:
    """The collaborators of one folder's service.

    Attributes:
        folder: The workspace folder.
        root: Where all indexes lie.
        index: Its index folder.
        rules: Which files are indexed, for watching, buffers and explanations.
        load_embedder: Loads the model that queries are embedded with.
        make_client: Makes the hold on the indexer process, given callbacks for events and restarts.
        overlay_worker: Parses open buffers.
        watch: Whether to follow changes on disk.
    """

    folder: Path
    root: IndexRoot
    index: IndexFolder
    rules: IgnoreRules
    load_embedder: Callable[[], Embedder]
    make_client: Callable[[Callable[[Event], None], Callable[[], None]], IndexerClient]
    overlay_worker: Worker
    watch: bool


class FolderService:
    """One folder, from `start` to `close`. Thread-safe.

    Args:
        parts: What it works with.
        on_status: Called from any thread when the status may have changed.
    """

    def __init__(self, parts: FolderParts, on_status: Callable[[], None]) -> None:
        self.folder = parts.folder
        self._parts = parts
        self._on_status = on_status
        self._lock = threading.RLock()
        self._client = parts.make_client(self._took, self._restarted)
        self._watcher: FolderWatcher | None = None
        self._reader: IndexReader | None = None
        self._embedder: Embedder | None = None
        self._overlay: Overlay | None = None
        self._ready = threading.Event()
        self._is_closed = False
        self._is_paused = parts.index.is_paused()
        self._failure: messages.Failed | None = None
        self._message: str | None = None
        self._progress: messages.Progress | None = None
        self._asked = 0
        self._settled = 0
        self._asked_at: dict[int, float] = {}
        self._timer: threading.Timer | None = None
        self._embedded_before = 0
        self.updates = Percentiles()

    # Life

    def start(self) -> None:
        """Open what there is and begin to follow the folder, in a thread."""
        threading.Thread(target=self._open, name="folder-open", daemon=True).start()

    def close(self) -> None:
        """End all threads and children, within two seconds."""
        with self._lock:
            self._is_closed = True
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        self._ready.set()
        closings = [self._client.close, self._parts.overlay_worker.close]
        if self._watcher is not None:
            closings.append(self._watcher.stop)
        if self._overlay is not None:
            closings.append(self._overlay.close)
        threads = [threading.Thread(target=close, daemon=True) for close in closings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2.0)
        if self._reader is not None:
            self._reader.close()

    def _open(self) -> None:
        try:
            self._embedder = self._parts.load_embedder()
            self._reader = IndexReader(self._parts.index, self._embedder.info.fingerprint)
            self._overlay = Overlay(
                self._parts.overlay_worker, self._embedder, self._reader.indexed_digest, self._parsed
            )
            self._reader.refresh()
        except SemanticSymbolsError as error:
            logger.exception("the folder can't be opened")
            self._failure = messages.Failed(error.kind, error.message, error.suggestion)
        finally:
            self._ready.set()
        if self._failure is None and not self._is_closed:
            self._parts.index.touch()
            self._watch()
            if not self._is_paused:
                self._scan()
        self._on_status()

    def _watch(self) -> None:
        if not self._parts.watch:
            return
        listener = WatchListener(
            on_change=self.changed,
            on_rescan=self._scan,
            on_rules_changed=lambda _: self._scan(),
            on_state=self._watching,
        )
        self._watcher = FolderWatcher(self._parts.rules, listener)
        self._watcher.start()
        self._watcher.wait_until_ready()

    def _watching(self, state: str) -> None:
        self._message = state if state.startswith("polling") else None
        self._on_status()

    # What is asked of the indexer

    def changed(self, paths: Iterable[str]) -> None:
        """Look at these relative paths again."""
        wanted = tuple(paths)
        if wanted:
            self._ask(lambda ticket: messages.Update(wanted, ticket))

    def _scan(self) -> None:
        self._ask(messages.Scan)

    def rebuild(self) -> None:
        """Read, parse and embed everything anew; what is there answers meanwhile."""
        self._ask(messages.Rebuild)

    def rules_changed(self) -> None:
        """An ignore file or a setting changed what is indexed."""
        self._parts.rules.invalidate("")
        if self._watcher is not None:
            self._watcher.rules_changed()
        self._scan()

    def pause(self) -> None:
        """Stop indexing, also in later runs, until `resume`."""
        self._parts.index.create().pause()
        self._is_paused = True
        self._client.send(messages.Pause())
        self._on_status()

    def resume(self) -> None:
        """Go on; what changed meanwhile is found by a scan."""
        self._parts.index.create().resume()
        self._is_paused = False
        self._client.send(messages.Resume())
        self._scan()
        self._on_status()

    def _ask(self, make: Callable[[int], messages.Command]) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._asked += 1
            command = make(self._asked)
            self._asked_at[self._asked] = time.monotonic()
            self._rest_later(None)
            self._failure = None
        if not self._is_paused:
            self._client.send(command)
        self._on_status()

    def _restarted(self) -> None:
        """The indexer died: whatever it was asked for, a scan finds it."""
        self._forget_progress()
        self._scan()
        self._prioritise()

    def _prioritise(self) -> None:
        overlay = self._overlay
        if overlay is not None and (paths := overlay.paths()):
            self._client.send(messages.Prioritise(paths))

    # What the indexer says

    def _took(self, event: Event) -> None:
        match event:
            case messages.Progress():
                self._progress = event
            case messages.Published():
                self._refresh()
            case messages.Settled(ticket):
                self._refresh()
                self._settle(ticket)
            case messages.Waiting(holder):
                logger.info("waiting for the index: %s writes it", holder)
            case messages.Failed():
                self._failure = event
                with self._lock:
                    self._rest_later(RETRY_S, self._scan)
            case messages.Profile():
                logger.info("indexing took %s", event.seconds)
        self._on_status()

    def _settle(self, ticket: int) -> None:
        now = time.monotonic()
        with self._lock:
            self._settled = max(self._settled, ticket)
            for done in [asked for asked in self._asked_at if asked <= ticket]:
                self.updates.add((now - self._asked_at.pop(done)) * 1000)
            self._failure = None
            if self._settled >= self._asked:
                self._rest_later(IDLE_S, self._rest)

    def _rest(self) -> None:
        with self._lock:  # so that nothing is asked of a process that is being ended
            if self._settled >= self._asked:
                self._forget_progress()
                self._client.rest()

    def _forget_progress(self) -> None:
        """The process that counted ends; another begins at zero."""
        if self._progress is not None:
            self._embedded_before += self._progress.embedded_symbols
            self._progress = None

    def _rest_later(self, delay_s: float | None, action: Callable[[], None] | None = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if delay_s is not None and action is not None and not self._is_closed:
            self._timer = threading.Timer(delay_s, action)
            self._timer.daemon = True
            self._timer.start()

    def _refresh(self) -> None:
        if self._reader is not None:
            self._reader.refresh()

    # Open documents

    def open_document(self, path: str, text: str) -> None:
        """Search this text instead of what is on disk, unless the file is left out."""
        if self._is_wanted(path) and (overlay := self._waited_overlay()) is not None:
            overlay.set(path, text)
            self._client.send(messages.Prioritise((path,)))

    def close_document(self, path: str) -> None:
        """Return to what is on disk."""
        overlay = self._waited_overlay()
        if overlay is not None:
            overlay.drop(path)

    def _waited_overlay(self) -> Overlay | None:
        self._ready.wait()
        return self._overlay

    def _is_wanted(self, path: str) -> bool:
        return self._parts.rules.decide(path).indexed

    def _parsed(self, busy_s: float) -> None:
        logger.debug("an open buffer was parsed in %.0f ms", busy_s * 1000)

    # Reading

    def view(self) -> FolderView | None:
        """Return what a search reads, with every text on screen in it; None when the folder can't be opened."""
        self._ready.wait()
        embedder, reader, overlay = self._embedder, self._reader, self._overlay
        if embedder is None or reader is None or overlay is None:
            return None
        overlay.settle()
        if reader.is_behind():
            self._refresh()
        return FolderView(
            folder=self.folder,
            embedder=embedder,
            snapshot=reader.snapshot,
            unsaved=overlay.current() if overlay.paths() else Unsaved(),
            coverage=reader.coverage,
            is_complete=self.state is IndexState.READY,
        )

    @property
    def state(self) -> IndexState:
        """Ready: the scan of this run is done and every change seen so far is searchable."""
        if self._failure is not None:
            return IndexState.FAILED
        if self._is_paused:
            return IndexState.PAUSED
        if self._asked and self._settled >= self._asked:
            return IndexState.READY
        if self._asked == 0:
            return IndexState.STARTING
        return IndexState.INDEXING

    @property
    def progress(self) -> messages.Progress | None:
        """Of the running job, or of the last one."""
        return self._progress

    @property
    def embedded_symbols(self) -> int:
        """Symbols embedded for this service since its start, by all indexers it had."""
        running = 0 if self._progress is None else self._progress.embedded_symbols
        return self._embedded_before + running

    def status(self) -> FolderStatus:
        """Return the folder's status."""
        failure = self._failure
        message = self._message
        if failure is not None:
            message = f"{failure.message}\nSuggestion: {failure.suggestion}"
        reader = self._reader
        if reader is not None and not self._is_closed and self.state is IndexState.INDEXING:
            with contextlib.suppress(SemanticSymbolsError):
                reader.refresh()
        return FolderStatus(
            folder=self.folder,
            state=self.state,
            message=message,
            coverage=reader.coverage if reader is not None else Coverage(),
            index=self._facts(reader),
        )

    def _facts(self, reader: IndexReader | None) -> IndexFacts | None:
        if reader is None or reader.snapshot is None or reader.version is None or self._embedder is None:
            return None
        meta = reader.snapshot.meta
        return IndexFacts(
            path=reader.version.path,
            size_bytes=reader.version.size_bytes(),
            format_version=reader.version.format_version,
            generation=reader.snapshot.generation,
            model_name=meta.model_name,
            dimensions=reader.snapshot.vectors.centroids.shape[1],
            fingerprint=reader.version.fingerprint,
            clusters=reader.snapshot.vectors.n_clusters,
            probes=reader.snapshot.probes,
            recall_at_10=meta.recall_at_10,
        )

    def explain(self, path: str) -> PathExplanation:
        """Say whether a file is indexed, and why."""
        decision = self._parts.rules.decide(path)
        if not decision.indexed:
            rule = decision.rule
            return PathExplanation(
                False, decision.reason, None if rule is None else PathRule(rule.file, rule.line, rule.pattern)
            )
        return self._indexed_explanation(path, decision.reason)

    def _indexed_explanation(self, path: str, reason: str) -> PathExplanation:
        self._ready.wait()
        state = None if self._reader is None else self._reader.file_at(path)
        if state is not None and state.reason:
            return PathExplanation(False, state.reason)
        if not (self.folder / path).exists():
            return PathExplanation(False, "there is no such file")
        if state is None or not state.digest:
            return PathExplanation(False, "it is waiting to be indexed")
        return PathExplanation(True, reason)
