"""What an editor's user does, as the benchmarks of latency and scale do it: searches, edits, waiting."""

import time
from collections.abc import Iterator
from typing import Any

import psutil
from lsp_stdio import LanguageClient
from machine import cpu_seconds, tree_of

QUIET_S = 2.0

QUERIES = (
    "where are failed requests retried",
    "read the configuration file",
    "parse command line arguments",
    "open a database connection",
    "write bytes to a socket",
    "compress a file",
    "convert a string to a date",
    "check whether a path is ignored",
    "register a route",
    "render a template",
    "handle an exception",
    "log a warning",
    "start a thread",
    "wait for a lock",
    "cancel a running task",
    "decode json",
    "escape html",
    "compute a checksum",
    "send an email",
    "set a cookie",
    "validate user input",
    "cache the result of a function",
    "iterate over a directory",
    "copy a file with its metadata",
    "split text into words",
    "sort a list by key",
    "random numbers",
    "measure elapsed time",
    "import a module by name",
    "close all connections on shutdown",
    "unit test for the parser",
    "HTTPServer",
    "get_user_by_id",
    "readline",
    "Context",
    "kind:class error",
    "kind:function lang:python open",
    "name:parse",
    "timeout",
    "how does authentication work",
)
"""What people type: sentences, identifiers, a word, and filters."""


def search(client: LanguageClient, query: str, limit: int = 20) -> dict[str, Any]:
    """Return the answer to one search."""
    answer: dict[str, Any] = client.request("semanticSearch", {"query": query, "limit": limit})
    return answer


def finds(client: LanguageClient, name: str) -> bool:
    """Say whether a symbol of that name is among the first five."""
    return any(result["name"] == name for result in search(client, name, 5)["results"])


def changes(text: str, n: int) -> Iterator[tuple[int, str, str]]:
    """Yield a number, a name that was never there, and the text with a function of that name."""
    for number in range(1, n + 1):
        name = f"benchmark_probe_{time.time_ns():x}"
        yield number, name, f"{text}\n\ndef {name}(value):\n    return value + {number}\n"


def own_bytes(pid: int) -> int:
    """Return what a process holds in memory besides mapped files, where the system tells."""
    memory = psutil.Process(pid).memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def ms_since(began: float) -> float:
    """Return the milliseconds since a reading of `perf_counter`."""
    return (time.perf_counter() - began) * 1000


def rest(client: LanguageClient) -> None:
    """Wait until neither the server nor its children have anything to do."""
    used, quiet_since = -1.0, time.perf_counter()
    while time.perf_counter() - quiet_since < QUIET_S:
        time.sleep(0.1)
        tree = tree_of(client.pid)
        now_used = cpu_seconds(tree)
        # On a crowded machine a process may wait for its turn a long time.
        if abs(now_used - used) > 0.02 or any(_is_waiting(process) for process in tree):
            quiet_since = time.perf_counter()
        used = now_used


def _is_waiting(process: psutil.Process) -> bool:
    """Say whether a process would go on if the processor or the disk let it."""
    try:
        return process.status() in {psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP}
    except psutil.NoSuchProcess:
        return False


def wait_ready(client: LanguageClient) -> dict[str, Any]:
    """Wait until everything on disk is indexed; return the status."""
    while True:
        status: dict[str, Any] = client.request("semanticSearch/status", {})
        if status["state"] == "ready":
            return status
        if status["state"] == "failed":
            raise SystemExit(status.get("message"))
        time.sleep(0.05)
