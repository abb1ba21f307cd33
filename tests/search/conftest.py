from pathlib import Path

import pytest
from corpus import FILES, everything, many_functions
from small_index import SmallIndex
from small_searches import Shelf

from lsp_server.embedding import Embedder, ModelChoice, load_embedder
from lsp_server.search.folder.view import FolderView

OUTDATED = {
    "src/session.py": "def forgotten_function(moon):\n    return moon.phase\n",
    "old/gone.py": "class Vanished:\n    def retry_request(self): ...\n",
}


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder(ModelChoice())


@pytest.fixture
def index(tmp_path: Path, embedder: Embedder) -> SmallIndex:
    return SmallIndex(tmp_path, embedder)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> SmallIndex:
    """An index with a history: changed and removed files left dead rows in older segments."""
    index = SmallIndex(tmp_path_factory.mktemp("built"), embedder)
    index.commit(OUTDATED)
    index.commit(FILES)
    index.commit({"old/gone.py": None})
    return index


@pytest.fixture(scope="session")
def view(built: SmallIndex) -> FolderView:
    return built.view()


@pytest.fixture(scope="session")
def shelf(built: SmallIndex) -> Shelf:
    return Shelf(built.view(), everything(built.view(FILES)))


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Shelf:
    index = SmallIndex(tmp_path_factory.mktemp("crowd"), embedder)
    files = many_functions(7, 80)
    index.commit(files)
    return Shelf(index.view(), everything(index.view(files)))
