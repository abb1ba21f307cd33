"""An editor with a real server process, as the end-to-end tests use it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil
from conversation import PATIENT, Conversation

import lsp_server

PATIENCE_S = 180.0
POLL_S = 0.02
SOURCE = Path(lsp_server.__file__).parent.parent


def write(folder: Path, path: str, text: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def eventually(holds: Callable[[], object]) -> None:
    """Ask until it holds; a server has nobody to tell that a result is found now.

    Looks are counted, not seconds: where asking takes long, everything does.
    """
    for _ in range(round(PATIENCE_S / POLL_S)):
        if holds():
            return
        time.sleep(POLL_S)
    raise AssertionError("it did not come to hold in time")


def are_gone(processes: Iterable[psutil.Process]) -> bool:
    return not any(lives(one) for one in processes)


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Editor(Conversation):
    """One window: a server, its folders, its documents."""

    def __init__(self, cwd: Path, environment: Mapping[str, str], script: Path = PATIENT) -> None:
        super().__init__([sys.executable, "-P", str(script)], cwd, dict(environment))
        self._versions: dict[Path, int] = {}

    def open(self, *folders: Path, settings: Mapping[str, Any] | None = None) -> "Editor":
        named = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        self.initialize(None, workspaceFolders=named)
        if settings is not None:
            self.configure(settings)
        return self

    def ready(self) -> "Editor":
        self.comes_to("ready")
        return self

    def comes_to(self, state: str) -> dict[str, Any]:
        """Wait for a state, and return the status that told of it: the next may tell of another."""
        seen: list[dict[str, Any]] = []

        def is_there() -> bool:
            seen[:] = [self.status()]
            return bool(seen[0]["state"] == state)

        eventually(is_there)
        return seen[0]

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

    def indexers(self) -> list[psutil.Process]:
        """Its indexers that live: one that was killed stays its child until the server has noticed."""
        return [child for child in psutil.Process(self.process.pid).children() if _is_indexer(child)]

    def quit(self) -> None:
        self.request("shutdown")
        self.notify("exit")
        assert self.wait() == 0

    def leave(self) -> None:
        """Quit, and wait until nothing of it writes any more: its children may end a moment later."""
        children = self.children()
        self.quit()
        eventually(lambda: are_gone(children))


def _is_indexer(process: psutil.Process) -> bool:
    try:
        return "_indexer" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


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

    def editor(self, script: Path = PATIENT, **variables: str) -> Editor:
        """Start a server, or a script that starts one in its own way."""
        editor = Editor(self.home, self.environment(**variables), script)
        self._editors.append(editor)
        return editor

    def clear(self) -> None:
        for editor in self._editors:
            editor.end()
