"""Lists what passes the filters when the query has no word, or none that the model knows, to rank by."""

from collections.abc import Sequence

import numpy as np

from lsp_server.model import Symbol
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.search.kinds import SELDOM_MEANT
from lsp_server.vectors.arrays import I64, U8, Mask


def listed_rows(snapshot: Snapshot, allowed: Mask | None, limit: int) -> I64:
    """Choose rows that pass: files in order of path, rows that are seldom meant only if there is room.

    Args:
        snapshot: The generation.
        allowed: bool[n_rows]; None lets every row pass. Deleted rows never pass.
        limit: How many rows are wanted.

    Returns:
        int64[`limit`], ascending; fewer only when fewer rows pass.
    """
    masks = [mask for mask in (allowed, snapshot.vectors.alive) if mask is not None]
    passing = np.flatnonzero(np.logical_and.reduce(masks)) if masks else np.arange(snapshot.vectors.n_rows)
    if len(passing) <= limit:
        return passing
    is_seldom = (snapshot.vectors.flags(passing) & np.uint8(SELDOM_MEANT)) != 0
    often = _of_first_files(snapshot, passing[~is_seldom], limit)
    seldom = _of_first_files(snapshot, passing[is_seldom], limit - len(often))
    return np.union1d(often, seldom)


def listed_order(
    symbols: Sequence[Symbol], paths: Sequence[str], flags: U8, names: Sequence[str] = ()
) -> list[int]:
    """Return the order of listed symbols: those that are seldom meant last, then by name, path and line.

    Args:
        symbols: n symbols.
        paths: The path of each one's file.
        flags: uint8[n], `SymbolFlags`.
        names: What a name had to contain: an equal name comes first, then names that begin with it.
    """
    wanted = [name.lower() for name in names]

    is_seldom = ((flags & np.uint8(SELDOM_MEANT)) != 0).tolist()

    def key(number: int) -> tuple[bool, int, str, int, int]:
        start = symbols[number].selection.start
        name = symbols[number].name.lower()
        further = min((_how_far(name, one) for one in wanted), default=0)
        return is_seldom[number], further, paths[number], start.line, start.utf8

    return sorted(range(len(symbols)), key=key)


def _how_far(name: str, wanted: str) -> int:
    return 0 if name == wanted else 1 if name.startswith(wanted) else 2


def _of_first_files(snapshot: Snapshot, rows: I64, limit: int) -> I64:
    if len(rows) <= limit:
        return rows
    files = snapshot.vectors.files(rows)
    counts = np.bincount(files)
    in_order = np.array(sorted(np.flatnonzero(counts).tolist(), key=snapshot.path_of), np.int64)
    position = np.zeros(len(counts), np.int64)
    position[in_order] = np.arange(len(in_order))
    # Where the last file doesn't fit as a whole, any of its symbols will do.
    return rows[np.argsort(position[files], kind="stable")[:limit]]
