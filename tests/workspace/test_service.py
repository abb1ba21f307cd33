"""One folder, followed by a real service with a real indexer."""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.app import folder_parts
from lsp_server.errors import IndexDamaged
from lsp_server.indexing.scanning import scanner
from lsp_server.settings import settings_from_mapping
from lsp_server.storage.lease import WriterLease
from lsp_server.workspace.metrics import Percentiles
from lsp_server.workspace.service import FolderService
from lsp_server.workspace.service_listener import ServiceListener
from lsp_server.workspace.status import IndexFacts, IndexState
from lsp_server.workspace.turns import Turns

PATIENCE_S = 60.0


class Followed:
    """A folder with one file, and its service."""

    def __init__(self, folder: Path, index_dir: Path) -> None:
        (folder / "a.py").write_text("def send_again():\n    return 1\n")
        self._changed = threading.Condition()
        listener = ServiceListener(self._tell, lambda: None, Percentiles(), Turns())
        settings = settings_from_mapping({"storage.indexDir": str(index_dir)})
        parts = folder_parts(folder, settings)
        self._lease_lock = parts.index.lease_lock
        self.service = FolderService(parts, listener)
        self.service.start()

    def wait_until_ready(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.service.state is IndexState.READY, PATIENCE_S)

    @property
    def facts(self) -> IndexFacts:
        facts = self.service.status().index
        assert facts is not None
        return facts

    @property
    def unsaved(self) -> set[str]:
        return set(self.service.view().unsaved)

    def wait_until_shown(self, path: str) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while path not in self.unsaved:  # which waits a while for the parser
            assert time.monotonic() < until_s

    def lease_of_another(self) -> WriterLease:
        until_s = time.monotonic() + PATIENCE_S
        while (lease := WriterLease.try_acquire(self._lease_lock)) is None:  # the indexer is tidying up
            assert time.monotonic() < until_s
        return lease

    def save(self, path: str, text: str) -> None:
        (self.service.folder / path).write_text(text)
        self.service.changed([path])

    def search_finds_damage(self, **details: str) -> None:
        self.service.mend(IndexDamaged("A symbol's record can't be read.", **details))

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    (tmp_path / "code").mkdir()
    one = Followed(tmp_path / "code", tmp_path / "index")
    yield one
    one.service.close()


def test_the_size_of_an_index_is_that_of_its_latest_commit(followed: Followed) -> None:
    followed.wait_until_ready()
    before = followed.facts.size_bytes
    names = [f"b{number}.py" for number in range(100)]
    for name in names:
        (followed.service.folder / name).write_text(f"def send_{name[:-3]}():\n    return 1\n" * 10)
    followed.service.changed(names)
    followed.wait_until_ready()
    assert followed.facts.size_bytes > before


def test_damage_that_a_check_does_not_find_leads_to_a_rebuild(
    followed: Followed, caplog: pytest.LogCaptureFixture
) -> None:
    def warnings() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]

    followed.wait_until_ready()
    index = {"path": str(followed.facts.path)}
    followed.search_finds_damage(**index)
    assert not warnings()  # a check, as far as is known it will do
    while not warnings():  # what tidies up a new index may make a generation, which is checked first
        followed.wait_until_ready()
        followed.search_finds_damage(**index)
    followed.search_finds_damage(**index)  # while the index is rebuilt
    assert len(warnings()) == 1
    assert "everything is indexed again" in warnings()[0]
    followed.wait_until_ready()


def test_damage_of_another_index_is_not_its_own(followed: Followed, tmp_path: Path) -> None:
    followed.wait_until_ready()
    for path in (tmp_path / "other", followed.service.folder):
        followed.search_finds_damage(path=str(path))
        assert followed.service.state is IndexState.READY


def test_files_are_seen_as_they_are_saved_however_long_the_index_takes(followed: Followed) -> None:
    followed.wait_until_ready()
    with followed.lease_of_another():
        followed.save("other.py", "def keeps_the_index_waiting():\n    return 1\n")
        followed.save("a.py", "def saved_meanwhile():\n    return 2\n")
        followed.wait_until_shown("a.py")
        (followed.service.folder / "a.py").unlink()
        followed.service.changed(["a.py"])
        assert "a.py" not in followed.unsaved
        followed.save("a.py", "def saved_again():\n    return 3\n")
        followed.wait_until_shown("a.py")
    followed.wait_until_ready()
    assert followed.unsaved == set()


def test_what_a_link_leads_to_is_not_shown_as_saved(followed: Followed, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.py").write_text("def is_elsewhere():\n    return 1\n")
    (followed.service.folder / "link.py").symlink_to(outside / "b.py")
    (followed.service.folder / "linked").symlink_to(outside)
    followed.wait_until_ready()
    with followed.lease_of_another():
        followed.save("other.py", "def keeps_the_index_waiting():\n    return 1\n")
        followed.service.changed(["link.py", "linked/b.py"])
        followed.save("a.py", "def saved_meanwhile():\n    return 2\n")
        followed.wait_until_shown("a.py")
        assert followed.unsaved.isdisjoint({"link.py", "linked/b.py"})


def test_what_a_cloud_drive_takes_away_is_not_fetched_to_be_shown(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed.wait_until_ready()
    away = (followed.service.folder / "a.py").stat().st_ino
    monkeypatch.setattr(scanner, "_is_away", lambda stat: stat.st_ino == away)
    with followed.lease_of_another():
        followed.save("other.py", "def keeps_the_index_waiting():\n    return 1\n")
        followed.save("a.py", "def is_elsewhere():\n    return 2\n")
        followed.save("b.py", "def saved_meanwhile():\n    return 3\n")
        followed.wait_until_shown("b.py")
        assert "a.py" not in followed.unsaved
