"""Small notes in an index folder, each one JSON object."""

import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsp_server.disk import patiently


def read_json(path: Path) -> dict[str, Any]:
    """Return what a note says; nothing when it is missing or no object of JSON."""
    try:
        content = json.loads(patiently(lambda: path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace a note; a reader finds either the old or the new one.

    Raises:
        OSError: It can't be written; the old one stays.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        temporary.write_text(json.dumps(content), encoding="utf-8")
        patiently(lambda: temporary.replace(path))
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
