"""The open buffers of one folder as a search sees them: immutable, and standing in for what the index has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lsp_server.documents import UnsavedDocument
from lsp_server.model import Symbol
from lsp_server.vectors.arrays import F16, U8, U64


@dataclass(frozen=True, slots=True, eq=False)
class UnsavedFile:
    """The symbols of one buffer whose text is not what was indexed; sequences of one length n.

    Attributes:
        path: Relative to the workspace folder.
        digest: Of the text.
        symbols: The file's own entry first; empty when the text is of a kind that is left out.
        ids: uint64[n].
        vectors: float16[n, d].
        flags: uint8[n].
        documents: Words of each symbol, made ready for scoring.
    """

    path: str
    digest: bytes
    symbols: tuple[Symbol, ...]
    ids: U64
    vectors: F16
    flags: U8
    documents: tuple[UnsavedDocument, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Unsaved:
    """All such buffers of one folder at one moment; their paths hide what the index has of them."""

    files: Mapping[str, UnsavedFile] = field(default_factory=dict)
