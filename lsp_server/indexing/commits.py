"""Commits batches one after the other in a thread of its own, while the next batch is being filled.

Tantivy, NumPy and the disk work without the interpreter's lock, so neither workers nor whoever feeds them
have to wait for a commit. What is known of the files belongs to whoever fills the batches, and is never
touched here.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from lsp_server.indexing.messages import Event, Published
from lsp_server.indexing.progress import ProgressMeter
from lsp_server.indexing.upkeep.maintenance import settle_clusters
from lsp_server.indexing.writing.batch import Batch
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.storage.yield_cache import YieldCache


class BackgroundCommits:
    """At most one commit at a time; used as a context manager, which waits for the last one.

    Args:
        writer: The index, open for writing.
        cache: Takes the yields of what was committed.
        meter: Takes the seconds that were spent.
        report: Takes a `Published` for every generation, in the thread that commits.

    Attributes:
        last_s: What the last commit cost: processor time of its thread, so that a busy machine, which makes
            everybody wait, does not make commits rare.
    """

    def __init__(
        self, writer: IndexWriter, cache: YieldCache, meter: ProgressMeter, report: Callable[[Event], None]
    ) -> None:
        self._writer = writer
        self._cache = cache
        self._meter = meter
        self._report = report
        self._thread = ThreadPoolExecutor(1, "commits")
        self._running: Future[None] | None = None
        self.last_s = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether a batch is being committed."""
        return self._running is not None and not self._running.done()

    def start(self, batch: Batch, yields: Mapping[bytes, bytes], expected_symbols: int) -> None:
        """Have a batch committed, after the one before.

        Args:
            batch: Not to be changed any more.
            yields: What the cache shall keep, by its keys.
            expected_symbols: A guess at the size of the whole index.

        Raises:
            SemanticSymbolsError: The commit before failed.
        """
        self.collect(wait=True)
        self._running = self._thread.submit(self._commit, batch, yields, expected_symbols)

    def collect(self, *, wait: bool = False) -> None:
        """Look whether a commit is over, and how it ended.

        Args:
            wait: For the one that is running.

        Raises:
            SemanticSymbolsError: It failed; the writer is of no further use.
        """
        running = self._running
        if running is not None and (wait or running.done()):
            self._running = None
            running.result()
            self._writer.finish_unfinished()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()
        if error is None:
            self.collect(wait=True)

    def _commit(self, batch: Batch, yields: Mapping[bytes, bytes], expected_symbols: int) -> None:
        began_s, began_cpu_s = time.monotonic(), time.thread_time()
        self._report(Published(self._writer.commit(batch, expected_symbols)))
        if settle_clusters(self._writer, expected_symbols):
            self._report(Published(self._writer.generation))
        cached_s = time.monotonic()
        self._cache.put_many(yields)
        self.last_s = time.thread_time() - began_cpu_s
        self._meter.spent("commit", cached_s - began_s)
        self._meter.spent("cache", time.monotonic() - cached_s)
