"""How the server does with 100,000, 300,000 and a million symbols: the real one, over its standard streams.

    python benchmarks/scale.py [FOLDER ...] [--symbols 100000 300000 1000000] [--json FILE] [--temp FOLDER]

Sources are copies of the folders (by default this Python's standard library), each with its words exchanged
for others, until there are enough symbols; see `replicas`. Every size gets an index of its own, made by the
program itself from the files. All times are the client's, with JSON and pipes.
"""

import argparse
import json
import os
import shutil
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from editor import QUERIES, changes, finds, ms_since, own_bytes, rest, search, wait_ready
from lsp_stdio import LanguageClient
from machine import Figure, cpu_seconds, load, machine, middle, percentile, ratio, report, tree_of
from replicas import common_words, n_copies_for, source_files, write_copy

from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexRoot, IndexVersion

SYMBOLS = (100_000, 300_000, 1_000_000)
REOPENS = 5
PASSES = 8
N_EDITS = 100
N_SAVES = 20
N_UPDATES = 1_000
UPDATES_PER_S = 50.0
IDLE_S = 60.0
BUSY_S = 40.0
N_GATHERED = 10_000
POLL_S = 0.004
SAVE_TIMEOUT_S = 60.0

NAMES = (
    *("get", "parse", "open", "HTTPServer", "readConfig", "gubi", "init", "test_", "handler", "Error", "x"),
    *(
        "open file",
        "write bytes",
        "parse arguments",
        "Path.open",
        "zzqy",
        "context manager",
        "encode",
        "_lock",
    ),
    *("compress", "send request", "isoformat", "TestCase", "setup", "iter", "main", "Thread.run", "loads"),
)
"""What is typed into a palette: beginnings, humps, words, containers, and what no name has."""


@dataclass(slots=True)
class Samples:
    """What was measured at one size; times in milliseconds unless the name says otherwise."""

    files: int = 0
    symbols: int = 0
    first_index_s: float = 0.0
    first_answer_ms: float = 0.0
    reopen: list[float] = field(default_factory=list)
    reopen_ready: list[float] = field(default_factory=list)
    searches: list[float] = field(default_factory=list)
    vector_searches: list[float] = field(default_factory=list)
    palettes: list[float] = field(default_factory=list)
    search_cpu_ms: float = 0.0
    vector_cpu_ms: float = 0.0
    palette_cpu_ms: float = 0.0
    busy_searches: list[float] = field(default_factory=list)
    edits: list[float] = field(default_factory=list)
    missed_edits: int = 0
    saves: list[float] = field(default_factory=list)
    own_bytes: int = 0
    updated_own_bytes: int = 0
    empty_own_bytes: int = 0
    caught_up_s: float = 0.0
    tree_bytes: int = 0
    idle_cpu_s: float = 0.0
    gather_us: list[float] = field(default_factory=list)
    index_bytes: int = 0
    clusters: int = 0
    probes: int = 0
    rerank: int = 0
    recall: float | None = None
    load: str = ""


