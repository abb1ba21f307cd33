"""`clear [PATH|--all]`: deletes indexes; source files are never touched."""

from argparse import Namespace

from lsp_server.disk import with_home
from lsp_server.errors import IndexBusy
from lsp_server.frontends.terminal.console import Console, size
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.folders import settings_of
from lsp_server.storage.analysis_cache import AnalysisCache
from lsp_server.storage.files import remove_files, total_bytes
from lsp_server.storage.folders import IndexFolder, IndexRoot


def run_clear(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `clear`; exit code 1 when there was nothing to delete."""
    root = tools.index_root(settings_of(None, tools, console))
    if not arguments.all:
        # The folder itself may be gone.
        folder = root.folder_of(with_home(arguments.path).absolute())
        return _report([folder] if folder.path.is_dir() else [], 0, console)
    cache_bytes = _delete_cache(root)
    return _report([*root.folders(), *root.undescribed()], cache_bytes, console)


def _delete_cache(root: IndexRoot) -> int:
    """Delete the cache of analyses; return its size in bytes."""
    files = root.analysis_cache_files
    n_bytes = total_bytes(files)
    if remove_files(files):  # in use on Windows: empty it instead
        with AnalysisCache(root.analysis_cache, 1) as cache:
            cache.clear()
    return n_bytes


def _report(folders: list[IndexFolder], cache_bytes: int, console: Console) -> int:
    cleared: list[str] = []
    busy: IndexBusy | None = None
    freed = cache_bytes
    for folder in folders:
        n_bytes = folder.size_bytes()
        try:
            is_gone = folder.delete()
        except IndexBusy as error:
            busy = error
            console.note(f"Warning: {error.message}")
            continue
        freed += n_bytes
        cleared.append(str(folder.path))
        if not is_gone:
            console.note(f"Warning: some files of {folder.path} are in use; the next clear deletes them.")
        console.say(f"Deleted the index of {folder.workspace}.")
    if busy is not None:
        raise busy
    console.document({"cleared": cleared, "bytes": freed})
    if not cleared and not cache_bytes:
        console.say("There is nothing to clear.")
        return 1
    console.say(f"{size(freed)} freed.")
    return 0
