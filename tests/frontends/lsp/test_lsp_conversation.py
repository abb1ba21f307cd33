import json
from pathlib import Path
from typing import Any

import pytest
from conversation import Conversation, Start, names, settings

from lsp_server import __version__

pytestmark = pytest.mark.long

NOT_INITIALIZED, INVALID_REQUEST, NO_METHOD = -32002, -32600, -32601
INVALID_PARAMS, INTERNAL, PARSE_ERROR, CANCELLED, FAILED = -32602, -32603, -32700, -32800, -32803


def test_initialize_tells_what_the_server_can(start: Start, folder: Path) -> None:
    result = start().initialize(folder, capabilities={"general": {"positionEncodings": ["utf-8", "utf-16"]}})
    capabilities = result["capabilities"]
    assert result["serverInfo"] == {"name": "semantic-symbols", "version": __version__}
    assert capabilities["positionEncoding"] == "utf-8"
    assert capabilities["workspaceSymbolProvider"] == {"resolveProvider": True, "workDoneProgress": True}
    assert capabilities["hoverProvider"] is True
    assert capabilities["textDocumentSync"] == {
        "openClose": True,
        "change": 2,
        "save": {"includeText": False},
    }
    assert capabilities["workspace"]["workspaceFolders"] == {"supported": True, "changeNotifications": True}
    assert set(capabilities["workspace"]["fileOperations"]) == {"didCreate", "didRename", "didDelete"}


def test_the_root_serves_where_there_are_no_workspace_folders(start: Start, folder: Path) -> None:
    roots: tuple[dict[str, Any], ...] = ({"rootUri": folder.as_uri()}, {"rootPath": str(folder)})
    for root in roots:
        client = start()
        client.initialize(**root)
        assert names(client, "retry") == ["retry_request"]


def test_without_a_folder_there_is_nothing_to_find(start: Start) -> None:
    client = start()
    client.initialize()
    assert names(client) == []
    assert client.request("semanticSearch/status")["folders"] == []


def test_a_folder_that_does_not_exist_is_told_and_passed_over(start: Start, folder: Path) -> None:
    client = start()
    gone = {"uri": (folder / "gone").as_uri(), "name": "gone"}
    client.initialize(workspaceFolders=[gone, {"uri": folder.as_uri(), "name": "there"}])
    assert "gone" in client.notification("window/showMessage")["message"]
    assert names(client, "retry") == ["retry_request"]


def test_a_client_that_never_says_initialized_is_served(start: Start, folder: Path) -> None:
    client = start()
    client.request("initialize", {"capabilities": {}, "rootUri": folder.as_uri()})
    assert names(client, "retry") == ["retry_request"]


# Searching -------------------------------------------------------------------------------------------------


def test_search_answers_with_the_clients_own_uris(client: Conversation, folder: Path) -> None:
    answer = client.request(
        "semanticSearch", {"query": "retry", "workspaceFolder": folder.as_uri(), "explain": True}
    )
    (result,) = answer["results"]
    assert result["location"]["uri"] == folder.as_uri() + "/net.py"
    assert result["location"]["range"]["start"] == {"line": 0, "character": 0}
    assert result["selectionRange"]["start"] == {"line": 1, "character": 4}
    assert result["explanation"]["signals"] == {"name": 0.1}
    assert answer["coverage"]["files"] == 10


def test_an_empty_query_finds_nothing_in_a_folder_that_is_open(shared: Conversation) -> None:
    answer = shared.request("semanticSearch", {"query": "  "})
    assert answer["results"] == []
    assert answer["isIncomplete"] is False
    error = shared.error("semanticSearch", {"query": "", "workspaceFolder": "file:///not/open"})
    assert error["data"]["kind"] == "WorkspaceNotFound"


@pytest.mark.parametrize(
    ("method", "params", "key"),
    [
        ("semanticSearch", {"query": "x", "limit": 0}, "limit"),
        ("semanticSearch", {"query": "x", "min-score": 1}, "min-score"),
        ("semanticSearch", {"query": "x", "languages": ["klingon"]}, "languages"),
        ("semanticSearch", None, "query"),
        ("semanticSearch", ["x"], "params"),
        ("semanticSearch/related", {}, "textDocument"),
        ("semanticSearch/status", {"x": 1}, "x"),
        ("semanticSearch/pause", {"x": 1}, "x"),
        ("semanticSearch/filters", {"x": 1}, "x"),
        ("semanticSearch/explainPath", {}, "uri"),
        ("workspace/symbol", {"query": 5}, "query"),
        ("workspace/symbol", "text", "params"),
        (
            "textDocument/hover",
            {"textDocument": {"uri": "file:///a"}, "position": {"line": "1"}},
            "position.line",
        ),
        ("workspaceSymbol/resolve", 3, "params"),
    ],
)
def test_wrong_parameters_are_named(shared: Conversation, method: str, params: Any, key: str) -> None:
    error = shared.error(method, params)
    assert error["code"] == INVALID_PARAMS
    assert error["data"] == {"kind": "InvalidParams", "key": key}
    assert f"`{key}`" in error["message"].splitlines()[0]
    assert error["message"].splitlines()[1].startswith("Suggestion: ")


