"""Explains why a file of a folder is or is not indexed."""

import stat
from pathlib import Path

from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.scanning.scanner import is_storable
from lsp_server.workspace.reader import IndexReader
from lsp_server.workspace.status import PathExplanation

OUTSIDE = PathExplanation(indexed=False, reason="it is in none of the open folders")


def explain(path: str, rules: IgnoreRules, reader: IndexReader | None) -> PathExplanation:
    """Return whether a file is indexed, and why.

    Args:
        path: Relative to the workspace folder.
        rules: Decide which files are indexed.
        reader: The index; None where it is not open.
    """
    decision = rules.decide(path)
    if not decision.indexed:
        return PathExplanation(False, decision.reason, decision.rule)
    if not is_storable(path):
        return PathExplanation(False, "its name is not valid Unicode")
    state = None
    if reader is not None:
        # So that a file reported as indexed can be found: the catalog sees a commit before searches do.
        reader.refresh()
        state = reader.file_at(path)
    try:
        mode = (rules.root / path).stat().st_mode
    except (OSError, ValueError):
        return PathExplanation(False, "there is no such file")
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "not an ordinary file"
        return PathExplanation(False, f"it is {what}")
    if state is not None and state.reason:
        return PathExplanation(False, state.reason)
    if state is None or not state.digest:
        return PathExplanation(False, "it is waiting to be indexed")
    return PathExplanation(True, decision.reason)


def behind_link(target: Path) -> PathExplanation:
    """Return why a path that leads through a symbolic link is not indexed.

    Args:
        target: The path with all links resolved.
    """
    return PathExplanation(
        False, f"a symbolic link leads there, and links are not followed; the file itself is {target}"
    )
