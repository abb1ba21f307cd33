"""What the benchmarks of retrieval share: annotated repositories, indexed and open for searching."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from targets import Task, read_specs, read_tasks

from lsp_server.app import visit_parts
from lsp_server.search.folder.view import FolderView
from lsp_server.settings import settings_from_mapping
from lsp_server.workspace.visit import FolderVisit

PATIENCE_S = 600.0
"""How long to wait for another process that indexes the same folder."""


@dataclass(frozen=True, slots=True, eq=False)
class Annotated:
    """One repository with its queries, open for searching.

    Attributes:
        name: Of the repository.
        language: That it stands for.
        root: The searched folder, from the repository's root; "" for itself.
        tasks: Queries and what answers them.
        view: What a search reads.
    """

    name: str
    language: str
    root: str
    tasks: Sequence[Task]
    view: FolderView


def annotated(repos: Path, data: Path, only: Sequence[str], indexes: Path) -> Iterator[Annotated]:
    """Index one repository after the other, and yield each as long as the caller works with it.

    Args:
        repos: One checked-out repository per name.
        data: specs.json, and annotations/NAME.json for each.
        only: Names; empty for all.
        indexes: Where indexes are kept; those that are there are brought up to date.
    """
    for spec in read_specs(data, only):
        with indexed(repos / spec.name / spec.root, indexes) as view:
            tasks = read_tasks(data / "annotations" / f"{spec.name}.json")
            yield Annotated(spec.name, spec.language, spec.root, tasks, view)


@contextmanager
def indexed(folder: Path, indexes: Path) -> Iterator[FolderView]:
    """Index a folder, and let the caller search it."""
    settings = settings_from_mapping({"storage.indexDir": str(indexes)})
    with FolderVisit(visit_parts(folder, settings), lambda _event: None, lambda _note: None) as visit:
        visit.index(PATIENCE_S)
        yield visit.view()


def mean_over(groups: Sequence[str], values: Sequence[float]) -> float:
    """Return the mean of each group's mean."""
    of_group = np.array(groups)
    return float(np.mean([np.mean(np.array(values)[of_group == group]) for group in sorted(set(groups))]))