def test_partial_results_come_in_arrays_and_the_answer_is_empty(client: Conversation) -> None:
    tokens: dict[str, Any] = {"partialResultToken": "p", "workDoneToken": 1}
    answer = client.request("semanticSearch", {"query": "retry box", **tokens})
    assert answer["results"] == []
    parts = [m["params"] for m in client.seen if m.get("method") == "$/progress"]
    assert [result["name"] for part in parts if part["token"] == "p" for result in part["value"]] == [
        "retry_request",
        "box_size",
    ]
    assert [part["value"]["kind"] for part in parts if part["token"] == 1] == ["begin", "end"]


def test_a_cancelled_search_says_so_at_once_and_others_go_on(shared: Conversation) -> None:
    waiting = [shared.ask("semanticSearch", {"query": "WAIT"}) for _ in range(20)]
    for number in waiting:
        shared.notify("$/cancelRequest", {"id": number})
    for number in waiting:
        assert shared.answer(number)["error"]["code"] == CANCELLED
    assert names(shared, "retry") == ["retry_request"]


def test_parallel_searches_are_all_answered(shared: Conversation) -> None:
    asked = [shared.ask("semanticSearch", {"query": "retry"}) for _ in range(200)]
    assert all(len(shared.answer(number)["result"]["results"]) == 1 for number in asked)


def test_nonsense_cancels_nothing(shared: Conversation) -> None:
    nonsense: tuple[Any, ...] = (None, {}, {"id": 99999}, {"id": None}, {"id": {}}, 5)
    for params in nonsense:
        shared.notify("$/cancelRequest", params)
    assert names(shared, "retry") == ["retry_request"]


def test_errors_of_ours_carry_kind_details_and_suggestion(client: Conversation, folder: Path) -> None:
    error = client.error("semanticSearch", {"query": "BUSY"})
    assert error == {
        "code": FAILED,
        "message": "The index is busy.\nSuggestion: Wait for the other window.",
        "data": {"kind": "IndexBusy", "path": str(folder)},
    }
    error = client.error("semanticSearch", {"query": "x", "workspaceFolder": "file:///nowhere"})
    assert error["data"] == {"kind": "WorkspaceNotFound"}


def test_a_bug_is_answered_without_its_secrets(client: Conversation) -> None:
    error = client.error("semanticSearch", {"query": "CRASH on confidential"})
    assert error["code"] == INTERNAL
    assert error["data"] == {"kind": "InternalError"}
    assert "confidential" not in json.dumps(error)
    client.request("shutdown")
    client.notify("exit")
    client.wait()
    assert b"confidential" not in client.stderr
    assert b"ValueError" in client.stderr


def test_the_palette_lists_symbols_and_resolves_them(client: Conversation, folder: Path) -> None:
    retry, box = client.request("workspace/symbol", {"query": ""})
    assert retry["location"]["uri"] == folder.as_uri() + "/net.py"
    assert retry["location"]["range"]["start"] == {"line": 1, "character": 4}
    assert "signature" not in box
    resolved = client.request("workspaceSymbol/resolve", box)
    assert resolved["containerName"] == "Box"
    assert resolved["signature"] == "def box_size():"
    assert resolved["documentation"] == "About box_size."
    for data in ({**box["data"], "id": "1"}, {"id": box["data"]["id"]}, {}):
        unknown = {**box, "data": data}
        assert client.request("workspaceSymbol/resolve", unknown) == unknown


