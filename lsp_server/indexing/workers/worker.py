"""The work of one parse worker: read a file, look it up in the cache, else parse, split and embed it."""

import time
from dataclasses import dataclass

from lsp_server.disk import read_ordinary
from lsp_server.indexing.workers.analyzer import FileAnalyzer, content_digest
from lsp_server.indexing.workers.jobs import ParseJob, ParseReply, ReplyStatus
from lsp_server.storage.analysis_cache import AnalysisCache
from lsp_server.storage.file_analysis import pack


@dataclass(frozen=True, slots=True)
class FileContent:
    """What was read of a file, with its size and time from before: a later write then shows as a change."""

    raw: bytes
    size_bytes: int = 0
    mtime_ns: int = 0


class ParseWorker:
    """Answers one packed `ParseJob` with one packed `ParseReply`.

    Args:
        analyzer: Parses and embeds.
        cache: Analyses of known content; only read here, as the indexer writes it in batches.
        cache_recipe: Key for everything besides content and language that an analysis depends on.
    """

    def __init__(self, analyzer: FileAnalyzer, cache: AnalysisCache | None, cache_recipe: str) -> None:
        self._analyzer = analyzer
        self._cache = cache
        self._cache_recipe = cache_recipe

    def __call__(self, packed_job: bytes) -> bytes:
        """Do one job; failures of the file become replies, failures of ours propagate."""
        began = time.perf_counter()
        job = ParseJob.unpack(packed_job)
        if job.raw is not None:
            return self._analyzed(job, FileContent(job.raw), began)
        try:
            content = read_file(job.absolute)
        except (FileNotFoundError, NotADirectoryError):
            return ParseReply(job.path, ReplyStatus.VANISHED).pack()
        except OSError as error:
            return ParseReply(job.path, ReplyStatus.UNREADABLE, message=error.strerror or str(error)).pack()
        return self._analyzed(job, content, began)

    def _analyzed(self, job: ParseJob, content: FileContent, began: float) -> bytes:
        raw, digest = content.raw, content_digest(content.raw)
        if digest == job.known_digest:
            status = ReplyStatus.UNCHANGED
            return ParseReply(job.path, status, digest, content.size_bytes, content.mtime_ns).pack()
        key = cache_key(digest, self._analyzer.kind_of(job.path, len(raw)), self._cache_recipe)
        cached = self._cache.get(key) if self._cache is not None and job.use_cache else None
        return ParseReply(
            path=job.path,
            status=ReplyStatus.ANALYZED,
            digest=digest,
            size_bytes=content.size_bytes,
            mtime_ns=content.mtime_ns,
            packed_analysis=cached if cached is not None else pack(self._analyzer.analyze(job.path, raw)),
            cached=cached is not None,
            busy_s=time.perf_counter() - began,
            recipe=self._cache_recipe,
            cache_key=key,
        ).pack()


def read_file(path: str) -> FileContent:
    """Read a file.

    Raises:
        OSError: It can't be read.
    """
    raw, status = read_ordinary(path)
    return FileContent(raw, status.st_size, status.st_mtime_ns)


def cache_key(digest: bytes, kind_of_file: str, recipe: str) -> bytes:
    """Return the cache key of an analysis, 16 bytes.

    Args:
        digest: Digest of the content, 16 bytes.
        kind_of_file: See `FileAnalyzer.kind_of`.
        recipe: Model fingerprint, version of the parser and the settings that change what it finds.
    """
    return content_digest(b"\0".join((digest, kind_of_file.encode(), recipe.encode())))
