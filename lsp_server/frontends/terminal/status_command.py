"""`status [PATH|--all]`: what is indexed, as it is on disk."""

import time
from argparse import Namespace
from typing import Any

from lsp_server.frontends.terminal.console import Console, size
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.folders import folder_at, settings_of, visiting
from lsp_server.frontends.terminal.results import table
from lsp_server.frontends.terminal.status_output import show_status, status_object
from lsp_server.storage.files import total_bytes
from lsp_server.storage.folders import IndexFolder


def run_status(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `status [PATH]`."""
    if arguments.all:
        return _show_all(tools, console)
    folder = folder_at(arguments.path)
    with visiting(folder, settings_of(folder, tools, console), tools, console) as visit:
        status = visit.status()
    console.document(status_object(status))
    show_status(status, console)
    return 0


def _show_all(tools: Tools, console: Console) -> int:
    root = tools.index_root(settings_of(None, tools, console))
    listed = [_described(folder) for folder in root.folders()]
    cache_bytes = total_bytes(root.analysis_cache_files)
    console.document({"path": str(root.base), "indexes": listed, "cacheBytes": cache_bytes})
    if not listed:
        console.say("Nothing is indexed.")
        return 0
    rows = [["STATE", "SIZE", "LAST USED", "FOLDER"]]
    rows += [[one["state"], size(one["bytes"]), _day(one["lastUsed"]), one["workspace"]] for one in listed]
    for line in table(rows):
        console.say(line)
    console.say(f"{root.base}  cache {size(cache_bytes)}")
    return 0


def _described(folder: IndexFolder) -> dict[str, Any]:
    return {
        "workspace": str(folder.workspace),
        "path": str(folder.path),
        "bytes": folder.size_bytes(),
        "lastUsed": folder.last_used(),
        "state": _state(folder),
    }


def _state(folder: IndexFolder) -> str:
    if not folder.has_workspace():
        return "vanished"
    if folder.is_paused():
        return "paused"
    if folder.is_being_written():
        return "indexing"
    return "ready" if any(version.is_ready for version in folder.versions()) else "starting"


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(seconds)) if seconds else "unknown"
