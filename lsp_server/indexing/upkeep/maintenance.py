"""Housekeeping of an index while nobody waits: merges segments, re-clusters, measures recall.

Every step keeps the same symbols findable and ends in its own commit, so it may be interrupted between steps.
"""

import logging
import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lsp_server.embedding import Embedder
from lsp_server.indexing.upkeep.questions import questions
from lsp_server.indexing.writing.batch_rows import CLUSTERING_SEED, ROWS_PER_CENTROID
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.storage.index_meta import storable
from lsp_server.storage.records import SegmentEntry
from lsp_server.vectors.calibration import SCAN_ALL_ROWS, calibrate
from lsp_server.vectors.compaction import Clustering, Compaction, SegmentLoad, imbalance, plan_compaction
from lsp_server.vectors.index import VectorIndex
from lsp_server.vectors.kmeans import SAMPLE_PER_CLUSTER, suggested_clusters, train_centroids
from lsp_server.vectors.merge import merge_segments
from lsp_server.vectors.segment import Segment

logger = logging.getLogger(__name__)

MAX_ROWS_RECLUSTERED_EARLY = 40_000
"""Indexes with more rows are re-clustered only by housekeeping, when nobody waits."""

RECALIBRATE_GROWTH = 1.5
"""Recall is measured again when the index has grown by this factor since."""

_SPILLED_SHARE = 0.5
"""Once searches probe only some clusters, rows are re-clustered unless at least this share is in two."""


def maintain(
    writer: IndexWriter, recall_target: float, has_time: Callable[[], bool], embedder: Embedder | None = None
) -> bool:
    """Do all housekeeping that is needed; False when it had to stop early.

    Args:
        writer: The index, open for writing.
        recall_target: The recall@10 that searches should reach, 0.5 to 1.
        has_time: Asked between steps; False defers the rest.
        embedder: The index's model, to measure recall with documentation comments as queries; without one,
            and where little is documented, queries are simulated.
    """
    while (step := _next_step(writer)) is not None:
        if not has_time():
            return False
        logger.info("%s of %d segments: %s", step.action, len(step.segments), step.reason)
        _do(writer, step)
    if _needs_calibration(writer):
        if not has_time():
            return False
        _calibrate(writer, recall_target, embedder)
    return True


def recluster_early(writer: IndexWriter, expected_symbols: int) -> bool:
    """Re-cluster a young index once, for its expected final size, while few rows have to be moved.

    The first commit has too few rows for that. An index that will be too large to probe all of it is left to
    housekeeping, which has to cluster it when it is complete anyway.

    Args:
        writer: The index, open for writing.
        expected_symbols: An estimate of its final size.

    Returns:
        Whether there is a new generation.
    """
    if expected_symbols > SCAN_ALL_ROWS:
        return False
    n_rows = sum(load.alive for load in _loads(writer))
    wanted = suggested_clusters(expected_symbols)
    if 2 * len(writer.meta.centroids) >= wanted:
        if writer.meta.trained_rows < expected_symbols:
            # There are enough clusters for the size expected by now; the next commit records that.
            writer.meta = replace(writer.meta, trained_rows=expected_symbols)
        return False
    if not ROWS_PER_CENTROID * wanted <= n_rows <= MAX_ROWS_RECLUSTERED_EARLY:
        return False
    _recluster(writer, list(writer.segments), wanted, expected_symbols)
    return True


def vector_index(writer: IndexWriter) -> VectorIndex:
    """Return the vectors of the last commit, ready for searching."""
    return VectorIndex(
        list(writer.segments.values()),
        [segment.alive(writer.dead.get(name)) for name, segment in writer.segments.items()],
        writer.meta.centroids,
    )


def _next_step(writer: IndexWriter) -> Compaction | None:
    if not writer.segments:
        return None
    loads = _loads(writer)
    # Where searches probe all clusters, imbalance costs nothing.
    is_probed_whole = sum(load.rows for load in loads) <= SCAN_ALL_ROWS
    tolerated = math.inf if is_probed_whole else writer.meta.imbalance
    clustering = Clustering(writer.meta.trained_rows, tolerated)
    step = plan_compaction(loads, clustering, _cluster_sizes(writer))
    if step is None and not is_probed_whole:
        n_spilled = sum(len(segment.spilled_rows) for segment in writer.segments.values())
        if n_spilled < _SPILLED_SHARE * sum(load.rows for load in loads):
            return Compaction("recluster", tuple(range(len(loads))), "rows without a second cluster")
    return step