class ScaleBench:
    """Measures one tree.

    Args:
        tree: A source tree that may be written to.
        spare: Another one, to be indexed while searches go on.
        index_dir: Where its index comes.
    """

    def __init__(self, tree: Path, spare: Path, index_dir: Path) -> None:
        self._tree = tree
        self._spare = spare
        self._index_dir = index_dir
        self._env = {**os.environ, "SEMANTIC_SYMBOLS_STORAGE_INDEX_DIR": str(index_dir)}
        self.samples = Samples()

    def run(self) -> Samples:
        """Measure everything, one after the other."""
        self._first_index()
        self._reopens()
        self._memory_of_empty()
        with self._opened() as client:
            status = wait_ready(client)
            self.samples.files = status["coverage"]["indexedFiles"]
            self.samples.symbols = status["coverage"]["symbols"]
            rest(client)
            self._searches(client)
            self.samples.own_bytes = own_bytes(client.pid)
            self._edits(client)
            self._saves(client)
            wait_ready(client)
            rest(client)
            self._idle(client)
            self._gather()
            self._updates(client)
            self._searches_while_indexing(client)
        self.samples.load = load()
        return self.samples

    def _server(self) -> LanguageClient:
        return LanguageClient([sys.executable, "-P", "-m", "lsp_server"], self._env)

    def _opened(self) -> LanguageClient:
        client = self._server()
        client.initialize(self._tree)
        return client

    def _first_index(self) -> None:
        with self._opened() as client:
            while not search(client, QUERIES[0])["results"]:
                time.sleep(0.05)
            self.samples.first_answer_ms = ms_since(client.began)
            wait_ready(client)
            self.samples.first_index_s = ms_since(client.began) / 1000
            rest(client)  # merging, clustering, calibration

    def _reopens(self) -> None:
        for number in range(REOPENS):
            with self._opened() as client:
                assert search(client, QUERIES[number])["results"]
                self.samples.reopen.append(ms_since(client.began))
                wait_ready(client)
                self.samples.reopen_ready.append(ms_since(client.began))

    def _memory_of_empty(self) -> None:
        with tempfile.TemporaryDirectory(prefix="semantic-symbols-") as folder, self._server() as client:
            client.initialize(Path(folder).resolve())
            wait_ready(client)
            for query in QUERIES:
                search(client, query)
            rest(client)
            self.samples.empty_own_bytes = own_bytes(client.pid)

    # Searches

    def _searches(self, client: LanguageClient) -> None:
        samples = self.samples
        hybrid = [("semanticSearch", {"query": query, "limit": 20}) for query in QUERIES]
        vectors = [("semanticSearch", {"query": query, "limit": 20, "mode": "vector"}) for query in QUERIES]
        palettes = [("workspace/symbol", {"query": name}) for name in NAMES]
        samples.search_cpu_ms = _ask(client, hybrid, samples.searches)
        samples.vector_cpu_ms = _ask(client, vectors, samples.vector_searches)
        samples.palette_cpu_ms = _ask(client, palettes, samples.palettes)

    def _searches_while_indexing(self, client: LanguageClient) -> None:
        """Search while a whole new tree is found on disk, indexed and committed."""
        target = self._tree / "spare"
        self._spare.rename(target)
        uri = (target / "added.py").as_uri()
        (target / "added.py").write_text("def added():\n    pass\n", encoding="utf-8")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 1}]})
        began_s = time.perf_counter()
        while time.perf_counter() - began_s < BUSY_S:
            for query in QUERIES:
                began = time.perf_counter()
                is_busy = search(client, query)["isIncomplete"]
                if is_busy:
                    self.samples.busy_searches.append(ms_since(began))

    # Changes

    def _edits(self, client: LanguageClient) -> None:
        path = self._files()[0]
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
        path = self._files()[1]
        for _, name, changed in changes(path.read_text(encoding="utf-8"), N_SAVES):
            began = time.perf_counter()
            path.write_text(changed, encoding="utf-8")
            while not finds(client, name) and time.perf_counter() - began < SAVE_TIMEOUT_S:
                time.sleep(POLL_S)
            self.samples.saves.append(ms_since(began))
            time.sleep(0.2)

    def _updates(self, client: LanguageClient) -> None:
        """Change files on disk a thousand times, with searches in between."""
        files = self._files()[2:102]
        self.samples.own_bytes = own_bytes(client.pid)
        for number in range(N_UPDATES):
            path = files[number % len(files)]
            with path.open("a", encoding="utf-8") as stream:
                stream.write(f"\n\ndef benchmark_update_{number}(value):\n    return value + {number}\n")
            time.sleep(1 / UPDATES_PER_S)
            if not number % 10:
                search(client, QUERIES[number // 10 % len(QUERIES)])
        began = time.perf_counter()
        while not finds(client, f"benchmark_update_{N_UPDATES - 1}"):
            if time.perf_counter() - began > SAVE_TIMEOUT_S:
                raise SystemExit("the last of many updates was not found in time")
            time.sleep(POLL_S)
        self.samples.caught_up_s = ms_since(began) / 1000
        wait_ready(client)
        rest(client)
        self.samples.updated_own_bytes = own_bytes(client.pid)
        self.samples.tree_bytes = sum(process.memory_info().rss for process in tree_of(client.pid))

    def _files(self) -> list[Path]:
        """Return source files of ordinary size, those nearest to 12 kB first."""
        files = [path for path in (self._tree / "copy_000").rglob("*.py") if path.is_file()]
        files = files or [path for path in (self._tree / "copy_000").rglob("*.*") if path.is_file()]
        return sorted(files, key=lambda path: (abs(path.stat().st_size - 12_000), str(path)))

    # Resources

    def _idle(self, client: LanguageClient) -> None:
        before = {process.pid: cpu_seconds([process]) for process in tree_of(client.pid)}
        time.sleep(IDLE_S)
        # What ended meanwhile, as an indexer without work does, counts nothing.
        self.samples.idle_cpu_s = sum(
            cpu_seconds([process]) - before.get(process.pid, 0.0) for process in tree_of(client.pid)
        )

    def _gather(self) -> None:
        """Time the exact comparison of many symbols that are asked for by id, in this process."""
        version = self._version()
        random = np.random.default_rng(0)
        with Catalog.open_reader(version.catalog) as catalog:
            snapshot = Snapshot.open(version, catalog)
            vectors = snapshot.vectors
            self.samples.index_bytes = version.size_bytes()
            self.samples.clusters, self.samples.probes = vectors.n_clusters, snapshot.probes
            self.samples.rerank, self.samples.recall = snapshot.meta.rerank, snapshot.meta.recall_at_10
            query = random.standard_normal(vectors.centroids.shape[1]).astype(np.float32)
            ids = vectors.ids(vectors.living())
            for _ in range(7):
                wanted = random.choice(ids, min(N_GATHERED, len(ids)), replace=False)
                began = time.perf_counter()
                vectors.similarities(query, vectors.ordinals_of(wanted))
                self.samples.gather_us.append(1000 * ms_since(began) / len(wanted))

    def _version(self) -> IndexVersion:
        return IndexRoot.at(self._index_dir).folder_of(self._tree).versions()[0]


def _ask(client: LanguageClient, requests: Sequence[tuple[str, dict[str, Any]]], times: list[float]) -> float:
    """Send requests, several times after a warm-up; return the server's processor time for one in ms."""
    used_s = 0.0
    for number in range(PASSES + 1):
        if number == 1:
            used_s = cpu_seconds(tree_of(client.pid)[:1])
        for method, params in requests:
            began = time.perf_counter()
            client.request(method, params)
            if number:
                times.append(ms_since(began))
    return 1000 * (cpu_seconds(tree_of(client.pid)[:1]) - used_s) / (PASSES * len(requests))


def figures(samples: Samples) -> list[Figure]:
    """Return the table of one size."""
    mib, n = 1 / 2**20, samples.symbols
    idle_p99, busy_p99 = percentile(samples.searches, 0.99), percentile(samples.busy_searches, 0.99)
    growth = samples.updated_own_bytes - samples.own_bytes
    settings = f"{samples.probes} of {samples.clusters} clusters, {samples.rerank} reranked"
    return [
        Figure("files", samples.files, ""),
        Figure("symbols", n, ""),
        Figure("first index", samples.first_index_s, "s", note="from process start to ready"),
        Figure("first index, symbols", ratio(n, samples.first_index_s), "/s"),
        Figure("first index, first answer", samples.first_answer_ms, "ms"),
        Figure("process start to first answer", middle(samples.reopen), "ms", "< 1,000", "reopened"),
        Figure("process start to ready", middle(samples.reopen_ready), "ms", "", "all files looked at"),
        Figure("search, p50", percentile(samples.searches, 0.5), "ms", "< 10 at 1 M"),
        Figure("search, p99", idle_p99, "ms", "< 30 at 1 M"),
        Figure("search, processor time", samples.search_cpu_ms, "ms", "", "server, mean of one"),
        Figure("search by vectors alone, p50", percentile(samples.vector_searches, 0.5), "ms"),
        Figure("search by vectors alone, p99", percentile(samples.vector_searches, 0.99), "ms"),
        Figure("search by vectors alone, processor time", samples.vector_cpu_ms, "ms"),
        Figure("workspace/symbol, p50", percentile(samples.palettes, 0.5), "ms", "< 20"),
        Figure("workspace/symbol, p99", percentile(samples.palettes, 0.99), "ms", "< 20"),
        Figure("workspace/symbol, processor time", samples.palette_cpu_ms, "ms"),
        Figure("search while indexing, p50", percentile(samples.busy_searches, 0.5), "ms"),
        Figure("search while indexing, p99", busy_p99, "ms", "", f"{len(samples.busy_searches)} searches"),
        Figure("p99 indexing / p99 idle", ratio(busy_p99, idle_p99), "", "<= 2"),
        Figure("edit to searchable, p50", percentile(samples.edits, 0.5), "ms"),
        Figure("edit to searchable, p99", percentile(samples.edits, 0.99), "ms", "< 100"),
        Figure("edits the next search missed", samples.missed_edits, "", "0"),
        Figure("save to searchable, p50", percentile(samples.saves, 0.5), "ms"),
        Figure("save to searchable, slowest", max(samples.saves), "ms", "< 2,000"),
        Figure("recall@10, measured by itself", samples.recall, "", ">= 0.98", settings),
        Figure("gather by id, one vector", middle(samples.gather_us), "us", "< 1"),
        Figure("own memory per symbol", ratio(samples.own_bytes - samples.empty_own_bytes, n), "B", "<= 100"),
        Figure("own memory, server", samples.own_bytes * mib, "MiB", "", "without mapped files"),
        Figure("the same, in an empty folder", samples.empty_own_bytes * mib, "MiB"),
        Figure(f"after {N_UPDATES:,} updates, the last one found", samples.caught_up_s, "s"),
        Figure(f"growth over {N_UPDATES:,} updates", growth * mib, "MiB", "about 0"),
        Figure("resident, with children", samples.tree_bytes * mib, "MiB"),
        Figure("index on disk", samples.index_bytes * mib, "MiB"),
        Figure("index on disk per symbol", ratio(samples.index_bytes, n), "B"),
        Figure(
            "processor while idle", samples.idle_cpu_s / IDLE_S * 100, "%", "near 0", "server and children"
        ),
        Figure("load at the end", float(samples.load), ""),
    ]


def measure(files: Sequence[tuple[str, str]], n_symbols: int, base: Path) -> Samples:
    """Write the tree, measure, and leave no file behind."""
    tree, spare = base / "workspace" / f"symbols_{n_symbols}", base / "spare"
    words = common_words(files)
    n_copies = n_copies_for(n_symbols, files)
    for number in range(n_copies):
        write_copy(files, tree / f"copy_{number:03}", number, words)
    write_copy(files, spare, n_copies, words)
    try:
        return ScaleBench(tree, spare, base / "index").run()
    finally:
        for folder in (tree, spare, base / "index"):
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure every size and print its table."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("folders", metavar="FOLDER", nargs="*", type=Path)
    parser.add_argument("--symbols", type=int, nargs="+", default=SYMBOLS)
    parser.add_argument("--temp", type=Path, help="where trees and indexes come and go; a few GB each")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    files = source_files(options.folders or [Path(sysconfig.get_path("stdlib"))])
    at, tables = machine(), {}
    for n_symbols in options.symbols:
        with tempfile.TemporaryDirectory(
            prefix="semantic-symbols-", dir=options.temp, ignore_cleanup_errors=True
        ) as base:
            samples = measure(files, n_symbols, Path(base).resolve())
        table = figures(samples)
        tables[str(n_symbols)] = {figure.name: figure.value for figure in table}
        report(f"Scale, {n_symbols:,} symbols", table, at, None)
        if options.json:
            write(options.json, at, tables)


def write(path: Path, at: Mapping[str, str], tables: Mapping[str, Mapping[str, float | None]]) -> None:
    """Write all sizes measured so far."""
    document = {"title": "Scale", "machine": dict(at), "sizes": tables}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
