"""The request to a parse worker and its reply, with their msgpack encoding."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import msgpack


class ReplyStatus(StrEnum):
    """What became of one file."""

    ANALYZED = "analyzed"
    UNCHANGED = "unchanged"
    VANISHED = "vanished"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ParseJob:
    """One file to read, parse, split and embed.

    Attributes:
        path: Relative to the workspace folder, with forward slashes.
        absolute: The path from which the worker reads it.
        known_digest: Digest in the index; equal content is answered UNCHANGED without parsing.
        raw: The text of an open buffer in UTF-8, in place of what is on disk.
        use_cache: Whether a cached analysis of this content may be used.
    """

    path: str
    absolute: str
    known_digest: bytes | None = None
    raw: bytes | None = None
    use_cache: bool = True

    def pack(self) -> bytes:
        """Return the job as msgpack."""
        fields = (self.path, self.absolute, self.known_digest, self.raw, self.use_cache)
        packed: bytes = msgpack.packb(fields, unicode_errors="surrogatepass")
        return packed

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Return the job that `pack` packed."""
        return cls(*msgpack.unpackb(packed, unicode_errors="surrogatepass"))


@dataclass(frozen=True, slots=True)
class ParseReply:
    """What a worker found.

    Attributes:
        path: As in the job.
        status: See `ReplyStatus`.
        digest: Digest of the content that was read; empty when nothing was.
        size_bytes: From `fstat`, before reading.
        mtime_ns: From `fstat`, before reading, so that a later write shows as a change.
        packed_analysis: A packed `FileAnalysis` when the status is ANALYZED.
        cached: Whether the analysis came from the cache, without parsing or embedding.
        message: Why a file is UNREADABLE, in the operating system's words.
        busy_s: Seconds the worker spent on it.
        recipe: The worker's key for what the analysis depends on besides content and language.
        cache_key: The analysis's key in the cache; empty when there is no analysis.
    """

    path: str
    status: ReplyStatus
    digest: bytes = b""
    size_bytes: int = 0
    mtime_ns: int = 0
    packed_analysis: bytes = b""
    cached: bool = False
    message: str = ""
    busy_s: float = 0.0
    recipe: str = ""
    cache_key: bytes = b""

    def pack(self) -> bytes:
        """Return the reply as msgpack."""
        fields = (
            self.path,
            self.status.value,
            self.digest,
            self.size_bytes,
            self.mtime_ns,
            self.packed_analysis,
            self.cached,
            self.message,
            self.busy_s,
            self.recipe,
            self.cache_key,
        )
        packed: bytes = msgpack.packb(fields, unicode_errors="surrogatepass")
        return packed

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        """Return the reply that `pack` packed."""
        path, status, *rest = msgpack.unpackb(packed, unicode_errors="surrogatepass")
        return cls(path, ReplyStatus(status), *rest)
