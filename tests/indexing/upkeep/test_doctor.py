import errno
import mmap
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import lsp_server
from lsp_server.app import visit_parts
from lsp_server.errors import IndexStorageFailed
from lsp_server.fulltext import TextIndex
from lsp_server.indexing.upkeep.doctor import Finding, Severity, examine, stale_files
from lsp_server.settings import settings_from_mapping
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.folders import IndexVersion
from lsp_server.storage.index_meta import IndexMeta
from lsp_server.storage.records import BatchCommit
from lsp_server.workspace.visit import FolderVisit

SCAN_WAS_NS = 10_000_000_000
"""How much older than the scan the files look: old enough to be trusted."""
A_MINUTE_NS = 60 * 10**9


@dataclass(frozen=True)
class Patient:
    """An index of two files, which may be broken."""

    version: IndexVersion
    folder: Path

    @property
    def segment(self) -> Path:
        return min(self.version.segments.iterdir())

    def execute(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.version.catalog)) as database, database:
            database.execute(statement, values)

    def findings(self) -> set[tuple[str, Severity]]:
        return {(finding.where, finding.severity) for finding in examine(self.version)}


def spoil(file: Path) -> None:
    """Turn the middle of a file around; a single byte may be one that nobody needs."""
    content = file.read_bytes()
    start, end = len(content) // 4, len(content) * 3 // 4
    file.write_bytes(content[:start] + bytes(byte ^ 255 for byte in content[start:end]) + content[end:])


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    base = tmp_path_factory.mktemp("healthy")
    folder = base / "folder"
    folder.mkdir()
    (folder / "one.py").write_text("def one():\n    pass\n\n\ndef two():\n    pass\n")
    (folder / "three.js").write_text("function three() {}\n")
    for file in folder.iterdir():
        stat = file.stat()
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns - SCAN_WAS_NS))
    settings = settings_from_mapping({"storage.indexDir": str(base / "index"), "indexing.workers": 1})
    with (
        pytest.MonkeyPatch.context() as patch,
        FolderVisit(visit_parts(folder, settings), lambda _: None, lambda _: None) as visit,
    ):
        patch.setenv("PYTHONPATH", str(Path(lsp_server.__file__).parent.parent))  # for parse workers
        visit.index(0)
        assert visit.version is not None
        return Patient(visit.version, folder)


@pytest.fixture
def patient(healthy: Patient, tmp_path: Path) -> Patient:
    path = tmp_path / healthy.version.path.name
    shutil.copytree(healthy.version.path, path)
    folder = tmp_path / "folder"
    shutil.copytree(healthy.folder, folder)
    return Patient(IndexVersion(path, healthy.version.format_version, healthy.version.fingerprint), folder)


def test_nothing_is_wrong_with_a_healthy_index(patient: Patient) -> None:
    assert examine(patient.version) == []
    assert stale_files(patient.version, patient.folder) == []


@pytest.mark.parametrize(
    ("harm", "where"),
    [
        (lambda one: spoil(one.segment), "vectors"),
        (lambda one: one.segment.unlink(), "vectors"),
        (lambda one: one.segment.write_bytes(one.segment.read_bytes()[:-100]), "vectors"),
        (lambda one: one.execute("UPDATE segments SET checksum = 'other'"), "vectors"),
        (lambda one: one.execute("DELETE FROM file_symbols"), "vectors"),
        (lambda one: one.execute("UPDATE files SET n_symbols = n_symbols + 1"), "catalog"),
        (lambda one: one.version.catalog.write_bytes(b"no database at all" * 100), "catalog"),
        (lambda one: one.version.catalog.unlink(), "catalog"),
        (lambda one: one.execute("UPDATE meta SET value = '{' WHERE key = 'facts'"), "catalog"),
        (lambda one: spoil(next(one.version.text.glob("*.fast"))), "words"),
        (lambda one: shutil.rmtree(one.version.text), "words"),
    ],
)
def test_damage_is_found_where_it_is(patient: Patient, harm: Callable[[Patient], None], where: str) -> None:
    harm(patient)
    assert (where, Severity.DAMAGE) in patient.findings()


def test_what_can_not_be_read_now_is_no_damage(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(mmap, "mmap", fail)
    with pytest.raises(IndexStorageFailed):
        examine(patient.version)


def test_a_symbol_without_a_living_vector_is_damage(patient: Patient) -> None:
    with Catalog.open_writer(patient.version.catalog) as catalog:
        dead = {patient.segment.name: np.array([0], np.uint32)}
        catalog.commit(BatchCommit(tombstones=dead))
    assert any("have no vector" in finding.message for finding in examine(patient.version))


def test_a_symbol_that_lives_twice_is_damage(patient: Patient) -> None:
    shutil.copy(patient.segment, patient.segment.with_name("twin.seg"))
    patient.execute(
        "INSERT INTO segments SELECT 'twin.seg', n_rows, size_bytes, checksum, generation FROM segments "
        "WHERE name = ?",
        patient.segment.name,
    )
    assert any("live more than once" in finding.message for finding in examine(patient.version))


def test_missing_words_are_damage_unless_their_batch_was_cut_short(patient: Patient) -> None:
    with Catalog.open_reader(patient.version.catalog) as catalog:
        file = catalog.files()["one.py"].file
    text = TextIndex.open(patient.version.text)
    text.replace([file], iter(()))
    text.commit()
    text.close()
    assert patient.findings() == {("words", Severity.DAMAGE)}
    patient.execute("INSERT INTO intents VALUES ('one.py', ?, 0)", file)
    assert patient.findings() == {("catalog", Severity.WARNING)}


def test_leftovers_of_a_crash_are_a_warning(patient: Patient) -> None:
    (patient.version.segments / "00000099.seg.tmp").touch()
    assert patient.findings() == {("vectors", Severity.WARNING)}


def test_a_version_that_was_never_begun_is_a_warning(tmp_path: Path) -> None:
    version = IndexVersion(tmp_path, 1, "ab").create()
    assert [finding.severity for finding in examine(version)] == [Severity.WARNING]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(patient: Patient) -> None:
    (patient.folder / "three.js").unlink()
    os.mkfifo(patient.folder / "three.js")
    assert stale_files(patient.version, patient.folder) == [
        Finding("files", "three.js can't be read: It is not an ordinary file", Severity.WARNING)
    ]


def test_a_file_that_changed_since_is_a_warning_and_one_that_changed_in_secret_damage(
    patient: Patient,
) -> None:
    (patient.folder / "three.js").unlink()
    one = patient.folder / "one.py"
    stat = one.stat()
    one.write_text(one.read_text().replace("two", "owt"))
    assert stale_files(patient.version, patient.folder) == [
        Finding("files", "one.py has changed", Severity.WARNING),
        Finding("files", "three.js is gone", Severity.WARNING),
    ]
    os.utime(one, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    # The next scan notices even that, unless a clock was put back.
    with Catalog.open_writer(patient.version.catalog) as catalog:
        meta = IndexMeta.decode(catalog.snapshot().meta, catalog.path)
        later = replace(meta, seen_ns=meta.seen_ns + A_MINUTE_NS)
        catalog.set_meta(facts=later.encode()["facts"])
    assert stale_files(patient.version, patient.folder)[0].severity is Severity.DAMAGE
