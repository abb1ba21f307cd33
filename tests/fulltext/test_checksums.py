from pathlib import Path

import pytest
from plain import of_words

from lsp_server.errors import IndexDamaged
from lsp_server.fulltext import TextIndex, TextReader, damaged_files


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with TextIndex.create(tmp_path) as index:
        index.replace([], [of_words(n, n, 12, "go", "f", f"f{n}", body="word " * n) for n in range(50)])
        index.commit()
        index.replace([3], [])
        index.commit()
    return tmp_path


def test_a_sound_index_has_no_damaged_files(path: Path) -> None:
    assert list(path.glob("*.del"))
    assert damaged_files(path) == []


@pytest.mark.parametrize("suffix", [".store", ".idx", ".pos", ".term", ".fast", ".fieldnorm", ".del"])
def test_one_turned_bit_is_found(path: Path, suffix: str) -> None:
    file = next(path.glob(f"*{suffix}"))
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    assert damaged_files(path) == [f"{file.name} fails its checksum"]


@pytest.mark.parametrize("suffix", [".store", ".idx", ".pos", ".term", ".fast", ".fieldnorm"])
def test_a_missing_file_is_found(path: Path, suffix: str) -> None:
    (file,) = path.glob(f"*{suffix}")
    file.unlink()
    assert damaged_files(path) == [f"{file.name} is missing"]


def test_an_index_that_could_end_the_process_is_not_opened(path: Path) -> None:
    file = next(path.glob("*.store"))
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    with pytest.raises(IndexDamaged, match=f"{file.name} fails its checksum"):
        TextReader.open(path)


def test_a_file_cut_short_is_found(path: Path) -> None:
    file = next(path.glob("*.store"))
    file.write_bytes(file.read_bytes()[:5])
    assert damaged_files(path) == [f"{file.name} fails its checksum"]


def test_a_missing_index_is_found(tmp_path: Path) -> None:
    (problem,) = damaged_files(tmp_path)
    assert "meta.json can't be read" in problem


def test_deletions_of_a_commit_that_never_came_are_not_looked_at(path: Path) -> None:
    segment = next(path.glob("*.idx")).name.partition(".")[0]
    (path / f"{segment}.99999.del").write_bytes(b"half of")
    assert damaged_files(path) == []
