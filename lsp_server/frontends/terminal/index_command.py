"""`index` and `vector index-vectors`: bring an index up to date and report the outcome."""

import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from lsp_server.errors import IndexBusy
from lsp_server.frontends.terminal.clusters import cluster_facts, show_clusters
from lsp_server.frontends.terminal.console import INTERRUPTED_EXIT_CODE, Console, Styled, size
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.folders import folder_at, settings_of, visiting
from lsp_server.frontends.terminal.results import table
from lsp_server.frontends.terminal.status_output import status_object
from lsp_server.indexing.foreground import Ending
from lsp_server.workspace.status import WorkspaceStatus
from lsp_server.workspace.visit import FolderVisit


def run_index(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `index [PATH]`."""
    return _index(arguments, tools, console, _show_index, lambda _: {})


def run_index_vectors(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `vector index-vectors [PATH]`."""

    def show(visit: FolderVisit, seconds: float, console: Console) -> None:
        _show_index(visit, seconds, console)
        show_clusters(visit.snapshot, console)

    return _index(arguments, tools, console, show, lambda visit: {"vectors": cluster_facts(visit.snapshot)})


def _index(
    arguments: Namespace,
    tools: Tools,
    console: Console,
    show: Callable[[FolderVisit, float, Console], None],
    describe: Callable[[FolderVisit], Mapping[str, Any]],
) -> int:
    folder = folder_at(arguments.path)
    settings = settings_of(folder, tools, console)
    began_s = time.perf_counter()
    with visiting(folder, settings, tools, console) as visit:
        ending = (visit.rebuild if arguments.rebuild else visit.index)(arguments.wait)
        seconds = time.perf_counter() - began_s
        if ending is Ending.BUSY:
            raise IndexBusy(
                f"Another process is still writing the index of {folder}.",
                "Wait until it has finished, or wait longer with --wait SECONDS.",
                path=str(folder),
            )
        if ending is Ending.STOPPED:
            console.note("Interrupted. What was committed so far is kept; the next run continues from there.")
            return INTERRUPTED_EXIT_CODE
        show(visit, seconds, console)
        document = {**status_object(visit.status()), "seconds": round(seconds, 3), **describe(visit)}
        if arguments.profile:
            document["profile"] = dict(visit.profile)
            _show_profile(visit.profile, console)
        console.document(document)
    tools.index_root(settings).expire()
    return 0


def _show_index(visit: FolderVisit, seconds: float, console: Console) -> None:
    status = visit.status()
    console.say(f"Indexed {_coverage_line(status)} in {seconds:.1f} s.")
    index = status.folders[0].index
    if index is not None:
        console.say(Styled("dim", f"{index.path}  {size(index.size_bytes)}"))


def _coverage_line(status: WorkspaceStatus) -> str:
    covered = status.coverage
    line = f"{covered.indexed_files:,} files, {covered.symbols:,} symbols"
    return f"{line} ({covered.skipped_files:,} skipped)" if covered.skipped_files else line


def _show_profile(seconds: Mapping[str, float], console: Console) -> None:
    for line in table([[stage, f"{spent:8.3f} s"] for stage, spent in seconds.items()], "  "):
        console.say(line)
