import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lsp_server.frontends.lsp.progress import IndexingProgress
from lsp_server.frontends.lsp.rpc import RpcServer
from lsp_server.frontends.lsp.status_feed import StatusFeed
from lsp_server.search.results import Coverage
from lsp_server.workspace.status import FolderStatus, IndexState, Metrics, Work, WorkspaceStatus


def status(state: IndexState, done: int = 0, per_second: float | None = None) -> WorkspaceStatus:
    coverage = Coverage(1000, done, 5 * done, 0)
    folder = FolderStatus(Path("/a"), state, None, coverage, None)
    metrics = Metrics(files_per_second=per_second)
    return WorkspaceStatus(state, None, coverage, (folder,), metrics, work=Work(done, 1000))


async def passed_on(offers: Sequence[WorkspaceStatus], last: WorkspaceStatus) -> list[WorkspaceStatus]:
    arrived: list[WorkspaceStatus] = []
    done = asyncio.Event()

    def listen(status: WorkspaceStatus) -> None:
        arrived.append(status)
        if status == last:
            done.set()

    feed = StatusFeed(asyncio.get_running_loop(), listen)
    for offer in offers:
        feed.offer(offer)
    await asyncio.wait_for(done.wait(), 10)
    return arrived


async def test_a_burst_of_statuses_becomes_its_last() -> None:
    burst = [status(IndexState.INDEXING, n) for n in range(500)]
    ready = status(IndexState.READY, 500)
    assert await passed_on([*burst, ready], ready) == [ready]


async def test_new_metrics_alone_are_no_change() -> None:
    feed: list[WorkspaceStatus] = []
    loop = asyncio.get_running_loop()
    listening = StatusFeed(loop, feed.append)
    first, same = status(IndexState.READY, 5, 1.0), status(IndexState.READY, 5, 2.0)
    for offer in (first, same):
        listening.offer(offer)
        await until(lambda: listening._timer is None)
    assert feed == [first]


async def test_work_that_goes_on_is_a_change_though_all_stays_covered() -> None:
    feed: list[WorkspaceStatus] = []
    listening = StatusFeed(asyncio.get_running_loop(), feed.append)
    offers = [replace(status(IndexState.INDEXING, 5), work=Work(done, 9)) for done in (1, 7)]
    for offer in offers:
        listening.offer(offer)
        await until(lambda: listening._timer is None)
    assert feed == offers


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(3):
        await asyncio.sleep(0)
    while not holds():  # noqa: ASYNC110 - a turn of the loop is what is waited for
        await asyncio.sleep(0)


class Bar:
    """An indexing bar whose client is this test."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        server = RpcServer("test", "0")
        self.rpc = server.protocol
        self.rpc.is_initialized = True
        self.rpc.send = self._take
        self.progress = IndexingProgress(self.rpc, asyncio.get_running_loop())

    async def created(self, **answer: Any) -> None:
        await until(lambda: any("id" in message for message in self.sent))
        question = next(message for message in self.sent if "id" in message)
        self.sent.remove(question)
        self.rpc.receive(json.dumps({"jsonrpc": "2.0", "id": question["id"], **answer}).encode())

    @property
    def values(self) -> list[dict[str, Any]]:
        return [message["params"]["value"] for message in self.sent]

    def _take(self, body: bytes) -> None:
        self.sent.append(json.loads(body))


async def test_a_bar_begins_reports_and_ends() -> None:
    bar = Bar()
    bar.progress.show(status(IndexState.INDEXING, 0))
    await bar.created(result=None)
    bar.progress.show(status(IndexState.INDEXING, 250, 83.4))
    bar.progress.show(status(IndexState.READY, 1000))
    begin, report, end = bar.values
    assert (begin["kind"], begin["percentage"], begin["cancellable"]) == ("begin", 0, True)
    assert report == {"kind": "report", "message": "250 of 1,000 files, 83 files/s", "percentage": 25}
    assert end == {"kind": "end", "message": "5,000 symbols in 1,000 files"}


async def test_a_bar_never_falls_while_the_scan_finds_more_files() -> None:
    bar = Bar()
    bar.progress.show(status(IndexState.INDEXING, 500))
    await bar.created(result=None)
    bar.progress.show(status(IndexState.INDEXING, 100))
    assert [value["percentage"] for value in bar.values] == [50, 50]


async def test_a_bar_counts_the_files_of_the_job_though_all_are_covered() -> None:
    bar = Bar()
    covered = status(IndexState.INDEXING, 1000)
    bar.progress.show(replace(covered, work=None))
    await bar.created(result=None)
    bar.progress.show(replace(covered, work=Work(30, 300)))
    begin, report = bar.values
    assert (begin["message"], begin["percentage"]) == ("looking for files", 0)
    assert (report["message"], report["percentage"]) == ("30 of 300 files", 10)


async def test_a_client_that_refuses_gets_no_bar() -> None:
    bar = Bar()
    bar.progress.show(status(IndexState.INDEXING, 0))
    await bar.created(error={"code": 1, "message": "no"})
    bar.progress.show(status(IndexState.INDEXING, 10))
    bar.progress.show(status(IndexState.READY, 1000))
    assert bar.values == []


async def test_work_that_is_over_before_the_client_answers_gets_no_bar() -> None:
    bar = Bar()
    bar.progress.show(status(IndexState.INDEXING, 0))
    await until(lambda: bool(bar.sent))
    bar.progress.show(status(IndexState.READY, 1000))
    await bar.created(result=None)
    assert bar.values == []


async def test_a_short_update_of_a_ready_index_gets_no_bar() -> None:
    bar = Bar()
    bar.progress.show(status(IndexState.READY, 1000))
    bar.progress.show(status(IndexState.INDEXING, 999))
    bar.progress.show(status(IndexState.READY, 1000))
    await asyncio.sleep(0)
    assert bar.sent == []
