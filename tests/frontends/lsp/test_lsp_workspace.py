"""The whole server, as an editor starts it, on a real folder."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conversation import PATIENT, Conversation

import lsp_server

pytestmark = pytest.mark.long

pytest.importorskip("lsp_server.search.palette.answer", reason="the product is not whole yet")

NET = '''import time


# Servers forget.
@logged
def retry_failed_request(attempts):
    """Try a request again after an error."""
    for _ in range(attempts):
        time.sleep(1)


class Box:
    def area(self):
        return self.width * self.height
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a project")
    (folder / "net.py").write_text(NET, encoding="utf-8")
    (folder / "json.js").write_text("export function parseDocument(text) { return JSON.parse(text) }\n")
    return folder


@pytest.fixture(scope="module")
def server(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(lsp_server.__file__).parent.parent),
        "SEMANTIC_SYMBOLS_STORAGE_INDEX_DIR": str(tmp_path_factory.mktemp("index")),
    }
    conversation = Conversation([sys.executable, "-P", str(PATIENT)], project, environment)
    conversation.initialize(project, capabilities={"window": {"workDoneProgress": True}})
    conversation.notification("semanticSearch/didChangeStatus", lambda status: status["state"] == "ready")
    yield conversation
    conversation.end()


def names(server: Conversation, query: str, **params: Any) -> list[str]:
    answer = server.request("semanticSearch", {"query": query, **params})
    return [result["name"] for result in answer["results"]]


def test_a_symbol_is_found_by_what_it_means(server: Conversation, project: Path) -> None:
    answer = server.request("semanticSearch", {"query": "try again after failure", "explain": True})
    best = answer["results"][0]
    assert best["name"] == "retry_failed_request"
    assert best["location"]["uri"] == project.as_uri() + "/net.py"
    assert best["location"]["range"]["start"] == {"line": 3, "character": 0}
    assert best["selectionRange"]["start"] == {"line": 5, "character": 4}
    assert "vector" in best["explanation"]
    assert answer["isIncomplete"] is False
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)


def test_filters_hold(server: Conversation) -> None:
    assert names(server, "parse", languages=["js"])[0] == "parseDocument"
    assert set(names(server, "anything", kinds=["class"])) == {"Box"}
    assert set(names(server, "anything", include=["*.js"])) == {"parseDocument", "json.js"}


def test_the_palette_finds_names_and_starts_at_them(server: Conversation) -> None:
    symbol = server.request("workspace/symbol", {"query": "rfr"})[0]
    assert symbol["name"] == "retry_failed_request"
    assert symbol["location"]["range"]["start"]["line"] == 5
    assert server.request("workspaceSymbol/resolve", symbol)["documentation"].startswith("Try a request")


def test_text_on_screen_is_found_before_it_is_saved(server: Conversation, project: Path) -> None:
    uri = project.as_uri() + "/unsaved.py"
    document = {"uri": uri, "languageId": "python", "version": 1, "text": "def zebra_crossing(): ...\n"}
    server.notify("textDocument/didOpen", {"textDocument": document})
    assert names(server, "zebra crossing")[0] == "zebra_crossing"
    edit = {
        "range": {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 9}},
        "text": "lion",
    }
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [edit]}
    server.notify("textDocument/didChange", change)
    found = names(server, "lion crossing")
    assert found[0] == "lion_crossing"
    assert "zebra_crossing" not in found
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert "lion_crossing" not in names(server, "lion crossing")


def test_related_and_hover_never_show_the_symbol_itself(server: Conversation, project: Path) -> None:
    place = {
        "textDocument": {"uri": project.as_uri() + "/net.py"},
        "position": {"line": 5, "character": 6},
    }
    answer = server.request("semanticSearch/related", place)
    assert "retry_failed_request" not in [result["name"] for result in answer["results"]]
    hover = server.request("textDocument/hover", place)
    assert hover is None or "retry_failed_request" not in hover["contents"]["value"]


def test_the_status_describes_the_index(server: Conversation, project: Path) -> None:
    status = server.request("semanticSearch/status", {"workspaceFolder": project.as_uri()})
    assert status["state"] == "ready"
    assert status["coverage"]["indexedFiles"] == status["coverage"]["files"] == 2
    assert status["index"]["model"]["dimensions"] == 384
    assert [folder["uri"] for folder in status["folders"]] == [project.as_uri()]


def test_every_filter_that_is_offered_is_understood(server: Conversation) -> None:
    offered = server.request("semanticSearch/filters")
    assert {"class", "function", "enumMember"} <= set(offered["kinds"])
    languages = {language["id"]: language["aliases"] for language in offered["languages"]}
    assert "py" in languages["python"]
    assert "c#" in languages["csharp"]
    found = server.request(
        "semanticSearch", {"query": "", "kinds": offered["kinds"], "languages": list(languages)}
    )
    assert found["results"] == []
    for spelling in (name for spellings in languages.values() for name in spellings):
        server.request("semanticSearch", {"query": "retry", "languages": [spelling]})


def test_a_path_outside_is_explained(server: Conversation, project: Path) -> None:
    inside = server.request("semanticSearch/explainPath", {"uri": project.as_uri() + "/net.py"})
    assert inside["indexed"] is True
    outside = server.request("semanticSearch/explainPath", {"uri": project.parent.as_uri() + "/x.py"})
    assert outside["indexed"] is False


def test_the_server_ends_with_its_client(server: Conversation) -> None:
    assert server.request("shutdown") is None
    server.notify("exit")
    assert server.process.wait(timeout=10) == 0
