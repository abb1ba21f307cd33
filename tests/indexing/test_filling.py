"""When a batch is committed, and what is expected of the index by then."""

from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from made_files import made_result

from lsp_server.embedding import Embedder
from lsp_server.indexing import filling
from lsp_server.indexing.commits import BackgroundCommits
from lsp_server.indexing.filling import FIRST_COMMIT_S, LATEST_COMMIT_OF_SMALL_S, BatchFilling
from lsp_server.indexing.writing.batch import Batch, Touch


class CommitsNothing(BackgroundCommits):
    """Takes batches, and commits none."""

    def __init__(self) -> None:
        self.last_s = 0.0
        self.has_work = False
        self.batches: list[Batch] = []
        self.expected: list[int] = []
        self.analyses: list[Mapping[bytes, bytes]] = []

    @property
    def is_busy(self) -> bool:
        return self.has_work

    def start(self, batch: Batch, analyses: Mapping[bytes, bytes], expected_symbols: int) -> None:
        self.batches.append(batch)
        self.analyses.append(analyses)
        self.expected.append(expected_symbols)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(now_s=100.0)
    monkeypatch.setattr(filling, "time", SimpleNamespace(monotonic=lambda: made.now_s))
    return made


def wait_until_due(batches: BatchFilling, clock: SimpleNamespace) -> float:
    """Return how long after its first file a batch is due."""
    began_s = clock.now_s
    batches.touch("a.py", Touch(1, 2))
    while not batches.is_due:
        clock.now_s += 0.125
        assert clock.now_s < began_s + 60
    return float(clock.now_s - began_s)


def test_the_first_commit_comes_soon_and_each_later_one_after_twice_the_time(clock: SimpleNamespace) -> None:
    batches = BatchFilling(CommitsNothing(), 0)
    waits = []
    for _ in range(6):
        clock.now_s += 5.0  # nothing is found for a while
        waits.append(wait_until_due(batches, clock))
        batches.commit(0)
    assert waits == [FIRST_COMMIT_S, 0.5, 1.0, *[LATEST_COMMIT_OF_SMALL_S] * 3]


def test_dear_commits_are_rare_and_none_waits_for_another(clock: SimpleNamespace) -> None:
    desk = CommitsNothing()
    batches = BatchFilling(desk, 0)
    desk.last_s = 1.5
    assert wait_until_due(batches, clock) == 6.0
    desk.has_work = True
    assert not batches.is_due


def test_without_a_file_nothing_is_due_or_committed(clock: SimpleNamespace) -> None:
    desk = CommitsNothing()
    batches = BatchFilling(desk, 0)
    clock.now_s += 100
    assert not batches.is_due
    batches.commit(3)
    assert desk.batches == []


def test_files_to_come_are_expected_to_be_like_those_at_hand(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "MAX_SYMBOLS", 40)
    desk = CommitsNothing()
    batches = BatchFilling(desk, 1_000)
    batches.add(made_result("a.py", 10, 1, embedder))
    assert not batches.is_due
    batches.add(made_result("b.py", 30, 2, embedder))
    assert batches.is_due, "a full batch does not wait"
    batches.keep(b"key", b"analysis")
    batches.commit(7)
    batches.remove("c.py")
    batches.commit(0)
    assert desk.expected == [1_000 + 40 + 7 * 20, 1_000 + 40]
    assert desk.analyses == [{b"key": b"analysis"}, {}]
    assert [batch.n_files for batch in desk.batches] == [2, 1]
