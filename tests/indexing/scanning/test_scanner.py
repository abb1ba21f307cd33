"""What a scan reports: new, touched and removed files, at or below what changed."""

import errno
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from lsp_server import disk
from lsp_server.indexing.scanning import scanner
from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.scanning.scanner import (
    RACY_NS,
    RECENT_FILES,
    ChangeSet,
    FileStat,
    changes_for,
    priority_order,
    scan,
)
from lsp_server.storage.path_identity import folded

LONG_AGO_NS = 1_600_000_000 * 10**9
ALWAYS_NS = 1


@dataclass(frozen=True)
class Remembered:
    size_bytes: int
    mtime_ns: int


def write(root: Path, path: str, text: str = "x", mtime_ns: int = LONG_AGO_NS) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    os.utime(target, ns=(mtime_ns, mtime_ns))


def long_after() -> int:
    """A time at which nothing that was written here is young any more."""
    return time.time_ns() + 60 * 10**9


def remembered(root: Path) -> Mapping[str, Remembered]:
    files = scan(IgnoreRules(root), {}, 0).changed
    return {file.path: Remembered(file.size_bytes, file.mtime_ns) for file in files}


def paths(files: list[FileStat]) -> list[str]:
    return sorted(file.path for file in files)


def summary(changes: ChangeSet) -> tuple[list[str], list[str], list[str]]:
    return paths(changes.changed), paths(changes.touched), sorted(changes.removed)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ("a.py", "b.py", "pkg/c.py", "pkg/deep/d.py", "other/e.py"):
        write(tmp_path, path)
    return tmp_path


def test_first_scan_finds_everything(root: Path) -> None:
    began_ns = time.time_ns()
    changes = scan(IgnoreRules(root), {}, 0)
    assert summary(changes) == (["a.py", "b.py", "other/e.py", "pkg/c.py", "pkg/deep/d.py"], [], [])
    assert changes.scanned_at_ns >= began_ns


def test_second_scan_finds_nothing(root: Path) -> None:
    known = remembered(root)
    assert summary(scan(IgnoreRules(root), known, long_after())) == ([], [], [])


def test_sizes_and_times_tell_what_changed(root: Path) -> None:
    known = remembered(root)
    write(root, "a.py", "longer")
    write(root, "b.py", "y", LONG_AGO_NS + 1)
    write(root, "new.py")
    (root / "pkg/c.py").unlink()
    changes = scan(IgnoreRules(root), known, long_after())
    assert summary(changes) == (["a.py", "new.py"], ["b.py"], ["pkg/c.py"])


def test_a_file_written_just_before_it_was_seen_is_looked_at_again(root: Path) -> None:
    seen_ns = long_after()
    write(root, "a.py", "x", seen_ns - 10**9)
    known = remembered(root)
    assert summary(scan(IgnoreRules(root), known, seen_ns)) == ([], ["a.py"], [])
    assert summary(scan(IgnoreRules(root), known, seen_ns + 10**10)) == ([], [], [])


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell when a file was changed last")
def test_a_file_that_kept_size_and_time_is_looked_at_again(root: Path) -> None:
    known = remembered(root)
    seen_ns = time.time_ns() + RACY_NS
    while time.time_ns() < seen_ns + RACY_NS:  # no event tells that a time is over
        time.sleep(0.1)
    write(root, "a.py", "y")
    (root / "b.py").rename(root / "c.py")
    (root / "other/e.py").rename(root / "b.py")
    assert summary(scan(IgnoreRules(root), known, seen_ns)) == (["c.py"], ["a.py", "b.py"], ["other/e.py"])


def test_nothing_that_lies_in_a_named_folder_is_taken_for_known(root: Path) -> None:
    known = remembered(root)
    assert summary(changes_for(IgnoreRules(root), ["pkg", "b.py"], known, long_after())) == (
        [],
        ["b.py", "pkg/c.py", "pkg/deep/d.py"],
        [],
    )


def test_a_file_that_is_ignored_now_is_removed(root: Path) -> None:
    known = remembered(root)
    (root / ".ignore").write_text("pkg/")
    assert sorted(scan(IgnoreRules(root), known, long_after()).removed) == ["pkg/c.py", "pkg/deep/d.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes need privileges, or do not exist")
def test_links_and_special_files_are_passed_over(root: Path) -> None:
    known = remembered(root)
    (root / "link.py").symlink_to(root / "a.py")
    (root / "folder").symlink_to(root / "pkg")
    os.mkfifo(root / "pipe")
    assert summary(scan(IgnoreRules(root), known, long_after())) == ([], [], [])
    assert summary(changes_for(IgnoreRules(root), ["folder/c.py", "folder", "pipe"], known, 0)) == (
        [],
        [],
        [],
    )


