"""An index lies outside the workspace, is found from every spelling of its folder, and can be thrown away."""

import errno
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lsp_server import disk
from lsp_server.errors import IndexBusy, IndexStorageFailed
from lsp_server.storage import path_identity
from lsp_server.storage.catalog import Catalog
from lsp_server.storage.files import remove_files
from lsp_server.storage.folders import EXPIRY_S, FORMAT_VERSION, IndexFolder, IndexRoot
from lsp_server.storage.lease import WriterLease

MODEL = "0123456789abcdef"


@pytest.fixture
def root(tmp_path: Path) -> IndexRoot:
    return IndexRoot(tmp_path / "cache").create()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "My Project"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(root: IndexRoot, workspace: Path) -> IndexFolder:
    return root.folder_of(workspace).create()


def test_the_default_lies_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    base = IndexRoot.default().base
    assert "semantic-symbols" in str(base)
    if sys.platform == "linux":
        assert base == tmp_path / "semantic-symbols"
    assert IndexRoot.at("").base == base
    assert IndexRoot.at(str(tmp_path / "elsewhere")).base == tmp_path / "elsewhere"


def test_nothing_is_written_in_the_workspace(folder: IndexFolder, workspace: Path) -> None:
    folder.version(MODEL).create()
    folder.touch()
    folder.pause()
    assert list(workspace.iterdir()) == []


