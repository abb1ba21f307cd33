"""The text on screen, as the client tells of it."""

from pathlib import Path
from typing import Any

import pytest
from conversation import Conversation, Start, names, open_document

pytestmark = pytest.mark.long


def change(client: Conversation, uri: str, *changes: Any) -> None:
    document = {"uri": uri, "version": 2}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})


def span(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


def test_a_search_sees_the_text_of_every_change_before_it(client: Conversation, folder: Path) -> None:
    uri = folder.as_uri() + "/net.py"
    open_document(client, uri, "def first(): ...\n")
    for n in range(50):
        change(client, uri, {"text": f"def version{n}(): ...\n"})
        assert names(client, "version") == [f"version{n}"]
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert names(client, "version retry") == ["retry_request"]


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 9), ("utf-16", 7), ("utf-32", 6)])
def test_edits_apply_in_the_negotiated_encoding(
    start: Start, folder: Path, encoding: str, column: int
) -> None:
    client = start()
    client.initialize(folder, capabilities={"general": {"positionEncodings": [encoding]}})
    uri = folder.as_uri() + "/new.py"
    open_document(client, uri, "\x0c\ndef 🙂_old(): ...\n")
    change(client, uri, {"range": span((1, column), (1, column + 3)), "text": "new"})
    (result,) = client.request("semanticSearch", {"query": "🙂"})["results"]
    assert result["name"] == "🙂_new"
    assert result["selectionRange"]["end"]["character"] == column + 3
    assert result["location"]["uri"] == uri


def test_edits_out_of_range_and_out_of_order_do_no_harm(client: Conversation, folder: Path) -> None:
    uri = folder.as_uri() + "/new.py"
    change(client, uri, {"text": "never opened"})
    open_document(client, uri, "def a(): ...\n")
    change(client, uri, {"range": span((90, 1), (99, 1)), "text": "def far(): ...\n"})
    change(client, uri, {"range": "nonsense", "text": "x"}, {"text": 5}, 7)
    change(client, uri)
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri}})
    client.notify("textDocument/didOpen", {"textDocument": {"uri": 5}})
    client.notify("textDocument/didClose", {"textDocument": {"uri": "file:///never"}})
    assert names(client, "far") == ["far"]


def test_buffers_that_are_no_files_are_not_searched(shared: Conversation) -> None:
    open_document(shared, "untitled:Untitled-1", "def hidden(): ...\n")
    open_document(shared, "git:/net.py?ref=HEAD", "def hidden(): ...\n")
    assert names(shared, "hidden") == []
