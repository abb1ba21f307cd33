"""A workspace folder with its index, and an indexer that does one command at a time with real workers."""

import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lsp_server.embedding import Embedder
from lsp_server.fulltext import TextReader
from lsp_server.indexing.inbox import Inbox
from lsp_server.indexing.indexer import Indexer
from lsp_server.indexing.messages import Command, Event, Failed, Progress, Scan, Settled, Update
from lsp_server.indexing.parts import IndexerParts
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.parsing import ParseLimits
from lsp_server.processes.pool import Outcome, WorkerPool
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.storage.analysis_cache import AnalysisCache
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexRoot, IndexVersion
from lsp_server.vectors.index import VectorIndex

Jobs = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, eq=True)
class Contents:
    """All that an index holds, by paths and symbol ids, so that indexes made in different ways compare.

    Attributes:
        files: Path → (digest, status, reason, language).
        symbols: Symbol id → (path, kind, flags, name, record, vector), from the vector segments.
        recorded: Symbol id → path, from the catalog.
        documents: Symbol id → path, from the text index.
        problems: What does not agree inside this one index.
        n_clusters: How many clusters its vectors are in.
    """

    files: dict[str, tuple[bytes, str, str, str]]
    symbols: dict[int, tuple[Any, ...]]
    recorded: dict[int, str]
    documents: dict[int, str]
    problems: list[str] = field(default_factory=list)
    n_clusters: int = field(default=0, compare=False)

    @property
    def names(self) -> set[str]:
        """The names of all symbols but the files' own entries."""
        return {name for _, kind, _, name, _, _ in self.symbols.values() if kind != 1}


def contents(version: IndexVersion) -> Contents:
    """Read an index to the last byte, and check that its stores agree."""
    with Catalog.open_reader(version.catalog) as catalog:
        files = catalog.files()
        path_of = {state.file: path for path, state in files.items()}
        recorded = {
            int(id_): path_of[file] for file, ids in catalog.symbol_ids().items() for id_ in ids.tolist()
        }
        problems = list(catalog.problems())
        if catalog.leftover_intent() is not None:
            problems.append("an intent is left over")
        snapshot = Snapshot.open(version, catalog)
        unlisted = catalog.unlisted_segments(version.segments)
    problems += [f"{path.name} is not listed" for path in unlisted]
    vectors = snapshot.vectors
    for segment in vectors.segments:
        problems += segment.verify()
    symbols = _living_symbols(vectors, path_of)
    if len(symbols) != vectors.n_alive:
        problems.append("a symbol lives twice")
    text = TextReader.open(version.text).contents()
    pairs = zip(text.ids.tolist(), text.files.tolist(), strict=True)
    documents = {id_: path_of.get(file, "?") for id_, file in pairs}
    if len(documents) != len(text.ids):
        problems.append("a symbol has two documents")
    ordinals = vectors.ordinals_of(text.ids)
    if (ordinals < 0).any():
        problems.append("a document belongs to no living symbol")
    if documents != recorded:
        problems.append(f"the text index holds {len(documents)} symbols, the catalog {len(recorded)}")
    if {id_: row[0] for id_, row in symbols.items()} != recorded:
        problems.append(f"the segments hold {len(symbols)} symbols, the catalog {len(recorded)}")
    return Contents(
        files={
            path: (state.digest, str(state.status), state.reason, state.language)
            for path, state in files.items()
        },
        symbols=symbols,
        recorded=recorded,
        documents=documents,
        problems=problems,
        n_clusters=vectors.n_clusters,
    )


def _living_symbols(vectors: VectorIndex, path_of: Mapping[int, str]) -> dict[int, tuple[Any, ...]]:
    living = np.arange(vectors.n_rows) if vectors.alive is None else np.flatnonzero(vectors.alive)
    return {
        int(segment.ids[row]): (
            path_of.get(int(segment.files[row])),
            int(segment.kinds[row]),
            int(segment.flags[row]),
            segment.name(row),
            segment.record(row),
            segment.vectors[row].tobytes(),
        )
        for segment, _, rows in vectors.by_segment(living)
        for row in rows.tolist()
    }