def test_a_version_that_can_not_be_listed_is_not_made_a_second_time(
    folder: IndexFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = folder.version(MODEL).create()

    def refuse(_: Path) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert folder.version(MODEL) == version


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_only_the_user_may_look_inside(folder: IndexFolder) -> None:
    version = folder.version(MODEL).create()
    assert all(path.stat().st_mode & 0o777 == 0o700 for path in (folder.path, version.path, version.segments))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_only_the_user_may_look_into_the_place_of_all_indexes(tmp_path: Path) -> None:
    root = IndexRoot(tmp_path / "cache" / "semantic-symbols").create()
    assert root.base.stat().st_mode & 0o777 == 0o700


def test_a_link_and_a_detour_lead_to_the_same_index(root: IndexRoot, workspace: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(workspace, target_is_directory=True)
    wanted = root.folder_of(workspace).path
    assert root.folder_of(link).path == wanted
    assert root.folder_of(workspace / ".." / workspace.name).path == wanted


def test_folders_of_one_name_have_different_indexes(root: IndexRoot, tmp_path: Path) -> None:
    assert root.folder_of(tmp_path / "a" / "src").path != root.folder_of(tmp_path / "b" / "src").path


def test_letter_case_counts_where_the_disk_says_so(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "my project"
    is_same = other.exists()
    assert (path_identity.folder_hash(workspace) == path_identity.folder_hash(other)) is is_same
    monkeypatch.setattr(path_identity, "ignores_case", lambda _: True)
    assert path_identity.folder_hash(workspace) == path_identity.folder_hash(other)


def test_a_link_with_the_case_swapped_does_not_make_the_disk_ignore_case(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    if (tmp_path / "SRC").exists():
        pytest.skip("this disk ignores case")
    (tmp_path / "SRC").symlink_to("src", target_is_directory=True)
    assert not path_identity.ignores_case(tmp_path / "src")


def test_all_indexes_are_listed_with_their_workspace(
    root: IndexRoot, folder: IndexFolder, workspace: Path
) -> None:
    (root.base / "indexes" / "stray").mkdir()
    assert root.folders() == [folder]
    assert root.folders()[0].workspace == workspace


def test_an_index_without_its_description_is_known_by_what_it_holds(
    root: IndexRoot, folder: IndexFolder
) -> None:
    for name in ("v3-0123456789abcdef", "v3-0123456789abcdef.2"):
        (folder.path / name).mkdir()
    (folder.path / "lease.lock").touch()
    assert root.undescribed() == []
    (folder.path / "workspace.json").unlink()
    assert [one.path for one in root.undescribed()] == [folder.path]
    (folder.path / "letter.txt").touch()
    assert root.undescribed() == []


def test_a_folder_whose_links_lead_in_a_circle_has_a_place_all_the_same(
    root: IndexRoot, tmp_path: Path
) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    assert root.folder_of(circle).path.name.startswith("circle-")


def test_listing_an_empty_base_finds_nothing(tmp_path: Path) -> None:
    assert IndexRoot(tmp_path / "nowhere").folders() == []


def test_a_pause_is_kept_in_the_index_folder(root: IndexRoot, folder: IndexFolder, workspace: Path) -> None:
    assert not folder.is_paused()
    folder.pause()
    assert root.folder_of(workspace).is_paused()
    folder.resume()
    assert not root.folder_of(workspace).is_paused()


@pytest.mark.parametrize("garbage", ["", "{", "[]", '{"paused": 1, "lastUsed": "x", "path": 3}'])
def test_damaged_notes_count_as_none(root: IndexRoot, folder: IndexFolder, garbage: str) -> None:
    for name in ("control.json", "workspace.json"):
        (folder.path / name).write_text(garbage)
    assert not folder.is_paused()
    assert folder.last_used() == 0
    assert root.folders() == []


def test_versions_are_told_apart_by_format_and_model(folder: IndexFolder) -> None:
    new = folder.version(MODEL).create()
    old = folder.version("fedcba9876543210").create()
    (folder.path / "notes").mkdir()
    old.mark_ready()
    assert [version.fingerprint for version in folder.versions()] == [old.fingerprint, new.fingerprint]
    assert [version.is_ready for version in folder.versions()] == [True, False]
    assert new.format_version == FORMAT_VERSION
    assert old.delete()
    assert folder.versions() == [new]


def test_sizes_are_summed(folder: IndexFolder) -> None:
    version = folder.version(MODEL).create()
    (version.segments / "s").write_bytes(bytes(1000))
    version.catalog.write_bytes(bytes(500))
    assert version.size_bytes() == 1500
    assert folder.size_bytes() >= 1500


def test_deleting_leaves_nothing(root: IndexRoot, folder: IndexFolder) -> None:
    with Catalog.open_writer(folder.version(MODEL).create().catalog):
        pass
    assert folder.delete()
    assert root.folders() == []
    assert not folder.path.exists()
    assert folder.delete(), "a second time there is nothing to do"


@pytest.mark.usefixtures("shared_as_on_windows")
def test_what_a_reader_keeps_open_is_no_index_any_more_and_goes_later(folder: IndexFolder) -> None:
    version = folder.version(MODEL).create()
    version.mark_ready()
    with Catalog.open_writer(version.catalog):
        assert not version.delete()
        assert folder.versions() == []
        assert folder.remains() == [version]
        new = folder.version(MODEL).create()
        assert new.path != version.path
        assert not folder.delete()
        assert folder.remains() == [version]
        folder.create()
        new.create()
    assert version.delete()
    assert folder.remains() == []
    assert folder.version(MODEL) == new, "what is there goes on"
    assert folder.delete()


def test_a_note_that_can_not_be_written_leaves_nothing(
    folder: IndexFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(file: Path, *_: object, **__: object) -> None:
        file.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = sorted(folder.path.iterdir())
    monkeypatch.setattr(Path, "write_text", fill)
    with pytest.raises(IndexStorageFailed):
        folder.pause()
    assert sorted(folder.path.iterdir()) == before


def test_threads_that_take_the_same_note_at_once_stay_out_of_each_others_way(
    folder: IndexFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text = Path.write_text
    both_have_written = threading.Barrier(2, timeout=30)

    def write_together(file: Path, *arguments: Any, **named: Any) -> int:
        n_characters = write_text(file, *arguments, **named)
        both_have_written.wait()
        return n_characters

    monkeypatch.setattr(Path, "write_text", write_together)
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(folder.pause) for _ in range(2)]:
            done.result()
    assert folder.is_paused()


@pytest.mark.usefixtures("shared_as_on_windows")
def test_a_note_that_somebody_reads_is_replaced_a_moment_later(
    folder: IndexFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "_IS_SHARED_BY_CONSENT", True)
    folder.resume()
    with (folder.path / "control.json").open() as reader:
        monkeypatch.setattr(time, "sleep", lambda _: reader.close())
        folder.pause()
    assert folder.is_paused()


def test_an_index_that_is_being_written_is_not_deleted(folder: IndexFolder) -> None:
    version = folder.version(MODEL).create()
    with WriterLease.acquire(folder.lease_lock), pytest.raises(IndexBusy):
        folder.delete()
    assert version.path.exists()


def check_expiry(root: IndexRoot, folder: IndexFolder, unused_s: float) -> bool:
    folder.touch(1_000_000.0)
    return folder.workspace in root.expire(now=1_000_000.0 + unused_s)


def test_the_index_of_a_vanished_folder_expires_after_sixty_days(
    root: IndexRoot, folder: IndexFolder
) -> None:
    folder.workspace.rmdir()
    assert not check_expiry(root, folder, EXPIRY_S - 1)
    with WriterLease.acquire(folder.lease_lock):
        assert not check_expiry(root, folder, EXPIRY_S + 1)
    assert check_expiry(root, folder, EXPIRY_S + 1)
    assert not folder.path.exists()


def test_a_folder_out_of_reach_has_vanished_and_holds_up_no_other(
    root: IndexRoot, folder: IndexFolder, tmp_path: Path
) -> None:
    folder.workspace.rmdir()
    folder.touch(1_000_000.0)
    beyond = IndexFolder(root.base / "indexes" / "a", tmp_path / ("a" * 300)).create()
    beyond.touch(1_000_000.0)
    assert set(root.expire()) == {folder.workspace, beyond.workspace}


def test_the_index_of_a_folder_that_exists_never_expires(root: IndexRoot, folder: IndexFolder) -> None:
    assert not check_expiry(root, folder, 10 * EXPIRY_S)


def test_a_base_that_can_not_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexStorageFailed, match=r"Suggestion: [\s\S]*--index-dir"):
        IndexRoot(tmp_path / "file" / "base").create()


def test_removing_files_tells_what_is_left(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "folder").mkdir()
    kept = remove_files([tmp_path / "a", tmp_path / "absent", tmp_path / "folder"])
    assert kept == [tmp_path / "folder"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]
