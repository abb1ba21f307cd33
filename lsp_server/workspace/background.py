"""The background indexing of one folder: requests to its indexer, pauses, failures, restarts, idle time.

Every request has a ticket, a rising number; the indexer answers with the last ticket whose results are in the
index. The folder is ready when all are answered and the reader has opened what was committed for them.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from lsp_server.errors import IndexerFailed, IndexStorageFailed, SemanticSymbolsError
from lsp_server.indexing import messages
from lsp_server.indexing.messages import Command, Event
from lsp_server.memory import trim_memory
from lsp_server.storage.folders import IndexFolder
from lsp_server.workspace.indexer_client import IndexerClient
from lsp_server.workspace.metrics import Percentiles
from lsp_server.workspace.status import IndexState
from lsp_server.workspace.turns import Turns

logger = logging.getLogger(__name__)

IDLE_S = 45.0
"""An indexer that has been idle for this long is ended: its memory is worth more than a quick start."""

RETRY_S = 30.0
"""Indexing is tried again this long after a failure of the disk, or repeated deaths of the indexer."""

FIRST_RESTART_S = 0.2
"""An indexer that died is restarted after this; after each further death the delay doubles."""

MAX_DEATHS = 5
"""This many deaths in a row count as a failure."""

HEALTHY_S = 60.0
"""An indexer that lived this long did not die of what killed the one before."""

MakeClient = Callable[[Callable[[Event], None], Callable[[], None]], IndexerClient]
"""Makes the client of an indexer process from two callbacks: for its events, and for its unexpected end."""


class BackgroundIndexing:
    """The indexing of one folder. Thread-safe; no method waits for the process but `close`.

    Args:
        index: Stores the pause.
        make_client: See `MakeClient`.
        publish: Opens the newest generation for searches, and returns whether that worked. Called without
            holding the lock.
        on_change: Called, without holding the lock, when the state here may have changed.
        updates: Records how long changes took to become searchable.
        turns: Shared by all folders; one is taken for a scan or a rebuild.
    """

    def __init__(
        self,
        index: IndexFolder,
        make_client: MakeClient,
        publish: Callable[[], bool],
        on_change: Callable[[], None],
        updates: Percentiles,
        *,
        turns: Turns,
    ) -> None:
        self._index = index
        self._client = make_client(self._on_event, self._on_death)
        self._publish = publish
        self._on_change = on_change
        self._updates = updates
        self._turns = turns
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._is_closed = False
        self._is_paused = index.is_paused()
        self._awaits_restart = False
        """Nothing is sent: the process died, and waits for its restart."""
        self._awaits_turn = False
        """Nothing is sent: other folders are being indexed. The scan that follows covers all requests."""
        self._awaits_lease = False
        """Another process is writing the index."""
        self._note: str | None = None
        self._failure: messages.Failed | None = None
        self._was_deleted = False
        """The index was gone when the last request was answered."""
        self._has_given_up = False
        """The process reported that it can't go on; if it ends then, that is not a death."""
        self._last_ticket = self._settled_ticket = self._rebuild_ticket = 0
        self._has_asked_for_whole_folder = self._was_ready = False
        self._asked_at_s: dict[int, float] = {}
        """Ticket of a change → when it was asked to be indexed."""
        self._deaths = 0
        self._process_began_s = 0.0
        self._progress: messages.Progress | None = None
        self._is_job_over = True
        self._embedded_before = 0

    # Requests

    def scan(self) -> None:
        """Compare the whole folder with the index."""
        with self._lock:
            # What waits for its turn may be a rebuild, which covers this, too.
            self._catch_up() if self._awaits_turn else self._ask_for_whole_folder(messages.Scan)
        self._changed()

    def update(self, paths: Sequence[str]) -> None:
        """Look at these relative paths again."""
        with self._lock:
            if self._failure is not None:
                self._catch_up()  # what failed has to be done, too
            elif self._ask(lambda ticket: messages.Update(tuple(paths), ticket)):
                self._asked_at_s[self._last_ticket] = time.monotonic()
        self._changed()

    def rebuild(self) -> None:
        """Read, parse and embed everything again; the old index answers meanwhile. A pause defers it."""
        with self._lock:
            self._rebuild_ticket = self._last_ticket + 1
            self._ask_for_whole_folder(messages.Rebuild)
        self._changed()

    def prioritise(self, paths: Sequence[str]) -> None:
        """Index these before others: they are open in an editor."""
        if paths:
            self._client.tell(messages.Prioritise(tuple(paths)))

    def pause(self) -> None:
        """Stop until `resume`; the pause survives restarts."""
        with self._lock:
            self._is_paused = self._is_job_over = True
            self._asked_at_s.clear()
            self._client.tell(messages.Pause())
            self._schedule(IDLE_S, self._end_idle_process)
        try:
            self._index.create().pause()
        except IndexStorageFailed as error:
            logger.warning("the pause will not outlast this run: %s", error.message)
        self._changed()

    def resume(self) -> None:
        """Go on; what changed meanwhile is found by a scan."""
        try:
            self._index.create().resume()
        except IndexStorageFailed as error:
            logger.warning("the end of the pause will not outlast this run: %s", error.message)
        with self._lock:
            self._is_paused = self._awaits_restart = False
            self._deaths = 0
            self._client.tell(messages.Resume())
            self._catch_up()
        self._changed()

    def close(self) -> None:
        """End the process, for good, within a second."""
        with self._lock:
            self._is_closed = True
            self._schedule(None)
            self._turns.end(self._take_turn)
        self._client.close()

    def _ask(self, make: Callable[[int], Command]) -> bool:
        """Count a request and pass it on; False when paused (the scan on `resume` finds it) or closed."""
        if self._is_closed or self._is_paused:
            return False
        self._last_ticket += 1
        if not self._awaits_restart and not self._awaits_turn:
            self._schedule(None)
            self._send(make(self._last_ticket))
        return True

    def _catch_up(self) -> None:
        """Ask for a scan, or again for an unfinished rebuild: either finds whatever may have been lost."""
        if self._rebuild_ticket > self._settled_ticket:
            self._rebuild_ticket = self._last_ticket + 1
            self._ask_for_whole_folder(messages.Rebuild)
        else:
            self._ask_for_whole_folder(messages.Scan)

    def _ask_for_whole_folder(self, make: Callable[[int], Command]) -> None:
        """Make a request that covers every file; before the first one, the folder can't be ready."""
        # A scan of what was indexed before is short, and changes must not wait for it.
        needs_turn = make is messages.Rebuild or not self._was_ready
        self._awaits_turn = needs_turn and not self._turns.take(self._take_turn)
        if self._ask(make):
            self._has_asked_for_whole_folder = True

    def _take_turn(self) -> None:
        with self._lock:
            self._catch_up()
        self._changed()

    def _changed(self) -> None:
        """Report a change of state, and let another folder begin if nothing is being done here."""
        with self._lock:
            is_busy = self.state is IndexState.INDEXING and not self._awaits_lease
            works = not self._is_paused and (is_busy or self._awaits_turn)
            if self._is_closed or self._awaits_restart or not works:
                self._turns.end(self._take_turn)
        self._on_change()

    def _send(self, command: Command) -> None:
        if self._client.pid is None:
            self._process_began_s = time.monotonic()
        self._has_given_up = False
        try:
            self._client.send(command)
        except IndexerFailed as error:
            self._fail(messages.Failed(error.kind, error.message, error.suggestion))

    # Answers

    def _on_event(self, event: Event) -> None:
        match event:
            case messages.Progress():
                with self._lock:
                    self._progress = event
                    self._is_job_over = self._awaits_lease = False
                    self._failure = self._note = None
            case messages.Published():
                self._publish()
            case messages.Settled(ticket):
                self._settle(ticket, is_published=self._publish())
            case messages.Tidied():
                trim_memory()
                # Not after `Settled`: clustering a large index may take longer than IDLE_S.
                with self._lock:
                    if self._is_settled:
                        self._schedule(IDLE_S, self._end_idle_process)
            case messages.Waiting(holder):
                with self._lock:
                    self._awaits_lease = True
                    self._note = f"Waiting for {holder}, which is writing the index of this folder."
            case messages.Failed():
                with self._lock:
                    self._has_given_up = True
                    self._fail(event)
            case messages.Profile():
                logger.info("indexing took %s", event.seconds)
        self._changed()

    def _settle(self, ticket: int, *, is_published: bool) -> None:
        now = time.monotonic()
        with self._lock:
            if not is_published:
                self._begin_anew_or_fail()
                return
            self._was_deleted = False
            self._settled_ticket = max(self._settled_ticket, ticket)
            self._was_ready = self._was_ready or (self._has_asked_for_whole_folder and self._is_settled)
            self._is_job_over = True
            self._awaits_lease = False
            for answered in [asked for asked in self._asked_at_s if asked <= ticket]:
                self._updates.add((now - self._asked_at_s.pop(answered)) * 1000)
            self._failure = self._note = None
            self._has_given_up = False

    def _begin_anew_or_fail(self) -> None:
        """Deal with an index that can't be opened, although it was just written; it may have been deleted."""
        was_deleted = self._was_deleted
        self._was_deleted = not any(version.catalog.is_file() for version in self._index.versions())
        if self._was_deleted and not was_deleted:
            self._catch_up()
        else:
            self._fail(UNREADABLE)

    def _fail(self, failure: messages.Failed) -> None:
        self._failure = failure
        self._note = None
        self._awaits_lease = False
        self._schedule(RETRY_S, self._retry)

    def _on_death(self) -> None:
        """The process died: restart it, with a growing delay if it keeps dying."""
        with self._lock:
            self._forget_progress()
            self._awaits_lease = False
            if self._is_closed or self._has_given_up:
                return
            self._deaths = 1 if time.monotonic() - self._process_began_s > HEALTHY_S else self._deaths + 1
            self._awaits_restart = True
            if self._deaths >= MAX_DEATHS:
                self._fail(_died(self._deaths))
            else:
                delay_s = FIRST_RESTART_S * 2 ** (self._deaths - 1)
                self._note = f"The indexer ended unexpectedly and restarts in {delay_s:.1f} seconds."
                self._schedule(delay_s, self._retry)
        self._changed()

    def _retry(self) -> None:
        with self._lock:
            self._awaits_restart = False
            self._note = None
            self._catch_up()
        self._changed()

    # Rest

    def _end_idle_process(self) -> None:
        with self._lock:
            if self._is_paused or self._is_settled:
                self._forget_progress()
                self._client.rest()

    def _forget_progress(self) -> None:
        """Keep the total of a process that ends, as the next one counts from zero."""
        self._is_job_over = True
        if self._progress is not None:
            self._embedded_before += self._progress.embedded_symbols
            self._progress = None

    def _schedule(self, delay_s: float | None, action: Callable[[], None] | None = None) -> None:
        """Schedule an action in place of the one scheduled before; with None, just cancel that one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if delay_s is None or action is None or self._is_closed:
            return

        def act() -> None:
            with self._lock:
                if self._timer is not timer:  # it was replaced too late to be cancelled
                    return
            action()

        timer = self._timer = threading.Timer(delay_s, act)
        timer.daemon = True
        timer.start()

    # State

    @property
    def _is_settled(self) -> bool:
        """Whether the results of every request so far are in the index."""
        return self._settled_ticket >= self._last_ticket

    @property
    def state(self) -> IndexState:
        """Ready: the scan of this run is done and every change seen so far is searchable."""
        if self._is_paused:
            return IndexState.PAUSED
        if self._failure is not None:
            return IndexState.FAILED
        if not self._has_asked_for_whole_folder:
            return IndexState.STARTING
        return IndexState.READY if self._is_settled else IndexState.INDEXING

    @property
    def message(self) -> str | None:
        """What the user should know about the state, if anything."""
        failure = self._failure
        if self._is_paused:
            return PAUSED
        if failure is not None:
            return str(SemanticSymbolsError(failure.message, failure.suggestion))
        return OTHERS_FIRST if self._awaits_turn else self._note

    @property
    def is_paused(self) -> bool:
        """Whether indexing is paused."""
        return self._is_paused

    @property
    def progress(self) -> messages.Progress | None:
        """The progress of the running job, or of the last one."""
        return self._progress

    @property
    def job(self) -> messages.Progress | None:
        """The progress of the running job once it knows its files; None when there is no such job."""
        return None if self._is_job_over else self._progress

    @property
    def embedded_symbols(self) -> int:
        """Symbols embedded since the start, by all indexer processes so far."""
        progress = self._progress
        return self._embedded_before + (0 if progress is None else progress.embedded_symbols)


PAUSED = (
    "Indexing is paused: searches use what was indexed before, without later changes on disk.\n"
    "Suggestion: Resume indexing."
)

OTHERS_FIRST = "Waiting until other folders are indexed."

UNREADABLE = messages.Failed(
    "IndexDamaged",
    "The index that was just written can't be opened; the previous one still answers.",
    "See the log file; `semantic-symbols doctor --repair` rebuilds the index.",
)


def _died(times: int) -> messages.Failed:
    return messages.Failed(
        IndexerFailed.__name__,
        f"The indexer ended unexpectedly {times} times in a row.",
        "See the log file; `semantic-symbols doctor --repair` may help. Indexing is retried soon.",
    )
