"""The work queue gives every file once, the most urgent first."""

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.indexing.queue import Lane, WorkQueue
from lsp_server.indexing.scanning.scanner import FileStat


def files(paths: str, size_bytes: int = 1) -> list[FileStat]:
    return [FileStat(path, size_bytes, 0) for path in paths]


def drained(queue: WorkQueue) -> str:
    paths = ""
    while (file := queue.pop()) is not None:
        paths += file.path
    return paths


def test_lanes_come_in_order_and_keep_their_own() -> None:
    queue = WorkQueue()
    queue.add(files("ab"), Lane.SCANNED)
    queue.add(files("cd"), Lane.CHANGED)
    queue.add(files("e"), Lane.OPEN)
    assert drained(queue) == "ecdab"


def test_what_becomes_urgent_moves_up_and_never_down() -> None:
    queue = WorkQueue()
    queue.add(files("abc"), Lane.SCANNED)
    queue.add(files("b"), Lane.CHANGED)
    queue.add(files("b"), Lane.SCANNED)
    assert len(queue) == 3
    assert drained(queue) == "bac"


def test_promotion_takes_only_what_waits() -> None:
    queue = WorkQueue()
    queue.add(files("abc"), Lane.SCANNED)
    queue.promote(["c", "x"])
    assert drained(queue) == "cab"


def test_the_newest_fact_counts() -> None:
    queue = WorkQueue()
    queue.add(files("a", 1), Lane.CHANGED)
    queue.add(files("a", 2), Lane.SCANNED)
    assert queue.pop() == FileStat("a", 2, 0)
    assert queue.pop() is None


def test_what_was_discarded_may_come_again() -> None:
    queue = WorkQueue()
    queue.add(files("ab"), Lane.CHANGED)
    queue.discard("a")
    queue.discard("x")
    queue.add(files("a"), Lane.CHANGED)
    assert drained(queue) in {"ab", "ba"}
    queue.add(files("ab"), Lane.CHANGED)
    queue.clear()
    assert len(queue) == 0
    assert drained(queue) == ""


STEPS = st.tuples(st.sampled_from(["add", "discard", "pop"]), st.sampled_from("abcd"), st.sampled_from(Lane))


@given(st.lists(STEPS))
def test_each_waiting_path_is_given_exactly_once(steps: list[tuple[str, str, Lane]]) -> None:
    queue = WorkQueue()
    waiting: dict[str, Lane] = {}
    for step, path, lane in steps:
        if step == "add":
            queue.add(files(path), lane)
            waiting[path] = min(lane, waiting.get(path, lane))
        elif step == "discard":
            queue.discard(path)
            waiting.pop(path, None)
        else:
            file = queue.pop()
            assert (file is None) == (not waiting)
            if file is not None:
                given_lane = waiting.pop(file.path)
                assert all(given_lane <= other for other in waiting.values())
        assert len(queue) == len(waiting)
    assert sorted(drained(queue)) == sorted(waiting)
