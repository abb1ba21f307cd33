"""One indexing run under the writer lease: finds changes, feeds the workers, commits results in batches.

What is known about a file runs ahead of the commits: it is updated as soon as a result is in the batch, so
that changes are always compared with what the next commit will contain. When a file changes again while a
worker has it, the worker's result is discarded.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from lsp_server.errors import IndexDamaged, ModelUnavailable
from lsp_server.fulltext import Stemmer
from lsp_server.indexing.agenda import Agenda
from lsp_server.indexing.commits import BackgroundCommits
from lsp_server.indexing.filling import BatchFilling
from lsp_server.indexing.messages import Event
from lsp_server.indexing.parts import IndexerParts
from lsp_server.indexing.progress import ProgressMeter
from lsp_server.indexing.queue import Lane
from lsp_server.indexing.scanning.scanner import ChangeSet, FileStat, changes_for, is_storable, scan
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.indexing.workers.jobs import ParseJob, ParseReply, ReplyStatus
from lsp_server.indexing.workers.worker import read_file
from lsp_server.indexing.writing.batch import FileResult, Touch
from lsp_server.indexing.writing.placement import place, without_symbols
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.model import FileId
from lsp_server.parsing import skip_by_name, with_forced_secrets
from lsp_server.processes.pool import Outcome
from lsp_server.storage.file_analysis import unpack
from lsp_server.storage.records import NEVER, FileState, FileStatus

logger = logging.getLogger(__name__)

MAX_BYTES_DIGESTED_HERE = 1_000_000
"""Larger files with a changed time but the same size are digested by a worker."""

UNREAD = FileState(
    file=FileId(0),
    digest=b"",
    size_bytes=NEVER,
    mtime_ns=NEVER,
    language="",
    status=FileStatus.PENDING,
    reason="",
    n_symbols=0,
)
"""A file that was seen but never read; its catalog row is found by its path."""


class IndexingRun:
    """Works through an agenda with an open writer.

    Args:
        parts: The indexer's collaborators.
        writer: The index, open for writing; must be opened again after an error.
        agenda: What is to be done; checked again before every file.
        meter: Counts files, symbols and seconds.
        report: Called with a `Published` for every commit, in the committing thread.
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
        self._known = writer.known
        self._agenda = agenda
        self._meter = meter
        self._in_flight: dict[str, FileStat] = {}
        self._overtaken: dict[str, FileStat | None] = {}
        self._distrusted: set[str] = set()
        self._stemmer = Stemmer()
        self._commits = BackgroundCommits(writer, parts.cache, meter, report)
        self._batch = BatchFilling(self._commits, sum(state.n_symbols for state in writer.known.values()))

    def work(self) -> None:
        """Do what is on the agenda until it is empty, paused or over."""
        self._meter.begin()
        with self._commits:
            while self._agenda.has_work and self._agenda.catch_up():
                self._find_changes()
                for outcome in self._parts.pool.run(self._jobs()):
                    self._take(outcome)
                    if self._agenda.is_over:
                        return
                    if self._batch.is_due:
                        self._commit()
                    if not self._agenda.catch_up():
                        self._put_back()
                        break
                self._commit()

    def _put_back(self) -> None:
        """Put back what the workers have: a pause must not wait for hundreds of files."""
        self._agenda.queue_files(list(self._in_flight.values()), Lane.CHANGED)
        self._in_flight.clear()
        for path, news in self._overtaken.items():
            if news is None:
                self._agenda.queue.discard(path)
                self._remove(path)
            else:
                self._agenda.queue_files([news], Lane.CHANGED)
        self._overtaken.clear()

    # Changes

    def _find_changes(self) -> None:
        began_s = time.monotonic()
        if self._agenda.wants_scan:
            self._scan()
        elif self._agenda.has_updates:
            seen_ns = self._writer.meta.seen_ns
            paths = self._agenda.take_updates()
            if "" in paths:  # the whole folder trusts times; named paths don't, and are checked by themselves
                self._agenda.look_at(path for path in paths if path)
                paths = [""]
            changes = changes_for(self._parts.rules, paths, self._known, seen_ns)
            self._take_changes(changes, Lane.CHANGED)
            if any(file.n_names > 1 for file in (*changes.changed, *changes.touched)):
                self._agenda.wants_scan = True  # its other hard links may be in the folder, too
        self._meter.spent("scan", time.monotonic() - began_s)

    def _scan(self) -> None:
        agenda, rules = self._agenda, self._parts.rules
        was_cut_short = False

        def is_cancelled() -> bool:
            nonlocal was_cut_short
            was_cut_short = was_cut_short or not agenda.catch_up()
            return was_cut_short

        agenda.begin_scan(self._known)
        rules.invalidate("")
        changes = scan(rules, self._seen(), self._writer.meta.seen_ns, is_cancelled)
        self._take_changes(changes, Lane.SCANNED)
        if was_cut_short:
            agenda.wants_scan = True
        elif "" not in changes.unreadable:  # else the folder itself is gone, which says nothing of its files
            agenda.scanned_at_ns = changes.scanned_at_ns

    def _seen(self) -> Mapping[str, FileState]:
        """Return what a scan compares with: the known files, outdated ones as if never read."""
        outdated = self._agenda.outdated
        if not outdated:
            return self._known
        return {path: state.unread() if path in outdated else state for path, state in self._known.items()}

    def _take_changes(self, changes: ChangeSet, lane: Lane) -> None:
        for path in changes.removed:
            self._agenda.queue.discard(path)
            if path in self._in_flight:
                self._overtaken[path] = None
            else:
                self._remove(path)
        files = [file for file in (*changes.changed, *changes.touched) if _is_taken(file.path)]
        self._overtaken.update((file.path, file) for file in files if self._is_overtaken(file, lane))
        waiting = [file for file in files if file.path not in self._in_flight]
        self._discover(file.path for file in waiting if file.path not in self._known)
        self._agenda.queue_files(waiting, lane)
        self._meter.expect(self._n_waiting)

    def _is_overtaken(self, file: FileStat, lane: Lane) -> bool:
        """Tell whether a worker is processing an outdated state of a file.

        A scan only sees a file's size and time; a path that is named by itself was seen to change.
        """
        in_flight = self._in_flight.get(file.path)
        is_as_seen = lane is Lane.SCANNED and file == in_flight and file.path not in self._agenda.outdated
        return in_flight is not None and not is_as_seen

    def _discover(self, paths: Iterable[str]) -> None:
        new = list(paths)
        if new:
            self._writer.catalog.discover(new)
            self._known.update(dict.fromkeys(new, UNREAD))

    @property
    def _n_waiting(self) -> int:
        return len(self._agenda.queue) + len(self._in_flight)

    def _commit(self) -> None:
        self._batch.commit(self._n_waiting)

    # Files

    def _jobs(self) -> Iterator[tuple[str, bytes]]:
        while self._agenda.catch_up():
            if self._agenda.wants_scan or self._agenda.has_updates:
                self._find_changes()
            file = self._agenda.queue.pop()
            if file is None:
                return
            if self._is_skipped(file):
                continue
            # A file queued by an earlier run may have been removed from the index by another process.
            state = self._known.setdefault(file.path, UNREAD)
            if not self._is_as_before(file, state):
                self._in_flight[file.path] = file
                yield file.path, self._job(file.path, state).pack()

    def _is_skipped(self, file: FileStat) -> bool:
        limits = with_forced_secrets(self._parts.limits, file.path)
        skipped = skip_by_name(file.path, file.size_bytes, limits)
        if skipped is not None:
            self._leave_out(file, FileStatus.SKIPPED, skipped.reason, b"")
        elif not file.is_away:
            return False
        elif not self._known.get(file.path, UNREAD).digest:
            self._leave_out_for_now(file, "its content is not on this computer")
        self._meter.passed()
        return True

    def _is_as_before(self, file: FileStat, state: FileState) -> bool:
        """Tell whether a file of the same size has the same content, which is too little for a worker."""
        is_likely = state.digest and state.size_bytes == file.size_bytes <= MAX_BYTES_DIGESTED_HERE
        if not is_likely or file.path in self._agenda.outdated:
            return False
        began_s = time.monotonic()
        try:
            content = read_file(str(self._parts.folder / file.path))
        except OSError:  # a worker will find out why
            return False
        is_same = content_digest(content.raw) == state.digest
        self._meter.spent("digests", time.monotonic() - began_s)
        if is_same:
            self._touch(file.path, Touch(content.size_bytes, content.mtime_ns))
            self._meter.passed()
        return is_same

    def _job(self, path: str, state: FileState) -> ParseJob:
        is_outdated = path in self._agenda.outdated
        trusts_cache = not (is_outdated and self._agenda.distrusts_cache) and path not in self._distrusted
        known_digest = None if is_outdated else state.digest or None
        return ParseJob(path, str(self._parts.folder / path), known_digest, use_cache=trusts_cache)

    def _take(self, outcome: Outcome[str]) -> None:
        path = outcome.key
        file = self._in_flight.pop(path)
        if path in self._overtaken:
            news = self._overtaken.pop(path)
            if news is None:
                self._remove(path)
            else:
                self._agenda.queue_files([news], Lane.CHANGED)
        elif outcome.payload is None:
            reason = f"the parser {outcome.failure} on it"
            logger.warning("%s is quarantined: %s %s", path, reason, outcome.message)
            self._leave_out(file, FileStatus.QUARANTINED, reason, self._digest_of(file))
            self._meter.passed()
        else:
            self._take_reply(file, ParseReply.unpack(outcome.payload))

    def _take_reply(self, file: FileStat, reply: ParseReply) -> None:
        n_symbols = 0
        match reply.status:
            case ReplyStatus.ANALYZED:
                n_symbols = self._add(file, reply)
            case ReplyStatus.UNCHANGED:
                self._touch(reply.path, Touch(reply.size_bytes, reply.mtime_ns))
            case ReplyStatus.VANISHED:
                self._remove(reply.path)
            case ReplyStatus.UNREADABLE:
                self._leave_out_for_now(file, f"unreadable: {reply.message.lower()}")
        self._meter.took(reply, n_symbols)

    def _add(self, file: FileStat, reply: ParseReply) -> int:
        if reply.recipe != self._parts.cache_recipe:
            raise ModelUnavailable(
                "The program or its model changed while it was running: a worker and its indexer disagree.",
                "Restart the server, so that everything is loaded again.",
            )
        try:
            content = unpack(reply.packed_analysis)
        except IndexDamaged:
            if not reply.cached:
                raise
            logger.warning("the cached analysis of %s is damaged", reply.path)
            self._distrusted.add(reply.path)
            self._agenda.queue_files([file], Lane.CHANGED)
            return 0
        status = FileStatus.INDEXED if content.skipped is None else FileStatus.SKIPPED
        placed = place(content, reply.path, self._parts.embedder, self._stemmer)
        self._put(FileResult(placed, reply.size_bytes, reply.mtime_ns, status))
        if not reply.cached:
            self._batch.keep(reply.cache_key, reply.packed_analysis)
        return len(placed.ids)

    def _leave_out(self, file: FileStat, status: FileStatus, reason: str, digest: bytes) -> None:
        placed = without_symbols(digest, file.path, reason, self._parts.embedder.info.dimensions)
        self._put(FileResult(placed, file.size_bytes, file.mtime_ns, status))

    def _leave_out_for_now(self, file: FileStat, reason: str) -> None:
        """Leave a file out until the next scan: it may be readable then, without a trace in size and time."""
        self._leave_out(FileStat(file.path, file.size_bytes, NEVER), FileStatus.SKIPPED, reason, b"")

    def _put(self, result: FileResult) -> None:
        path = result.placed.path
        before = self._known.get(path, UNREAD)
        after = result.state(before.file)
        self._agenda.outdated.discard(path)
        if after == before and not after.n_symbols:
            return  # left out as before
        self._batch.add(result)
        self._known[path] = after

    def _touch(self, path: str, touch: Touch) -> None:
        before = self._known[path]
        if (before.size_bytes, before.mtime_ns) != (touch.size_bytes, touch.mtime_ns):
            self._batch.touch(path, touch)
            self._known[path] = replace(before, size_bytes=touch.size_bytes, mtime_ns=touch.mtime_ns)

    def _remove(self, path: str) -> None:
        self._agenda.outdated.discard(path)
        self._batch.remove(path)
        self._known.pop(path, None)

    def _digest_of(self, file: FileStat) -> bytes:
        """Return the digest of a file that crashed or stalled its worker; empty when it has changed since."""
        try:
            content = read_file(str(self._parts.folder / file.path))
        except OSError:
            return b""
        is_same = (content.size_bytes, content.mtime_ns) == (file.size_bytes, file.mtime_ns)
        return content_digest(content.raw) if is_same else b""


def _is_taken(path: str) -> bool:
    if not is_storable(path):
        logger.warning("%a is left out: its name is not valid Unicode", path)
        return False
    return True
