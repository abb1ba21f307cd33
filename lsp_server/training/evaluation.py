"""How good a model is, by cosine alone: on annotated queries, and on documentation that is hidden.

Measures; nothing here is trained or tuned on.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lsp_server.training.corpus import CorpusPart, hash_of
from lsp_server.training.ragged import Ragged

DEPTH = 10


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


def annotated_ndcg(
    similarities: np.ndarray, part: CorpusPart, tasks: Sequence[Task], root: str, *, one_a_file: bool
) -> list[float]:
    """Return NDCG@10 of each query; a target counts once, at its first hit.

    Args:
        similarities: float[tasks, symbols].
        part: The repository.
        tasks: The queries.
        root: The part's folder, from the repository's root; "" for itself.
        one_a_file: Rank only the best symbol of each file.
    """
    values = []
    for row, task in zip(similarities, tasks, strict=True):
        order = np.argsort(-row, kind="stable")[: 200 if one_a_file else DEPTH]
        if one_a_file:
            firsts = np.unique(part.files[order], return_index=True)[1]
            order = order[np.sort(firsts)][:DEPTH]
        places = [
            (from_root(root, part.file_names[part.files[index]]), *(part.lines[index] + 1).tolist())
            for index in order
        ]
        values.append(ndcg(places, task.targets))
    return values


class Finder(Protocol):
    """Whatever can say how near symbols are to queries."""

    def similarities(self, queries: Sequence[str], part: CorpusPart) -> np.ndarray:
        """Return how near each symbol is to each query, float[q, n]; more is nearer."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Results of asking documented symbols' questions, with the documentation hidden.

    Attributes:
        similarities: To all symbols, float[q, n].
        ranks: Of the right symbol, from 1, int64[q].
    """

    similarities: np.ndarray
    ranks: np.ndarray


def hidden_documentation(finder: Finder, part: CorpusPart, asked: np.ndarray) -> Found:
    """Look for symbols by their documentation, which is hidden from the symbols.

    Where several symbols say the same, as overloads do, any of them is right.

    Args:
        finder: The model to measure.
        part: The repository.
        asked: The symbols whose questions are asked, int64[q].
    """
    empty = Ragged(np.zeros(0, np.int32), np.zeros(len(part) + 1, np.int64))
    hidden = replace(part, documentations=empty)
    similarities = finder.similarities(question_texts(part.take(asked)), hidden)
    said = np.array([hash_of(part.questions[index]) for index in range(len(part))], np.uint64)
    placed = np.empty(len(asked), np.int64)
    for number, (row, index) in enumerate(zip(similarities, asked.tolist(), strict=True)):
        placed[number] = (row > row[said == said[index]].max()).sum() + 1
    return Found(similarities, placed)


def ranks(similarities: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return the rank, from 1, of each query's answer, int64[q]; in a tie the answer comes last."""
    own = similarities[np.arange(len(answers)), answers]
    placed: np.ndarray = (similarities >= own[:, None]).sum(axis=1)
    return placed


def question_texts(part: CorpusPart) -> list[str]:
    """Return the questions of a repository's symbols, words joined by spaces."""
    return [" ".join(part.words[word] for word in part.questions[index]) for index in range(len(part))]


def answers(target: Any, root: str, part: CorpusPart, index: int) -> bool:
    """Return whether a symbol of a repository matches a target.

    Args:
        target: Of a `Task`.
        root: The part's folder, from the repository's root.
        part: The repository.
        index: The symbol.
    """
    path = from_root(root, part.file_names[part.files[index]])
    first, last = (part.lines[index] + 1).tolist()
    return covers(target, path, first, last)


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
