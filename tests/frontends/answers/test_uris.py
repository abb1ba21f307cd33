import os
from pathlib import Path

import pytest

from lsp_server import disk
from lsp_server.frontends.answers.uris import ClientUris, path_of_uri

posix_only = pytest.mark.skipif(os.name == "nt", reason="paths of another system")


@posix_only
@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/me/a%20b.py", "/home/me/a b.py"),
        ("file://localhost/home", "/home"),
        ("file:///home/me/", "/home/me"),
        ("file:///a/%C3%A9%40", "/a/é@"),
        ("file:///a/é", "/a/é"),
        ("file://wsl%24/Ubuntu/home", "//wsl$/Ubuntu/home"),
    ],
)
def test_a_file_uri_names_a_path(uri: str, path: str) -> None:
    assert path_of_uri(uri) == Path(path)


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:Untitled-1",
        "git:/a.py?x",
        "/home/me",
        "",
        "file:",
        "file:///a%00b",
        "file://a%00b/c",
        "http://[::1",
        "vscode-remote://h/a",
        "file:///a/\ud800",
    ],
)
def test_other_texts_name_none(uri: str) -> None:
    assert path_of_uri(uri) is None


@posix_only
def test_a_folder_is_named_as_the_client_named_it() -> None:
    uris = ClientUris()
    folder = uris.learn_folder("file:///home/me/c%3A%40x/")
    assert folder == Path("/home/me/c:@x")
    assert uris.folder(folder) == "file:///home/me/c%3A%40x/"
    assert uris.file(folder, "src/a+b.py") == "file:///home/me/c%3A%40x/src/a%2Bb.py"


@posix_only
@pytest.mark.parametrize("name", ["caf%C3%A9.py", "cafe%CC%81.py"])
def test_on_macos_both_forms_of_an_accent_name_one_document(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "_COMPOSES_NAMES", True)
    uris = ClientUris()
    folder = uris.learn_folder("file:///home/me")
    assert folder is not None
    assert uris.learn_document(f"file:///home/me/{name}") == Path("/home/me/caf\u00e9.py")
    assert uris.file(folder, "caf\u00e9.py") == f"file:///home/me/{name}"


@posix_only
@pytest.mark.parametrize("is_learned", [True, False])
def test_the_root_of_the_disk_is_a_folder_too(is_learned: bool) -> None:  # noqa: FBT001 - a case of the test
    uris = ClientUris()
    folder = uris.learn_folder("file:///") if is_learned else Path("/")
    assert folder == Path("/")
    assert uris.folder(folder) == "file:///"
    assert uris.file(folder, "etc/a.py") == "file:///etc/a.py"


@posix_only
def test_a_folder_on_the_disk_of_wsl_is_named_as_vs_code_does() -> None:
    uris = ClientUris()
    folder = uris.learn_folder("file://wsl%24/Ubuntu/home")
    assert folder is not None
    assert uris.file(folder, "a.py") == "file://wsl%24/Ubuntu/home/a.py"
    assert uris.folder(folder / "sub") == "file://wsl%24/Ubuntu/home/sub"


@posix_only
def test_a_client_that_leaves_delimiters_alone_is_answered_so() -> None:
    uris = ClientUris()
    folder = uris.learn_folder("file:///home/me/a@b")
    assert folder is not None
    assert uris.file(folder, "c+d(e).py") == "file:///home/me/a@b/c+d(e).py"


@posix_only
def test_an_open_document_keeps_its_own_uri_until_it_is_closed() -> None:
    uris = ClientUris()
    folder = uris.learn_folder("file:///home/me")
    document = uris.learn_document("file:///home/me/caf\u00e9.py")
    assert folder is not None
    assert document is not None
    assert uris.file(folder, "café.py") == "file:///home/me/café.py"
    uris.forget_document(document)
    assert uris.file(folder, "café.py") == "file:///home/me/caf%C3%A9.py"


@posix_only
def test_a_name_that_is_no_utf_8_goes_both_ways() -> None:
    path = path_of_uri("file:///a/%FF.py")
    assert path is not None
    assert ClientUris().file(Path("/a"), path.name) == "file:///a/%FF.py"


def test_a_folder_behind_a_link_is_named_as_the_client_named_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    try:
        link.symlink_to(tmp_path / "real", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    uris = ClientUris()
    uris.learn_folder(link.as_uri())
    assert uris.folder(tmp_path / "real") == link.as_uri()