def test_copies_of_a_symbol_in_two_folders_stay_apart(start: Start, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        (folder / "net.py").write_text(f"def retry({folder.name}): ...\n", encoding="utf-8")
    client = start()
    client.initialize(workspaceFolders=[{"uri": one.as_uri(), "name": one.name} for one in folders])
    listed = client.request("workspace/symbol", {"query": "retry"})
    resolved = [client.request("workspaceSymbol/resolve", symbol) for symbol in listed]
    assert [symbol["signature"] for symbol in resolved] == ["def retry(one): ...", "def retry(two): ..."]
    for method in ("workspace/symbol", "semanticSearch"):
        assert client.request(method, {"query": "retry", "partialResultToken": method}) is not None
        parts = [m["params"] for m in client.seen if m.get("method") == "$/progress"]
        sent = [one["location"]["uri"] for part in parts if part["token"] == method for one in part["value"]]
        assert sent == [folder.as_uri() + "/net.py" for folder in folders]


def test_the_palette_gives_partial_results(shared: Conversation) -> None:
    assert shared.request("workspace/symbol", {"query": "", "partialResultToken": 0}) == []
    part = shared.notification("$/progress")
    assert [symbol["name"] for symbol in part["value"]] == ["retry_request", "box_size"]


def place(folder: Path, line: int = 1, character: int = 4) -> dict[str, Any]:
    uri = folder.as_uri() + "/net.py"
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


def test_related_finds_from_a_place(client: Conversation, folder: Path) -> None:
    answer = client.request("semanticSearch/related", {**place(folder), "limit": 1})
    assert [result["name"] for result in answer["results"]] == ["retry_request"]


def test_a_hover_shows_related_code(start: Start, folder: Path) -> None:
    client = start()
    client.initialize(folder, capabilities={"textDocument": {"hover": {"contentFormat": ["markdown"]}}})
    contents = client.request("textDocument/hover", place(folder))["contents"]
    assert contents["kind"] == "markdown"
    assert f"[`Box.box_size`]({folder.as_uri()}/net.py#L6)" in contents["value"]


def test_places_that_are_not_ours_have_no_hover(shared: Conversation) -> None:
    position = {"position": {"line": 0, "character": 0}}
    for uri in ("untitled:Untitled-1", "git:/net.py", "file:///elsewhere/net.py"):
        assert shared.request("textDocument/hover", {"textDocument": {"uri": uri}, **position}) is None


# Documents -------------------------------------------------------------------------------------------------


def open_document(client: Conversation, uri: str, text: str) -> None:
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})


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


# The workspace ---------------------------------------------------------------------------------------------


def test_folders_come_and_go(client: Conversation, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "o.py").write_text("def other(): ...\n", encoding="utf-8")
    entry = {"uri": other.as_uri(), "name": "other"}
    method = "workspace/didChangeWorkspaceFolders"
    client.notify(method, {"event": {"added": [entry], "removed": []}})
    assert names(client, "other") == ["other"]
    client.notify(method, {"event": {"added": [], "removed": [entry, {"uri": "file:///never", "name": ""}]}})
    assert names(client, "other") == []
    assert [f["uri"] for f in client.request("semanticSearch/status")["folders"]] == [folder.as_uri()]


def test_changes_of_files_reach_the_workspace(client: Conversation, folder: Path) -> None:
    base = folder.as_uri()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": base + "/w.py", "type": 1}]})
    client.notify("workspace/didCreateFiles", {"files": [{"uri": base + "/c.py"}]})
    client.notify("workspace/didDeleteFiles", {"files": [{"uri": base + "/d.py"}, {"uri": "untitled:x"}]})
    client.notify(
        "workspace/didRenameFiles", {"files": [{"oldUri": base + "/o.py", "newUri": base + "/n.py"}]}
    )
    open_document(client, base + "/net.py", "")
    client.notify("textDocument/didSave", {"textDocument": {"uri": base + "/net.py"}})
    touched = client.request("semanticSearch/status")["message"]
    assert touched == "c.py,d.py,n.py,net.py,o.py,w.py"


def test_file_watchers_are_registered_where_the_client_takes_them(start: Start, folder: Path) -> None:
    client = start()
    able = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    client.initialize(folder, capabilities=able)
    (registered,) = client.notification("client/registerCapability")["registrations"]
    assert registered["method"] == "workspace/didChangeWatchedFiles"


def test_status_and_its_steering(client: Conversation, folder: Path) -> None:
    assert client.request("semanticSearch/status")["state"] == "ready"
    assert client.request("semanticSearch/status", {"workspaceFolder": folder.as_uri()})["state"] == "ready"
    assert client.request("semanticSearch/pause")["state"] == "paused"
    assert client.notification("semanticSearch/didChangeStatus", lambda s: s["state"] == "paused")
    assert client.request("semanticSearch/resume", {})["state"] == "ready"
    assert client.request("semanticSearch/rebuild")["state"] == "indexing"
    assert client.error("semanticSearch/status", {"workspaceFolder": "file:///no"})["code"] == FAILED


