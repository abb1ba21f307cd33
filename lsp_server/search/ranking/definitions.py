"""Which candidates declare what others define, as a header and a source file do. Pure; no I/O."""

from collections.abc import Hashable, Sequence

import numpy as np

from lsp_server.model import SymbolFlags
from lsp_server.parsing.languages import C_FAMILY_SUFFIXES
from lsp_server.search.kinds import SELDOM_MEANT


def declared_and_defined(
    names: Sequence[str], containers: Sequence[str], paths: Sequence[str], flags: np.ndarray
) -> list[tuple[list[int], list[int]]]:
    """Return the numbers of candidates that declare something, and of those that define the same.

    Args:
        names: Of n candidates, as written.
        containers: Enclosing definitions joined by ".".
        paths: Relative to the workspace folder.
        flags: uint8[n], `SymbolFlags`.
    """
    declares = (flags & SymbolFlags.DECLARATION) != 0
    declared = {names[i] for i in np.flatnonzero(declares).tolist()}
    defined = declared.intersection(names[i] for i in np.flatnonzero(~declares).tolist())
    found: dict[Hashable, tuple[list[int], list[int]]] = {}
    for i in [i for i, name in enumerate(names) if name in defined]:
        # What a test defines in place of the real one has the same name.
        key = (names[i], containers[i], _where(paths[i]), int(flags[i]) & SELDOM_MEANT)
        declaring, defining = found.setdefault(key, ([], []))
        (declaring if declares[i] else defining).append(i)
    return [both for both in found.values() if all(both)]


def _where(path: str) -> str:
    """Return where a name is the same: everywhere in C, where names are global, else in files of one stem."""
    folder, slash, name = path.rpartition("/")
    return "" if name.lower().endswith(C_FAMILY_SUFFIXES) else folder + slash + name.partition(".")[0]
