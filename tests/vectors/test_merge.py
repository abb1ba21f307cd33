"""A merged segment is the one that would have been written from the living rows at once."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_rows import index_of, part_of, some_rows, stored, unit_query, unit_rows

from lsp_server.vectors.index import VectorIndex
from lsp_server.vectors.kmeans import assign_twice, train_centroids
from lsp_server.vectors.merge import merge_segments
from lsp_server.vectors.segment import Segment
from lsp_server.vectors.writer import SegmentRows, write_segment


def chosen(rows: SegmentRows, mask: np.ndarray) -> SegmentRows:
    places = np.flatnonzero(mask)
    return SegmentRows(
        rows.ids[mask],
        rows.vectors[mask],
        rows.kinds[mask],
        rows.languages[mask],
        rows.files[mask],
        rows.flags[mask],
        rows.lines[mask],
        [rows.names[place] for place in places],
        [rows.qualified_names[place] for place in places],
        [rows.records[place] for place in places],
    )


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 400),
    st.lists(st.integers(0, 400), max_size=4),
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([None, 1, 9]),
)
def test_merging_equals_writing_at_once(
    n_rows: int, cuts: list[int], share_alive: float, new_clusters: int | None
) -> None:
    rows = some_rows(n_rows)
    alive = np.random.default_rng(1).random(n_rows) < share_alive
    with index_of(rows, cuts, alive=alive) as index:
        folder = index.segments[0].path.parent
        centroids = None if new_clusters is None else train_centroids(unit_rows(500, 64, 3), new_clusters, 0)
        masks = [np.isin(segment.ids, rows.ids[alive]) for segment in index.segments]
        merged = merge_segments(folder / "merged.segment", index.segments, masks, centroids)
        living = chosen(rows, alive)
        target = index.centroids if centroids is None else centroids
        clusters, second = assign_twice(living.vectors, target)
        at_once = write_segment(folder / "once.segment", living, clusters, len(target), second)
        assert merged == at_once
        assert (folder / "merged.segment").read_bytes() == (folder / "once.segment").read_bytes()


def test_a_search_after_merging_answers_the_same() -> None:
    rows = some_rows(3000)
    query = unit_query(64, 5)
    with index_of(rows, [100, 2000, 2900], alive=np.arange(3000) % 3 > 0) as index:
        masks = [index.alive[start:end] for start, end in zip(index.bases, index.bases[1:], strict=False)]
        path = index.segments[0].path.with_name("merged.segment")
        merge_segments(path, index.segments, masks)
        merged = VectorIndex([Segment.open(path)], [None], index.centroids)
        for probes in (1, 3, 5):
            before, after = index.search(query, 10, probes, 40), merged.search(query, 10, probes, 40)
            assert index.ids(before.ordinals).tolist() == merged.ids(after.ordinals).tolist()
            assert before.similarities.tolist() == after.similarities.tolist()


def test_of_rows_with_one_id_the_newest_stays(tmp_path: Path) -> None:
    rows = some_rows(50)
    centroids = train_centroids(rows.vectors, 3, 0)
    newer = part_of(rows, 0, 50)
    newer.names[:] = [f"newer {name}" for name in rows.names]
    segments = [
        stored(tmp_path, rows, centroids, "old.segment"),
        stored(tmp_path, part_of(newer, 10, 20), centroids, "new.segment"),
    ]
    merge_segments(tmp_path / "merged.segment", segments, [None, None])
    merged = Segment.open(tmp_path / "merged.segment")
    assert merged.n_rows == 50
    names = [merged.name(row) for row in merged.find(rows.ids)]
    assert names == rows.names[:10] + newer.names[10:20] + rows.names[20:]


def test_different_clusterings_do_not_mix(tmp_path: Path) -> None:
    rows = some_rows(50)
    segments = [
        stored(tmp_path, rows, train_centroids(rows.vectors, clusters, 0), f"{clusters}.segment")
        for clusters in (2, 3)
    ]
    with pytest.raises(ValueError, match="different clusterings"):
        merge_segments(tmp_path / "merged.segment", segments, [None, None])
