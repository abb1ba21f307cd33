"""Where this program keeps what is its own, outside of every workspace: settings, indexes, logs."""

from pathlib import Path
from typing import Literal

import platformdirs

from lsp_server.errors import InvalidSettings


def own_folder(use: Literal["config", "cache", "log"]) -> Path:
    """Return the folder, in the platform's place for its use; it need not exist.

    Raises:
        InvalidSettings: This user has no home folder, and nothing else says where.
    """
    folders = platformdirs.PlatformDirs("semantic-symbols", appauthor=False)
    try:
        folder = Path(getattr(folders, f"user_{use}_dir"))
    except RuntimeError:
        folder = Path()
    if folder == Path() or folder.parts[0] == "~":  # older versions of platformdirs leave it as it is
        raise InvalidSettings(
            "There is no home folder to keep settings, indexes and logs in.",
            "Set HOME to a folder that you may write to, or else XDG_CONFIG_HOME, XDG_CACHE_HOME and "
            "XDG_STATE_HOME.",
        )
    return folder
