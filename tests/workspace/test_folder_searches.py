"""What is asked of folders, and what is told of the answer."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lsp_server.embedding import ModelChoice, load_embedder
from lsp_server.model import Cursor
from lsp_server.search.cancel import Cancel
from lsp_server.search.folder.view import FolderView
from lsp_server.search.results import Coverage, SearchMode, SearchOutcome, SearchRequest
from lsp_server.settings import Settings
from lsp_server.workspace.folder_searches import FolderSearches
from lsp_server.workspace.open_folder import OpenFolder
from lsp_server.workspace.rerankers import Rerankers

WAIT_S = 0.05


def slow_folder(path: Path) -> OpenFolder:
    """Return a folder whose unsaved text keeps whoever asks it waiting."""
    view = FolderView(path, load_embedder(ModelChoice()), None, {}, Coverage(), is_complete=True)

    def wait() -> FolderView:
        time.sleep(WAIT_S)
        return view

    return OpenFolder(path, path, Settings(), cast("Any", SimpleNamespace(view=wait)))


def searched(searches: FolderSearches, folder: OpenFolder) -> SearchOutcome:
    return searches.search([folder], SearchRequest("words", mode=SearchMode.TEXT), Cancel())


def related(searches: FolderSearches, folder: OpenFolder) -> SearchOutcome:
    return searches.related([folder], "a.py", Cursor(0, 0, "utf16"), 5, Cancel())


@pytest.mark.parametrize("ask", [searched, related])
def test_the_wait_for_unsaved_text_belongs_to_the_time_an_answer_took(
    tmp_path: Path, ask: Callable[[FolderSearches, OpenFolder], SearchOutcome]
) -> None:
    searches = FolderSearches(Rerankers(lambda _: cast("Any", None)))
    assert ask(searches, slow_folder(tmp_path)).took_ms >= WAIT_S * 1000
    assert (searches.took_ms.at(0.5) or 0) >= WAIT_S * 1000
