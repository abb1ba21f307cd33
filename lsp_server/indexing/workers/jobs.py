"""What the indexer asks of a parse worker and what comes back, as bytes: the one format between them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import msgpack


class ReplyStatus(StrEnum):
    """What became of one file."""

    YIELDED = "yielded"
    UNCHANGED = "unchanged"
    VANISHED = "vanished"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ParseJob:
    """One file to read, parse, split and embed.

    Attributes:
        path: Relative to the workspace folder, forward slashes.
        absolute: Where it lies; read by the worker.
        known_digest: Digest in the index; equal content is answered UNCHANGED without parsing.
        raw: The text of an open buffer, as UTF-8, instead of what lies on disk.
        use_cache: Whether a yield that the cache has of this content will do.
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
        digest: Of the content that was read; empty when nothing was.
        size_bytes: By fstat, before reading.
        mtime_ns: By fstat, before reading: a later write is seen as a change.
        packed_yield: A packed `FileYield` when the status is YIELDED.
        cached: The yield came from the cache; nothing was parsed or embedded.
        message: Why a file is UNREADABLE, in the operating system's words.
        busy_s: Seconds the worker spent on it.
        recipe: What the yield depends on besides content and language, as the worker knows it.
        cache_key: What the cache keeps the yield under; empty when there is none.
    """

    path: str
    status: ReplyStatus
    digest: bytes = b""
    size_bytes: int = 0
    mtime_ns: int = 0
    packed_yield: bytes = b""
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
            self.packed_yield,
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
