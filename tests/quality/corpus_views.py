"""The corpus, indexed as a command indexes a folder, and open for searching."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judging import CORPUS

from lsp_server.app import visit_parts
from lsp_server.indexing.foreground import Ending
from lsp_server.search.folder.view import FolderView
from lsp_server.settings import settings_from_mapping
from lsp_server.workspace.visit import FolderVisit

PATIENCE_S = 60.0


@contextmanager
def corpus_view(language: str, base: Path) -> Iterator[FolderView]:
    """Index one language's folder, a copy of it, so that no ignore file around this one has a say.

    Args:
        language: The folder's name.
        base: An empty folder, for the copy and the index.
    """
    folder = base / language
    shutil.copytree(CORPUS / language, folder)
    settings = settings_from_mapping({"storage.indexDir": str(base / "index"), "indexing.workers": 1})
    with FolderVisit(visit_parts(folder, settings), lambda _event: None, lambda _note: None) as visit:
        assert visit.index(PATIENCE_S) is Ending.DONE
        yield visit.view()
