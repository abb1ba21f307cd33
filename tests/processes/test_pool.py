"""A pool of real child processes answers every job once, whatever happens to the children."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from lsp_server.errors import IndexerFailed
from lsp_server.processes.pool import LOOKAHEAD, Outcome, WorkerPool
from lsp_server.processes.worker_loop import ANSWERED, LEAVING, read_frame, write_frame
from lsp_server.processes.worker_process import Worker

CHILD = """
import os, sys, time
from pathlib import Path
from lsp_server.processes.worker_loop import serve

def handle(job: bytes) -> bytes:
    print("a stray print")
    word, _, rest = job.partition(b" ")
    if word == b"crash":
        os._exit(3)
    if word == b"stall":
        time.sleep(600)
    if word == b"raise":
        raise ValueError("no " + rest.decode())
    if word == b"crash-once" and not Path(rest.decode()).exists():
        Path(rest.decode()).touch()
        os._exit(3)
    if word == b"grow":
        held = []
        while len(held) < 100:
            held.append(b"x" * 10_000_000)
            time.sleep(0.01)
    if word == b"pid":
        return str(os.getpid()).encode()
    return job.upper()

serve(handle, **{options})
"""


def command(options: str = "{}") -> list[str]:
    return [sys.executable, "-c", CHILD.replace("{options}", options)]


@pytest.fixture
def pool() -> Iterator[WorkerPool[int]]:
    pool = WorkerPool[int](command(), size=2, job_timeout_s=60.0)
    yield pool
    pool.close()


def children() -> set[psutil.Process]:
    return set(psutil.Process().children())


def outcomes(pool: WorkerPool[int], *jobs: bytes) -> dict[int, Outcome[int]]:
    found: dict[int, Outcome[int]] = {}
    for outcome in pool.run(enumerate(jobs)):
        assert outcome.key not in found
        found[outcome.key] = outcome
    return found


def test_every_job_is_answered_once(pool: WorkerPool[int]) -> None:
    found = outcomes(pool, *(b"job %d" % i for i in range(500)))
    assert {key: outcome.payload for key, outcome in found.items()} == {i: b"JOB %d" % i for i in range(500)}


def test_a_pool_can_run_again_with_the_same_children(pool: WorkerPool[int]) -> None:
    outcomes(pool, b"a", b"b", b"c", b"d")
    before = children()
    assert len(outcomes(pool, b"a", b"b", b"c", b"d")) == 4
    assert before <= children()
    assert outcomes(pool) == {}


def test_large_jobs_and_answers_do_not_lock_up(pool: WorkerPool[int]) -> None:
    found = outcomes(pool, *(bytes([97 + i]) * 3_000_000 for i in range(8)))
    assert all(outcome.payload == bytes([65 + i]) * 3_000_000 for i, outcome in found.items())


def test_jobs_are_taken_only_as_room_frees_up(pool: WorkerPool[int]) -> None:
    taken = 0

    def endless() -> Iterator[tuple[int, bytes]]:
        nonlocal taken
        while True:
            taken += 1
            yield taken, b"x"

    run = pool.run(endless())
    for _ in range(100):
        next(run)
    assert taken <= 100 + 2 * LOOKAHEAD


def test_an_abandoned_run_leaves_nothing_to_the_next(pool: WorkerPool[int]) -> None:
    next(iter(pool.run((i, b"old") for i in range(1000))))
    found = outcomes(pool, b"new", b"new", b"new")
    assert [outcome.payload for outcome in found.values()] == [b"NEW"] * 3


def test_a_crash_is_reported_for_its_own_job_only(pool: WorkerPool[int]) -> None:
    jobs = [b"a"] * 10 + [b"crash"] + [b"b"] * 10
    found = outcomes(pool, *jobs)
    assert [key for key, outcome in found.items() if outcome.failure] == [10]
    assert (found[10].payload, found[10].failure) == (None, "crashed")


def test_a_job_that_crashes_by_accident_is_retried(pool: WorkerPool[int], tmp_path: Path) -> None:
    found = outcomes(pool, b"a", b"crash-once " + str(tmp_path / "x").encode(), b"b")
    assert all(outcome.failure is None for outcome in found.values())


def test_a_stalled_job_is_ended_in_time_and_the_others_go_on() -> None:
    pool = WorkerPool[int](command(), size=1, job_timeout_s=1.5)
    try:
        found = outcomes(pool, b"a", b"stall", b"b", b"c")
    finally:
        pool.close()
    assert {key: outcome.failure for key, outcome in found.items()} == {
        0: None,
        1: "timed out",
        2: None,
        3: None,
    }


def test_an_exception_is_reported_without_its_text_and_its_child_lives_on() -> None:
    pool = WorkerPool[int](command(), size=1, job_timeout_s=60.0)
    try:
        found = outcomes(pool, b"pid", b"raise way", b"pid")
    finally:
        pool.close()
    assert found[1].failure == "raised"
    assert found[1].message.startswith("ValueError in ")
    assert "no way" not in found[1].message  # what it says may quote a file
    assert found[2].payload == found[0].payload


def test_a_child_that_needs_too_much_memory_is_replaced() -> None:
    pool = WorkerPool[int](command('{"max_memory_bytes": 1}'), size=1, job_timeout_s=60.0)
    try:
        found = outcomes(pool, b"pid", b"pid", b"pid")
    finally:
        pool.close()
    assert len({outcome.payload for outcome in found.values()}) == 3


def test_a_child_that_needs_too_much_memory_ends_without_a_crash() -> None:
    child = subprocess.Popen(
        command('{"max_memory_bytes": 1}'),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        write_frame(child.stdin, b"job", 0)
        assert read_frame(child.stdout) == (b"", ANSWERED)
        assert read_frame(child.stdout) == (b"JOB", LEAVING)
        # The parent still holds the pipe of jobs open, as a pool does.
        assert child.stderr.read().split() == b"a stray print".split()
        assert child.wait() == 0


def test_a_job_that_needs_too_much_memory_is_ended_at_once_and_the_others_go_on() -> None:
    pool = WorkerPool[int](command('{"memory_limit_bytes": 300_000_000}'), size=1, job_timeout_s=60.0)
    try:
        found = outcomes(pool, b"pid", b"grow", b"pid", b"pid")
    finally:
        pool.close()
    assert (found[1].failure, found[1].message) == ("raised", "MemoryError")
    before, *after = (found[key].payload for key in (0, 2, 3))
    assert {before} != set(after) == {after[0]}


def test_what_the_parent_holds_is_not_counted_as_a_childs() -> None:
    held = np.ones(400_000_000, np.uint8)
    pool = WorkerPool[int](command('{"max_memory_bytes": 300_000_000}'), size=1, job_timeout_s=60.0)
    try:
        found = outcomes(pool, b"pid", b"pid", b"pid")
    finally:
        pool.close()
    assert held.all()
    assert len({outcome.payload for outcome in found.values()}) == 1


@pytest.mark.parametrize("program", [[sys.executable, "-c", "raise SystemExit(1)"], ["/no/such/program"]])
def test_children_that_do_not_start_end_the_run(program: list[str]) -> None:
    pool = WorkerPool[int](program, size=2, job_timeout_s=1.0)
    try:
        with pytest.raises(IndexerFailed, match="can't be started"):
            outcomes(pool, b"a", b"b")
    finally:
        pool.close()


def test_closing_ends_children_at_work() -> None:
    others = children()
    pool = WorkerPool[int](command(), size=2, job_timeout_s=600.0)
    run = pool.run(enumerate([b"a", b"b", b"stall", b"stall"]))
    next(run)
    next(run)
    ours = children() - others
    pool.close()
    assert ours
    assert not [child for child in ours if child.is_running()]


PARENT = """
import sys
import psutil
from lsp_server.processes.pool import WorkerPool
pool = WorkerPool(sys.argv[1:], size=2, job_timeout_s=600.0)
run = pool.run(enumerate([b"a", b"b", b"stall", b"stall"]))
next(run), next(run)
print(*(child.pid for child in psutil.Process().children()), flush=True)
next(run)
"""


def test_children_end_with_a_parent_that_is_killed_while_they_work() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, *command()], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        workers = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert workers
        parent.kill()
    _, alive = psutil.wait_procs(workers, timeout=30.0)  # the jobs would take ten minutes
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []


def test_a_worker_that_died_while_it_was_idle_costs_no_answer(tmp_path: Path) -> None:
    worker = Worker(command(), job_timeout_s=5.0)
    try:
        pid = worker.request(b"pid").payload
        assert pid is not None
        child = psutil.Process(int(pid))
        child.kill()
        psutil.wait_procs([child], timeout=5.0)
        assert worker.request(b"hello").payload == b"HELLO"
        assert worker.request(b"crash-once " + str(tmp_path / "x").encode()).failure is None
    finally:
        worker.close()


def test_one_worker_answers_requests_and_is_replaced_after_a_failure() -> None:
    worker = Worker(command(), job_timeout_s=1.5)
    try:
        assert worker.request(b"hello").payload == b"HELLO"
        pid = worker.request(b"pid").payload
        assert worker.request(b"raise x").failure == "raised"
        assert worker.request(b"pid").payload == pid
        assert worker.request(b"crash").failure == "crashed"
        assert worker.request(b"stall").failure == "timed out"
        assert worker.request(b"hello").payload == b"HELLO"
    finally:
        worker.close()
    assert Worker(["/no/such/program"], job_timeout_s=1.0).request(b"x").failure == "not started"
