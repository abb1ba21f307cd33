"""Keeps one folder's index in sync with its files: waits for commands, takes the lease, indexes, keeps house.

One thread. Commands are checked before every file, so that an open file overtakes a scan of a hundred
thousand and a pause takes effect at once.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from threading import RLock

from lsp_server.errors import IndexDamaged, SemanticSymbolsError
from lsp_server.indexing.agenda import Agenda
from lsp_server.indexing.inbox import Inbox
from lsp_server.indexing.messages import Event, Failed, Published, Settled, Tidied, Waiting
from lsp_server.indexing.parts import IndexerParts
from lsp_server.indexing.progress import ProgressMeter
from lsp_server.indexing.run import IndexingRun
from lsp_server.indexing.upkeep.maintenance import maintain
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.memory import trim_memory
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.lease import WriterLease, lease_holder

logger = logging.getLogger(__name__)

LEASE_POLL_S = 0.2

TRIES = 5
"""An index that is deleted while it is being written is begun this often, `LEASE_POLL_S` apart."""

READERS_POLL_S = 0.05
READERS_S = 2.0
"""Readers of an older version get this long to switch; after that, deleting it is left to a later scan."""


def _one_at_a_time(report: Callable[[Event], None]) -> Callable[[Event], None]:
    lock = RLock()

    def locked(event: Event) -> None:
        with lock:
            report(event)

    return locked


class Indexer:
    """The indexer of one folder.

    Args:
        parts: Its collaborators.
        inbox: Commands.
        report: Called with every event, one at a time; those of commits come from the committing thread.
        watching: Makes a context that is entered while the index is being worked on.
    """

    def __init__(
        self,
        parts: IndexerParts,
        inbox: Inbox,
        report: Callable[[Event], None],
        watching: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._parts = parts
        self._watching = watching
        self._agenda = Agenda(inbox)
        self._report = _one_at_a_time(report)
        self._meter = ProgressMeter(self._report)
        self._writer: IndexWriter | None = None
        self._is_tidied = True

    def run(self) -> None:
        """Carry out commands until the inbox is closed."""
        try:
            while not self._agenda.is_over:
                if self._agenda.wait():
                    self._work()
        finally:
            self._let_go()

    def work(self) -> None:
        """Carry out once what is waiting; failures are reported as events."""
        try:
            self._work()
        finally:
            self._let_go()

    def _work(self) -> None:
        self._agenda.catch_up()
        if not self._agenda.may_work or (self._agenda.is_settled and self._is_tidied):
            return
        try:
            self._take_turns_with_deletions()
        except SemanticSymbolsError as error:
            logger.exception("indexing stopped")
            self._agenda.start_over()
            self._report(Failed(error.kind, error.message, error.suggestion))

    def _take_turns_with_deletions(self) -> None:
        """Work under the lease; begin anew, a few times, when somebody deletes the index meanwhile."""
        for tries_left in reversed(range(TRIES)):
            lease = None
            try:
                lease = self._lease()
                if lease is not None:
                    with lease, self._watching():
                        self._work_with_lease(lease)
            except SemanticSymbolsError as error:
                if not tries_left or not self._is_by_deletion(error, lease):
                    raise
                logger.warning(
                    "the index was deleted while it was being written: beginning anew", exc_info=True
                )
            else:
                return
            self._agenda.start_over()
            self._agenda.wait(LEASE_POLL_S)
            if not self._agenda.may_work:
                return

    def _lease(self) -> WriterLease | None:
        """Wait for the writer lease; None when paused or closed meanwhile."""
        lock = self._parts.index.create().lease_lock
        told = False
        while (lease := WriterLease.try_acquire(lock)) is None:
            if not told:
                holder = lease_holder(lock)
                self._report(Waiting("another process" if holder is None else f"process {holder}"))
                told = True
            self._agenda.wait(LEASE_POLL_S)
            if not self._agenda.may_work:
                return None
        return lease

    def _is_by_deletion(self, error: SemanticSymbolsError, lease: WriterLease | None) -> bool:
        cause = error.__cause__
        if isinstance(cause, FileNotFoundError) or (lease is not None and lease.is_lost):
            return True
        # A disk that is full, say, may keep the folders from being made.
        return lease is not None and not isinstance(cause, OSError) and not self._parts.version.is_whole

    def _work_with_lease(self, lease: WriterLease) -> None:
        version = self._parts.version
        try:
            self._work_on(version.create(), lease)
        except IndexDamaged:
            if lease.is_lost:  # what is there now may be another process's
                raise
            logger.exception("the index is damaged and is rebuilt from the files")
            version.delete()
            self._agenda.start_over()
            # Another folder, where a reader has this one open.
            self._work_on(self._parts.version.create(), lease)

    def _work_on(self, version: IndexVersion, lease: WriterLease) -> None:
        try:
            writer = self._opened(version, lease)
            self._index(version, writer)
            writer.suspend()
            trim_memory()
        except BaseException:
            self._let_go()  # what the writer has in memory may be ahead of what was committed
            raise

    def _opened(self, version: IndexVersion, lease: WriterLease) -> IndexWriter:
        """Return the suspended writer if nobody else has written since, else a new one."""
        if self._writer is not None and self._writer.resume(lease):
            return self._writer
        self._let_go()
        writer = self._writer = IndexWriter(version, self._parts.embedder.info, lease)
        if writer.generation == 0:
            writer.meta = replace(writer.meta, recipe=self._parts.cache_recipe)
        elif writer.meta.recipe != self._parts.cache_recipe:
            logger.info("the index was made with other settings or by another version: rebuilding it")
            self._agenda.wants_scan = self._agenda.wants_rebuild = True
        if not version.is_ready:
            # New, or never finished: it lacks more than single paths.
            self._agenda.wants_scan = True
        self._agenda.look_at(writer.unfinished)
        return writer

    def _let_go(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _index(self, version: IndexVersion, writer: IndexWriter) -> None:
        IndexingRun(self._parts, writer, self._agenda, self._meter, self._report).work()
        if not self._agenda.may_work:
            return
        scanned_at_ns, was_ready = self._agenda.scanned_at_ns, version.is_ready
        if scanned_at_ns is not None:
            self._finish_scan(version, writer, scanned_at_ns)
        self._meter.finish()
        self._agenda.settled = self._agenda.ticket
        self._report(Settled(self._agenda.ticket))
        generation = writer.generation
        self._is_tidied = maintain(writer, self._parts.recall_target, self._has_time, self._parts.embedder)
        if writer.generation != generation:
            self._report(Published(writer.generation))
        if scanned_at_ns is not None:
            if was_ready and self._has_time():
                writer.check()
            writer.expect_lease()
            self._delete_others(version)
        if self._is_tidied:
            self._report(Tidied())

    def _finish_scan(self, version: IndexVersion, writer: IndexWriter, began_ns: int) -> None:
        # Outdated files in folders that could not be listed still have to be indexed again, once they can be.
        writer.expire(sorted(self._agenda.outdated))
        writer.finish_scan(began_ns, self._parts.cache_recipe)
        self._agenda.finish_scan()
        if not version.is_ready:
            version.mark_ready()

    def _delete_others(self, version: IndexVersion) -> None:
        """Delete all other versions that no process reads."""
        until_s = time.monotonic() + READERS_S
        index = self._parts.index
        others = [other for other in (*index.versions(), *index.remains()) if other.path != version.path]
        while others := [other for other in others if not other.delete_unless_read()]:
            if time.monotonic() > until_s or not self._agenda.is_idle:
                return
            time.sleep(READERS_POLL_S)

    def _has_time(self) -> bool:
        return self._agenda.is_idle
