"""The open buffers of one folder: parsed and embedded as they stand on screen, in front of what the index has."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from lsp_server.documents import Stemmer, prepare
from lsp_server.embedding import Embedder
from lsp_server.indexing.jobs import ParseJob, ParseReply
from lsp_server.indexing.placement import place
from lsp_server.indexing.yields import content_digest
from lsp_server.model import FileId
from lsp_server.parsing.worker_process import Worker
from lsp_server.search.unsaved import Unsaved, UnsavedFile
from lsp_server.storage.file_yield import unpack

logger = logging.getLogger(__name__)

SETTLE_S = 5.0
"""A search waits so long for the text on screen; only a file that stalls the parser takes longer."""

_NO_FILE = FileId(0)
_NO_CLUSTER = 0


@dataclass(slots=True)
class _Buffer:
    """One open document: the newest text, and the newest that was parsed."""

    raw: bytes
    digest: bytes
    parsed: UnsavedFile | None = None

    @property
    def is_parsed(self) -> bool:
        return self.parsed is not None and self.parsed.digest == self.digest


class Overlay:
    """Keeps buffers parsed. Thread-safe; parsing runs in a worker process, fed by one thread.

    Args:
        worker: Parses and embeds.
        embedder: Adds the path to the vectors.
        indexed_digest: The digest that the newest generation has of a path, or None.
        on_change: Called, in the overlay's thread, when a buffer was parsed.
    """

    def __init__(
        self,
        worker: Worker,
        embedder: Embedder,
        indexed_digest: Callable[[str], bytes | None],
        on_change: Callable[[float], None],
    ) -> None:
        self._worker = worker
        self._embedder = embedder
        self._indexed_digest = indexed_digest
        self._on_change = on_change
        self._stemmer = Stemmer()
        self._changed = threading.Condition()
        self._buffers: dict[str, _Buffer] = {}
        self._dirty: dict[str, None] = {}
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def set(self, path: str, text: str) -> None:
        """Take the text of a document that was opened or changed.

        Args:
            path: Relative to the workspace folder; the caller has seen to it that the file is not ignored.
            text: As it stands on screen.
        """
        raw = text.encode("utf-8", "replace")
        digest = content_digest(raw)
        with self._changed:
            buffer = self._buffers.get(path)
            if buffer is not None and buffer.digest == digest:
                return
            parsed = None if buffer is None else buffer.parsed
            self._buffers[path] = _Buffer(raw, digest, parsed)
            self._dirty[path] = None
            self._start()
            self._changed.notify_all()

    def drop(self, path: str) -> None:
        """Forget a document that was closed: what is on disk counts again."""
        with self._changed:
            self._buffers.pop(path, None)
            self._dirty.pop(path, None)
            self._changed.notify_all()

    def paths(self) -> tuple[str, ...]:
        """Return the open documents."""
        with self._changed:
            return tuple(self._buffers)

    def settle(self, timeout_s: float = SETTLE_S) -> bool:
        """Wait until every text that the index does not have is parsed; False when that took too long."""
        with self._changed:
            for path, buffer in self._buffers.items():
                if not buffer.is_parsed and self._indexed_digest(path) != buffer.digest:
                    self._dirty[path] = None  # the file changed on disk, the buffer did not
            if self._dirty:
                self._changed.notify_all()
            return self._changed.wait_for(lambda: self._is_closed or not self._dirty, timeout_s)

    def current(self) -> Unsaved:
        """Return the buffers that differ from what was indexed; the others the index serves."""
        with self._changed:
            buffers = dict(self._buffers)
        return Unsaved(
            {
                path: buffer.parsed
                for path, buffer in buffers.items()
                if buffer.parsed is not None and self._indexed_digest(path) != buffer.digest
            }
        )

    def close(self) -> None:
        """End the thread and the worker."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._worker.close()
        if self._thread is not None:
            self._thread.join(1.0)

    # The thread

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="overlay", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._dirty)
                if self._is_closed:
                    return
                path = next(iter(self._dirty))
                buffer = self._buffers[path]
            try:
                parsed = self._parsed(path, buffer)
            except Exception:  # the boundary of one buffer: the others must go on
                logger.exception("an open buffer could not be parsed")
                parsed = None
            self._finish(path, buffer, parsed)

    def _finish(self, path: str, buffer: _Buffer, parsed: UnsavedFile | None) -> None:
        with self._changed:
            current = self._buffers.get(path)
            if current is not None and parsed is not None:
                current.parsed = parsed
            if current is None or current.digest == buffer.digest:
                self._dirty.pop(path, None)  # else a newer text waits
            self._changed.notify_all()

    def _parsed(self, path: str, buffer: _Buffer) -> UnsavedFile | None:
        if self._indexed_digest(path) == buffer.digest:
            return None
        answer = self._worker.request(ParseJob(path, "", raw=buffer.raw).pack())
        if answer.payload is None:
            logger.warning("an open buffer could not be parsed: %s", answer.failure)
            return None
        reply = ParseReply.unpack(answer.payload)
        self._on_change(reply.busy_s)
        placed = place(unpack(reply.packed_yield), path, self._embedder, self._stemmer)
        documents = prepare(list(placed.documents(_NO_FILE, [_NO_CLUSTER] * len(placed.ids))), self._stemmer)
        return UnsavedFile(
            path=path,
            digest=buffer.digest,
            symbols=placed.content.symbols(),
            ids=placed.ids,
            vectors=placed.vectors,
            flags=placed.flags,
            documents=tuple(documents),
        )

