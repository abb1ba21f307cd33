"""Real vectors and real queries: symbols of code that is at hand, embedded with the bundled model.

Of the symbols whose documentation reads as a question one in fifty is held out: its question is asked, and
it is not there to answer.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from lsp_server.embedding import BUNDLED_FOLDER
from lsp_server.training.contender import Contender
from lsp_server.training.corpus import CorpusPart, read_part
from lsp_server.training.evaluation import question_texts
from lsp_server.training.held_out import is_held_out
from lsp_server.training.sources import open_repository
from lsp_server.vectors.arrays import F16, F32

_PART_ROWS = 20_000


def embedded(sources: Sequence[Path]) -> tuple[F16, F32]:
    """Return unit rows float16 [n, d] and unit queries float32 [m, d] of all sources.

    Args:
        sources: Repositories, checked out or bare, and `.npz` parts that training keeps of them, or folders
            of such parts.
    """
    model = Contender.of_exported(BUNDLED_FOLDER)
    rows: list[np.ndarray] = []
    queries: list[np.ndarray] = []
    for part in _parts(sources):
        held_out = is_held_out(part)
        if held_out.any():
            queries.append(model.queries(question_texts(part.take(held_out))))
        kept = part.take(~held_out)
        for start in range(0, len(kept), _PART_ROWS):
            some = kept.take(np.arange(start, min(start + _PART_ROWS, len(kept))))
            rows.append(model.symbols(some).astype(np.float16))
    if not rows or not queries:
        raise SystemExit("no symbols, or none with documentation, in these sources")
    return _useful(np.concatenate(rows)), _useful(np.concatenate(queries))


def _parts(sources: Sequence[Path]) -> Iterator[CorpusPart]:
    for source in sources:
        parts = [source] if source.suffix == ".npz" else sorted(source.glob("*.npz"))
        if parts:
            yield from map(CorpusPart.load, parts)
        else:
            yield read_part(open_repository(source))


def _useful(vectors: np.ndarray) -> np.ndarray:
    return vectors[vectors.any(axis=1)]