def _loads(writer: IndexWriter) -> list[SegmentLoad]:
    return [
        SegmentLoad(segment.n_rows, len(writer.dead.get(name, ())))
        for name, segment in writer.segments.items()
    ]


def _cluster_sizes(writer: IndexWriter) -> NDArray[np.int64]:
    starts = [segment.cluster_starts.astype(np.int64) for segment in writer.segments.values()]
    sizes: NDArray[np.int64] = np.sum([np.diff(one) for one in starts], axis=0)
    return sizes


def _do(writer: IndexWriter, step: Compaction) -> None:
    names = [list(writer.segments)[index] for index in step.segments]
    match step.action:
        case "drop":
            writer.replace_segments([], names, writer.meta)
        case "merge":
            writer.replace_segments(_merged(writer, names, None), names, writer.meta)
        case "recluster":
            n_rows = sum(load.alive for load in _loads(writer))
            _recluster(writer, names, suggested_clusters(n_rows), n_rows)


def _merged(
    writer: IndexWriter, names: list[str], centroids: NDArray[np.float32] | None
) -> list[SegmentEntry]:
    writer.check_segments(names)  # a copy of damaged rows would have checksums that fit
    segments = [writer.segments[name] for name in names]
    alive = [segment.alive(writer.dead.get(name)) for name, segment in zip(names, segments, strict=True)]
    name = writer.next_segment_name()
    info = merge_segments(writer.segment_path(name), segments, alive, centroids)
    return [SegmentEntry(name, info.rows, info.size_bytes, info.checksum)]


def _recluster(writer: IndexWriter, names: list[str], n_clusters: int, trained_rows: int) -> None:
    index = vector_index(writer)
    sample = _sample(index, SAMPLE_PER_CLUSTER * n_clusters)
    centroids = storable(train_centroids(sample, n_clusters, CLUSTERING_SEED))
    entries = _merged(writer, names, centroids)
    with closing(Segment.open(writer.segment_path(entries[0].name))) as merged:
        sizes = np.diff(merged.cluster_starts.astype(np.int64))
    meta = replace(
        writer.meta,
        centroids=centroids,
        trained_rows=trained_rows,
        imbalance=imbalance(sizes),
        probes=0,
        recall_at_10=None,
        related_recall_at_10=None,
    )
    writer.replace_segments(entries, names, meta)


def _sample(index: VectorIndex, n_rows: int) -> NDArray[np.float16]:
    living = index.living()
    random = np.random.default_rng(CLUSTERING_SEED)
    chosen = np.sort(random.choice(living, min(n_rows, len(living)), replace=False))
    return np.concatenate([segment.vectors[rows] for segment, _, rows in index.by_segment(chosen)])


def _needs_calibration(writer: IndexWriter) -> bool:
    n_rows = sum(segment.n_rows for segment in writer.segments.values())
    if not n_rows:
        return False
    measured = writer.meta.calibrated_rows
    return writer.meta.recall_at_10 is None or n_rows > RECALIBRATE_GROWTH * measured


def _calibrate(writer: IndexWriter, recall_target: float, embedder: Embedder | None) -> None:
    index = vector_index(writer)
    asked = None if embedder is None else questions(index, embedder, CLUSTERING_SEED)
    found = calibrate(index, recall_target, CLUSTERING_SEED, asked)
    meta = replace(
        writer.meta,
        probes=found.probes if found.probes < index.n_clusters else 0,
        rerank=found.rerank,
        recall_at_10=found.recall_at_10,
        related_recall_at_10=found.related_recall_at_10,
        recall_curve=tuple(
            (point.probes, point.rerank, point.recall, point.related_recall) for point in found.curve
        ),
        calibrated_rows=index.n_rows,
    )
    writer.replace_segments([], [], meta)
