"""How long a user of an editor waits: the real server over its standard streams, idle and while it indexes.

    python benchmarks/latency.py FOLDER [--exclude NAME ...] [--rounds 7] [--json FILE]

Works on a copy of FOLDER, with an index folder of its own. Starts are measured beside an empty pygls server,
in turn; all times are the client's, with JSON and pipes. An edit goes out as a full `didChange` with a search
right behind it; a save is searched for every few milliseconds until it is found.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from editor import QUERIES, changes, finds, ms_since, own_bytes, rest, search, wait_ready
from lsp_stdio import LanguageClient
from machine import Figure, cpu_seconds, machine, middle, percentile, ratio, report, tree_of

EMPTY_SERVER = "from pygls.lsp.server import LanguageServer; LanguageServer('empty', '1').start_io()"

SEARCH_PASSES = 8
SEARCHES_WHILE_INDEXING = 300
N_EDITS = 100
N_SAVES = 15
IDLE_S = 10.0
POLL_S = 0.004
SAVE_TIMEOUT_S = 20.0
"""A save that takes longer is counted with this time."""


@dataclass(slots=True)
class Samples:
    """Everything that was measured; times in milliseconds unless the name says otherwise."""

    start: list[float] = field(default_factory=list)
    start_empty: list[float] = field(default_factory=list)
    reopen: list[float] = field(default_factory=list)
    reopen_ready: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    idle_inside: list[float] = field(default_factory=list)
    indexing: list[float] = field(default_factory=list)
    edits: list[float] = field(default_factory=list)
    missed_edits: int = 0
    saves: list[float] = field(default_factory=list)
    symbols: int = 0
    embedded_again: int = 0
    server_bytes: int = 0
    server_own_bytes: int = 0
    empty_own_bytes: int = 0
    tree_bytes: int = 0
    idle_cpu_s: float = 0.0
    idle_tree_cpu_s: float = 0.0


class Bench:
    """Measures one folder.

    Args:
        folder: A copy that may be written to.
        env: Environment of the servers.
        rounds: How many starts.
    """

    def __init__(self, folder: Path, env: Mapping[str, str], rounds: int) -> None:
        self._folder = folder
        self._env = env
        self._rounds = rounds
        self.samples = Samples()

    def run(self) -> Samples:
        """Measure everything, one after the other."""
        with self._server() as client:
            client.initialize(self._folder)
            wait_ready(client)
        self._starts()
        self._reopens()
        self._memory_of_empty()
        with self._server() as client:
            client.initialize(self._folder)
            status = wait_ready(client)
            self.samples.symbols = status["coverage"]["symbols"]
            self.samples.embedded_again = status["metrics"]["embeddedSymbols"] or 0
            rest(client)
            self._searches(client)
            self._edits(client)
            self._saves(client)
            wait_ready(client)
            rest(client)
            self._memory(client)
            self._idle(client)
            self._searches_while_indexing(client)
        return self.samples

    # Starts

    def _server(self) -> LanguageClient:
        return LanguageClient([sys.executable, "-P", "-m", "lsp_server"], self._env)

    def _starts(self) -> None:
        for _ in range(self._rounds):
            with LanguageClient([sys.executable, "-c", EMPTY_SERVER], self._env) as client:
                client.initialize(self._folder)
                self.samples.start_empty.append(ms_since(client.began))
            with self._server() as client:
                client.initialize(self._folder)
                self.samples.start.append(ms_since(client.began))

    def _reopens(self) -> None:
        for number in range(self._rounds):
            with self._server() as client:
                client.initialize(self._folder)
                search(client, QUERIES[number % len(QUERIES)])
                self.samples.reopen.append(ms_since(client.began))
                wait_ready(client)
                self.samples.reopen_ready.append(ms_since(client.began))

    # Searches

    def _searches(self, client: LanguageClient) -> None:
        for query in QUERIES:
            search(client, query)
        for _ in range(SEARCH_PASSES):
            for query in QUERIES:
                began = time.perf_counter()
                answer = search(client, query)
                self.samples.idle.append(ms_since(began))
                self.samples.idle_inside.append(answer["tookMs"])

    def _searches_while_indexing(self, client: LanguageClient) -> None:
        while len(self.samples.indexing) < SEARCHES_WHILE_INDEXING:
            client.request("semanticSearch/rebuild", {})
            is_incomplete = True
            while is_incomplete:
                for query in QUERIES:
                    began = time.perf_counter()
                    is_incomplete = search(client, query)["isIncomplete"]
                    if not is_incomplete:
                        break
                    self.samples.indexing.append(ms_since(began))

    # Changes

    def _edits(self, client: LanguageClient) -> None:
        path = self._file_to_edit()
        uri, text = path.as_uri(), path.read_text(encoding="utf-8")
        document = {"uri": uri, "languageId": "python", "version": 0, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": document})
        search(client, "open")
        for number, name, changed in changes(text, N_EDITS):
            began = time.perf_counter()
            client.notify(
                "textDocument/didChange",
                {"textDocument": {"uri": uri, "version": number}, "contentChanges": [{"text": changed}]},
            )
            self.samples.missed_edits += not finds(client, name)
            self.samples.edits.append(ms_since(began))
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _saves(self, client: LanguageClient) -> None:
        path = self._file_to_edit()
        text = path.read_text(encoding="utf-8")
        for _, name, changed in changes(text, N_SAVES):
            began = time.perf_counter()
            path.write_text(changed, encoding="utf-8")
            while not finds(client, name) and time.perf_counter() - began < SAVE_TIMEOUT_S:
                time.sleep(POLL_S)
            self.samples.saves.append(ms_since(began))
            time.sleep(0.2)

    def _file_to_edit(self) -> Path:
        """Return a source file of ordinary size: the one nearest to 12 kB among Python's, or among all."""
        files = [path for path in self._folder.rglob("*.py") if path.is_file()]
        files = files or [path for path in self._folder.rglob("*.*") if path.is_file()]
        return min(files, key=lambda path: (abs(path.stat().st_size - 12_000), str(path)))

    # Resources

    def _memory_of_empty(self) -> None:
        """See what the server holds without a symbol, the model and its first search included."""
        with tempfile.TemporaryDirectory(prefix="semantic-symbols-") as folder, self._server() as client:
            client.initialize(Path(folder).resolve())
            wait_ready(client)
            search(client, QUERIES[0])
            rest(client)
            self.samples.empty_own_bytes = own_bytes(client.pid)

    def _memory(self, client: LanguageClient) -> None:
        self.samples.server_bytes = psutil.Process(client.pid).memory_info().rss
        self.samples.server_own_bytes = own_bytes(client.pid)
        self.samples.tree_bytes = sum(process.memory_info().rss for process in tree_of(client.pid))

    def _idle(self, client: LanguageClient) -> None:
        tree = tree_of(client.pid)
        before, tree_before = cpu_seconds(tree[:1]), cpu_seconds(tree)
        time.sleep(IDLE_S)
        self.samples.idle_cpu_s = cpu_seconds(tree[:1]) - before
        self.samples.idle_tree_cpu_s = cpu_seconds(tree) - tree_before


