"""Small text indexes for the tests of this folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lsp_server.fulltext import TextDocument, TextIndex, TextReader


@pytest.fixture
def indexed(tmp_path: Path) -> Callable[[Sequence[TextDocument]], TextReader]:
    """Return what writes documents to a new index and opens a reader on it."""
    counter = iter(range(1_000_000))

    def build(documents: Sequence[TextDocument]) -> TextReader:
        path = tmp_path / f"index-{next(counter)}"
        with TextIndex.create(path) as index:
            index.replace([], documents)
            index.commit()
        return TextReader.open(path)

    return build
