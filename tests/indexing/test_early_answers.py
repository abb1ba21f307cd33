"""What can be found while a first index is still being made, and what a second look at it costs."""

import os
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest
from desk import Desk, Jobs, is_settled

from lsp_server.indexing import filling
from lsp_server.indexing.messages import Event, Prioritise, Published, Scan
from lsp_server.processes.pool import Outcome

PATIENCE_S = 60.0
A_WHILE_S = 1.0
"""A commit may still be tidying up when the next result comes; that result then waits for the one after."""


def function(name: str) -> str:
    return f'def {name}():\n    """Does {name}."""\n    return "{name}"\n'


def test_what_is_read_can_be_found_before_the_rest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is given to the indexer until the first file is published: it does not wait for more."""
    monkeypatch.setattr(filling, "FIRST_COMMIT_S", 0.0)
    monkeypatch.setattr(filling, "REST_AFTER_COMMIT", 0.0)
    for number in range(12):
        desk.write(f"m{number}.py", function(f"f{number}"))
    published = threading.Semaphore(0)
    pool = desk.parts.pool
    findable: list[set[str]] = []

    def take(event: Event) -> None:
        if isinstance(event, Published):  # told in the thread that commits, before it commits more
            names = desk.contents.names
            if names not in findable[-1:]:
                findable.append(names)
            published.release()

    def one_by_one(jobs: Jobs) -> Iterator[Outcome[str]]:
        for job in jobs:
            yield from pool.run([job])
            published.acquire(timeout=A_WHILE_S if findable else PATIENCE_S)
            assert findable, "nothing is published while files are left"

    desk.on_event = take
    desk.run_jobs(one_by_one)
    assert is_settled(desk.do(Prioritise(("m4.py",)), Scan(1)))
    assert findable[0] == {"f4"}, "the open file comes first"
    assert len(findable) > 2, "more follows while there is more to come"
    assert all(before < after for before, after in pairwise(findable))


def test_an_index_is_reclustered_while_it_is_small(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first commit has too few symbols for the clusters of the whole; housekeeping need not move all."""
    monkeypatch.setattr(filling, "FIRST_COMMIT_S", 0.0)
    monkeypatch.setattr(filling, "REST_AFTER_COMMIT", 0.0)
    for number in range(30):
        desk.write(f"m{number}.py", "\n".join(function(f"f{number}_{nth}") for nth in range(100)))
    pool = desk.parts.pool
    published = threading.Semaphore(0)
    documents: list[str] = []

    def take(event: Event) -> None:
        if isinstance(event, Published):
            documents.extend(desk.contents.problems)
            published.release()

    def waiting(jobs: Jobs) -> Iterator[Outcome[str]]:
        for job in jobs:
            yield from pool.run([job])
            published.acquire(timeout=A_WHILE_S)

    desk.on_event = take
    desk.run_jobs(waiting)
    assert is_settled(desk.scan())
    assert documents == [], "the stores agree at every generation"
    n_clusters = desk.contents.n_clusters
    assert n_clusters > 30, "3,000 symbols are not one cluster"


def test_a_touched_file_is_no_work_for_the_workers(desk: Desk) -> None:
    path = desk.write("a.py", function("alpha"))
    desk.write("b.py", function("beta"))
    desk.scan()
    os.utime(path, ns=(1, 1))
    asked: list[str] = []
    desk.inspect_jobs(lambda paths: asked.append(paths[-1]))
    desk.write("b.py", function("gamma"))
    assert is_settled(desk.scan())
    assert asked == ["b.py"]
    assert desk.contents.names == {"alpha", "gamma"}
    asked.clear()
    os.utime(path, ns=(1, 1))
    assert is_settled(desk.update("a.py"))
    assert asked == []
