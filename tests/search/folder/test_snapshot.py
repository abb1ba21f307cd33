from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from corpus import FILES
from small_index import SmallIndex

from lsp_server.errors import IndexDamaged
from lsp_server.model import SymbolKind
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.vectors.segment import Segment


def opened(index: SmallIndex) -> Snapshot:
    snapshot = index.view().snapshot
    assert snapshot is not None
    return snapshot


@pytest.fixture
def snapshot(index: SmallIndex) -> Snapshot:
    index.commit({"src/session.py": "def outdated():\n    pass\n"})
    index.commit(FILES)
    return opened(index)


def living(snapshot: Snapshot) -> np.ndarray:
    assert snapshot.vectors.alive is not None
    return np.flatnonzero(snapshot.vectors.alive)


def test_it_knows_the_living_symbols_of_its_generation(snapshot: Snapshot) -> None:
    assert snapshot.generation == 2
    names = snapshot.names_of(living(snapshot))
    assert "SessionStore" in names
    assert "outdated" not in names


def test_it_stays_as_it_is_when_the_index_moves_on(snapshot: Snapshot, index: SmallIndex) -> None:
    names = snapshot.names_of(living(snapshot))
    index.commit({"src/session.py": "def later():\n    pass\n"})
    assert snapshot.names_of(living(snapshot)) == names
    assert snapshot.generation == 2
    assert opened(index).generation == 3


def test_names_of_many_rows_are_the_names_of_each(snapshot: Snapshot) -> None:
    rows = np.random.default_rng(3).permutation(snapshot.vectors.n_rows)
    assert snapshot.names_of(rows) == [snapshot.vectors.name(row) for row in rows.tolist()]
    assert snapshot.names_of(rows[:0]) == []


def test_every_file_has_its_entry(snapshot: Snapshot) -> None:
    numbers = {path: number for number, path in enumerate(snapshot.catalog.paths) if path}
    assert set(numbers) == set(FILES)
    for path, number in numbers.items():
        entry = snapshot.entries[[number]]
        assert snapshot.vectors.kinds(entry).tolist() == [SymbolKind.FILE]
        assert snapshot.path_of(int(snapshot.vectors.files(entry)[0])) == path
        assert snapshot.names_of(entry) == [path.rpartition("/")[2]]


def test_a_removed_file_has_no_entry(snapshot: Snapshot, index: SmallIndex) -> None:
    number = snapshot.catalog.paths.index("core/parser.go")
    index.commit({"core/parser.go": None})
    after = opened(index)
    assert after.entries[number] == -1
    assert "Parser" not in after.names_of(living(after))


def test_languages_read_as_their_names(snapshot: Snapshot) -> None:
    codes = [code for segment in snapshot.vectors.segments for code in segment.languages.tolist()]
    languages = {snapshot.meta.languages[code] for code in codes}
    assert languages == {"python", "typescript", "go", "markdown"}


def test_a_new_snapshot_shares_what_did_not_change(index: SmallIndex) -> None:
    index.commit(FILES)
    before = opened(index)
    index.commit({"src/late.py": "def late():\n    pass\n"})
    after = index.reopened(before)
    assert after.generation == 2
    assert after.vectors.segments[0] is before.vectors.segments[0]
    assert after.text.num_docs > before.text.num_docs
    assert "late" in after.names_of(np.arange(after.vectors.n_rows))


def test_without_a_calibration_every_cluster_is_visited(snapshot: Snapshot) -> None:
    assert snapshot.probes == snapshot.vectors.n_clusters


def test_a_damaged_record_is_damage_of_its_segment(index: SmallIndex) -> None:
    index.commit(FILES)
    segment = opened(index).vectors.segments[0].path
    overwrite_records(segment)
    with pytest.raises(IndexDamaged, match="record") as caught:
        opened(index).symbol_of(0)
    assert caught.value.details["path"] == str(segment)


def overwrite_records(path: Path) -> None:
    """Write over the symbols' records, which no search checks before it shows them."""
    with closing(Segment.open(path)) as segment:
        (records,) = [section for section in segment._header.sections if section.name == "records"]
    with path.open("r+b") as stream:
        stream.seek(records.offset)
        stream.write(b"\xc1" * records.size_bytes)
