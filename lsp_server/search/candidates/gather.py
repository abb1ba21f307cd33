"""Gathers the candidates of one search in one folder, from its index and its open buffers."""

from collections.abc import Sequence

import numpy as np

from lsp_server.search.cancel import Cancel
from lsp_server.search.candidates.buffers import from_buffers
from lsp_server.search.candidates.indexed import from_index
from lsp_server.search.candidates.retrieval import Gathered, Retrieval
from lsp_server.search.folder.view import FolderView
from lsp_server.search.ranking.signals import Candidates
from lsp_server.vectors.arrays import AnyArray


def gather(view: FolderView, retrieval: Retrieval, cancel: Cancel) -> Gathered:
    """Return the candidates of one folder.

    Raises:
        Cancelled: The search was called off.
    """
    parts: list[Gathered] = []
    if view.snapshot is not None:
        parts.append(from_index(view.snapshot, view.unsaved, retrieval, cancel))
    if view.unsaved:
        parts += from_buffers(view, retrieval)
        cancel.raise_if_cancelled()
    return _joined(parts)


def _joined(parts: Sequence[Gathered]) -> Gathered:
    if len(parts) == 1:
        return parts[0]
    all_candidates = [part.candidates for part in parts]

    def column(name: str, dtype: type[np.generic]) -> AnyArray:
        return np.concatenate([np.zeros(0, dtype), *(getattr(some, name) for some in all_candidates)])

    return Gathered(
        Candidates(
            ids=column("ids", np.uint64),
            similarity=column("similarity", np.float32),
            text=column("text", np.float32),
            file_similarity=column("file_similarity", np.float32),
            file_text=column("file_text", np.float32),
            file_words=column("file_words", np.float32),
            own_words=column("own_words", np.float32),
            quoted=column("quoted", np.bool_),
            kinds=column("kinds", np.uint8),
            flags=column("flags", np.uint8),
            lines=column("lines", np.uint8),
            files=column("files", np.int64),
            names=[name for some in all_candidates for name in some.names],
            containers=[container for some in all_candidates for container in some.containers],
            paths=[path for some in all_candidates for path in some.paths],
        ),
        [ref for part in parts for ref in part.refs],
    )
