"""An index that grows past what is scanned whole, and shrinks again, is tended while searches go on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from made_files import made_result

from lsp_server.embedding import Embedder
from lsp_server.indexing.upkeep.maintenance import maintain, vector_index
from lsp_server.indexing.writing.batch import Batch
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion
from lsp_server.vectors.calibration import SCAN_ALL_ROWS
from lsp_server.vectors.compaction import MAX_SEGMENTS

TARGET = 0.98
A_FILE = 2_000
A_BATCH = 10
LONGEST_SEARCH_S = 5.0
"""Clustering takes several times as long; a search takes milliseconds where nothing else is going on."""


class Meanings:
    """Vectors that lie in groups, on a surface of few dimensions, as those of code do."""

    def __init__(self, dimensions: int) -> None:
        self._random = np.random.default_rng(0)
        self._basis = self._random.standard_normal((48, dimensions)).astype(np.float32)
        self._groups = self._random.standard_normal((300, 48)).astype(np.float32)

    def of(self, n_rows: int) -> np.ndarray:
        inner = self._groups[self._random.integers(0, len(self._groups), n_rows)]
        inner = inner + self._random.standard_normal(inner.shape).astype(np.float32)
        rows = inner @ self._basis
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Searcher:
    """Follows the generations of an index, as a server does, and searches without a pause."""

    def __init__(self, version: IndexVersion) -> None:
        self._version = version
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.longest_s = 0.0
        self.generations: set[int] = set()
        self.failures: list[str] = []

    @contextmanager
    def searching(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            self._thread.join()

    def _run(self) -> None:
        random = np.random.default_rng(0)
        snapshot = None
        with Catalog.open_reader(self._version.catalog) as catalog:
            while not self._is_over.is_set():
                began_s = time.perf_counter()
                if snapshot is None or catalog.generation() != snapshot.generation:
                    snapshot = Snapshot.open(self._version, catalog, snapshot)
                    self.generations.add(snapshot.generation)
                vectors = snapshot.vectors
                query = random.standard_normal(vectors.centroids.shape[1]).astype(np.float32)
                hits = vectors.search(query, 10, snapshot.probes, snapshot.meta.rerank)
                if len(hits.ordinals) != 10 or not all(map(snapshot.symbol_of, hits.ordinals.tolist())):
                    self.failures.append(f"{len(hits.ordinals)} hits in generation {snapshot.generation}")
                self.longest_s = max(self.longest_s, time.perf_counter() - began_s)


@pytest.mark.long
def test_growing_and_shrinking_at_full_size(tmp_path: Path, embedder: Embedder) -> None:
    version = IndexVersion(tmp_path / "index", 1, embedder.info.fingerprint).create()
    n_files = SCAN_ALL_ROWS // A_FILE + A_BATCH
    paths = [f"f{number}.py" for number in range(n_files)]

    meanings = Meanings(embedder.info.dimensions)

    def folder_bytes() -> int:
        return sum(path.stat().st_size for path in version.segments.iterdir())

    with IndexWriter(version, embedder.info) as writer:
        for start in range(0, n_files, A_BATCH):
            batch = Batch()
            for number in range(start, min(start + A_BATCH, n_files)):
                result = made_result(paths[number], A_FILE, number, embedder)
                result.placed.vectors[:] = meanings.of(A_FILE)
                batch.add(result)
            writer.commit(batch, (start + A_BATCH) * A_FILE)  # nobody knew how much would come
        searcher = Searcher(version)
        with searcher.searching():
            assert maintain(writer, TARGET, lambda: True)
            index = vector_index(writer)
            assert index.n_alive == n_files * A_FILE
            assert writer.meta.trained_rows == index.n_alive
            assert sum(len(segment.spilled_rows) for segment in index.segments) == index.n_rows
            assert len(writer.segments) <= MAX_SEGMENTS
            assert writer.meta.recall_at_10 is not None
            assert writer.meta.recall_at_10 >= TARGET
            grown_bytes = folder_bytes()

            gone = Batch()
            for path in paths[: 9 * n_files // 10]:
                gone.remove(path)
            writer.commit(gone, 0)
            assert maintain(writer, TARGET, lambda: True)
        left = n_files - 9 * n_files // 10
        assert vector_index(writer).n_rows == left * A_FILE
        assert folder_bytes() < 1.2 * grown_bytes * left / n_files
        assert len(list(version.segments.iterdir())) == len(writer.segments)
    assert searcher.failures == []
    assert len(searcher.generations) > 3
    assert searcher.longest_s < LONGEST_SEARCH_S
