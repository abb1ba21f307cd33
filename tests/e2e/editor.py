"""An editor with a real server process, as the end-to-end tests use it."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
from conversation import Conversation

import lsp_server

PATIENCE_S = 30.0
POLL_S = 0.02
SOURCE = Path(lsp_server.__file__).parent.parent


def write(folder: Path, path: str, text: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def eventually(holds: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Ask until it holds; a server has nobody to tell that a result is found now."""
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s, "it did not come to hold in time"
        time.sleep(POLL_S)


class Editor(Conversation):
    """One window: a server, its folders, its documents."""

    def __init__(self, cwd: Path, environment: Mapping[str, str], script: Path | None = None) -> None:
        started = ["-m", "lsp_server"] if script is None else [str(script)]
        command = [sys.executable, "-P", *started]
        super().__init__(command, cwd, dict(environment))
        self._versions: dict[Path, int] = {}

    def open(self, *folders: Path, settings: Mapping[str, Any] | None = None) -> "Editor":
        named = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        self.initialize(None, workspaceFolders=named)
        if settings is not None:
            self.configure(settings)
        return self

    def ready(self) -> "Editor":
        eventually(lambda: self.status()["state"] == "ready")
        return self

    def status(self) -> dict[str, Any]:
        return {"message": None, **self.request("semanticSearch/status", {})}

    def configure(self, settings: Mapping[str, Any]) -> None:
        self.notify("workspace/didChangeConfiguration", {"settings": {"semanticSymbols": settings}})

    def search(self, query: str, **params: Any) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self.request("semanticSearch", {"query": query, **params})["results"]
        return results

    def names(self, query: str, **params: Any) -> list[str]:
        return [result["name"] for result in self.search(query, **params)]

    def finds(self, name: str) -> bool:
        return name in self.names(name)

    def places(self, name: str) -> list[str]:
        return [result["location"]["uri"] for result in self.search(name) if result["name"] == name]

    def explain(self, path: Path) -> dict[str, Any]:
        explanation: dict[str, Any] = self.request("semanticSearch/explainPath", {"uri": path.as_uri()})
        return explanation

    def show(self, path: Path, text: str) -> None:
        """Open a document, or change the open one to this text."""
        version = self._versions[path] = self._versions.get(path, 0) + 1
        document = {"uri": path.as_uri(), "version": version}
        if version == 1:
            opened = {**document, "languageId": "plaintext", "text": text}
            self.notify("textDocument/didOpen", {"textDocument": opened})
        else:
            change = {"textDocument": document, "contentChanges": [{"text": text}]}
            self.notify("textDocument/didChange", change)

    def hide(self, path: Path) -> None:
        del self._versions[path]
        self.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    def change_folders(self, added: tuple[Path, ...] = (), removed: tuple[Path, ...] = ()) -> None:
        event = {
            "added": [{"uri": folder.as_uri(), "name": folder.name} for folder in added],
            "removed": [{"uri": folder.as_uri(), "name": folder.name} for folder in removed],
        }
        self.notify("workspace/didChangeWorkspaceFolders", {"event": event})

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def leave(self) -> None:
        self.request("shutdown")
        self.notify("exit")
        assert self.wait() == 0


class Desk:
    """One user: where their indexes, settings and logs lie."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.indexes = home / "indexes"
        self.logs = home / "state"
        self._editors: list[Editor] = []

    def environment(self, **variables: str) -> dict[str, str]:
        own = {
            "PYTHONPATH": str(SOURCE),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_STATE_HOME": str(self.logs),
            "SEMANTIC_SYMBOLS_STORAGE_INDEX_DIR": str(self.indexes),
        }
        return {**os.environ, **own, **variables}

    def editor(self, script: Path | None = None, **variables: str) -> Editor:
        """Start a server, or a script that starts one in its own way."""
        editor = Editor(self.home, self.environment(**variables), script)
        self._editors.append(editor)
        return editor

    def clear(self) -> None:
        for editor in self._editors:
            editor.end()
