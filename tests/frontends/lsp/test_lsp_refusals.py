"""Whatever a client sends, it is answered, and the server goes on."""

from pathlib import Path
from typing import Any

import pytest
from conversation import Conversation, Start, framed, names

pytestmark = pytest.mark.long

NOT_INITIALIZED, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32002, -32600, -32601, -32602
INTERNAL, PARSE_ERROR = -32603, -32700


def test_requests_before_initialize_are_refused(start: Start, folder: Path) -> None:
    client = start()
    assert client.error("semanticSearch", {"query": "x"})["code"] == NOT_INITIALIZED
    client.notify("textDocument/didOpen", {})
    assert client.error("initialize", [1])["code"] == INVALID_PARAMS
    client.initialize(folder)
    assert client.error("initialize", {"capabilities": {}})["code"] == INVALID_REQUEST
    assert names(client, "retry") == ["retry_request"]


def test_unknown_methods_are_refused_and_unknown_notifications_ignored(shared: Conversation) -> None:
    refused = shared.error("semanticSearch/nothing", {})
    assert refused["code"] == NO_METHOD
    assert "\nSuggestion: " in refused["message"]
    assert refused["data"]["kind"]
    assert shared.error("$/nothing")["code"] == NO_METHOD
    assert shared.error("workspace/executeCommand", {"command": "x"})["code"] == NO_METHOD
    shared.notify("$/setTrace", {"value": "verbose"})
    shared.notify("nothing/at/all", 5)
    assert names(shared, "retry") == ["retry_request"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", PARSE_ERROR),
        (b"\xff\xfe\xfd", PARSE_ERROR),
        (b"[" * 100_000, PARSE_ERROR),
        (b'{"id": ' + b"9" * 10_000 + b"}", PARSE_ERROR),
        (b"", PARSE_ERROR),
        (b"[]", INVALID_REQUEST),
        (b"null", INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":null,"method":"shutdown"}', INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":[],"method":"shutdown"}', INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":true,"method":"shutdown"}', INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}', INVALID_REQUEST),
    ],
)
def test_what_is_no_message_is_answered_so(shared: Conversation, body: bytes, code: int) -> None:
    shared.write(framed(body))
    assert shared.answer(None)["error"]["code"] == code
    assert names(shared, "retry") == ["retry_request"]


def test_a_bad_request_whose_id_can_be_read_is_answered_by_it(shared: Conversation) -> None:
    shared.send({"jsonrpc": "2.0", "id": "mine", "method": 7})
    assert shared.answer("mine")["error"]["code"] == INVALID_REQUEST


def test_what_has_to_be_asked_does_nothing_when_it_is_told(shared: Conversation) -> None:
    shared.notify("shutdown")
    assert names(shared, "retry") == ["retry_request"]


REQUESTS = (
    "initialize",
    "semanticSearch",
    "semanticSearch/related",
    "semanticSearch/status",
    "semanticSearch/pause",
    "semanticSearch/resume",
    "semanticSearch/rebuild",
    "semanticSearch/explainPath",
    "textDocument/hover",
    "workspace/symbol",
    "workspaceSymbol/resolve",
)
NOTIFICATIONS = (
    "initialized",
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didSave",
    "textDocument/didClose",
    "window/workDoneProgress/cancel",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWatchedFiles",
    "workspace/didChangeWorkspaceFolders",
    "workspace/didCreateFiles",
    "workspace/didDeleteFiles",
    "workspace/didRenameFiles",
    "$/cancelRequest",
)
JUNK: tuple[Any, ...] = (
    None,
    0,
    "text",
    [],
    [[]],
    {},
    {"textDocument": None},
    {"textDocument": {"uri": 1}, "position": {}, "contentChanges": {}},
    {"textDocument": {"uri": "file://[", "text": "\ud800"}, "position": {"line": 2**40, "character": -1}},
    {"query": {"query": "x"}, "settings": [1], "event": {"added": [{}], "removed": 5}},
    {"changes": [{"uri": None}], "files": [{"uri": "file:///\ud800"}], "token": {}, "id": {}},
    {"query": "\ud800", "uri": "\x00:", "data": [], "settings": "x", "token": 5, "id": "x"},
)


def test_junk_is_answered_and_never_stops_the_server(client: Conversation) -> None:
    for junk in JUNK:
        for method in NOTIFICATIONS:
            client.notify(method, junk)
        asked = [client.ask(method, junk) for method in REQUESTS]
        for number in asked:
            answer = client.answer(number)
            assert "error" not in answer or answer["error"]["code"] != INTERNAL, answer
    assert names(client, "retry") == ["retry_request"]


def test_answers_to_questions_never_asked_do_no_harm(shared: Conversation) -> None:
    for message in ({"id": 1, "result": 5}, {"id": [], "error": 5}, {}, {"id": "server-1", "error": {}}):
        shared.send({"jsonrpc": "2.0", **message})
    assert names(shared, "retry") == ["retry_request"]


def test_stray_prints_stay_out_of_the_protocol(client: Conversation) -> None:
    assert names(client, "retry") == ["retry_request"]
    client.request("shutdown")
    client.notify("exit")
    assert client.wait() == 0
    client.end()
    assert b"a stray print of the workspace" in client.stderr