def figures(samples: Samples) -> list[Figure]:
    """Return the table."""
    mib = 1 / 2**20
    start, empty = middle(samples.start), middle(samples.start_empty)
    idle_p99, busy_p99 = percentile(samples.idle, 0.99), percentile(samples.indexing, 0.99)
    n_idle, n_busy = f"{len(samples.idle)} searches", f"{len(samples.indexing)} searches during rebuilds"
    per_symbol = ratio(samples.server_own_bytes - samples.empty_own_bytes, samples.symbols)
    return [
        Figure("symbols", samples.symbols, ""),
        Figure("process start to initialize", start, "ms", "< 800", f"slowest {max(samples.start):.0f}"),
        Figure("the same, empty pygls server", empty, "ms"),
        Figure("ratio of the two", ratio(start, empty), ""),
        Figure(
            "process start to first answer", middle(samples.reopen), "ms", "< 1,000", "on an existing index"
        ),
        Figure("process start to ready", middle(samples.reopen_ready), "ms"),
        Figure("embedded again on reopening", samples.embedded_again, "", "0"),
        Figure("search, idle, p50", percentile(samples.idle, 0.5), "ms", "< 5", n_idle),
        Figure("search, idle, p99", idle_p99, "ms", "< 10"),
        Figure("search, inside the engine, p50", percentile(samples.idle_inside, 0.5), "ms"),
        Figure("search, inside the engine, p99", percentile(samples.idle_inside, 0.99), "ms"),
        Figure("search, indexing, p50", percentile(samples.indexing, 0.5), "ms", "", n_busy),
        Figure("search, indexing, p99", busy_p99, "ms"),
        Figure("p99 indexing / p99 idle", ratio(busy_p99, idle_p99), "", "<= 2"),
        Figure("edit to searchable, p50", percentile(samples.edits, 0.5), "ms", "", f"{N_EDITS} edits"),
        Figure("edit to searchable, p99", percentile(samples.edits, 0.99), "ms", "< 100"),
        Figure("edits the next search missed", samples.missed_edits, "", "0"),
        Figure("save to searchable, p50", percentile(samples.saves, 0.5), "ms", "", f"{N_SAVES} saves"),
        Figure("save to searchable, slowest", max(samples.saves), "ms", "< 2,000"),
        Figure("resident, server", samples.server_bytes * mib, "MiB"),
        Figure("resident, server's own", samples.server_own_bytes * mib, "MiB", "", "without mapped files"),
        Figure("the same, in an empty folder", samples.empty_own_bytes * mib, "MiB"),
        Figure("difference per symbol", per_symbol, "B", "<= 100 at 1 M"),
        Figure("resident, with children", samples.tree_bytes * mib, "MiB"),
        Figure("processor while idle, server", samples.idle_cpu_s / IDLE_S * 100, "%", "near 0"),
        Figure("processor while idle, all", samples.idle_tree_cpu_s / IDLE_S * 100, "%", "near 0"),
    ]


def main() -> None:
    """Measure a copy of the folder and print the table."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("--exclude", metavar="NAME", action="append", default=[], help="folders not to copy")
    parser.add_argument("--rounds", type=int, default=7, help="starts of each server")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    at = machine()
    folder = options.folder.resolve()
    with tempfile.TemporaryDirectory(prefix="semantic-symbols-", ignore_cleanup_errors=True) as base:
        copy = Path(base).resolve() / "workspace" / folder.name
        shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", *options.exclude))
        index_dir = str(Path(base) / "index")
        env = {**os.environ, "SEMANTIC_SYMBOLS_STORAGE_INDEX_DIR": index_dir}
        samples = Bench(copy, env, options.rounds).run()
    report(f"Latency on {folder.name}, {options.rounds} starts", figures(samples), at, options.json)


if __name__ == "__main__":
    main()
