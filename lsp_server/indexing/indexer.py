"""Keeps the index of one folder true to its files: waits for commands, takes the lease, works, keeps house.

One thread. Commands are looked at before every file, so that an open file overtakes a scan of a hundred thousand
and a pause takes effect at once.
"""

import logging
from collections.abc import Callable

from lsp_server.errors import IndexDamaged, SemanticSymbolsError
from lsp_server.indexing.agenda import Agenda
from lsp_server.indexing.inbox import Inbox
from lsp_server.indexing.maintenance import maintain, realign
from lsp_server.indexing.messages import Event, Failed, Published, Settled, Waiting
from lsp_server.indexing.parts import IndexerParts
from lsp_server.indexing.progress import ProgressMeter
from lsp_server.indexing.run import IndexingRun
from lsp_server.indexing.writer import IndexWriter
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.lease import WriterLease, lease_holder

logger = logging.getLogger(__name__)

LEASE_POLL_S = 0.2


class Indexer:
    """The indexer of one folder.

    Args:
        parts: What it works with.
        inbox: Commands.
        report: Takes every event, in the indexer's thread.
    """

    def __init__(self, parts: IndexerParts, inbox: Inbox, report: Callable[[Event], None]) -> None:
        self._parts = parts
        self._agenda = Agenda(inbox)
        self._report = report
        self._meter = ProgressMeter(report)

    def run(self) -> None:
        """Obey commands until the inbox is closed."""
        while not self._agenda.is_over:
            if self._agenda.wait():
                self.work()

    def work(self) -> None:
        """Do what has been asked for, if anything may be done now; failures of the index are reported."""
        self._agenda.catch_up()
        if not self._agenda.may_work:
            return
        try:
            lease = self._lease()
            if lease is not None:
                with lease:
                    self._work_on(self._parts.version.create())
        except SemanticSymbolsError as error:
            logger.exception("indexing stopped")
            self._agenda.start_over()
            self._report(Failed(error.kind, error.message, error.suggestion))

    def _lease(self) -> WriterLease | None:
        """Wait for the lease; None when paused or over meanwhile."""
        lock = self._parts.index.create().lease_lock
        told = False
        while (lease := WriterLease.try_acquire(lock)) is None:
            if not told:
                holder = lease_holder(lock)
                self._report(Waiting("another process" if holder is None else f"process {holder.pid}"))
                told = True
            self._agenda.wait(LEASE_POLL_S)
            if not self._agenda.may_work:
                return None
        return lease

    def _work_on(self, version: IndexVersion) -> None:
        with self._opened(version) as writer:
            realign(writer)
            run = IndexingRun(self._parts, writer, self._agenda, self._meter, self._report)
            if run.work():
                self._finish_scan(version)
            if not self._agenda.may_work:
                return
            self._meter.finish()
            self._report(Settled(self._agenda.ticket))
            if maintain(writer, self._parts.recall_target, self._has_time):
                self._report(Published(writer.generation))

    def _opened(self, version: IndexVersion) -> IndexWriter:
        try:
            return IndexWriter(version, self._parts.embedder.info)
        except IndexDamaged:
            logger.exception("the index is damaged and will be built anew from the files")
            version.delete()
            self._agenda.wants_scan = True
            return IndexWriter(version.create(), self._parts.embedder.info)

    def _finish_scan(self, version: IndexVersion) -> None:
        self._agenda.rebuilding = False
        if version.is_ready:
            return
        version.mark_ready()
        for other in self._parts.index.versions():
            if other.path != version.path:
                other.delete()

    def _has_time(self) -> bool:
        return self._agenda.is_quiet
