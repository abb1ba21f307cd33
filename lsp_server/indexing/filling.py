"""The batch that is being filled, and when to commit it: soon at first, then less and less often."""

import time

from lsp_server.indexing.commits import BackgroundCommits
from lsp_server.indexing.writing.batch import Batch, FileResult, Touch

FIRST_COMMIT_S = 0.25
"""The first results of a run can be found this soon; each later commit waits twice as long."""

SMALL_INDEX = 50_000
LATEST_COMMIT_OF_SMALL_S = 2.0
"""Commits are at most this far apart while an index has fewer symbols: people wait, and commits are cheap."""

REST_AFTER_COMMIT = 4.0
"""A commit is followed by a pause of this many times its cost, so that commits take a fifth of the time."""

LATEST_COMMIT_S = 10.0

MAX_SYMBOLS = 20_000
"""Most symbols of one batch: about 50 MB, and as much again while the one before is being committed."""


class BatchFilling:
    """Fills one batch after another. Not thread-safe.

    Args:
        commits: Takes the batches.
        n_symbols: How many symbols the index has.
    """

    def __init__(self, commits: BackgroundCommits, n_symbols: int) -> None:
        self._commits = commits
        self._n_symbols = n_symbols
        self._batch = Batch()
        self._to_cache: dict[bytes, bytes] = {}
        self._began_s = 0.0
        self._commit_after_s = FIRST_COMMIT_S

    def add(self, result: FileResult) -> None:
        """Add a new or changed file."""
        self._begun().add(result)

    def touch(self, path: str, touch: Touch) -> None:
        """Add a file whose time changed but whose content did not."""
        self._begun().touch(path, touch)

    def remove(self, path: str) -> None:
        """Add a file that is gone, or ignored by now."""
        self._begun().remove(path)

    def keep(self, key: bytes, packed_analysis: bytes) -> None:
        """Have an analysis cached once its file is committed."""
        self._to_cache[key] = packed_analysis

    @property
    def is_due(self) -> bool:
        """Whether the batch is full, or as old as one may currently get."""
        if not self._batch.n_files:
            return False
        if self._batch.n_symbols >= MAX_SYMBOLS:
            return True
        age_s = time.monotonic() - self._began_s
        rest_s = min(REST_AFTER_COMMIT * self._commits.last_s, LATEST_COMMIT_S)
        return age_s >= max(self._commit_after_s, rest_s) and not self._commits.is_busy

    def commit(self, n_waiting: int) -> None:
        """Hand the batch over, if there is anything in it.

        Args:
            n_waiting: How many files are still to come.

        Raises:
            SemanticSymbolsError: The previous commit failed.
        """
        batch, self._batch = self._batch, Batch()
        if not batch.n_files:
            return
        self._n_symbols += batch.n_symbols
        # An estimate for the finished index: the files to come are like those of this batch.
        expected_symbols = self._n_symbols + n_waiting * batch.n_symbols // batch.n_files
        analyses, self._to_cache = self._to_cache, {}
        self._commits.start(batch, analyses, expected_symbols)
        latest_s = LATEST_COMMIT_OF_SMALL_S if self._n_symbols < SMALL_INDEX else LATEST_COMMIT_S
        self._commit_after_s = min(2 * self._commit_after_s, latest_s)

    def _begun(self) -> Batch:
        if not self._batch.n_files:
            self._began_s = time.monotonic()
        return self._batch
