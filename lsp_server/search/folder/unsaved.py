"""The open buffers of one folder as a search sees them: immutable, overriding what the index has of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from lsp_server.fulltext import UnsavedDocument
from lsp_server.model import Symbol
from lsp_server.vectors.arrays import F16, U8, U64


@dataclass(frozen=True, slots=True, eq=False)
class UnsavedFile:
    """The symbols of one buffer whose text differs from what was indexed; sequences of one length n.

    Attributes:
        path: Relative to the workspace folder.
        digest: Of the text.
        symbols: The file's own entry first; empty when the text is of a kind that is left out.
        ids: uint64[n].
        vectors: float16[n, d].
        flags: uint8[n].
        documents: The words of each symbol, prepared for BM25.
    """

    path: str
    digest: bytes
    symbols: tuple[Symbol, ...]
    ids: U64
    vectors: F16
    flags: U8
    documents: tuple[UnsavedDocument, ...]


UnsavedFiles: TypeAlias = Mapping[str, UnsavedFile]
"""All such buffers of one folder at one moment, by path; they hide what the index has for these paths."""


def without_meaning(unsaved: UnsavedFiles, n_dimensions: int) -> UnsavedFiles:
    """Zero the vectors of buffers, which are from another model than the index's; their words still count."""
    return {
        path: replace(file, vectors=np.zeros((len(file.symbols), n_dimensions), np.float16))
        for path, file in unsaved.items()
    }
