"""One stay at the writer's desk: finds changes, sends files through the workers, commits them in batches."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from lsp_server.documents import Stemmer
from lsp_server.indexing.agenda import Agenda
from lsp_server.indexing.jobs import ParseJob, ParseReply, ReplyStatus
from lsp_server.indexing.messages import Event, Published
from lsp_server.indexing.parts import IndexerParts
from lsp_server.indexing.placement import place, without_symbols
from lsp_server.indexing.progress import ProgressMeter
from lsp_server.indexing.queue import Lane
from lsp_server.indexing.scanner import ChangeSet, FileFact, changes_for, priority_order, scan
from lsp_server.indexing.worker import cache_key
from lsp_server.indexing.writer import Batch, FileResult, IndexWriter
from lsp_server.indexing.yields import content_digest
from lsp_server.parsing import skip_by_name
from lsp_server.parsing.pool import Outcome
from lsp_server.storage.file_yield import unpack
from lsp_server.storage.records import FileState, FileStatus

logger = logging.getLogger(__name__)

FIRST_COMMIT_S = 0.7
"""A new index answers its first query this soon; each later commit of a run waits twice as long."""

LATEST_COMMIT_S = 10.0

MOST_SYMBOLS = 40_000
"""Symbols of one batch, which are held in memory until the commit: about 100 MB."""


class IndexingRun:
    """Works an agenda off, as far as it goes, with an open writer.

    Args:
        parts: What the indexer works with.
        writer: The index, open for writing.
        agenda: What is to be done; looked at again before every file.
        meter: Counts.
        report: Takes a `Published` for every commit.
    """

    def __init__(
        self,
        parts: IndexerParts,
        writer: IndexWriter,
        agenda: Agenda,
        meter: ProgressMeter,
        report: Callable[[Event], None],
    ) -> None:
        self._parts = parts
        self._writer = writer
        self._agenda = agenda
        self._meter = meter
        self._report = report
        self._facts: dict[str, FileFact] = {}
        self._at_work: dict[str, FileFact] = {}
        self._batch = Batch()
        self._to_cache: dict[bytes, bytes] = {}
        self._stemmer = Stemmer()
        self._commit_after_s = FIRST_COMMIT_S
        self._committed_s = time.monotonic()

    def work(self) -> bool:
        """Do what is on the agenda until it is empty, paused or over; whether a whole scan was finished."""
        self._meter.begin()
        scanned = False
        while self._agenda.has_work and self._agenda.catch_up():
            scanned |= self._agenda.wants_scan
            self._find_changes()
            for outcome in self._parts.pool.run(self._jobs()):
                self._take(outcome)
                if self._agenda.is_over:
                    return False
                if self._is_commit_due():
                    self._commit()
            self._commit()
        return scanned and not self._agenda.has_work

    # Changes

    def _find_changes(self) -> None:
        began_s = time.monotonic()
        agenda, rules = self._agenda, self._parts.rules
        if agenda.wants_scan:
            agenda.take_scan()
            rules.invalidate("")
            changes = scan(rules, self._seen(), self._writer.meta.seen_ns, lambda: not agenda.catch_up())
            if not agenda.may_work:
                agenda.wants_scan = True
            self._writer.note_scan(changes.scanned_at_ns)
            lane = Lane.SCANNED
        else:
            changes = changes_for(rules, agenda.take_updates(), self._seen(), self._writer.meta.seen_ns)
            lane = Lane.CHANGED
        self._take_changes(changes, lane)
        self._meter.spent("scan", time.monotonic() - began_s)

    def _seen(self) -> Mapping[str, FileState]:
        """What scans compare with: to a rebuild nothing is known but the paths."""
        known = self._writer.known
        if not self._agenda.rebuilding:
            return known
        return {path: replace(state, size_bytes=-1, mtime_ns=-1) for path, state in known.items()}

    def _take_changes(self, changes: ChangeSet, lane: Lane) -> None:
        for path in changes.removed:
            self._agenda.queue.discard(path)
            self._batch.remove(path)
        facts = [*changes.changed, *changes.touched]
        self._facts.update((fact.path, fact) for fact in facts)
        self._agenda.queue.add((fact.path for fact in priority_order(facts)), lane)
        new = [fact.path for fact in facts if fact.path not in self._writer.known]
        if new:
            self._writer.catalog.discover(new)
        self._meter.expect(len(self._agenda.queue))

    # Files

    def _jobs(self) -> Iterator[tuple[str, bytes]]:
        while self._agenda.catch_up():
            if self._agenda.has_updates and not self._agenda.wants_scan:
                self._find_changes()
            path = self._agenda.queue.pop()
            if path is None:
                return
            fact = self._facts.pop(path, None)
            if fact is None:
                continue
            skipped = skip_by_name(path, fact.size_bytes, self._parts.limits)
            if skipped is not None:
                self._leave_out(fact, FileStatus.SKIPPED, skipped.reason, b"")
                continue
            self._at_work[path] = fact
            yield path, self._job(path).pack()

    def _job(self, path: str) -> ParseJob:
        state = self._writer.known.get(path)
        rebuilding = self._agenda.rebuilding
        known_digest = None if state is None or rebuilding else state.digest or None
        return ParseJob(path, str(self._parts.folder / path), known_digest, use_cache=not rebuilding)

    def _take(self, outcome: Outcome[str]) -> None:
        fact = self._at_work.pop(outcome.key)
        if outcome.payload is None:
            reason = f"the parser {outcome.failure} on it"
            logger.warning("%s is quarantined: %s %s", fact.path, reason, outcome.message)
            self._leave_out(fact, FileStatus.QUARANTINED, reason, self._digest_of(fact))
            return
        reply = ParseReply.unpack(outcome.payload)
        n_symbols = 0
        match reply.status:
            case ReplyStatus.YIELDED:
                n_symbols = self._add(reply)
            case ReplyStatus.UNCHANGED:
                self._batch.touch(self._writer.touched(reply.path, reply.size_bytes, reply.mtime_ns))
            case ReplyStatus.VANISHED:
                self._batch.remove(reply.path)
            case ReplyStatus.UNREADABLE:
                self._leave_out(fact, FileStatus.SKIPPED, f"unreadable: {reply.message.lower()}", b"")
        self._meter.took(reply, n_symbols)

    def _add(self, reply: ParseReply) -> int:
        content = unpack(reply.packed_yield)
        status = FileStatus.INDEXED if content.skipped is None else FileStatus.SKIPPED
        placed = place(content, reply.path, self._parts.embedder, self._stemmer)
        self._batch.add(FileResult(placed, reply.size_bytes, reply.mtime_ns, status))
        if not reply.cached:
            key = cache_key(reply.digest, reply.path, self._parts.cache_recipe)
            self._to_cache[key] = reply.packed_yield
        return len(placed.ids)

    def _leave_out(self, fact: FileFact, status: FileStatus, reason: str, digest: bytes) -> None:
        placed = without_symbols(digest, fact.path, reason, self._parts.embedder.info.dimensions)
        self._batch.add(FileResult(placed, fact.size_bytes, fact.mtime_ns, status))

    def _digest_of(self, fact: FileFact) -> bytes:
        try:
            return content_digest((self._parts.folder / fact.path).read_bytes())
        except OSError:
            return b""

    # Commits

    def _is_commit_due(self) -> bool:
        age_s = time.monotonic() - self._committed_s
        return age_s >= self._commit_after_s or self._batch.n_symbols >= MOST_SYMBOLS

    def _commit(self) -> None:
        began_s = time.monotonic()
        batch, self._batch = self._batch, Batch()
        if batch.n_files:
            generation = self._writer.apply(batch, self._expected_symbols(batch))
            self._report(Published(generation))
        self._parts.cache.put_many(self._to_cache)
        self._to_cache.clear()
        self._committed_s = time.monotonic()
        self._commit_after_s = min(2 * self._commit_after_s, LATEST_COMMIT_S)
        self._meter.spent("commit", self._committed_s - began_s)

    def _expected_symbols(self, batch: Batch) -> int:
        """A guess at the symbols of the finished index, from those of this batch."""
        return batch.n_symbols + len(self._agenda.queue) * batch.n_symbols // batch.n_files
