"""Housekeeping changes how an index lies on disk, never what is in it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from desk import Contents, contents
from made_files import made_result

from lsp_server.embedding import Embedder
from lsp_server.indexing.batch import Batch
from lsp_server.indexing.maintenance import maintain, vector_index
from lsp_server.indexing.writer import IndexWriter
from lsp_server.storage.folders import IndexVersion
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
    writer.apply(batch, n_symbols)


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