def test_what_lies_below_an_unreadable_folder_is_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = remembered(root)
    listed = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("pkg"):
            raise PermissionError(path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    changes = scan(IgnoreRules(root), known, long_after())
    assert changes.unreadable == ["pkg"]
    assert changes.removed == []


@pytest.mark.parametrize("hidden", ["a.py", "pkg"])
def test_what_can_not_be_looked_at_for_the_moment_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    known = remembered(root)
    lstat = Path.lstat

    def unanswered(path: Path) -> os.stat_result:
        if path.name == hidden:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", unanswered)
    assert summary(changes_for(IgnoreRules(root), ["a.py", "pkg/c.py"], known, 0))[2] == []


def test_a_vanished_root_removes_nothing(root: Path) -> None:
    known = remembered(root)
    changes = scan(IgnoreRules(root / "gone"), known, 0)
    assert changes.unreadable == [""]
    assert changes.removed == []


def test_a_cancelled_scan_removes_nothing(root: Path) -> None:
    known = {**remembered(root), "gone.py": Remembered(1, 1)}
    assert scan(IgnoreRules(root), known, 0, lambda: True).removed == []


def test_only_what_was_named_is_compared(root: Path) -> None:
    known = remembered(root)
    write(root, "a.py", "longer")
    write(root, "b.py", "longer")
    assert summary(changes_for(IgnoreRules(root), ["a.py"], known, ALWAYS_NS)) == (["a.py"], [], [])


def test_a_new_folder_is_scanned_and_a_vanished_one_takes_its_files(root: Path) -> None:
    known = remembered(root)
    (root / "pkg").rename(root / "moved")
    changes = changes_for(IgnoreRules(root), ["pkg", "moved"], known, ALWAYS_NS)
    assert summary(changes) == (["moved/c.py", "moved/deep/d.py"], [], ["pkg/c.py", "pkg/deep/d.py"])


def test_a_folder_that_becomes_a_file_and_a_file_that_becomes_a_folder(root: Path) -> None:
    known = remembered(root)
    (root / "other/e.py").unlink()
    (root / "other").rmdir()
    write(root, "other")
    (root / "a.py").unlink()
    write(root, "a.py/inner.py")
    changes = changes_for(IgnoreRules(root), ["a.py", "other"], known, ALWAYS_NS)
    assert summary(changes) == (["a.py/inner.py", "other"], [], ["a.py", "other/e.py"])


@pytest.fixture
def letter_case_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files answer to names in any case and form, as on Windows and macOS."""
    stat_of = scanner._stat

    def find(root: Path, path: str) -> os.stat_result | None:
        walked = (entry.relative_to(root).as_posix() for entry in root.rglob("*"))
        return next((stat_of(root, one) for one in walked if folded(one) == folded(path)), None)

    monkeypatch.setattr(scanner, "_stat", find)
    monkeypatch.setattr(scanner, "ignores_case", lambda _: True)


@pytest.mark.usefixtures("letter_case_is_ignored")
def test_a_file_whose_name_changed_its_case_has_the_new_name_alone(root: Path) -> None:
    known = remembered(root)
    (root / "pkg/c.py").rename(root / "pkg/C.py")
    changes = changes_for(IgnoreRules(root), ["pkg/c.py", "pkg/C.py"], known, ALWAYS_NS)
    assert summary(changes) == (["pkg/C.py"], [], ["pkg/c.py"])


@pytest.mark.usefixtures("letter_case_is_ignored")
def test_a_folder_whose_name_changed_its_case_has_the_new_name_alone(root: Path) -> None:
    known = remembered(root)
    (root / "other").rename(root / "Other")
    changes = changes_for(IgnoreRules(root), ["other", "Other"], known, ALWAYS_NS)
    assert summary(changes) == (["Other/e.py"], [], ["other/e.py"])


@pytest.mark.usefixtures("letter_case_is_ignored")
@pytest.mark.parametrize("named", ["PKG/\u00e9t\u00e9.py", "pkg/e\u0301te\u0301.py", "Pkg/\u00c9T\u00c9.PY"])
def test_a_change_may_be_told_under_another_spelling(root: Path, named: str) -> None:
    write(root, "pkg/\u00e9t\u00e9.py", "long")
    changes = changes_for(IgnoreRules(root), [named], remembered(root), ALWAYS_NS)
    assert summary(changes) == ([], ["pkg/\u00e9t\u00e9.py"], [])
    changes = changes_for(IgnoreRules(root), [named], {}, time.time_ns())
    assert summary(changes) == (["pkg/\u00e9t\u00e9.py"], [], [])


def test_on_macos_a_name_is_composed_however_the_disk_lists_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "_COMPOSES_NAMES", True)
    write(root, "pkg/e\u0301te\u0301.py")
    (root / ".gitignore").write_text("n\u00e9.py\n", encoding="utf-8")
    write(root, "ne\u0301.py")
    assert [path for path in paths(scan(IgnoreRules(root), {}, 0).changed) if not path.isascii()] == [
        "pkg/\u00e9t\u00e9.py"
    ]


@pytest.mark.usefixtures("letter_case_is_ignored")
@pytest.mark.parametrize("named", ["pkg/\u00e9t\u00e9.py", "pkg/e\u0301te\u0301.py"])
def test_on_macos_a_change_is_of_the_composed_name(
    root: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "_COMPOSES_NAMES", True)
    write(root, "pkg/e\u0301te\u0301.py")
    changes = changes_for(IgnoreRules(root), [named], {}, ALWAYS_NS)
    assert summary(changes) == (["pkg/\u00e9t\u00e9.py"], [], [])


def test_junctions_are_links_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = remembered(root)
    (root / "pkg/circle").mkdir()
    write(root, "pkg/circle/c.py")
    junction = (root / "pkg/circle").stat().st_ino
    is_folder = scanner._is_folder

    def mark(stat: os.stat_result) -> bool:
        is_junction = stat.st_ino == junction
        marked = SimpleNamespace(st_mode=stat.st_mode, st_reparse_tag=0xA0000003 if is_junction else 0)
        return is_folder(marked)  # type: ignore[arg-type]

    monkeypatch.setattr(scanner, "_is_folder", mark)
    monkeypatch.setattr(scanner, "_IS_WINDOWS", True)
    assert summary(scan(IgnoreRules(root), known, long_after())) == ([], [], [])
    assert summary(changes_for(IgnoreRules(root), ["pkg/circle/c.py"], known, long_after())) == ([], [], [])


def test_named_files_that_are_ignored_are_removed_or_passed_over(root: Path) -> None:
    known = remembered(root)
    (root / ".gitignore").write_text("pkg/deep\nfresh.py\n")
    write(root, "fresh.py")
    rules = IgnoreRules(root)
    assert summary(changes_for(rules, ["fresh.py", "pkg/deep/d.py"], known, ALWAYS_NS)) == (
        [],
        [],
        ["pkg/deep/d.py"],
    )


def test_the_root_itself_means_a_full_scan(root: Path) -> None:
    assert len(changes_for(IgnoreRules(root), ["", "a.py"], {}, 0).changed) == 5


def test_recent_files_come_first_then_a_fixed_shuffle() -> None:
    files = [FileStat(f"f{number}.py", 1, number) for number in range(RECENT_FILES + 50)]
    order = [file.path for file in priority_order(files)]
    assert order[:2] == [f"f{RECENT_FILES + 49}.py", f"f{RECENT_FILES + 48}.py"]
    rest = order[RECENT_FILES:]
    assert sorted(rest) != rest
    assert order == [file.path for file in priority_order(reversed(files))]
    assert len(order) == len(files)


@pytest.fixture
def deepest(tmp_path: Path) -> Iterator[str]:
    """The path of a file in more nested folders than Python may recurse."""
    depth = sys.getrecursionlimit() + 200
    below = [tmp_path / "/".join("d" * level) for level in range(1, depth + 1)]
    for folder in below:
        folder.mkdir()
    file = below[-1] / "a.py"
    file.write_text("x")
    yield file.relative_to(tmp_path).as_posix()
    file.unlink()
    for folder in reversed(below):
        folder.rmdir()


def test_folders_may_be_nested_by_the_thousand(
    tmp_path: Path, deepest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paths(scan(IgnoreRules(tmp_path), {}, 0).changed) == [deepest]
    assert IgnoreRules(tmp_path).decide(deepest).indexed
    assert not IgnoreRules(tmp_path, extra_exclude=["/d/"]).decide(deepest).indexed
    assert paths(changes_for(IgnoreRules(tmp_path), [deepest], {}, 0).changed) == [deepest]
    monkeypatch.setattr(scanner, "ignores_case", lambda _: True)
    assert paths(changes_for(IgnoreRules(tmp_path), [deepest.upper()], {}, 0).changed) == [deepest]
