"""The content of one commit: the latest result for each file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lsp_server.fulltext import TextDocument
from lsp_server.indexing.writing.placement import PlacedFile
from lsp_server.model import FileId
from lsp_server.storage.records import FileState, FileStatus, FileUpdate


@dataclass(frozen=True, slots=True, eq=False)
class FileResult:
    """One file of a batch, and the state of the file that was read.

    Attributes:
        placed: Its symbols; none when it is skipped.
        size_bytes: Its size when it was read.
        mtime_ns: Its modification time when it was read.
        status: INDEXED, SKIPPED or QUARANTINED.
    """

    placed: PlacedFile
    size_bytes: int
    mtime_ns: int
    status: FileStatus

    def update(self) -> FileUpdate:
        """Return what the catalog records."""
        content = self.placed.content
        return FileUpdate(
            path=self.placed.path,
            digest=content.digest,
            size_bytes=self.size_bytes,
            mtime_ns=self.mtime_ns,
            language=content.language,
            symbol_ids=self.placed.ids,
            status=self.status,
            reason=content.skipped or "",
        )

    def state(self, file: FileId) -> FileState:
        """Return the file's state in the catalog once this is committed."""
        content = self.placed.content
        return FileState(
            file=file,
            digest=content.digest,
            size_bytes=self.size_bytes,
            mtime_ns=self.mtime_ns,
            language=content.language,
            status=self.status,
            reason=content.skipped or "",
            n_symbols=len(self.placed.ids),
        )


@dataclass(frozen=True, slots=True)
class Touch:
    """What `stat` says about a file whose content is unchanged."""

    size_bytes: int
    mtime_ns: int


class Batch:
    """Files that changed, were touched, or are gone. Not thread-safe."""

    def __init__(self) -> None:
        self._results: dict[str, FileResult] = {}
        self._touched: dict[str, Touch] = {}
        self._removed: dict[str, None] = {}
        self.n_symbols = 0

    def add(self, result: FileResult) -> None:
        """Add a new or changed file."""
        path = result.placed.path
        self._forget(path)
        self._results[path] = result
        self.n_symbols += len(result.placed.ids)

    def touch(self, path: str, touch: Touch) -> None:
        """Add a file whose time changed, but whose content is still that of the batch, or else the index."""
        result = self._results.get(path)
        if result is None:
            self._touched[path] = touch
        else:
            self._results[path] = replace(result, size_bytes=touch.size_bytes, mtime_ns=touch.mtime_ns)

    def remove(self, path: str) -> None:
        """Add a file that is gone, or ignored by now."""
        self._forget(path)
        self._removed[path] = None

    @property
    def results(self) -> list[FileResult]:
        """New and changed files."""
        return list(self._results.values())

    @property
    def touched(self) -> Mapping[str, Touch]:
        """Path → the new size and time of a file with the old content."""
        return self._touched

    @property
    def removed(self) -> list[str]:
        """Paths that leave the index."""
        return list(self._removed)

    @property
    def n_files(self) -> int:
        """How many files the batch covers."""
        return len(self._results) + len(self._touched) + len(self._removed)

    def _forget(self, path: str) -> None:
        self._removed.pop(path, None)
        self._touched.pop(path, None)
        earlier = self._results.pop(path, None)
        if earlier is not None:
            self.n_symbols -= len(earlier.placed.ids)


def documents_of(results: Sequence[FileResult], files: Mapping[str, FileId]) -> Iterator[TextDocument]:
    """Yield the documents of all symbols of a batch.

    Args:
        results: Its new and changed files.
        files: Path → row in the catalog.
    """
    for result in results:
        yield from result.placed.documents(files[result.placed.path])
