"""The status of a workspace: states, progress and metrics as plain values."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lsp_server.indexing.scanning.ignore_files import Rule
from lsp_server.search.results import Coverage


class IndexState(StrEnum):
    """The states of `semanticSearch/status`, best first."""

    READY = "ready"
    PAUSED = "paused"
    INDEXING = "indexing"
    STARTING = "starting"
    FAILED = "failed"

    @property
    def severity(self) -> int:
        """Its rank from best to worst; the workspace shows the state of its worst folder."""
        return list(IndexState).index(self)


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """The index that a folder is answering from.

    Attributes:
        path: Its version folder.
        size_bytes: Its size on disk.
        format_version: The version of its format.
        generation: The number of its latest commit.
        model_name: The name of the embedding model.
        dimensions: The dimensions of the vectors.
        fingerprint: A digest of model, revision, recipe and dimensions.
        clusters: The number of centroids.
        probes: The number of clusters that a search visits.
        recall_at_10: As measured on this index after its last clustering; None before.
    """

    path: Path
    size_bytes: int
    format_version: int
    generation: int
    model_name: str
    dimensions: int
    fingerprint: str
    clusters: int
    probes: int
    recall_at_10: float | None


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """State of one workspace folder."""

    folder: Path
    state: IndexState
    message: str | None
    coverage: Coverage
    index: IndexFacts | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Measured since the start of this process; None until known. Times in milliseconds."""

    files_per_second: float | None = None
    symbols_per_second: float | None = None
    embedded_symbols: int = 0
    search_p50_ms: float | None = None
    search_p99_ms: float | None = None
    update_p50_ms: float | None = None
    update_p99_ms: float | None = None
    resident_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """How many files the running jobs have, as far as known, and how many of them are done."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """State of all folders together.

    Attributes:
        state: The worst of the folders' states.
        message: What the user should know about it.
        coverage: The sum over all folders.
        folders: The status of each folder.
        metrics: Measurements of the whole process.
        problems: What is wrong with settings, worded for the user.
        work: The progress of indexing; None where none is running or the files are not counted yet.
    """

    state: IndexState
    message: str | None
    coverage: Coverage
    folders: tuple[FolderStatus, ...]
    metrics: Metrics
    problems: tuple[str, ...] = ()
    work: Work | None = None


@dataclass(frozen=True, slots=True)
class PathExplanation:
    """Whether a file is indexed, and why."""

    indexed: bool
    reason: str
    rule: Rule | None = None
