"""One command's use of one folder: brings its index up to date as far as wanted, and answers from it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from lsp_server.disk import read_ordinary
from lsp_server.embedding import Embedder
from lsp_server.errors import IndexDamaged, SemanticSymbolsError
from lsp_server.indexing import messages
from lsp_server.indexing.foreground import Ending, ForegroundIndexing
from lsp_server.indexing.messages import Command, Event
from lsp_server.indexing.parts import IndexerParts
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.scanning.scanner import FileStat, scan
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.folder.view import FolderView
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexFolder, IndexVersion
from lsp_server.storage.records import FileState
from lsp_server.workspace.explanation import explain
from lsp_server.workspace.metrics import resident_bytes
from lsp_server.workspace.query_models import QueryModels
from lsp_server.workspace.reader import IndexReader
from lsp_server.workspace.status import FolderStatus, IndexState, Metrics, PathExplanation, WorkspaceStatus

Answer = TypeVar("Answer")

CHECK_S = 0.5
"""A search may look for changed files this long before it answers from the index as it is."""

FIRST_COMMITS_S = 60.0
"""With no index to answer from, a search waits this long for another process that is making the first one."""


@dataclass(frozen=True, slots=True, eq=False)
class VisitParts:
    """The collaborators of a visit.

    Attributes:
        folder: The workspace folder.
        index: Its index folder.
        rules: Decide which files are indexed.
        embedder: The model of queries and symbols.
        make_indexer: Assembles an indexer's parts.
    """

    folder: Path
    index: IndexFolder
    rules: IgnoreRules
    embedder: Embedder
    make_indexer: Callable[[], IndexerParts]


class FolderVisit:
    """A folder as one command sees it; a context manager.

    Args:
        parts: Its collaborators.
        report: Called with the events of indexing.
        note: Called with what the user should know about how current the answers are, a sentence each.

    Attributes:
        profile: Seconds by stage of the last indexing.
    """

    def __init__(
        self, parts: VisitParts, report: Callable[[Event], None], note: Callable[[str], None]
    ) -> None:
        self.folder = parts.folder
        self._parts = parts
        self._report = report
        self._note = note
        self._reader = IndexReader(parts.index, parts.embedder.info.fingerprint)
        self._indexing: ForegroundIndexing | None = None
        self._is_current = False
        self._progress: messages.Progress | None = None
        self.profile: Mapping[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot that answers; None where nothing is indexed."""
        return self._reader.snapshot

    @property
    def version(self) -> IndexVersion | None:
        """The index version of the snapshot."""
        return self._reader.version

    def explain(self, path: str) -> PathExplanation:
        """Return whether a file is indexed, and why."""
        return explain(path, self._parts.rules, self._reader)

    # Indexing

    def stop(self) -> bool:
        """Stop indexing soon, keeping what is committed; False when none is running. For signal handlers."""
        if self._indexing is None:
            return False
        self._indexing.stop()
        return True

    def index(self, wait_s: float) -> Ending:
        """Compare all files with the index, and index what differs.

        Args:
            wait_s: How long to wait for another process that writes the index.

        Raises:
            SemanticSymbolsError: Indexing failed.
        """
        return self._work(messages.Scan(1), wait_s)

    def rebuild(self, wait_s: float) -> Ending:
        """Read, parse and embed all files again; see `index`."""
        return self._work(messages.Rebuild(1), wait_s)

    def catch_up(self) -> Ending:
        """Index what is missing or changed, unless checking takes too long or another process is indexing."""
        self._reader.refresh()
        if self.snapshot is None or not self._covers_all():
            if self._parts.index.is_paused() and self.snapshot is not None:
                self._note("Indexing is paused: answered from part of the files.")
                return Ending.DONE
            return self._tried(messages.Scan(1), FIRST_COMMITS_S if self.snapshot is None else 0.0)
        try:
            changed = self._changed_paths()
        except IndexDamaged as error:
            return self._mended(error, messages.Scan(1))
        if changed is None:
            self._note("Too many files to check for changes: answered from the index as it is.")
            return Ending.DONE
        if not changed:
            self._is_current = True
            return Ending.DONE
        if self._parts.index.is_paused():
            self._note(f"Indexing is paused; changed files that are not indexed yet: {len(changed):,}.")
            return Ending.DONE
        return self._tried(messages.Update(tuple(changed), 1), 0.0)

    def _mended(self, error: IndexDamaged, command: Command) -> Ending:
        """Index once more because the index is damaged.

        Raises:
            IndexDamaged: The user paused indexing.
        """
        if self._parts.index.is_paused():
            raise error
        self._note(f"{error.message} It is made anew.")
        return self._work(command, FIRST_COMMITS_S)

    def _tried(self, command: Command, wait_s: float) -> Ending:
        """Index; if that fails or the index is busy, answer from what there is rather than not at all."""
        try:
            ending = self._work(command, wait_s)
        except SemanticSymbolsError as error:
            if self.snapshot is None:
                raise
            self._note(f"{error.message} Answered from the index as it is.")
            return Ending.DONE
        if ending is Ending.BUSY:
            self._note("Another process is indexing: answered from what it has committed so far.")
        return ending

    def _work(self, command: Command, wait_s: float) -> Ending:
        self._indexing = ForegroundIndexing(self._parts.make_indexer(), self._on_event, wait_s)
        try:
            ending = self._indexing.run(command)
        finally:
            self._indexing = None
            self._reader.refresh()
        self._is_current = ending is Ending.DONE
        return ending

    def _on_event(self, event: Event) -> None:
        if isinstance(event, messages.Progress):
            self._progress = event
        elif isinstance(event, messages.Profile):
            self.profile = event.seconds
        self._report(event)

    # Freshness

    def _covers_all(self) -> bool:
        """Tell whether a scan has been completed; in a folder without files, that needs no commit."""
        today = self._parts.index.version(self._parts.embedder.info.fingerprint)
        return today.is_ready and not self._reader.answers_with_other_model

    def _changed_paths(self) -> list[str] | None:
        """Return the paths whose index entry is out of date; None when checking takes too long."""
        deadline_s = time.monotonic() + CHECK_S
        version, snapshot = self.version, self.snapshot
        assert version is not None
        assert snapshot is not None
        known = _known_files(version)
        changes = scan(self._parts.rules, known, snapshot.meta.seen_ns, lambda: time.monotonic() > deadline_s)
        differing = [file for file in changes.touched if self._differs(file, known[file.path], deadline_s)]
        if time.monotonic() > deadline_s:
            return None
        found = (*changes.changed, *differing)
        return [*(file.path for file in found if not file.is_away), *changes.removed]

    def _differs(self, file: FileStat, state: FileState, deadline_s: float) -> bool:
        if time.monotonic() > deadline_s or not state.digest:
            return not state.reason
        if file.is_away:
            return False
        try:
            raw, _ = read_ordinary(self.folder / file.path)
        except OSError:
            return True
        return content_digest(raw) != state.digest

    # Answers

    def answer(self, ask: Callable[[FolderView], Answer]) -> Answer:
        """Return what a search or the like answers; an index that it finds damaged is made anew first.

        Args:
            ask: Reads a view; called again where it raised `IndexDamaged`.

        Raises:
            IndexDamaged: It is damaged still, or the user paused indexing.
            KeyboardInterrupt: Indexing was stopped.
        """
        # A scan ends with a check that rebuilds a damaged index; a rebuild is for damage that no check finds.
        for command in (messages.Scan(1), messages.Rebuild(1)):
            try:
                return ask(self.view())
            except IndexDamaged as error:
                if self._mended(error, command) is Ending.STOPPED:
                    raise KeyboardInterrupt from error
        return ask(self.view())

    def view(self) -> FolderView:
        """Return what a search reads."""
        return FolderView(
            folder=self.folder,
            embedder=self._query_model(),
            snapshot=self.snapshot,
            unsaved={},
            coverage=self._reader.coverage,
            is_complete=self._is_current,
        )

    def _query_model(self) -> Embedder:
        version, snapshot = self.version, self.snapshot
        if version is None or snapshot is None:
            return self._parts.embedder
        return QueryModels([self._parts.embedder]).of(version, snapshot)

    def status(self) -> WorkspaceStatus:
        """Return the folder's status as it is on disk; nothing follows the folder here."""
        if self._reader.snapshot is None:
            self._reader.refresh()
        state, message = self._state()
        progress = self._progress
        return WorkspaceStatus(
            state=state,
            message=message,
            coverage=self._reader.coverage,
            folders=(FolderStatus(self.folder, state, message, self._reader.coverage, self._reader.facts()),),
            metrics=Metrics(
                files_per_second=None if progress is None else progress.files_per_second,
                symbols_per_second=None if progress is None else progress.symbols_per_second,
                embedded_symbols=0 if progress is None else progress.embedded_symbols,
                resident_bytes=resident_bytes(),
            ),
        )

    def _state(self) -> tuple[IndexState, str | None]:
        if self._parts.index.is_paused():
            return IndexState.PAUSED, "Indexing is paused in this folder."
        if self._parts.index.is_being_written():
            return IndexState.INDEXING, None
        version = self.version
        if version is None:
            return IndexState.STARTING, "Nothing is indexed yet; run `semantic-symbols index`."
        if not self._covers_all():
            return (
                IndexState.STARTING,
                "The index does not cover all files yet; run `semantic-symbols index`.",
            )
        return IndexState.READY, None


def _known_files(version: IndexVersion) -> Mapping[str, FileState]:
    """Return every file of the index; those of an interrupted batch as if they had never been read."""
    with Catalog.open_reader(version.catalog) as catalog:
        files = catalog.files()
        intent = catalog.leftover_intent()
    for path in () if intent is None else (*intent.changed, *intent.removed):
        if path in files:
            files[path] = files[path].unread()
    return files
