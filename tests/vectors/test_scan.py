"""A scan that two threads share gives the distances of one that a single thread does."""

from collections.abc import Callable

import numpy as np

from lsp_server.vectors.kernels import BLOCK_ROWS, numpy_hamming
from lsp_server.vectors.scan import RunConcurrently, Runs, scan_runs

N_CODES = 6 * BLOCK_ROWS + 100
RANDOM = np.random.default_rng(1)
CODES = RANDOM.integers(0, 256, (N_CODES, 8), np.uint8)
CODE = RANDOM.integers(0, 256, 8, np.uint8)
EXPECTED = numpy_hamming(CODE, CODES)


def runs(*ranges: tuple[int, int]) -> list[Runs]:
    starts, ends = np.array(ranges, np.int64).T
    return [Runs(CODES, starts, ends, 0)]


def scanned(parts: list[Runs], concurrently: RunConcurrently | None = None) -> dict[int, int]:
    result = scan_runs(numpy_hamming, CODE, parts, concurrently)
    ordinals = result.ordinals(np.arange(len(result.distances)))
    return dict(zip(ordinals.tolist(), result.distances.tolist(), strict=True))


def test_whichever_thread_compares_the_distances_are_the_same() -> None:
    done: list[str] = []

    def by_the_other(work: Callable[[], None]) -> Callable[[], None]:
        work()
        return lambda: done.append("waited")

    def by_nobody_else(work: Callable[[], None]) -> Callable[[], None]:
        return work

    whole = runs((0, 90), (100, 150), (200, N_CODES))
    expected = {row: int(EXPECTED[row]) for row in (*range(90), *range(100, 150), *range(200, N_CODES))}
    for concurrently in (None, by_the_other, by_nobody_else):
        assert scanned(whole, concurrently) == expected
    assert done == ["waited"]


def test_a_short_scan_is_not_shared() -> None:
    def never(_work: Callable[[], None]) -> Callable[[], None]:
        raise AssertionError("another thread costs more than it saves")

    assert len(scanned(runs((0, BLOCK_ROWS)), never)) == BLOCK_ROWS
