"""Runs the language server over a workspace in memory: every `def` of every `.py` file is a symbol.

Words in a query steer it: `WAIT` searches until it is cancelled, `CRASH` and `BUSY` fail. The file
`WAIT.py` is explained when it is seen to change; until then indexing is paused.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lsp_server.errors import IndexBusy, ModelUnavailable, WorkspaceNotFound
from lsp_server.frontends.lsp.server import run_server
from lsp_server.frontends.lsp.transport import Stdio, Tcp
from lsp_server.model import Cursor, Position, Span, Symbol, SymbolKind, symbol_id
from lsp_server.search.cancel import Cancel
from lsp_server.search.results import Coverage, Explanation, SearchOutcome, SearchRequest, SearchResult
from lsp_server.settings import Settings
from lsp_server.workspace.status import (
    FolderStatus,
    IndexState,
    Metrics,
    PathExplanation,
    Work,
    WorkspaceStatus,
)


class FakeWorkspace:
    def __init__(self, on_status: Callable[[WorkspaceStatus], None]) -> None:
        if Path(os.environ.get("FAKE_BROKEN_BY", "nothing")).exists():
            raise ModelUnavailable("There is no model here.", "Choose another.")
        self.on_status = on_status
        self.folders: list[Path] = []
        self.buffers: dict[Path, str] = {}
        self.client_settings: Mapping[str, Any] = {}
        self.state = IndexState.STARTING
        self.touched: list[Path] = []
        print("a stray print of the workspace")  # noqa: T201

    def settings_for(self, _file: Path | None) -> Settings:
        return Settings()

    def open(self, folders: Sequence[Path]) -> None:
        self.folders = list(folders)
        self._become(IndexState.INDEXING)
        end = os.environ.get("FAKE_INDEXES_UNTIL")
        while end is not None and not Path(end).exists():
            time.sleep(0.005)
        self._become(IndexState.READY)

    def add_folder(self, path: Path) -> None:
        self.folders.append(path)

    def remove_folder(self, path: Path) -> None:
        self.folders.remove(path)

    def close(self) -> None:
        time.sleep(float(os.environ.get("FAKE_CLOSE_S", "0")))

    def search(
        self,
        request: SearchRequest,
        cancel: Cancel,
        on_partial: Callable[[Sequence[SearchResult]], None] | None = None,
    ) -> SearchOutcome:
        if "CRASH" in request.query:
            raise ValueError(f"secret {request.query}")
        if "BUSY" in request.query:
            raise IndexBusy("The index is busy.", "Wait for the other window.", path=self.folders[0])
        while "WAIT" in request.query:
            cancel.raise_if_cancelled()
            time.sleep(0.005)
        if request.folder is not None and request.folder not in self.folders:
            raise WorkspaceNotFound("No such folder.", "Open it.")
        words = request.query.split()
        found = tuple(one for one in self._all() if any(word in one.symbol.name for word in words))
        if on_partial:
            on_partial(found[:1])
        if request.explain:
            found = tuple(replace(one, explanation=Explanation(0.5, None, {"name": 0.1})) for one in found)
        return SearchOutcome(found[: request.limit], False, self._coverage(), 1.5)

    def palette(self, query: str, limit: int, cancel: Cancel) -> tuple[SearchResult, ...]:
        cancel.raise_if_cancelled()
        return tuple(one for one in self._all() if query in one.symbol.name)[:limit]

    def related(self, path: Path, cursor: Cursor, limit: int, cancel: Cancel) -> SearchOutcome:
        cancel.raise_if_cancelled()
        if not any(path.is_relative_to(folder) for folder in self.folders):
            raise WorkspaceNotFound("No such folder.", "Open it.")
        text = self._text(path).split("\n")[cursor.line]
        units = {"utf8": len(text.encode()), "utf16": len(text.encode("utf-16-le")) // 2, "utf32": len(text)}
        column = units[cursor.encoding] - cursor.column
        found = tuple(replace(one, score=0.9 - column / 1000) for one in self._all())
        return SearchOutcome(found[:limit], False, self._coverage(), 0.5)

    def status(self, folder: Path | None = None) -> WorkspaceStatus:
        if folder is not None and folder not in self.folders:
            raise WorkspaceNotFound("No such folder.", "Open it.")
        folders = tuple(FolderStatus(f, self.state, None, self._coverage(), None) for f in self.folders)
        message = ",".join(sorted(path.name for path in self.touched)) or str(dict(self.client_settings))
        problems = tuple(f"Unknown setting {key}" for key in self.client_settings if key == "colour")
        metrics = Metrics(files_per_second=12.0)
        work = Work(5, 10) if self.state is IndexState.INDEXING else None
        return WorkspaceStatus(self.state, message, self._coverage(), folders, metrics, problems, work)

    def pause(self) -> None:
        self._become(IndexState.PAUSED)

    def resume(self) -> None:
        self._become(IndexState.READY)

    def rebuild(self) -> None:
        self._become(IndexState.INDEXING)

    def explain_path(self, path: Path) -> PathExplanation:
        if path.stem == "WAIT":
            self._become(IndexState.PAUSED)
            end_s = time.monotonic() + 60
            while path not in self.touched and time.monotonic() < end_s:
                time.sleep(0.005)
            return PathExplanation(path in self.touched, "it changed meanwhile, or not")
        return PathExplanation(path.suffix == ".py", "indexed" if path.suffix == ".py" else "no suffix .py")

    def change_document(self, path: Path, text: str) -> None:
        if any(path.is_relative_to(folder) for folder in self.folders):
            self.buffers[path] = text

    def close_document(self, path: Path) -> None:
        self.buffers.pop(path, None)

    def files_changed(self, paths: Sequence[Path]) -> None:
        self.touched.extend(paths)

    def configure(self, client_settings: Mapping[str, Any]) -> None:
        self.client_settings = client_settings
        self.on_status(replace(self.status(), state=self.state if self.folders else IndexState.READY))

    def _become(self, state: IndexState) -> None:
        self.state = state
        self.on_status(self.status())

    def _text(self, path: Path) -> str:
        buffer = self.buffers.get(path)
        return path.read_text(encoding="utf-8") if buffer is None else buffer

    def _coverage(self) -> Coverage:
        return Coverage(10, 5 if self.state is IndexState.INDEXING else 10, 30, 0)

    def _all(self) -> list[SearchResult]:
        return [
            found
            for folder in self.folders
            for path in sorted(
                {*folder.rglob("*.py"), *(p for p in self.buffers if p.is_relative_to(folder))}
            )
            for found in _symbols(folder, path.relative_to(folder).as_posix(), self._text(path))
        ]


def _symbols(folder: Path, path: str, text: str) -> list[SearchResult]:
    lines = text.split("\n")
    return [_found(folder, path, n, line) for n, line in enumerate(lines) if line.startswith("def ")]


def _found(folder: Path, path: str, n: int, line: str) -> SearchResult:
    name = line[4:].partition("(")[0]
    selection = Span(_at(n, line[:4]), _at(n, line[: 4 + len(name)]))
    span = Span(_at(max(0, n - 1), ""), _at(n, line))
    containers = ("Box",) if name.startswith("box") else ()
    symbol = Symbol(name, SymbolKind.FUNCTION, "python", containers, line, f"About {name}.", span, selection)
    found_id = symbol_id(path, symbol.qualified_name, symbol.kind, n)
    return SearchResult(found_id, symbol, folder, path, 0.75)


def _at(line: int, before: str) -> Position:
    return Position(line, len(before.encode()), len(before.encode("utf-16-le")) // 2, len(before))


if __name__ == "__main__":
    sys.exit(run_server(FakeWorkspace, Tcp.parse(sys.argv[1]) if sys.argv[1:] else Stdio()))
