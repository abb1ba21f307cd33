"""Open documents, by the file that each stands for, and folders inside of folders."""

from pathlib import Path

from lsp_server.workspace.documents import OpenDocuments
from lsp_server.workspace.nested import innermost, most_copies


def test_two_names_of_one_file_share_the_text_that_changed_last(tmp_path: Path) -> None:
    file = tmp_path / "real" / "a.py"
    file.parent.mkdir()
    file.touch()
    (tmp_path / "link").symlink_to(file.parent, target_is_directory=True)
    alias = tmp_path / "link" / "a.py"
    documents = OpenDocuments()
    assert documents.put(file, "one") == documents.put(alias, "two") == file
    assert documents.remove(alias) == (file, "one")
    assert documents.remove(file) == (file, None)
    assert documents.remove(file) is None


def test_a_document_of_a_file_yet_to_come_is_known_by_where_it_will_be(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    documents = OpenDocuments()
    assert documents.put(tmp_path / "link" / "new" / "a.py", "") == tmp_path / "new" / "a.py"


def test_links_in_a_circle_are_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert isinstance(OpenDocuments().put(tmp_path / "a" / "x.py", ""), Path)


def test_the_innermost_folder_owns_a_file() -> None:
    folders = [Path("/a"), Path("/a/b"), Path("/ab")]
    assert innermost(Path("/a/b/c.py"), folders) == Path("/a/b")
    assert innermost(Path("/a/c.py"), folders) == Path("/a")
    assert innermost(Path("/c.py"), folders) is None
    assert most_copies(folders) == 2
    assert most_copies([Path("/a"), Path("/b")]) == 1
    assert most_copies([]) == 1
