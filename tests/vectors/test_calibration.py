"""What calibration promises, searches deliver."""

import numpy as np
import pytest
from vector_rows import best_ids, index_of, some_rows, unit_rows

from lsp_server.vectors.calibration import calibrate
from lsp_server.vectors.index import SHORTLIST


@pytest.mark.parametrize("scan_all_rows", [0, 10**6])
def test_the_predicted_recall_is_what_searches_have(scan_all_rows: int) -> None:
    rows = some_rows(6000, 128)
    alive = np.arange(6000) % 5 > 0
    queries = unit_rows(40, 128, seed=9).astype(np.float32)
    with index_of(rows, [4000], n_clusters=30, alive=alive) as index:
        calibration = calibrate(index, 0.9, queries=queries, scan_all_rows=scan_all_rows)
        answers = [best_ids(rows, query, 10, alive) for query in queries]
        for point in calibration.curve[::5]:
            found = [index.search(query, 10, point.probes, point.rerank).ordinals for query in queries]
            pairs = zip(answers, found, strict=True)
            measured = np.mean([np.isin(answer, index.ids(ordinals)).mean() for answer, ordinals in pairs])
            if SHORTLIST * point.rerank < index.n_alive:
                assert measured == pytest.approx(point.recall, abs=0.02)
            else:
                assert measured > 0.98  # all rows are on the shortlist, whatever their clusters
        assert calibration.recall_at_10 >= 0.9
        if scan_all_rows:
            assert {point.probes for point in calibration.curve} == {index.n_clusters}
        cheaper = [point for point in calibration.curve if point.recall >= 0.9]
        chosen = next(p for p in cheaper if (p.probes, p.rerank) == (calibration.probes, calibration.rerank))
        assert chosen.cost_ns == min(point.cost_ns for point in cheaper)


def test_a_higher_target_never_costs_less() -> None:
    with index_of(some_rows(4000, 64), n_clusters=20) as index:
        low, high = (calibrate(index, target, scan_all_rows=0) for target in (0.5, 0.99))
        assert low.recall_at_10 >= 0.5
        assert high.recall_at_10 >= low.recall_at_10
        assert low == calibrate(index, 0.5, scan_all_rows=0)


def test_an_unreachable_target_gives_the_best_there_is() -> None:
    with index_of(some_rows(4000, 64), n_clusters=20) as index:
        calibration = calibrate(index, 1.1)
        assert calibration.recall_at_10 == max(point.recall for point in calibration.curve)


@pytest.mark.parametrize("n_rows", [0, 1, 300])
def test_a_small_index_is_compared_exactly(n_rows: int) -> None:
    with index_of(some_rows(n_rows)) as index:
        calibration = calibrate(index)
        assert (calibration.probes, calibration.rerank) == (index.n_clusters, max(1, n_rows))
        assert calibration.recall_at_10 == 1.0


def test_rows_without_meaning_do_not_count() -> None:
    rows = some_rows(1000)
    rows.vectors[:] = 0
    with index_of(rows) as index:
        assert calibrate(index).recall_at_10 == 1.0
