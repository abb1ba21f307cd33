"""What a workspace says of itself: states, progress and metrics as plain values."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lsp_server.indexing.scanning.ignore import Rule
from lsp_server.search.results import Coverage


class IndexState(StrEnum):
    """The states of `semanticSearch/status`, best first."""

    READY = "ready"
    PAUSED = "paused"
    INDEXING = "indexing"
    STARTING = "starting"
    FAILED = "failed"

    @property
    def badness(self) -> int:
        """Place in the order from best to worst; the workspace shows its worst folder."""
        return list(IndexState).index(self)


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """The index one folder is answering from.

    Attributes:
        path: Its version folder.
        size_bytes: On disk.
        format_version: Of the index folder.
        generation: Counts commits.
        model_name: Of the embedder.
        dimensions: Of the vectors.
        fingerprint: Of model, revision, recipe and dimensions.
        clusters: Number of centroids.
        probes: Clusters visited by a search.
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
    """Files of the running jobs, as far as they are known, and how many of them are done."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """State of all folders together.

    Attributes:
        state: The worst of the folders' states.
        message: What the user should know about it.
        coverage: Of all folders.
        folders: Each by itself.
        metrics: Of the whole process.
        problems: What is wrong with settings, each as a user reads it.
        work: How far indexing is; None where none runs, or it has not counted its files.
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