class Desk:
    """One workspace folder, its index, and an indexer in this thread.

    Args:
        base: An empty folder.
        root: Where the index goes.
        pool: Parse workers that keep no cache of their own.
        embedder: The workers' model.
        recipe: What the workers say analyses depend on.
    """

    def __init__(
        self, base: Path, root: IndexRoot, pool: WorkerPool[str], embedder: Embedder, recipe: str
    ) -> None:
        self.folder = base / "workspace"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.parts = IndexerParts(
            folder=self.folder,
            index=root.folder_of(self.folder),
            embedder=embedder,
            rules=IgnoreRules(self.folder, (), ()),
            limits=ParseLimits(),
            pool=pool,
            cache=AnalysisCache(root.analysis_cache, 1 << 30),
            cache_recipe=recipe,
            recall_target=0.98,
            patience_s=120.0,
        )
        self.events: list[Event] = []
        self.inbox = Inbox()
        self.on_event: Callable[[Event], object] = lambda _: None
        self.restart()

    def restart(self) -> None:
        """Have another indexer, that knows nothing of what was asked of the one before."""
        self.indexer = Indexer(self.parts, self.inbox, self._take)

    def inspect_jobs(self, look: Callable[[list[str]], object]) -> None:
        """Have jobs done one by one, and call this with all paths so far before each."""
        pool = self.parts.pool
        order: list[str] = []

        def run(jobs: Jobs) -> Iterator[Outcome[str]]:
            for path, payload in jobs:
                order.append(path)
                look(list(order))
                yield from pool.run([(path, payload)])

        self.run_jobs(run)

    def interrupt(self, action: Callable[[], object]) -> None:
        """Do something after the first file was read, before the indexer hears of its result."""
        pool = self.parts.pool
        interrupted: list[str] = []

        def run(jobs: Jobs) -> Iterator[Outcome[str]]:
            first = next(jobs, None)
            outcomes = [] if first is None else list(pool.run([first]))
            if first is not None and not interrupted:
                interrupted.append(first[0])
                action()
            # The agenda is looked at while the first result is still out.
            later = list(jobs)
            yield from outcomes
            yield from pool.run(later)

        self.run_jobs(run)

    def run_jobs(self, run: Callable[[Jobs], Iterator[Outcome[str]]]) -> None:
        """Have another indexer, whose jobs this runs."""

        class Pool:
            pass

        pool: Any = Pool()
        pool.run = run
        self.indexer = Indexer(replace(self.parts, pool=pool), self.inbox, self._take)

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return target

    def do(self, *commands: Command) -> list[Event]:
        """Send commands, let the indexer work them off, return what it said."""
        self.events.clear()
        for command in commands:
            self.inbox.put(command)
        self.indexer.work()
        return list(self.events)

    def scan(self) -> list[Event]:
        return self.do(Scan(1))

    def update(self, *paths: str) -> list[Event]:
        return self.do(Update(paths, 1))

    @property
    def contents(self) -> Contents:
        return contents(self.parts.version)

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@t"]
        subprocess.run(["git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True)

    def close(self) -> None:
        self.inbox.close()
        self.parts.cache.close()


def embedded(events: Iterable[Event]) -> int:
    """How many symbols were embedded, by the last report."""
    return [event.embedded_symbols for event in events if isinstance(event, Progress)][-1]


def is_settled(events: Iterable[Event]) -> bool:
    return any(isinstance(event, Settled) for event in events)


def failures(events: Iterable[Event]) -> list[Failed]:
    return [event for event in events if isinstance(event, Failed)]


def function(name: str) -> str:
    return f'def {name}():\n    """Does {name}."""\n    return "{name}"\n'


def names(desk: Desk) -> set[str]:
    found = desk.contents
    assert found.problems == []
    return found.names
