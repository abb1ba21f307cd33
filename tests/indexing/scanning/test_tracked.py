"""Whether people keep something below a folder under version control, and when that changes."""

import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from lsp_server.indexing.scanning import tracked as module
from lsp_server.indexing.scanning.git_paths import exclude_file, leads_to_network
from lsp_server.indexing.scanning.tracked import TrackedFolders


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for path in ("build/steps.py", "web/dist/site.js", "web/notes/dist/a.js"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x\n")
    git(root, "init", "-q")
    git(root, "add", "-f", "build", "web/notes")
    git(root, "commit", "-qm", "first")
    return root


def test_only_what_git_tracks_something_in_counts(repository: Path) -> None:
    tracked = TrackedFolders(repository)
    assert tracked.hold("build")
    assert tracked.hold("web/notes/dist")
    assert not tracked.hold("web/dist")
    assert not tracked.hold("notes/dist"), "the end of a name is another folder"


def test_a_folder_of_a_repository_and_a_work_tree_ask_the_index_that_is_theirs(repository: Path) -> None:
    assert TrackedFolders(repository / "web").hold("notes/dist")
    assert not TrackedFolders(repository / "web").hold("build")
    work_tree = repository.parent / "work tree"
    git(repository, "worktree", "add", "-q", "--detach", str(work_tree))
    git(repository, "rm", "-q", "-r", "--cached", "build")
    assert TrackedFolders(work_tree).hold("build")
    assert not TrackedFolders(repository).hold("build")


def test_without_a_repository_nothing_is_tracked(tmp_path: Path) -> None:
    tracked = TrackedFolders(tmp_path)
    assert not tracked.hold("build")
    assert tracked.index is None
    assert tracked.changed() == []


def test_what_was_asked_is_told_when_the_answer_is_another(repository: Path) -> None:
    tracked = TrackedFolders(repository)
    assert (tracked.hold("build"), tracked.hold("web/dist")) == (True, False)
    assert tracked.changed() == []
    git(repository, "add", "-f", "web/dist")
    assert tracked.changed() == ["web/dist"]
    git(repository, "rm", "-q", "-r", "--cached", "build")
    assert not tracked.hold("build"), "whoever asks in between hides nothing"
    assert tracked.changed() == ["build"]
    assert tracked.changed() == []
    assert (tracked.hold("build"), tracked.hold("web/dist")) == (False, True)


@pytest.mark.parametrize("n_before", [0, 15_999_900, 16_000_000, 120_000_000])
def test_an_index_of_a_million_files_is_read_to_its_end(repository: Path, n_before: int) -> None:
    index = repository / ".git/index"
    index.write_bytes(bytes(n_before) + index.read_bytes())  # as if entries of other files came first
    tracked = TrackedFolders(repository)
    assert (tracked.hold("build"), tracked.hold("web/notes"), tracked.hold("dist")) == (True, True, False)


@pytest.mark.parametrize("cut", range(6))
def test_a_name_at_the_end_of_a_piece_is_found(
    repository: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    at = (repository / ".git/index").read_bytes().index(b"build/steps.py")
    monkeypatch.setattr(module, "_PIECE_BYTES", at - 3 + cut)
    assert TrackedFolders(repository).hold("build")
    assert not TrackedFolders(repository).hold("web/dist")


@pytest.mark.skipif(sys.platform == "win32", reason="a file of holes takes its space there")
def test_an_index_too_large_for_one_is_told_of(repository: Path, caplog: pytest.LogCaptureFixture) -> None:
    with (repository / ".git/index").open("r+b") as file:
        file.truncate(1 << 40)
    for _ in range(2):
        assert not TrackedFolders(repository).hold("build")
    (record,) = caplog.records
    assert str(repository / ".git/index") in record.getMessage()


@pytest.mark.parametrize("text", [b"gitdir: a\0b\n", b"", b"gitdir: \xff\n"])
def test_a_repository_that_leads_nowhere_is_none(tmp_path: Path, text: bytes) -> None:
    (tmp_path / ".git").write_bytes(text)
    assert not TrackedFolders(tmp_path).hold("build")
    exclude_file(tmp_path)


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        ("C:/code/app", "//evil.example/share/.git", True),
        ("C:/code/app", r"\\?\UNC\evil.example\share", True),
        ("//files/team/app", "//evil.example/share", True),
        ("//files/team/app", "//Files/Team/main/.git/worktrees/app", False),
        ("//files/team/app", "../main/.git", False),
        ("C:/code/app", "D:/main/.git/worktrees/app", False),
        ("C:/code/app", "../main/.git/worktrees/app", False),
        ("C:/code/app", r"\\?\D:\main\.git\worktrees\app", False),
        ("C:/code/app", "//?/c:/main/.git/worktrees/app", False),
        (r"\\?\C:\code\app", "../main/.git", False),
        ("C:/code/app", r"\\?\GLOBALROOT\Device\Mup\evil.example\share", True),
        ("C:/code/app", r"\\.\UNC\evil.example\share", True),
    ],
)
def test_a_git_file_leads_to_no_other_computer(folder: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a row of the table
    start = PureWindowsPath(folder)
    assert leads_to_network(start / path, start) is expected
