"""Upload sessions: a file that arrives in pieces, in any order."""

import uuid
from dataclasses import dataclass, field
from enum import Enum

from dropbay.checksum import sha_of
from dropbay.quota import QuotaLedger
from dropbay.storage import Storage


class UploadState(Enum):
    OPEN = "open"
    ASSEMBLING = "assembling"
    DONE = "done"
    BROKEN = "broken"


class ChunkMismatch(Exception):
    """A piece does not have the digest its sender announced."""


@dataclass
class UploadSession:
    """One file on its way in.

    A client may send pieces twice and in any order. The session remembers which
    ones are there, so that a client that lost its connection can resume.
    """

    owner: str
    file_name: str
    total_chunks: int
    storage: Storage
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    received: set[int] = field(default_factory=set)
    state: UploadState = UploadState.OPEN

    def accept_chunk(self, number: int, body: bytes, digest: str) -> None:
        """Store one piece after comparing it with the digest that was announced.

        Raises:
            ChunkMismatch: The piece was damaged on its way.
        """
        if sha_of(body) != digest:
            raise ChunkMismatch(f"piece {number} of {self.id}")
        self.storage.put(self._chunk_key(number), body)
        self.received.add(number)

    def missing_chunks(self) -> list[int]:
        return [n for n in range(self.total_chunks) if n not in self.received]

    def assemble(self, ledger: QuotaLedger) -> str:
        """Join all pieces into the final object and charge its owner."""
        if self.missing_chunks():
            raise ValueError("not all pieces are there")
        self.state = UploadState.ASSEMBLING
        key = f"files/{self.owner}/{self.id}"
        size = 0
        with self.storage.open_write(key) as out:
            for number in range(self.total_chunks):
                piece = self.storage.get(self._chunk_key(number))
                size += out.write(piece)
        ledger.charge(self.owner, size)
        self._drop_chunks()
        self.state = UploadState.DONE
        return key

    def _drop_chunks(self) -> None:
        for number in self.received:
            self.storage.delete(self._chunk_key(number))

    def _chunk_key(self, number: int) -> str:
        return f"incoming/{self.id}/{number:06d}"
