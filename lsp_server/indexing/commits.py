"""Commits batches one after another in its own thread, while the next batch is being filled.

Tantivy, NumPy and disk I/O release the GIL, so neither the workers nor the thread that feeds them has to wait
for a commit. What is known about files belongs to the thread that fills batches, and is never touched here.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from lsp_server.indexing.messages import Event, Published
from lsp_server.indexing.progress import ProgressMeter
from lsp_server.indexing.upkeep.maintenance import recluster_early
from lsp_server.indexing.writing.batch import Batch
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.storage.analysis_cache import AnalysisCache


class BackgroundCommits:
    """At most one commit at a time; a context manager that waits for the last one.

    Args:
        writer: The index, open for writing.
        cache: Stores the analyses of what was committed.
        meter: Records the seconds spent.
        report: Called with a `Published` for every generation, in the committing thread.

    Attributes:
        last_s: CPU time of the last commit; wall time would make commits rare on a busy machine.
    """

    def __init__(
        self, writer: IndexWriter, cache: AnalysisCache, meter: ProgressMeter, report: Callable[[Event], None]
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

    def start(self, batch: Batch, analyses: Mapping[bytes, bytes], expected_symbols: int) -> None:
        """Start committing a batch, once the one before is committed.

        Args:
            batch: Must not be changed any more.
            analyses: Cache key → packed analysis, for the cache.
            expected_symbols: An estimate of the finished index's size.

        Raises:
            SemanticSymbolsError: The previous commit failed.
        """
        self._collect()
        self._running = self._thread.submit(self._commit, batch, analyses, expected_symbols)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()
        if error is None:
            self._collect()

    def _collect(self) -> None:
        """Wait for the last commit.

        Raises:
            SemanticSymbolsError: It failed; the writer can't be used any more.
        """
        running, self._running = self._running, None
        if running is not None:
            running.result()
            self._writer.finish_unfinished()

    def _commit(self, batch: Batch, analyses: Mapping[bytes, bytes], expected_symbols: int) -> None:
        began_s, began_cpu_s = time.monotonic(), time.thread_time()
        self._report(Published(self._writer.commit(batch, expected_symbols)))
        if recluster_early(self._writer, expected_symbols):
            self._report(Published(self._writer.generation))
        cached_s = time.monotonic()
        self._cache.put_many(analyses)
        self.last_s = time.thread_time() - began_cpu_s
        self._meter.spent("commit", cached_s - began_s)
        self._meter.spent("cache", time.monotonic() - cached_s)
