"""Housekeeping changes how an index lies on disk, never what is in it."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from desk import Contents, contents
from made_files import made_result

from lsp_server.embedding import Embedder
from lsp_server.fulltext import Stemmer
from lsp_server.indexing.upkeep.maintenance import maintain, recluster_early, vector_index
from lsp_server.indexing.upkeep.questions import LEAST_QUESTIONS, questions
from lsp_server.indexing.workers.analyzer import FileAnalyzer
from lsp_server.indexing.writing.batch import Batch, FileResult
from lsp_server.indexing.writing.placement import place
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.parsing import ParseLimits
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.records import FileStatus
from lsp_server.vectors.calibration import SCAN_ALL_ROWS
from lsp_server.vectors.compaction import MAX_SEGMENTS

TARGET = 0.98


def always() -> bool:
    return True


def never() -> bool:
    return False


@pytest.fixture
def version(tmp_path: Path, embedder: Embedder) -> IndexVersion:
    return IndexVersion(tmp_path / "index", 1, embedder.info.fingerprint).create()


def write(writer: IndexWriter, path: str, n_symbols: int, seed: int, embedder: Embedder) -> None:
    batch = Batch()
    batch.add(made_result(path, n_symbols, seed, embedder))
    writer.commit(batch, n_symbols)


def sound(version: IndexVersion) -> Contents:
    found = contents(version)
    assert found.problems == []
    return found


def test_many_small_segments_become_few(version: IndexVersion, embedder: Embedder) -> None:
    with IndexWriter(version, embedder.info) as writer:
        for seed in range(MAX_SEGMENTS + 3):
            write(writer, f"f{seed}.py", 3, seed, embedder)
        before = sound(version)
        assert maintain(writer, TARGET, always)
        assert len(writer.segments) <= MAX_SEGMENTS
    assert sound(version) == before


def test_segments_without_a_living_row_go(version: IndexVersion, embedder: Embedder) -> None:
    with IndexWriter(version, embedder.info) as writer:
        for seed in range(4):
            write(writer, "same.py", 5, seed, embedder)
        before = sound(version)
        maintain(writer, TARGET, always)
        assert len(writer.segments) == 1
        assert len(list(version.segments.iterdir())) == 1
    assert sound(version) == before


def test_grown_indexes_are_clustered_anew(version: IndexVersion, embedder: Embedder) -> None:
    with IndexWriter(version, embedder.info) as writer:
        write(writer, "small.py", 20, 0, embedder)
        write(writer, "large.py", 2500, 1, embedder)
        before = sound(version)
        assert writer.meta.centroids.shape[0] == 1
        maintain(writer, TARGET, always)
        assert writer.meta.centroids.shape[0] == 50
        assert writer.meta.trained_rows == 2520
    assert sound(version) == before


@pytest.mark.parametrize(("expected", "n_clusters"), [(2500, 50), (SCAN_ALL_ROWS + 1, 1)])
def test_an_index_that_will_be_large_waits_for_its_clusters(
    version: IndexVersion, embedder: Embedder, expected: int, n_clusters: int
) -> None:
    with IndexWriter(version, embedder.info) as writer:
        batch = Batch()
        batch.add(made_result("a.py", 2500, 0, embedder))
        writer.commit(batch, expected)
        assert not recluster_early(writer, expected)
        assert len(writer.meta.centroids) == n_clusters
        assert maintain(writer, TARGET, always)
        assert len(writer.meta.centroids) == 50
    sound(version)


def test_where_clusters_are_passed_over_new_symbols_lie_in_two(
    version: IndexVersion, embedder: Embedder
) -> None:
    with IndexWriter(version, embedder.info) as writer:
        write(writer, "large.py", 2500, 1, embedder)
        maintain(writer, TARGET, always)
        for probes, expected in ((0, 0), (5, 30)):
            writer.meta = replace(writer.meta, probes=probes)
            write(writer, f"small{probes}.py", 30, probes, embedder)
            assert len(list(writer.segments.values())[-1].spilled_rows) == expected
    sound(version)


def test_recall_is_measured_and_stored(version: IndexVersion, embedder: Embedder) -> None:
    with IndexWriter(version, embedder.info) as writer:
        write(writer, "a.py", 900, 1, embedder)
        maintain(writer, TARGET, always)
    with IndexWriter(version, embedder.info) as writer:
        assert writer.meta.recall_at_10 is not None
        assert writer.meta.recall_at_10 >= TARGET
        assert writer.meta.calibrated_rows == 900
        generation = writer.generation
        assert maintain(writer, TARGET, always)
        assert writer.generation == generation


def test_housekeeping_is_put_off_while_there_is_work(version: IndexVersion, embedder: Embedder) -> None:
    with IndexWriter(version, embedder.info) as writer:
        write(writer, "a.py", 900, 1, embedder)
        assert not maintain(writer, TARGET, never)
        assert writer.generation == 1


def test_the_newest_file_may_go_and_its_rows_stay_a_while(version: IndexVersion, embedder: Embedder) -> None:
    with IndexWriter(version, embedder.info) as writer:
        batch = Batch()
        for seed, path in enumerate(("a.py", "b.py", "c.py")):
            batch.add(made_result(path, 9, seed, embedder))
        writer.commit(batch, 27)
        gone = Batch()
        gone.remove("c.py")
        writer.commit(gone, 27)
        with Catalog.open_reader(version.catalog) as catalog:
            snapshot = Snapshot.open(version, catalog)
        last_file = max(int(segment.files.max()) for segment in snapshot.vectors.segments)
        assert len(snapshot.catalog.paths) > last_file
    sound(version)


def test_recall_is_measured_on_what_the_documentation_asks(version: IndexVersion, embedder: Embedder) -> None:
    source = "".join(
        f'def f{number}(value):\n    """Turns the {word} of a {other} into bytes."""\n    return value\n\n'
        for number, (word, other) in enumerate(product(_WORDS, _WORDS))
    )
    analyzer = FileAnalyzer(embedder, ParseLimits(), {})
    with IndexWriter(version, embedder.info) as writer:
        batch = Batch()
        placed = place(analyzer.analyze("a.py", source.encode()), "a.py", embedder, Stemmer())
        batch.add(FileResult(placed, 10, 1, FileStatus.INDEXED))
        writer.commit(batch, 100)
        asked = questions(vector_index(writer), embedder, 1)
        assert asked is not None
        assert len(asked) >= LEAST_QUESTIONS
        assert np.allclose(np.linalg.norm(asked, axis=1), 1, atol=1e-3)
        assert maintain(writer, TARGET, always, embedder)
        assert writer.meta.recall_at_10 is not None
        write(writer, "a.py", 50, 0, embedder)
        assert questions(vector_index(writer), embedder, 1) is None


_WORDS = ("header", "token", "socket", "cookie", "matrix", "invoice", "thread", "packet", "cursor", "session")


def test_the_living_are_what_searches_see(version: IndexVersion, embedder: Embedder) -> None:
    with IndexWriter(version, embedder.info) as writer:
        write(writer, "a.py", 10, 1, embedder)
        write(writer, "a.py", 10, 2, embedder)
        write(writer, "b.py", 10, 3, embedder)
        index = vector_index(writer)
        assert (index.n_rows, index.n_alive) == (30, 20)
        row = np.flatnonzero(index.alive)[3]
        ((segment, _, rows),) = index.by_segment(np.array([row]))
        query = segment.vectors[rows[0]].astype(np.float32)
        assert index.search(query, 1, index.n_clusters, 30).ordinals.tolist() == [row]
