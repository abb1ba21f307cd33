"""Shows files as they were just saved, while an index that has other work may take seconds to have them."""

import os
from collections.abc import Sequence
from pathlib import Path

from lsp_server.disk import read_ordinary
from lsp_server.workspace.overlay import Overlay

MAX_FILES = 20
"""More files at once are left to the index: a checkout, not somebody who saves and searches."""

MAX_BYTES = 1_000_000
"""A larger file is left to the index, too: parsing it would hold searches up."""


def show_saved(overlay: Overlay, folder: Path, paths: Sequence[str]) -> list[str]:
    """Show files of a folder as they are on disk, instead of what the index has for them.

    Args:
        overlay: Where they are shown.
        folder: The workspace folder.
        paths: What changed, relative to it: files, some of them deleted, and folders.

    Returns:
        Those that are shown until the index has them: it has to be asked to take them in.
    """
    if not paths or len(paths) > MAX_FILES:
        return []
    real_folder = Path(os.path.realpath(folder))
    return [path for path in paths if _is_shown(overlay, real_folder, path)]


def _is_shown(overlay: Overlay, real_folder: Path, path: str) -> bool:
    try:
        if Path(os.path.realpath(real_folder / path)) != real_folder / path:
            return False  # a link leads there, which the index does not follow
        raw, _ = read_ordinary(real_folder / path, MAX_BYTES)
    except (OSError, ValueError):
        return False
    return overlay.save(path, raw)
