"""Reads many repositories in parallel, one child process each, and caches the parts for the next run."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from lsp_server.training.corpus import CorpusPart, read_part, thinned
from lsp_server.training.sources import open_repository

MAX_SYMBOLS = 25_000
"""Of one repository; a larger one is sampled at random."""


@dataclass(frozen=True, slots=True)
class Source:
    """A repository to read: its path, and what to call it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """The result for one source: the file of its part, or why there is none."""

    source: Source
    part: Path | None
    problem: str = ""


def gather(
    sources: Sequence[Source],
    folder: Path,
    n_processes: int,
    on_done: Callable[[Gathered], None] = lambda _: None,
) -> list[Gathered]:
    """Read repositories.

    A repository that can't be read, or whose parsing crashes, is reported and left out.

    Args:
        sources: What to read.
        folder: Where parts are cached; those that are there already are not read again.
        n_processes: How many at once.
        on_done: Called after each, from several threads.

    Returns:
        One result per source, in their order.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def one(source: Source) -> Gathered:
        part = folder / f"{_file_name(source)}.npz"
        gathered = Gathered(source, part) if part.is_file() else _read_apart(source, part)
        on_done(gathered)
        return gathered

    with ThreadPoolExecutor(n_processes) as threads:
        return list(threads.map(one, sources))


def _read_apart(source: Source, part: Path) -> Gathered:
    # Spawned, not forked: other threads may hold locks at the moment.
    child = multiprocessing.get_context("spawn").Process(target=_read, args=(source, part), daemon=True)
    child.start()
    child.join()
    if child.exitcode == 0 and part.is_file():
        return Gathered(source, part)
    return Gathered(source, None, f"reading it failed with exit code {child.exitcode}")


def _read(source: Source, part: Path) -> None:
    read: CorpusPart = read_part(open_repository(source.path, source.name))
    thinned(read, MAX_SYMBOLS).save(part)


def _file_name(source: Source) -> str:
    readable = "".join(letter if letter.isalnum() or letter in "-_." else "+" for letter in source.name)[:80]
    digest = blake2b(f"{source.name}\0{source.path.resolve()}".encode(), digest_size=6).hexdigest()
    return f"{readable}-{digest}"
