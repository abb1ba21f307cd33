"""What a client finds: searches, the palette, related code, hovers."""

import json
from pathlib import Path
from typing import Any

import pytest
from conversation import Conversation, Start, names

pytestmark = pytest.mark.long

INVALID_PARAMS, INTERNAL, CANCELLED, FAILED = -32602, -32603, -32800, -32803


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
