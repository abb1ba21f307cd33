"""Texts newer than the index, parsed and embedded: open buffers, and saved files that wait for it."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from lsp_server.embedding import Embedder
from lsp_server.fulltext import Stemmer, prepare
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.indexing.workers.jobs import ParseJob, ParseReply
from lsp_server.indexing.writing.placement import place
from lsp_server.model import FileId
from lsp_server.processes.worker_process import Worker
from lsp_server.search.folder.unsaved import UnsavedFile, UnsavedFiles
from lsp_server.storage.file_analysis import unpack

logger = logging.getLogger(__name__)

PARSE_WAIT_S = 2.0
"""A search waits this long for unsaved text to be parsed; only a text that stalls the parser takes longer."""

START_S = 10.0
"""And this long for the parser itself to start: on a busy machine, starting a process takes time."""

QUIET_S = 0.5
"""Text that no search waits for is parsed when nobody has typed for so long: typing must not cost a core."""

MAX_SAVED = 50
"""At most this many files that are not open are shown as they were saved: every search reads them all."""

DigestOf = Callable[[str], bytes | None]
"""Path → the digest that the index has for it, or None."""

_NO_FILE = FileId(0)
_WARM_UP = ParseJob("warm-up.txt", "", raw=b"").pack()


class _Stage(Enum):
    """Whose text it is."""

    OPEN = auto()
    """An open document's."""
    SAVED = auto()
    """That of no open document: it is on disk, but not in the index yet."""
    REQUESTED = auto()
    """The same, and the index was asked to take it in."""


@dataclass(slots=True)
class _Buffer:
    """The text of one document.

    Attributes:
        raw: The newest text.
        digest: The digest of that text.
        number: The number of that text, among all texts of all buffers.
        wanted: Whether a file of this name is indexed at all.
        parsed: The newest text that was parsed.
        tried: The number of the newest text that the parser was given.
        is_slow: The last text held the parser up, so that no search waits for the next.
        stage: Whose text it is.
    """

    raw: bytes = b""
    digest: bytes = b""
    number: int = 0
    wanted: bool = False
    parsed: UnsavedFile | None = None
    tried: int = 0
    is_slow: bool = False
    stage: _Stage = _Stage.OPEN


