"""From a batch's files to the rows of a segment: columns, languages, clusters. Pure; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lsp_server.indexing.writing.batch import FileResult
from lsp_server.model import FileId
from lsp_server.storage.index_meta import IndexMeta, storable
from lsp_server.vectors.calibration import SCAN_ALL_ROWS
from lsp_server.vectors.compaction import imbalance
from lsp_server.vectors.kmeans import assign, assign_twice, suggested_clusters, train_centroids
from lsp_server.vectors.writer import SegmentRows

CLUSTERING_SEED = 20260

ROWS_PER_CENTROID = 8
"""Fewer vectors per cluster are not worth a centroid."""


def with_languages(meta: IndexMeta, results: Sequence[FileResult]) -> IndexMeta:
    """Return the index's metadata with a number for every language of a batch; existing numbers stay."""
    used = {language for result in results for language in result.placed.content.languages}
    return replace(meta, languages=tuple(dict.fromkeys((*meta.languages, *sorted(used)))))


def rows_of(
    results: Sequence[FileResult],
    files: Mapping[str, FileId],
    languages: Sequence[str],
    dimensions: int,
) -> SegmentRows:
    """Return all symbols of a batch as segment rows.

    Args:
        results: Its new and changed files.
        files: Path → row in the catalog.
        languages: Language ids by their number in the language column.
        dimensions: Dimensions of a vector.
    """
    placed = [result.placed for result in results if len(result.placed.ids)]
    numbers = np.array([files[file.path] for file in placed], np.uint32)
    code_of = {language: code for code, language in enumerate(languages)}
    return SegmentRows(
        ids=_joined([file.ids for file in placed], np.zeros(0, np.uint64)),
        vectors=_joined([file.vectors for file in placed], np.zeros((0, dimensions), np.float16)),
        kinds=_joined([file.content.kinds for file in placed], np.zeros(0, np.uint8)),
        languages=np.array(
            [code_of[language] for file in placed for language in file.content.languages], np.uint8
        ),
        files=np.repeat(numbers, [len(file.ids) for file in placed]).astype(np.uint32),
        flags=_joined([file.flags for file in placed], np.zeros(0, np.uint8)),
        lines=_joined([file.content.lines for file in placed], np.zeros(0, np.uint8)),
        names=[name for file in placed for name in file.content.names],
        qualified_names=[name for file in placed for name in file.content.qualified_names],
        records=[record for file in placed for record in file.content.records],
    )


def with_clusters(meta: IndexMeta, rows: SegmentRows, expected_symbols: int, model_name: str) -> IndexMeta:
    """Return the index's metadata with centroids trained on its first rows.

    Args:
        meta: The metadata; returned unchanged when it has centroids already, or there are no rows.
        rows: The rows of the first batch.
        expected_symbols: An estimate of the finished index's size.
        model_name: The model of the vectors.
    """
    if len(meta.centroids) or not len(rows.ids):
        return meta
    final_rows = max(expected_symbols, len(rows.ids))
    wanted = suggested_clusters(final_rows)
    n_clusters = min(wanted, len(rows.ids) // ROWS_PER_CENTROID)
    # A larger index is clustered when it is complete, and a small part of the rows says too little about the
    # rest (`recluster_early`). Until then searches scan everything anyway.
    is_final = 2 * n_clusters >= wanted and final_rows <= SCAN_ALL_ROWS
    centroids = storable(train_centroids(rows.vectors, n_clusters if is_final else 1, CLUSTERING_SEED))
    return replace(
        meta,
        centroids=centroids,
        trained_rows=final_rows if is_final else 0,
        imbalance=imbalance(np.bincount(assign(rows.vectors, centroids), minlength=len(centroids))),
        model_name=model_name,
        probes=0,
    )


def clusters_of(rows: SegmentRows, meta: IndexMeta) -> tuple[NDArray[np.uint32], NDArray[np.uint32] | None]:
    """Return each row's cluster, u32[n], and a second one, u32[n], if searches don't probe all clusters."""
    if not len(rows.ids):
        return np.zeros(0, np.uint32), None
    if meta.probes:
        return assign_twice(rows.vectors, meta.centroids)
    return assign(rows.vectors, meta.centroids), None


def _joined(parts: Sequence[NDArray[Any]], nothing: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else nothing
