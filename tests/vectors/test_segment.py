"""A segment gives back what was written, and notices when it does not."""

import errno
import mmap
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_rows import index_of, some_rows, stored

import lsp_server
from lsp_server.errors import IndexDamaged, IndexStorageFailed
from lsp_server.vectors import names
from lsp_server.vectors.format import ALIGNMENT, HEADER_BYTES
from lsp_server.vectors.kernels import sign_codes
from lsp_server.vectors.segment import Segment
from lsp_server.vectors.writer import SegmentInfo, SegmentRows, write_segment


def written(folder: Path, rows: SegmentRows, n_clusters: int = 7) -> tuple[Segment, SegmentInfo]:
    clusters = np.random.default_rng(3).integers(0, n_clusters, len(rows.ids)).astype(np.uint32)
    info = write_segment(folder / "a.segment", rows, clusters, n_clusters)
    return Segment.open(folder / "a.segment"), info


@pytest.mark.parametrize("n_rows", [0, 1, 2, 300])
@pytest.mark.parametrize("dimensions", [8, 20, 384])
def test_rows_come_back(tmp_path: Path, n_rows: int, dimensions: int) -> None:
    rows = some_rows(n_rows, dimensions)
    segment, info = written(tmp_path, rows)
    order = segment.find(rows.ids)
    assert sorted(order.tolist()) == list(range(n_rows))
    assert segment.info == info == SegmentInfo(n_rows, (tmp_path / "a.segment").stat().st_size, info.checksum)
    assert segment.vectors[order].tobytes() == rows.vectors.tobytes()
    assert segment.codes[order].tobytes() == sign_codes(rows.vectors).tobytes()
    assert segment.kinds[order].tolist() == rows.kinds.tolist()
    assert segment.languages[order].tolist() == rows.languages.tolist()
    assert segment.files[order].tolist() == rows.files.tolist()
    assert segment.flags[order].tolist() == rows.flags.tolist()
    assert segment.lines[order].tolist() == rows.lines.tolist()
    assert [segment.name(row) for row in order] == rows.names
    assert [segment.record(row) for row in order] == rows.records
    assert segment.verify() == []


def test_rows_lie_by_cluster_then_id(tmp_path: Path) -> None:
    segment, _ = written(tmp_path, some_rows(300))
    clusters = segment.clusters()
    assert np.array_equal(np.lexsort((segment.ids, clusters)), np.arange(300))
    assert np.array_equal(np.searchsorted(clusters, np.arange(8)), segment.cluster_starts)


def test_rows_lie_in_second_clusters_too(tmp_path: Path) -> None:
    rows = some_rows(300)
    random = np.random.default_rng(3)
    clusters, second = (random.integers(0, limit, 300).astype(np.uint32) for limit in (7, 8))
    write_segment(tmp_path / "a.segment", rows, clusters, 7, second)
    segment = Segment.open(tmp_path / "a.segment")
    assert segment.second_clusters()[segment.find(rows.ids)].tolist() == second.tolist()
    assert len(segment.spilled_rows) == np.count_nonzero(second < 7)
    assert np.array_equal(segment.codes[segment.spilled_rows], segment.spilled_codes)
    assert segment.verify() == []


def test_unknown_ids_are_not_found(tmp_path: Path) -> None:
    rows = some_rows(30)
    segment, _ = written(tmp_path, rows)
    assert segment.find(np.array([0, 2**64 - 1, rows.ids[3] + 1], np.uint64)).tolist() == [-1, -1, -1]


def test_sections_are_aligned_and_the_same_rows_make_the_same_file(tmp_path: Path) -> None:
    segment, first = written(tmp_path, some_rows(50))
    assert all(section.offset % ALIGNMENT == 0 for section in segment._header.sections)
    segment.close()
    _, second = written(tmp_path, some_rows(50))
    assert first == second


def test_nothing_temporary_stays(tmp_path: Path) -> None:
    written(tmp_path, some_rows(5))
    assert [path.name for path in tmp_path.iterdir()] == ["a.segment"]


