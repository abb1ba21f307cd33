"""Annotated queries, the places that answer them, and how good a list of places is."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Spec:
    """An annotated repository: name, language, and the searched folder from its root, "" for itself."""

    name: str
    language: str
    root: str


def read_specs(data: Path, only: Sequence[str]) -> Iterator[Spec]:
    """Yield the annotated repositories of specs.json, all or those of some names."""
    for one in json.loads((data / "specs.json").read_bytes()):
        if not only or one["name"] in only:
            yield Spec(one["name"], one["language"], one.get("benchmark_root") or "")


@dataclass(frozen=True, slots=True)
class Task:
    """A query and the places that answer it: a path, or a path with lines, from the repository's root."""

    query: str
    category: str
    targets: tuple[Any, ...]


def read_tasks(path: Path) -> list[Task]:
    """Read annotated queries: a list of `query`, `category`, `relevant` and `secondary`."""
    return [
        Task(one["query"], one.get("category", ""), (*one["relevant"], *one.get("secondary", [])))
        for one in json.loads(path.read_bytes())
    ]


def from_root(root: str, path: str) -> str:
    """Return a path relative to the repository's root, given one relative to the folder `root`."""
    return f"{root}/{path}" if root else path


def ndcg(places: Sequence[tuple[str, int, int]], targets: Sequence[Any]) -> float:
    """Return NDCG@10 of one list (Järvelin and Kekäläinen 2002); a target counts once, at its first hit.

    Args:
        places: Path from the repository's root, first and last line from 1, best first.
        targets: Of a `Task`.
    """
    gains = [0] * DEPTH
    for target in targets:
        rank = next((rank for rank, place in enumerate(places[:DEPTH]) if covers(target, *place)), None)
        if rank is not None:
            gains[rank] = 1
    reached = sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains))
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(DEPTH, len(targets))))
    return reached / ideal if ideal else 0.0


def covers(target: Any, path: str, first_line: int, last_line: int) -> bool:
    """Return whether a place matches a target: the same file, and overlapping lines if it names any."""
    wanted = target if isinstance(target, str) else target["path"]
    if not (path == wanted or path.endswith(f"/{wanted}") or wanted.endswith(f"/{path}")):
        return False
    if isinstance(target, dict) and target.get("start_line") and target.get("end_line"):
        return bool(first_line <= target["end_line"] and last_line >= target["start_line"])
    return True
