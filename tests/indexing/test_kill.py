"""Killing the indexer at any moment loses nothing, invents nothing and leaves an index that answers."""

import contextlib
import random
import shutil
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from desk import contents

from lsp_server import app
from lsp_server.embedding import Embedder
from lsp_server.errors import IndexDamaged
from lsp_server.indexing.messages import (
    Command,
    Event,
    Failed,
    Progress,
    Published,
    Rebuild,
    Scan,
    Settled,
    decode,
)
from lsp_server.indexing.upkeep.doctor import examine
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.settings import Settings, settings_from_mapping
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion

N_FILES = 2_000
N_KILLS = 20
LONGEST_START_S = 2.5

SOURCES = {
    "py": (
        'class Thing{0}:\n    """Holds {1}."""\n\n    def get_{1}(self):\n        return {0}\n\n\n'
        "def make_{1}():\n    return Thing{0}()\n"
    ),
    "js": "// Counts {1}.\nexport function count{0}() {{ return {0} }}\nconst limit{0} = {0};\n",
    "go": "package p{0}\n\n// Read{0} reads {1}.\nfunc Read{0}() int {{ return {0} }}\n",
    "rs": "/// Keeps {1}.\npub struct Keep{0};\nimpl Keep{0} {{ pub fn open(&self) -> u32 {{ {0} }} }}\n",
    "md": "# About {1}\n\nNumber {0} is about {1}.\n",
    "toml": "[{1}]\nsize = {0}\n",
}
WORDS = ("sockets", "matrices", "invoices", "retries", "tokens", "clusters", "lanes", "shards")


class Child:
    """An indexer process; its events are gathered by a thread."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        root = str(Path(app.__file__).parent.parent)
        self._process = subprocess.Popen(
            app.indexer_command(folder, settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**app.child_env(), "PYTHONPATH": root},
        )
        self.events: list[Event] = []
        self._heard = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def send(self, command: Command) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command.encode())
        self._process.stdin.flush()

    def has_heard(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for event in self.events)

    def wait_for(self, kind: type[Event], timeout_s: float = 100.0) -> None:
        with self._heard:
            assert self._heard.wait_for(lambda: self.has_heard(kind), timeout_s)

    def kill(self) -> None:
        self._process.kill()
        self._end()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._end()

    def _end(self) -> None:
        self._process.wait()
        self._thread.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.endswith(b"\n"):
                return
            event = decode(line)
            assert isinstance(event, Event)
            with self._heard:
                self.events.append(event)
                self._heard.notify_all()


def write(folder: Path, number: int, chance: random.Random) -> None:
    suffix = list(SOURCES)[number % len(SOURCES)]
    path = folder / f"d{number % 17}" / f"f{number}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SOURCES[suffix].format(chance.randrange(10**6), chance.choice(WORDS)))


def disturb(folder: Path, chance: random.Random) -> None:
    """Change, move and remove some hundred files, and add a few."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in chance.sample(files, 40):
        path.unlink()
    for path in chance.sample([path for path in files if path.exists()], 40):
        shutil.move(path, path.with_name(f"moved{chance.randrange(10**9)}{path.suffix}"))
    for _ in range(120):
        write(folder, chance.randrange(N_FILES), chance)


def answers(version: IndexVersion) -> int:
    """Open what there is for reading, as a server does, and search it; return the generation."""
    if not version.catalog.is_file():
        return 0
    try:
        catalog = Catalog.open_reader(version.catalog)
    except IndexDamaged:  # killed while its tables were made: there is no first commit yet
        return 0
    with catalog:
        if catalog.generation() == 0:
            return 0
        snapshot = Snapshot.open(version, catalog)
    vectors = snapshot.vectors
    if not vectors.n_alive:
        return snapshot.generation
    some = 0 if vectors.alive is None else int(np.flatnonzero(vectors.alive)[0])
    query = next(
        segment.vectors[rows[0]].astype(np.float32)
        for segment, _, rows in vectors.by_segment(np.array([some]))
    )
    wanted = min(5, vectors.n_alive)
    if query.any():
        assert len(vectors.search(query, wanted, vectors.n_clusters, 100).ordinals) == wanted
    assert all(problem == [] for problem in (segment.verify() for segment in vectors.segments))
    return snapshot.generation


def wait_for_the_moment(kill: int, child: Child, version: IndexVersion, chance: random.Random) -> None:
    """Let the indexer begin, or commit something, or be in the middle of a commit; then a little longer.

    The sleeps wait for nothing: moments are what is tried.
    """
    if kill % 4 == 0:
        time.sleep(chance.uniform(0, LONGEST_START_S))
    elif kill % 4 == 1:
        child.wait_for(Published)
        time.sleep(chance.uniform(0, 0.5))
    else:
        child.wait_for(Progress)
        with Catalog.open_reader(version.catalog) as catalog:
            left_over = catalog.leftover_intent()
            while catalog.leftover_intent() == left_over and not child.has_heard(Settled):
                time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.2))


def exhaustive(version: IndexVersion, queries: np.ndarray) -> list[tuple[list[int], list[float]]]:
    with Catalog.open_reader(version.catalog) as catalog:
        vectors = Snapshot.open(version, catalog).vectors
    found = []
    for query in queries:
        hits = vectors.search(query, 20, vectors.n_clusters, vectors.n_rows)
        found.append((vectors.ids(hits.ordinals).tolist(), hits.similarities.tolist()))
    return found


def indexed(folder: Path, settings: Settings) -> None:
    child = Child(folder, settings)
    child.send(Scan(1))
    child.wait_for(Settled)
    child.close()
    assert not [event for event in child.events if isinstance(event, Failed)]


@pytest.mark.long
def test_killed_twenty_times(tmp_path: Path, embedder: Embedder) -> None:
    chance = random.Random(20)
    folder = tmp_path / "workspace"
    for number in range(N_FILES):
        write(folder, number, chance)
    settings = settings_from_mapping({"storage.indexDir": str(tmp_path / "a"), "indexing.workers": 2})
    version = app.index_root(settings).folder_of(folder).version(embedder.info.fingerprint)
    generation = 0
    for kill in range(N_KILLS):
        child = Child(folder, settings)
        child.send(Rebuild(1) if kill % 5 == 4 else Scan(1))
        wait_for_the_moment(kill, child, version, chance)
        child.kill()
        seen = answers(version)
        assert seen >= generation
        generation = seen
        assert not [event for event in child.events if isinstance(event, Failed)]
        disturb(folder, chance)
    indexed(folder, settings)
    fresh_settings = settings_from_mapping({"storage.indexDir": str(tmp_path / "b"), "indexing.workers": 2})
    fresh = app.index_root(fresh_settings).folder_of(folder).version(embedder.info.fingerprint)
    indexed(folder, fresh_settings)
    recovered, expected = contents(version), contents(fresh)
    assert recovered.problems == []
    assert examine(version) == []
    assert recovered.files == expected.files
    assert recovered.symbols == expected.symbols
    assert recovered == expected
    queries = np.stack([embedder.query_vector(f"how many {word} are there") for word in WORDS])
    assert exhaustive(version, queries) == exhaustive(fresh, queries)