def test_a_failed_write_leaves_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    rows = some_rows(5)
    with pytest.raises(IndexStorageFailed, match="Suggestion: Free space"):
        write_segment(tmp_path / "missing" / "a.segment", rows, np.zeros(5, np.uint32), 1)
    rows.vectors[2, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        write_segment(tmp_path / "a.segment", rows, np.zeros(5, np.uint32), 1)
    assert list(tmp_path.iterdir()) == []


WRITE_TOO_MUCH = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from vector_rows import some_rows
from lsp_server.errors import IndexStorageFailed
from lsp_server.vectors.writer import write_segment
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    write_segment(Path(sys.argv[1]), some_rows(2), np.zeros(2, np.uint32), 1)
except IndexStorageFailed as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="file size limits are POSIX")
def test_a_full_disk_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    path = os.pathsep.join((str(Path(lsp_server.__file__).parents[1]), str(Path(__file__).parent)))
    child = subprocess.run(
        [sys.executable, "-c", WRITE_TOO_MUCH, str(tmp_path / "a.segment")],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.stdout.strip() == IndexStorageFailed.__name__, child.stderr
    assert list(tmp_path.iterdir()) == []


def problems_of(path: Path) -> list[str]:
    try:
        segment = Segment.open(path)
    except IndexDamaged as error:
        return [str(error)]
    problems = segment.verify()
    segment.close()
    return problems


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_never_goes_unnoticed(share: float, bit: int) -> None:
    with index_of(some_rows(60)) as index:
        path = index.segments[0].path
        used = np.zeros(path.stat().st_size, bool)
        used[: HEADER_BYTES // 4] = True
        for section in index.segments[0]._header.sections:
            used[section.offset : section.offset + section.size_bytes] = True
        data = bytearray(path.read_bytes())
        length = 20 + int.from_bytes(data[12:16], "little")
        used[length:HEADER_BYTES] = False  # padding means nothing
        places = np.flatnonzero(used)
        data[places[int(share * len(places))]] ^= 1 << bit
        damaged = path.with_name("damaged.segment")
        damaged.write_bytes(data)
        assert problems_of(damaged) != []


@pytest.mark.parametrize("size_bytes", [0, 10, HEADER_BYTES - 1, HEADER_BYTES, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, size_bytes: int) -> None:
    segment, info = written(tmp_path, some_rows(40))
    segment.close()
    data = segment.path.read_bytes()
    segment.path.write_bytes(data[: size_bytes if size_bytes >= 0 else info.size_bytes - 1])
    with pytest.raises(IndexDamaged):
        Segment.open(segment.path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.segment"
    with pytest.raises(IndexDamaged, match="is missing"):
        Segment.open(path)
    path.write_bytes(b"SQLite format 3\0" * 1000)
    with pytest.raises(IndexDamaged, match="is not a vector segment"):
        Segment.open(path)


def test_a_file_that_can_not_be_read_now_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment, _ = written(tmp_path, some_rows(40))
    segment.close()
    for code in (errno.EMFILE, errno.EIO, errno.EACCES, errno.ENOMEM):

        def fail(*_: object, code: int = code, **__: object) -> None:
            raise OSError(code, os.strerror(code))

        with monkeypatch.context() as patch:
            patch.setattr(mmap, "mmap", fail)
            with pytest.raises(IndexStorageFailed, match=r"can't be read[\s\S]*Suggestion: "):
                Segment.open(segment.path)
    assert Segment.open(segment.path).verify() == []


def test_a_closed_segment_lets_its_file_go_and_holds_nothing(tmp_path: Path) -> None:
    segment, _ = written(tmp_path, some_rows(40))
    held = segment.vectors
    segment.close()
    segment.close()
    assert len(segment.ids) == 0
    assert held.shape == (40, 64)  # what others hold stays readable
    assert np.isfinite(held).all()
    assert segment.verify() == ["it is closed"]


def test_reading_ahead_is_advice_and_changes_nothing(tmp_path: Path) -> None:
    segment, _ = written(tmp_path, some_rows(500))
    before = segment.codes.copy()
    segment.prefetch()
    np.testing.assert_array_equal(segment.codes, before)
    segment.close()
    segment.prefetch()


def test_columns_can_not_be_written(tmp_path: Path) -> None:
    segment, _ = written(tmp_path, some_rows(4))
    with pytest.raises(ValueError, match="read-only"):
        segment.kinds[0] = 1


def test_lowered_names_can_be_scanned(tmp_path: Path) -> None:
    rows = some_rows(3)
    rows.names[:] = ["GetUser", "ÄHNLICH", "two\nlines\ud800"]
    segment, _ = written(tmp_path, rows)
    blob = segment.lowered.tobytes()
    assert blob.count(b"\n") == 4
    for name in (b"getuser", "ähnlich".encode(), b"two lines?"):
        place = blob.index(b"\n" + name + b"\n")
        row = int(np.searchsorted(segment.lowered_starts, place, side="right")) - 1
        assert segment.name(row).lower().startswith(name[:3].decode(errors="ignore"))


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_name_has_the_letters_of_every_part_of_it(name: str, query: str) -> None:
    assert names.letter_mask(name) & ~names.letter_mask(name + query) == 0
    assert names.letter_mask("a9_") == 1 | 1 << 35 | 1 << 36


def test_segments_of_the_index_are_verified_clean(tmp_path: Path) -> None:
    rows = some_rows(20)
    assert stored(tmp_path, rows, np.eye(64, dtype=np.float32)[:3]).verify() == []


def test_numbers_that_lead_nowhere_are_damage_when_a_segment_is_opened(tmp_path: Path) -> None:
    rows = some_rows(30)
    segment, _ = written(tmp_path, rows)
    overwrite(segment, "files")
    with pytest.raises(IndexDamaged, match="files") as caught:
        Segment.open(segment.path)
    assert caught.value.details["path"] == str(segment.path)


def test_an_id_look_up_that_leads_nowhere_is_damage(tmp_path: Path) -> None:
    rows = some_rows(30)
    segment, _ = written(tmp_path, rows)
    overwrite(segment, "sorted_rows")
    with pytest.raises(IndexDamaged, match="look-up") as caught:
        segment.find(rows.ids)
    assert caught.value.details["path"] == str(segment.path)


def test_texts_with_wild_boundaries_are_cut_short(tmp_path: Path) -> None:
    segment, _ = written(tmp_path, some_rows(30))
    for name in ("name_starts", "record_starts"):
        overwrite(segment, name)
    assert segment.name(3) == ""
    assert segment.record(3) == b""


def overwrite(segment: Segment, name: str) -> None:
    """Write over a section of an open segment, which maps the file and so shows it."""
    (section,) = [one for one in segment._header.sections if one.name == name]
    with segment.path.open("r+b") as stream:
        stream.seek(section.offset)
        stream.write(b"\xff" * section.size_bytes)
