"""Files of a cloud drive whose content is elsewhere: reading one would fetch it."""

import os
from types import SimpleNamespace

import pytest
from desk import Desk, function, is_settled, names

from lsp_server.indexing.messages import Published, Rebuild
from lsp_server.indexing.scanning import scanner


class Cloud:
    """Says of some files, by their inodes, that their content is away, as Windows does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files: set[int] = set()
        self._is_away = scanner._is_away
        monkeypatch.setattr(scanner, "_is_away", self._tell)

    def _tell(self, stat: os.stat_result) -> bool:
        attributes = 0x00400020 if stat.st_ino in self.files else 0x20
        return self._is_away(SimpleNamespace(st_file_attributes=attributes))  # type: ignore[arg-type]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    return Cloud(monkeypatch)


def test_what_is_away_is_not_read_until_it_comes(desk: Desk, cloud: Cloud) -> None:
    desk.write("here.py", function("here"))
    cloud.files.add(desk.write("away.py", function("away")).stat().st_ino)
    assert is_settled(desk.scan())
    assert names(desk) == {"here"}
    assert desk.contents.files["away.py"][:3] == (b"", "skipped", "its content is not on this computer")
    again = desk.scan()
    assert is_settled(again)
    assert not [event for event in again if isinstance(event, Published)]  # nothing new to commit
    cloud.files.clear()
    desk.update("away.py")
    assert names(desk) == {"here", "away"}


def test_what_came_while_nobody_looked_is_found_by_a_scan(desk: Desk, cloud: Cloud) -> None:
    cloud.files.add(desk.write("away.py", function("away")).stat().st_ino)
    desk.scan()
    cloud.files.clear()
    desk.scan()
    assert names(desk) == {"away"}


def test_what_was_indexed_stays_findable_when_its_content_goes(desk: Desk, cloud: Cloud) -> None:
    path = desk.write("a.py", function("alpha"))
    desk.scan()
    cloud.files.add(path.stat().st_ino)
    os.utime(path, ns=(10**18, 10**18))
    for _ in range(2):
        assert is_settled(desk.scan())
        assert names(desk) == {"alpha"}
    desk.update("a.py")
    assert is_settled(desk.do(Rebuild(1)))
    assert names(desk) == {"alpha"}
    path.unlink()
    desk.update("a.py")
    assert names(desk) == set()


def test_macos_marks_what_is_away_by_a_flag() -> None:
    assert scanner._is_away(SimpleNamespace(st_flags=0x40000020))  # type: ignore[arg-type]
    assert not scanner._is_away(SimpleNamespace(st_flags=0x20))  # type: ignore[arg-type]
