"""What follows an index must outlast whatever it finds there."""

from pathlib import Path

import pytest

from lsp_server.errors import IndexDamaged
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexRoot
from lsp_server.storage.records import BatchCommit
from lsp_server.workspace.reader import IndexReader


@pytest.mark.parametrize("error", [IndexDamaged("it is gone", "make it anew"), IndexError("out of bounds")])
def test_a_generation_that_can_not_be_opened_is_told_whatever_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    index = IndexRoot(tmp_path / "indexes").create().folder_of(tmp_path)
    version = index.version("abc").create()
    reader = IndexReader(index, "abc")
    with Catalog.open_writer(version.catalog) as catalog:
        assert reader.refresh()
        before = reader.generation
        catalog.commit(BatchCommit())

        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(Snapshot, "open", fail)
        assert not reader.refresh()
        assert reader.generation is before
    reader.close()


def test_an_index_that_is_about_to_be_made_is_none_yet_and_no_damage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = IndexRoot(tmp_path / "indexes").create().folder_of(tmp_path)
    version = index.version("abc").create()
    version.catalog.touch()
    reader = IndexReader(index, "abc")
    assert not reader.refresh()
    assert not caplog.records
    Catalog.open_writer(version.catalog).close()
    assert reader.refresh()
    reader.close()