class Overlay:
    """Keeps buffers parsed. Thread-safe; parsing runs in a worker process, fed by one thread.

    Buffers may be set at once, but are parsed only after `begin`.

    Args:
        worker: Parses and embeds.
        is_wanted: Tells whether a path is indexed.
    """

    def __init__(self, worker: Worker, is_wanted: Callable[[str], bool]) -> None:
        self._worker = worker
        self._is_wanted = is_wanted
        self._stemmer = Stemmer()
        self._changed = threading.Condition()
        self._buffers: dict[str, _Buffer] = {}
        self._dirty: dict[str, None] = {}
        """What is to be parsed, in this order."""
        self._n_texts = 0
        self._n_waiting = 0
        self._last_set_s = 0.0
        self._started_s = 0.0
        self._worker_ready_s: float | None = None
        self._busy_since_s: float | None = None
        self._is_closed = False
        self._embedder: Embedder | None = None
        self._indexed_digest: DigestOf = _unknown
        self._thread: threading.Thread | None = None

    def begin(self, embedder: Embedder, indexed_digest: DigestOf) -> None:
        """Start to parse the open buffers.

        Args:
            embedder: Adds the path to the vectors.
            indexed_digest: Tells which texts the index has already, so that they need no parsing.
        """
        with self._changed:
            if self._is_closed:
                return
            self._embedder = embedder
            self._indexed_digest = indexed_digest
            if self._buffers:
                self._start()

    def set(self, path: str, text: str) -> None:
        """Set the text of a document that was opened or changed.

        Args:
            path: Relative to the workspace folder.
            text: The whole text as it is on screen.
        """
        self._set(path, text.encode("utf-8", "replace"), _Stage.OPEN)

    def save(self, path: str, raw: bytes) -> bool:
        """Set the content of a file that was saved and is not open; it stays until the index has it.

        Args:
            path: Relative to the workspace folder.
            raw: What is on disk.

        Returns:
            Whether it is shown, so that the index has to be asked for it: see `mark_requested`.
        """
        return self._set(path, raw, _Stage.SAVED)

    def _set(self, path: str, raw: bytes, stage: _Stage) -> bool:
        digest = content_digest(raw)
        wanted = self._is_wanted(path)
        with self._changed:
            if stage is _Stage.SAVED and self._forget_indexed(self._indexed_digest) >= MAX_SAVED:
                return False
            buffer = self._buffers.setdefault(path, _Buffer(stage=stage))
            if stage is _Stage.SAVED and buffer.stage is _Stage.OPEN:
                return False  # what is on screen counts
            if buffer.digest != digest:
                self._n_texts += 1
                buffer.raw, buffer.digest, buffer.number = raw, digest, self._n_texts
                self._last_set_s = time.monotonic()
            buffer.wanted, buffer.stage = wanted, stage
            self._mark_dirty(path, buffer, self._indexed_digest)
            self._start()
            self._changed.notify_all()
            return True

    def drop(self, path: str, on_disk: bytes | None = None) -> bool:
        """Forget a document that was closed: what is on disk counts again.

        Args:
            path: Relative to the workspace folder.
            on_disk: Digest of the file. A text that was saved stays until the index has it.

        Returns:
            Whether it stays.
        """
        with self._changed:
            buffer = self._buffers.get(path)
            stays = buffer is not None and buffer.digest == on_disk != self._indexed_digest(path)
            if buffer is not None and stays:
                buffer.stage = _Stage.SAVED
            else:
                self._forget(path)
            return stays

    def forget_saved(self, paths: Iterable[str]) -> None:
        """Forget the texts of files that are not open, at these paths or below them."""
        gone = tuple(f"{path}/" if path else "" for path in paths)
        with self._changed:
            for known, buffer in list(self._buffers.items()):
                if buffer.stage is not _Stage.OPEN and f"{known}/".startswith(gone):
                    self._forget(known)

    def mark_requested(self, paths: Iterable[str]) -> None:
        """Record that the index was asked to take in texts that stay; see `drop` and `save`."""
        with self._changed:
            for path in paths:
                if (buffer := self._buffers.get(path)) is not None and buffer.stage is _Stage.SAVED:
                    buffer.stage = _Stage.REQUESTED

    def requested(self) -> tuple[str, ...]:
        """Return the files that are not open whose texts the index was asked to take in."""
        with self._changed:
            return tuple(path for path, buffer in self._buffers.items() if buffer.stage is _Stage.REQUESTED)

    def release(self, paths: Iterable[str]) -> None:
        """Forget these texts, as the index has all that it was asked for.

        Args:
            paths: `requested`, from before the index was found to be ready.
        """
        with self._changed:
            for path in paths:
                if (buffer := self._buffers.get(path)) is not None and buffer.stage is _Stage.REQUESTED:
                    self._forget(path)

    def recheck_ignored(self) -> None:
        """Check again which of the buffers are indexed, after the ignore rules changed."""
        wanted = {path: self._is_wanted(path) for path in self.paths()}  # reads from disk: not under the lock
        with self._changed:
            for path, buffer in self._buffers.items():
                buffer.wanted = wanted.get(path, buffer.wanted)
            self._changed.notify_all()

    def paths(self) -> tuple[str, ...]:
        """Return the paths of all texts."""
        with self._changed:
            return tuple(self._buffers)

    def wait_until_parsed(
        self, timeout_s: float | None = None, indexed_digest: DigestOf | None = None
    ) -> bool:
        """Wait until every text that the index does not have is parsed; False when that takes too long.

        Texts that arrive meanwhile are not waited for, nor is one whose last version held the parser up. A
        text that already blocks the parser has used up part of the limit.

        Args:
            timeout_s: How long to wait at most.
            indexed_digest: Tells the digests of the generation to be searched; None for the newest.
        """
        timeout_s = PARSE_WAIT_S if timeout_s is None else timeout_s
        began_s = time.monotonic()
        with self._changed:
            digest_of = indexed_digest or self._indexed_digest
            self._forget_indexed(digest_of)
            for path, buffer in self._buffers.items():
                # The file may have changed on disk, and the buffer not.
                self._mark_dirty(path, buffer, digest_of)
            asked = {path: self._buffers[path].number for path in self._dirty}
            self._n_waiting += 1
            self._changed.notify_all()
            try:
                while not self._is_closed and self._thread is not None and self._is_awaited(asked):
                    rest_s = self._patience_until_s(began_s, timeout_s) - time.monotonic()
                    if rest_s <= 0:
                        return False
                    self._changed.wait(rest_s)
            finally:
                self._n_waiting -= 1
            return self._thread is None or not self._unparsed(asked)

    def current(self, indexed_digest: DigestOf) -> UnsavedFiles:
        """Return the buffers that differ from what was indexed; the index answers for the others.

        Args:
            indexed_digest: Tells the digests of the generation that is searched.
        """
        with self._changed:
            return {
                path: buffer.parsed
                for path, buffer in self._buffers.items()
                if buffer.wanted and buffer.parsed is not None and indexed_digest(path) != buffer.digest
            }

    def close(self) -> None:
        """End the thread and the worker, whatever they are doing."""
        with self._changed:
            self._is_closed = True
            self._embedder = None
            self._buffers.clear()
            self._dirty.clear()
            self._changed.notify_all()
        self._worker.kill()
        if self._thread is not None and self._thread.is_alive():  # joining one that never started would raise
            self._thread.join(1.0)
        self._worker.kill()

    def _forget(self, path: str) -> None:
        self._buffers.pop(path, None)
        self._dirty.pop(path, None)
        self._changed.notify_all()

    def _forget_indexed(self, indexed_digest: DigestOf) -> int:
        """Forget texts of files that are not open once the index has them; return how many are left."""
        saved = {path: one for path, one in self._buffers.items() if one.stage is not _Stage.OPEN}
        indexed = [path for path, one in saved.items() if indexed_digest(path) == one.digest]
        for path in indexed:
            self._forget(path)
        return len(saved) - len(indexed)

    def _mark_dirty(self, path: str, buffer: _Buffer, indexed_digest: DigestOf) -> None:
        """Mark a buffer to be parsed if there is any need."""
        if buffer.wanted and buffer.tried != buffer.number and indexed_digest(path) != buffer.digest:
            self._dirty[path] = None
        else:
            self._dirty.pop(path, None)

    def _is_awaited(self, asked: Mapping[str, int]) -> bool:
        return any(not self._buffers[path].is_slow for path in self._unparsed(asked))

    def _unparsed(self, asked: Mapping[str, int]) -> list[str]:
        """Return those of the paths whose texts of these numbers, or later ones, are yet to be parsed."""
        return [path for path in self._dirty if self._buffers[path].tried < asked.get(path, 0)]

    def _patience_until_s(self, began_s: float, timeout_s: float) -> float:
        if self._worker_ready_s is None:
            return self._started_s + max(timeout_s, START_S)
        since_s = max(began_s, self._worker_ready_s)
        return timeout_s + (since_s if self._busy_since_s is None else min(since_s, self._busy_since_s))

    # The thread

    def _start(self) -> None:
        if self._thread is None and self._embedder is not None and not self._is_closed:
            self._thread = threading.Thread(
                target=self._run, args=(self._embedder,), name="overlay", daemon=True
            )
            self._started_s = time.monotonic()
            self._thread.start()

    def _run(self, embedder: Embedder) -> None:
        # So that the first change in the editor need not wait for the worker to start.
        self._worker.request(_WARM_UP)
        with self._changed:
            self._worker_ready_s = time.monotonic()
            self._changed.notify_all()
        while True:
            with self._changed:
                while not (self._is_closed or self._is_due):
                    self._changed.wait(self._rest_s if self._dirty else None)
                if self._is_closed:
                    return
                path = min(self._dirty, key=lambda one: self._buffers[one].is_slow)
                self._dirty[path] = self._dirty.pop(path)  # where somebody types on, others have a turn
                buffer = self._buffers[path]
                raw, number = buffer.raw, buffer.number
                self._busy_since_s = time.monotonic()
            self._parse(path, buffer, raw, number, embedder)

    @property
    def _is_due(self) -> bool:
        """Whether there is something to parse now."""
        return bool(self._dirty) and (self._n_waiting > 0 or self._rest_s <= 0)

    @property
    def _rest_s(self) -> float:
        return self._last_set_s + QUIET_S - time.monotonic()

    def _parse(self, path: str, buffer: _Buffer, raw: bytes, number: int, embedder: Embedder) -> None:
        began_s = time.monotonic()
        parsed = None
        try:
            parsed = self._parsed(path, raw, embedder)
        except Exception:  # the boundary of one buffer: the others must go on
            logger.exception("an open buffer could not be parsed")
        with self._changed:
            self._busy_since_s = None
            buffer.tried = number
            buffer.is_slow = time.monotonic() - began_s > PARSE_WAIT_S
            if parsed is not None:
                buffer.parsed = parsed
            if self._buffers.get(path) is buffer:
                self._mark_dirty(path, buffer, self._indexed_digest)  # a newer text may wait
            self._changed.notify_all()

    def _parsed(self, path: str, raw: bytes, embedder: Embedder) -> UnsavedFile | None:
        answer = self._worker.request(ParseJob(path, "", raw=raw).pack())
        if answer.payload is None:
            logger.warning("an open buffer could not be parsed: the parser %s", answer.failure)
            return None
        reply = ParseReply.unpack(answer.payload)
        logger.debug("an open buffer was parsed in %.0f ms", reply.busy_s * 1000)
        placed = place(unpack(reply.packed_analysis), path, embedder, self._stemmer)
        documents = prepare(placed.documents(_NO_FILE))
        return UnsavedFile(
            path=path,
            digest=reply.digest,
            symbols=placed.content.symbols(),
            ids=placed.ids,
            vectors=placed.vectors,
            flags=placed.flags,
            documents=tuple(documents),
        )


def _unknown(_: str) -> None:
    return None
