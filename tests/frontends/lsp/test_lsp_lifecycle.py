"""How a conversation begins and ends, and what of the workspace it tells and steers."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from conversation import Conversation, Start, framed, names, open_document, settings

from lsp_server import __version__

pytestmark = pytest.mark.long

INVALID_REQUEST, FAILED = -32600, -32803


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


def test_the_first_status_is_of_the_folders(start: Start, folder: Path, tmp_path: Path) -> None:
    indexed = tmp_path / "indexed"
    client = start(FAKE_INDEXES_UNTIL=str(indexed))
    client.initialize(folder)
    assert client.notification("semanticSearch/didChangeStatus")["state"] == "indexing"
    indexed.touch()
    assert client.notification("semanticSearch/didChangeStatus")["state"] == "ready"


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


def test_indexing_shows_progress_that_can_be_cancelled(start: Start, folder: Path, tmp_path: Path) -> None:
    indexed = tmp_path / "indexed"
    client = start(FAKE_INDEXES_UNTIL=str(indexed))
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
    assert client.error("initialize", {"capabilities": {}})["code"] == INVALID_REQUEST  # taken after that
    indexed.touch()
    assert client.notification("$/progress", lambda p: p["value"]["kind"] == "end")["token"] == token
    assert client.notification("semanticSearch/didChangeStatus", lambda s: s["state"] == "paused")


def test_a_workspace_that_cannot_start_says_why(start: Start, folder: Path, tmp_path: Path) -> None:
    obstacle = tmp_path / "obstacle"
    obstacle.touch()
    client = start(FAKE_BROKEN_BY=str(obstacle))
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
    client = start(FAKE_CLOSE_S="60")
    client.initialize(folder)
    client.ask("semanticSearch", {"query": "WAIT"})
    client.request("shutdown")
    client.notify("exit")
    assert client.process.wait(timeout=10) == 0


def can_listen(host: str) -> bool:
    try:
        socket.create_server((host, 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


NO_IPV6 = pytest.mark.skipif(not can_listen("::1"), reason="there is no IPv6 here")


@pytest.mark.parametrize("host", ["127.0.0.1", pytest.param("[::1]", marks=NO_IPV6)])
def test_tcp_serves_one_client(start: Start, host: str) -> None:
    server = start(f"{host}:0")
    assert server.process.stderr
    while b"\n" not in server.stderr:
        assert server.process.poll() is None
    listening = re.match(rb"Listening on %b:(\d+)\r?\n" % re.escape(host).encode(), server.stderr)
    assert listening
    with socket.create_connection((host.strip("[]"), int(listening[1])), timeout=10) as connection:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}})
        connection.sendall(framed(body.encode()))
        assert b"Content-Length" in connection.recv(65536)
    assert server.wait() == 1
