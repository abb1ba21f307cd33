from typing import Any

import pytest

from lsp_server.errors import InvalidParams
from lsp_server.frontends.lsp.client import Client, client_of


def folders_of(**raw: Any) -> tuple[str, ...]:
    return client_of(raw).folders


def test_the_first_encoding_of_the_client_that_is_known_wins() -> None:
    def encoding(offered: Any) -> str:
        return client_of({"capabilities": {"general": {"positionEncodings": offered}}}).encoding_name

    assert encoding(["utf-8", "utf-16"]) == "utf-8"
    assert encoding(["utf-7", "utf-32", "utf-8"]) == "utf-32"
    assert encoding([]) == "utf-16"
    assert encoding(None) == "utf-16"
    assert encoding("utf-8") == "utf-16"
    assert encoding([8, {}]) == "utf-16"


def test_workspace_folders_come_before_the_root() -> None:
    listed = [{"uri": "file:///a", "name": "a"}, {"uri": "file:///b", "name": "b"}]
    assert folders_of(workspaceFolders=listed, rootUri="file:///c") == ("file:///a", "file:///b")
    assert folders_of(workspaceFolders=None, rootUri="file:///c", rootPath="/d") == ("file:///c",)
    assert folders_of(rootUri=None, rootPath="/d e") == ("file:///d%20e",)
    assert folders_of() == ()
    assert folders_of(workspaceFolders=[{"name": "no uri"}, 3], rootPath="relative") == ()


def test_options_may_stand_bare_or_under_our_name() -> None:
    assert client_of({"initializationOptions": {"a": 1}}).options == {"a": 1}
    assert client_of({"initializationOptions": {"semanticSymbols": {"a": 1}}}).options == {"a": 1}
    assert client_of({"initializationOptions": {"semanticSymbols": None}}).options == {}
    assert client_of({"initializationOptions": {"semanticSymbols": 5}}).options is None
    assert client_of({"initializationOptions": 5}).options is None


@pytest.mark.parametrize("capabilities", [None, 3, [], {"workspace": 3}, {"textDocument": {"hover": []}}])
def test_capabilities_of_a_wrong_shape_count_as_not_said(capabilities: Any) -> None:
    assert client_of({"capabilities": capabilities}) == Client()


@pytest.mark.parametrize(
    ("formats", "markdown"),
    [
        (["markdown", "plaintext"], True),
        (["plaintext", "markdown"], False),
        (["html", "markdown"], True),
        ([["markdown"], {}, "markdown"], True),
        ([], False),
    ],
)
def test_the_first_hover_format_wins(formats: list[Any], *, markdown: bool) -> None:
    raw = {"capabilities": {"textDocument": {"hover": {"contentFormat": formats}}}}
    assert client_of(raw).takes_markdown == markdown


def test_parameters_that_are_no_object_are_refused() -> None:
    with pytest.raises(InvalidParams):
        client_of([1])
