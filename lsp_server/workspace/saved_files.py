"""Files as they were just saved: shown while an index that has other work may take seconds to have them."""

import os
from collections.abc import Sequence
from pathlib import Path

from lsp_server.disk import read_ordinary
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.scanning.scanner import FileStat, changes_for, is_storable
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.workspace.overlay import Overlay

MAX_FILES = 20
"""More files at once are left to the index: a checkout, not somebody who saves and searches."""

MAX_BYTES = 1_000_000
"""A larger file is left to the index, too: parsing it would hold searches up."""


def show_saved(overlay: Overlay, rules: IgnoreRules, paths: Sequence[str]) -> list[str]:
    """Show files of a folder as they are on disk, instead of what the index has for them.

    Args:
        overlay: Where they are shown.
        rules: The folder's.
        paths: What changed, relative to it: files, some of them deleted, and folders.

    Returns:
        Those that are shown until the index has them: it has to be asked to take them in.
    """
    if len(paths) > MAX_FILES:
        return []
    # A scan of these paths finds what the index will have: no links, for example.
    # `Path.is_dir` raises where a folder can't be entered.
    named = [path for path in paths if not os.path.isdir(rules.root / path)]  # noqa: PTH112
    return [file.path for file in changes_for(rules, named, {}, 0).changed if _is_shown(overlay, rules, file)]


def _is_shown(overlay: Overlay, rules: IgnoreRules, file: FileStat) -> bool:
    if file.is_away or not is_storable(file.path):
        return False
    try:
        raw, _ = read_ordinary(rules.root / file.path, MAX_BYTES)
    except OSError:
        return False
    return overlay.save(file.path, raw)


def digest_on_disk(file: Path) -> bytes | None:
    """Return the digest of a file's content, to compare with a buffer's; None where it can't be read."""
    try:
        return content_digest(read_ordinary(file)[0])
    except (OSError, ValueError):
        return None
