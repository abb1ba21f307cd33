from pathlib import Path

import pytest
from small_index import SmallIndex

from lsp_server.embedding import Embedder, ModelChoice, load_embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder(ModelChoice())


@pytest.fixture
def index(tmp_path: Path, embedder: Embedder) -> SmallIndex:
    return SmallIndex(tmp_path, embedder)
