"""How fast a first index is beside parsing alone, how much memory it takes, and what a restart costs.

    python benchmarks/indexing.py FOLDER... [--exclude PATTERN ...] [--rounds 3] [--workers N] [--json FILE]
                                  [--semble PYTHON]

Every round parses the files of each folder with tree-sitter alone and indexes the folder into a fresh index,
one after the other, in equally many processes of equal (low) priority; with a Python that has `semble`, that
indexes the folder, too. Wall times run from the start of the processes, imports and model included, until the
last file is parsed, or searchable. Medians over the rounds. Processor times tell more than wall times on a
machine that others use, too.

Two restarts follow: one finds everything as it was, by `stat` alone; for the other all files look touched, so
that their contents are compared.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from machine import Figure, cpu_seconds, machine, middle, ratio, report, tree_of
from semble_index import measured_by

from lsp_server.app import child_env, indexer_command, worker_count
from lsp_server.indexing.messages import Command, Event, Failed, Profile, Progress, Scan, Settled, decode
from lsp_server.settings import Settings, settings_from_mapping
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexRoot
from lsp_server.storage.records import FileStatus

SAMPLE_S = 0.1
REST_S = 0.6
"""Housekeeping is over when the indexer has used no processor time for so long."""

PARSE_ONLY = Path(__file__).with_name("parse_only.py")


@dataclass(slots=True)
class MemoryPeak:
    """The most resident bytes that a process and its children had.

    Attributes:
        root: Of the process itself.
        root_own: Of it without what it shares with others: mapped files and libraries.
        together: Of all.
    """

    root: int = 0
    root_own: int = 0
    together: int = 0

    def sample(self, pid: int) -> None:
        """Look once."""
        together = 0
        for process in tree_of(pid):
            try:
                memory = process.memory_info()
            except psutil.NoSuchProcess:
                continue
            together += memory.rss
            if process.pid == pid:
                self.root = max(self.root, memory.rss)
                self.root_own = max(self.root_own, memory.rss - getattr(memory, "shared", 0))
        self.together = max(self.together, together)


@dataclass(slots=True)
class IndexingResult:
    """What one run of an indexer took; see the lines of the table for meanings."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    first_commit_s: float | None = None
    housekeeping_s: float = 0.0
    embedded: int = 0
    stages: Mapping[str, float] = field(default_factory=dict)
    memory: MemoryPeak = field(default_factory=MemoryPeak)


@dataclass(frozen=True, slots=True)
class Contents:
    """What an index holds.

    Attributes:
        files: (absolute path, language) of every indexed file.
        n_bytes: Of these files.
        n_symbols: In the index.
        disk_bytes: Of the index, without the cache of analyses.
        n_known: All files, with those left out.
    """

    files: list[tuple[str, str]]
    n_bytes: int
    n_symbols: int
    disk_bytes: int
    n_known: int


