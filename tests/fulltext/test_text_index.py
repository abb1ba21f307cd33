import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from plain import of_words

from lsp_server.errors import IndexBusy, IndexDamaged, IndexStorageFailed
from lsp_server.fulltext import TextIndex, TextQuery, TextReader

UPLOAD = of_words(2**64 - 1, 1, 12, "python", "upload file", "upload_file", body="send bytes to bucket")
RETRY = of_words(2**63, 1, 12, "python", "retry request", "retry_request", doc="tries again")
PARSE = of_words(7, 2, 5, "go", "parser", "parser", path="cmd main go", signature="type parser struct")


def ids(reader: TextReader, *words: str) -> list[int]:
    return [int(number) for number in reader.search(TextQuery(words), 10).ids]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with TextIndex.create(tmp_path / "text") as index:
        index.replace([], [UPLOAD, RETRY, PARSE])
        index.commit()
    return tmp_path / "text"


def test_ids_keep_all_their_64_bits(path: Path) -> None:
    reader = TextReader.open(path)
    assert ids(reader, "upload") == [2**64 - 1]
    assert ids(reader, "retry") == [2**63]


def test_replacing_a_file_leaves_nothing_of_what_it_held(path: Path) -> None:
    with TextIndex.open(path) as index:
        index.replace([1], [of_words(8, 1, 12, "python", "download", "download")])
        index.commit()
    reader = TextReader.open(path)
    assert ids(reader, "upload") == []
    assert ids(reader, "download") == [8]
    assert sorted(reader.contents().ids.tolist()) == [7, 8]


def test_nothing_is_visible_before_the_commit(path: Path) -> None:
    with TextIndex.open(path) as index:
        index.replace([1, 2], [])
        assert TextReader.open(path).num_docs == 3
        index.commit()
        assert TextReader.open(path).num_docs == 0


def test_a_reader_stays_at_its_commit_until_reloaded(path: Path) -> None:
    reader = TextReader.open(path)
    with TextIndex.open(path) as index:
        index.replace([1], [])
        index.commit()
        assert ids(reader, "upload") == [UPLOAD.id]
        newer = reader.reloaded()
        assert ids(newer, "upload") == []
        assert ids(reader, "upload") == [UPLOAD.id]


def test_a_second_writer_is_told_who_is_in_the_way(path: Path) -> None:
    with TextIndex.open(path), pytest.raises(IndexBusy, match="Another process"):
        TextIndex.open(path)


def test_closing_gives_the_index_free(path: Path) -> None:
    TextIndex.open(path).close()
    TextIndex.open(path).close()


def test_a_missing_index_is_damaged(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexDamaged):
            TextReader.open(path)
        with pytest.raises(IndexDamaged):
            TextIndex.open(path)


@pytest.mark.parametrize("suffix", [".store", ".idx", ".fast", ".term"])
def test_a_file_cut_short_is_damaged(path: Path, suffix: str) -> None:
    for file in path.glob(f"*{suffix}"):
        os.truncate(file, 10)
    with pytest.raises(IndexDamaged):
        TextReader.open(path)


READ_WITHOUT_DESCRIPTORS = """
import resource, sys, pathlib
from lsp_server.fulltext import TextIndex, TextReader, damaged_files
from lsp_server.errors import IndexStorageFailed
path = pathlib.Path(sys.argv[1])
TextReader.open(path).statistics()  # whatever is imported late has been
resource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
for read in (TextReader.open, TextIndex.open, damaged_files):
    try:
        read(path)
    except IndexStorageFailed as error:
        print(type(error).__name__)
"""


@pytest.mark.skipif(os.name == "nt", reason="limits of descriptors are POSIX")
def test_an_index_that_can_not_be_read_now_is_not_called_damaged(path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", READ_WITHOUT_DESCRIPTORS, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.stdout.split() == [IndexStorageFailed.__name__] * 3, child.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such names")
def test_a_folder_whose_name_is_no_text_is_not_called_damaged(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    for read in (TextIndex.create, TextIndex.open, TextReader.open):
        with pytest.raises(IndexStorageFailed, match="not valid Unicode"):
            read(folder)


def test_lone_surrogates_are_indexed_as_replaced(tmp_path: Path) -> None:
    with TextIndex.create(tmp_path) as index:
        index.replace([], [of_words(1, 1, 12, "python", "bad \udce9", "bad\udce9", path="caf\udce9")])
        index.commit()
    reader = TextReader.open(tmp_path)
    assert ids(reader, "bad") == [1]
    assert ids(reader, "\udce9") in ([1], [])


WRITE_AND_HANG = """
import sys, pathlib
from lsp_server.fulltext import TextDocument, TextIndex
index = TextIndex.open(pathlib.Path(sys.argv[1]))
index.replace([1], [TextDocument(n, 1, 12, "go", "late", "late", body="word " * 50) for n in range(999)])
print("written", flush=True)
sys.stdin.read()
"""


def test_a_killed_writer_leaves_the_last_commit(path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE_AND_HANG, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"written\n"
        child.kill()
    assert ids(TextReader.open(path), "upload") == [UPLOAD.id]
    with TextIndex.open(path) as index:
        index.replace([2], [])
        index.commit()
    assert sorted(TextReader.open(path).contents().ids.tolist()) == [RETRY.id, UPLOAD.id]


WRITE_TOO_MUCH = """
import resource, signal, sys, pathlib
from lsp_server.fulltext import TextDocument, TextIndex
from lsp_server.errors import IndexStorageFailed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = pathlib.Path(sys.argv[1])
index = TextIndex.open(path)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    index.replace([1], [TextDocument(n, 1, 12, "go", "x", f"x{n}", body=f"a{n}") for n in range(9000)])
    index.commit()
except IndexStorageFailed as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="file size limits are POSIX")
def test_a_full_disk_is_named_and_the_last_commit_stands(path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", WRITE_TOO_MUCH, str(path)], capture_output=True, text=True, check=False
    )
    assert child.stdout.strip() == IndexStorageFailed.__name__, child.stderr
    assert sorted(TextReader.open(path).contents().ids.tolist()) == [7, RETRY.id, UPLOAD.id]
    TextIndex.open(path).close()


def test_all_contents_are_listed(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    wanted = np.unique(rng.integers(0, 2**64, 300, dtype=np.uint64))
    with TextIndex.create(tmp_path) as index:
        index.replace(
            [],
            [of_words(number, row, 12, "c", "f", "f") for row, number in enumerate(wanted.tolist())],
        )
        index.commit()
    contents = TextReader.open(tmp_path).contents()
    order = np.argsort(contents.ids)
    assert np.array_equal(contents.ids[order], wanted)
    assert np.array_equal(contents.files[order], np.arange(len(wanted)))
