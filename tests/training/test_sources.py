"""Code to learn from comes from folders and from git repositories, and both say the same."""

from pathlib import Path

import pytest
from small_corpus import THINGS, commit, write_folder

from lsp_server.errors import WorkspaceNotFound
from lsp_server.training.sources import open_repository

IGNORED = {"vendor/fmt/format.py", "log/bundled/format.py", "api_pb2.py", "node_modules/a/index.js"}


def test_a_git_directory_gives_what_its_folder_gives(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "paint")
    in_folder = {file.path: file.raw for file in open_repository(folder).files()}
    git_dir = commit(folder)
    bare = tmp_path / "bare.git"
    git_dir.rename(bare)
    repository = open_repository(bare)
    assert repository.name == "bare"
    assert {file.path: file.raw for file in repository.files()} == in_folder
    assert set(in_folder) == {"LICENSE", *(f"{thing}s.py" for thing in THINGS)}


def test_the_licence_is_read_from_the_repository_itself(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "paint")
    assert open_repository(folder).licence() == "MIT"
    commit(folder)
    assert open_repository(folder).licence() == "MIT"
    assert open_repository(write_folder(tmp_path / "other", licence="")).licence() is None


def test_what_others_or_programs_wrote_is_left_out(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "paint")
    for path in IGNORED:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("def anything(): pass\n", "utf-8")
    assert not IGNORED & {file.path for file in open_repository(folder).files()}
    commit(folder)
    assert not IGNORED & {file.path for file in open_repository(folder).files()}


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceNotFound, match="nowhere"):
        open_repository(tmp_path / "nowhere")