class IndexerRun:
    """An indexer process of the product, asked for one scan.

    Args:
        folder: The workspace folder.
        settings: With an index folder of the benchmark's own.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.result = IndexingResult()
        self._is_over = threading.Event()
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            indexer_command(folder, settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(child_env()),
        )

    def finish(self) -> IndexingResult:
        """Wait until everything is indexed and housekeeping is over, then end the process."""
        sampler = threading.Thread(target=self._sample, daemon=True)
        sampler.start()
        self._send(Scan(1))
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = decode(line)
            if isinstance(event, Event) and self._take(event):
                break
        self.result.wall_s = time.perf_counter() - self._began
        self.result.cpu_s = cpu_seconds(tree_of(self._process.pid))
        self.result.housekeeping_s = self._rest()
        self._is_over.set()
        sampler.join()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        return self.result

    def _take(self, event: Event) -> bool:
        match event:
            case Progress():
                self.result.embedded = event.embedded_symbols
            case Profile():
                self.result.stages = event.seconds
            case Failed():
                raise SystemExit(f"{event.message} {event.suggestion}")
            case Settled():
                return True
            case _:
                if self.result.first_commit_s is None:
                    self.result.first_commit_s = time.perf_counter() - self._began
        return False

    def _rest(self) -> float:
        """Return how long the indexer went on working; its reports are read so that it never blocks."""
        assert self._process.stdout is not None
        threading.Thread(target=self._process.stdout.read, daemon=True).start()
        settled = busy_until = time.perf_counter()
        used = cpu_seconds(tree_of(self._process.pid))
        while time.perf_counter() - busy_until < REST_S:
            time.sleep(SAMPLE_S)
            now_used = cpu_seconds(tree_of(self._process.pid))
            if now_used - used > 0.01:
                busy_until = time.perf_counter()
            used = now_used
        return busy_until - settled

    def _send(self, command: Command) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command.encode())
        self._process.stdin.flush()

    def _sample(self) -> None:
        while not self._is_over.wait(SAMPLE_S):
            self.result.memory.sample(self._process.pid)


@dataclass(frozen=True, slots=True)
class ParseOnlyResult:
    """What parsing alone took; `parsing_s` leaves the start of the processes out."""

    wall_s: float
    cpu_s: float
    parsing_s: float


def parse_only(contents: Contents, n_processes: int) -> ParseOnlyResult:
    """Parse the files in so many processes, shared out evenly by size."""
    shares: list[list[tuple[str, str]]] = [[] for _ in range(n_processes)]
    sizes = [0] * n_processes
    by_size = sorted(contents.files, key=lambda file: -Path(file[0]).stat().st_size)
    for file in by_size:
        place = sizes.index(min(sizes))
        shares[place].append(file)
        sizes[place] += Path(file[0]).stat().st_size
    began = time.perf_counter()
    processes = [
        subprocess.Popen(
            [sys.executable, str(PARSE_ONLY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(child_env()),
        )
        for _ in shares
    ]
    for process, share in zip(processes, shares, strict=True):
        assert process.stdin is not None
        process.stdin.write(json.dumps(share).encode())
        process.stdin.close()
    answers = []
    for process in processes:
        assert process.stdout is not None
        answers.append(json.loads(process.stdout.read()))
        process.wait()
        process.stdout.close()
    wall_s = time.perf_counter() - began
    return ParseOnlyResult(
        wall_s, sum(answer["cpu_s"] for answer in answers), max(answer["wall_s"] for answer in answers)
    )


def contents_of(folder: Path, settings: Settings) -> Contents:
    """Read from the catalog what was indexed."""
    version = IndexRoot.at(settings.storage.index_dir).folder_of(folder).versions()[0]
    with Catalog.open_reader(version.catalog) as catalog:
        states = catalog.files()
    indexed = {path: state for path, state in states.items() if state.status is FileStatus.INDEXED}
    return Contents(
        files=[(str(folder / path), state.language) for path, state in indexed.items()],
        n_bytes=sum(state.size_bytes for state in indexed.values()),
        n_symbols=sum(state.n_symbols for state in indexed.values()),
        disk_bytes=version.size_bytes(),
        n_known=len(states),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """All rounds of one folder."""

    contents: Contents
    first: Sequence[IndexingResult]
    again: Sequence[IndexingResult]
    touched: Sequence[IndexingResult]
    parsed: Sequence[ParseOnlyResult]
    semble: Sequence[Mapping[str, float]]


def measure(folder: Path, options: argparse.Namespace) -> Rounds:
    """Index, restart and parse alone, in turn, so that all meet the same weather."""
    first: list[IndexingResult] = []
    again: list[IndexingResult] = []
    touched: list[IndexingResult] = []
    semble: list[Mapping[str, float]] = []
    parsed: list[ParseOnlyResult] = []
    contents: Contents | None = None
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="semantic-symbols-", ignore_cleanup_errors=True) as base:
            settings = settings_of(Path(base), options)
            first.append(IndexerRun(folder, settings).finish())
            again.append(IndexerRun(folder, settings).finish())
            contents = contents or contents_of(folder, settings)
            parsed.append(parse_only(contents, worker_count(settings)))
            touch_all(folder, settings)
            touched.append(IndexerRun(folder, settings).finish())
            if options.semble is not None:
                semble.append(measured_by(options.semble, folder, worker_count(settings), child_env()))
    assert contents is not None
    return Rounds(contents, first, again, touched, parsed, semble)


def touch_all(folder: Path, settings: Settings) -> None:
    """Have every file look as if it had been touched, by what the index remembers of it."""
    version = IndexRoot.at(settings.storage.index_dir).folder_of(folder).versions()[0]
    with closing(sqlite3.connect(version.catalog)) as catalog:
        catalog.execute("UPDATE files SET mtime_ns = mtime_ns - 1")
        catalog.commit()


def settings_of(base: Path, options: argparse.Namespace) -> Settings:
    """Return the settings of a run whose index lies at `base`."""
    return settings_from_mapping(
        {
            "storage.indexDir": str(base),
            "indexing.exclude": options.exclude,
            "indexing.workers": options.workers,
        }
    )


def figures(rounds: Rounds) -> list[Figure]:
    """Return the table of one folder."""
    contents, first, again, parsed = rounds.contents, rounds.first, rounds.again, rounds.parsed
    wall = middle(run.wall_s for run in first)
    parse_wall = middle(run.wall_s for run in parsed)
    restart = middle(run.wall_s for run in again)
    digested = middle(sum(run.stages.get(name, 0) for name in ("scan", "digests")) for run in rounds.touched)
    scan = middle(run.stages.get("scan") for run in again)
    n_files = len(contents.files)
    megabytes = contents.n_bytes / 1e6
    mib = 1 / 2**20
    stages = {
        name: middle(run.stages.get(name) for run in first) for name in ("scan", "workers", "commit", "cache")
    }
    spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.items() if seconds is not None)
    cpu = middle(run.cpu_s for run in first)
    ratios = sorted(one.wall_s / other.wall_s for one, other in zip(first, parsed, strict=True))
    by_language: dict[str, int] = {}
    for _, language in contents.files:
        by_language[language] = by_language.get(language, 0) + 1
    commonest = sorted(by_language, key=lambda name: -by_language[name])[:8]
    return [
        Figure("files indexed", n_files, "", note=f"of {contents.n_known}; most are {', '.join(commonest)}"),
        Figure("their size", megabytes, "MB"),
        Figure("symbols", contents.n_symbols, ""),
        Figure("index on disk", contents.disk_bytes * mib, "MiB"),
        Figure("first index, wall", wall, "s", note=f"indexer: {spent} (workers: sum of theirs)"),
        Figure("first index, files", ratio(n_files, wall), "files/s"),
        Figure("first index, bytes", ratio(megabytes, wall), "MB/s"),
        Figure("first index, symbols", ratio(contents.n_symbols, wall), "symbols/s"),
        Figure("first commit", middle(run.first_commit_s for run in first), "s"),
        Figure("parse only, wall", parse_wall, "s", note="with the start of the processes"),
        Figure("parse only, parsing", middle(run.parsing_s for run in parsed), "s"),
        Figure(
            "first index / parse only, wall",
            middle(ratios),
            "",
            "<= 2 (aim 1.5)",
            f"rounds from {ratios[0]:.2f} to {ratios[-1]:.2f}",
        ),
        Figure("first index, processor", cpu, "s"),
        Figure("parse only, processor", middle(run.cpu_s for run in parsed), "s"),
        Figure("first index / parse only, processor", ratio(cpu, middle(run.cpu_s for run in parsed)), ""),
        Figure("housekeeping afterwards", middle(run.housekeeping_s for run in first), "s"),
        Figure("peak memory, indexer", middle(run.memory.root * mib for run in first), "MiB"),
        Figure("peak memory, indexer's own", middle(run.memory.root_own * mib for run in first), "MiB"),
        Figure("peak memory, with workers", middle(run.memory.together * mib for run in first), "MiB"),
        Figure("restart, symbols embedded", middle(run.embedded for run in again), "", "0"),
        Figure("restart to ready", restart, "s"),
        Figure("restart, re-check by stat", ratio(contents.n_known, scan), "files/s", ">= 10,000"),
        Figure("restart, re-check by content", ratio(contents.n_known, digested), "files/s", ">= 10,000"),
        *semble_figures(rounds, wall, cpu),
    ]


def semble_figures(rounds: Rounds, wall: float | None, cpu: float | None) -> list[Figure]:
    """Return the lines about semble, where it was measured."""
    if not rounds.semble:
        return []
    parse_cpu = middle(run.cpu_s for run in rounds.parsed)
    semble_cpu = middle(run["cpu_s"] for run in rounds.semble)
    semble_wall = middle(run["wall_s"] for run in rounds.semble)
    return [
        Figure("semble, wall", semble_wall, "s", note=f"{rounds.semble[0]['chunks']:,.0f} chunks"),
        Figure("semble, processor", semble_cpu, "s"),
        Figure("semble / parse only, processor", ratio(semble_cpu, parse_cpu), ""),
        Figure("semble / first index, wall", ratio(semble_wall, wall), ""),
        Figure("semble / first index, processor", ratio(semble_cpu, cpu), ""),
        Figure("peak memory, semble's largest", middle(run["peak_mib"] for run in rounds.semble), "MiB"),
    ]


def main() -> None:
    """Measure every folder and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=Path)
    parser.add_argument("--exclude", metavar="PATTERN", action="append", default=[], help="gitignore pattern")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=0, help="parse workers; 0 chooses by the cores")
    parser.add_argument("--semble", type=Path, metavar="PYTHON", help="a Python that has semble")
    parser.add_argument("--json", type=Path, help="write the figures here (of several: NAME-FOLDER.json)")
    options = parser.parse_args()
    at = machine()
    for folder in options.folders:
        rounds = measure(folder.resolve(), options)
        path = options.json
        if path is not None and len(options.folders) > 1:
            path = path.with_name(f"{path.stem}-{folder.resolve().name}{path.suffix}")
        n_workers = worker_count(settings_of(Path(), options))
        title = (
            f"First index of {folder.resolve().name}: {n_workers} workers, medians of {options.rounds} rounds"
        )
        report(title, figures(rounds), at, path)


if __name__ == "__main__":
    main()