def test_the_first_status_is_of_the_folders(start: Start, folder: Path) -> None:
    client = start(REHEARSAL_INDEXING_S="0.6")
    client.initialize(folder)
    states = [client.notification("semanticSearch/didChangeStatus")["state"] for _ in range(2)]
    assert states == ["indexing", "ready"]


def test_a_path_is_explained(client: Conversation, folder: Path) -> None:
    def explained(uri: str) -> Any:
        return client.request("semanticSearch/explainPath", {"uri": uri})

    assert explained(folder.as_uri() + "/net.py") == {"indexed": True, "reason": "indexed"}
    assert explained("untitled:1") == {"indexed": False, "reason": "not a file on disk"}
    assert client.error("semanticSearch/explainPath", {"uri": "net.py"})["data"]["key"] == "uri"


def test_changes_are_taken_while_a_path_is_explained(client: Conversation, folder: Path) -> None:
    uri = folder.as_uri() + "/WAIT.py"
    asked = client.ask("semanticSearch/explainPath", {"uri": uri})
    assert client.notification("semanticSearch/didChangeStatus", lambda s: s["state"] == "paused")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
    assert client.answer(asked)["result"]["indexed"] is True


def test_indexing_shows_progress_that_can_be_cancelled(start: Start, folder: Path) -> None:
    client = start(REHEARSAL_INDEXING_S="0.6")
    client.initialize(folder, capabilities={"window": {"workDoneProgress": True}})
    token = client.notification("window/workDoneProgress/create")["token"]
    begin = client.notification("$/progress")
    assert begin["token"] == token
    assert begin["value"] == {
        "kind": "begin",
        "title": "Indexing",
        "cancellable": True,
        "message": "5 of 10 files, 12 files/s",
        "percentage": 50,
    }
    client.notify("window/workDoneProgress/cancel", {"token": token})
    assert client.notification("$/progress", lambda p: p["value"]["kind"] == "end")["token"] == token
    assert client.notification("semanticSearch/didChangeStatus", lambda s: s["state"] == "paused")


def test_a_workspace_that_cannot_start_says_why(start: Start, folder: Path, tmp_path: Path) -> None:
    obstacle = tmp_path / "obstacle"
    obstacle.touch()
    client = start(REHEARSAL_BROKEN_BY=str(obstacle))
    client.initialize(folder)
    assert "no model here" in client.notification("window/showMessage")["message"]
    status = client.request("semanticSearch/status")
    assert status["state"] == "failed"
    assert "no model here" in status["message"]
    assert client.error("semanticSearch", {"query": "x"})["data"] == {"kind": "ModelUnavailable"}
    obstacle.unlink()
    client.notify("workspace/didChangeConfiguration", {"settings": {"model": "another"}})
    assert names(client, "retry") == ["retry_request"]
    assert settings(client) == "{'model': 'another'}"


# Robustness ------------------------------------------------------------------------------------------------


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


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


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


# Parting ---------------------------------------------------------------------------------------------------


def test_after_shutdown_requests_are_refused(client: Conversation) -> None:
    assert client.request("shutdown") is None
    assert client.error("semanticSearch", {"query": "x"})["code"] == INVALID_REQUEST
    assert client.error("shutdown")["code"] == INVALID_REQUEST
    client.notify("exit")
    assert client.wait() == 0


def test_exit_without_shutdown_and_the_end_of_stdin_end_the_server(start: Start, folder: Path) -> None:
    leaving, gone = start(), start()
    leaving.initialize(folder)
    leaving.notify("exit")
    assert leaving.wait() == 1
    gone.initialize(folder)
    assert gone.process.stdin
    gone.process.stdin.close()
    assert gone.wait() == 1


def test_a_workspace_that_does_not_close_is_left_behind(start: Start, folder: Path) -> None:
    client = start(REHEARSAL_CLOSE_S="60")
    client.initialize(folder)
    client.ask("semanticSearch", {"query": "WAIT"})
    client.request("shutdown")
    client.notify("exit")
    assert client.process.wait(timeout=10) == 0


def test_tcp_serves_one_client(start: Start) -> None:
    import re
    import socket

    server = start("127.0.0.1:0")
    assert server.process.stderr
    while not (listening := re.search(rb"Listening on 127\.0\.0\.1:(\d+)", server.stderr)):
        assert server.process.poll() is None
    with socket.create_connection(("127.0.0.1", int(listening[1])), timeout=10) as connection:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}})
        connection.sendall(framed(body.encode()))
        assert b"Content-Length" in connection.recv(65536)
    assert server.wait() == 1
