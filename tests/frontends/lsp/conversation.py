"""A small LSP client that speaks raw JSON to a real server process."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import lsp_server

TIMEOUT_S = 180.0
"""Longer than a patient server takes, whose process or machine may be a slow one."""

NEVER = object()
"""The answer of a client that does not answer."""

FAKE_WORKSPACE = Path(__file__).with_name("fake_workspace.py")
PATIENT = Path(__file__).with_name("patient.py")


class Conversation:
    def __init__(self, command: list[str], cwd: Path, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, env=env
        )
        assert self.process.stdin
        assert self.process.stdout
        self._in, self._out = self.process.stdin, self.process.stdout
        self._number = 0
        self._inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.seen: list[dict[str, Any]] = []
        self.answers: dict[str, Any] = {"workspace/configuration": [{}]}
        threading.Thread(target=self._read, daemon=True).start()
        self.stderr = b""
        self._stderr_thread = threading.Thread(target=self._read_stderr, daemon=True)
        self._stderr_thread.start()

    def write(self, data: bytes) -> None:
        self._in.write(data)
        self._in.flush()

    def send(self, message: Any) -> None:
        body = json.dumps(message).encode()
        self.write(framed(body))

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> int:
        self._number += 1
        self.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def answer(self, number: int | str | None) -> dict[str, Any]:
        return self.wait_for(lambda message: "method" not in message and message.get("id") == number)

    def request(self, method: str, params: Any = None) -> Any:
        answer = self.answer(self.ask(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, params: Any = None) -> dict[str, Any]:
        error: dict[str, Any] = self.answer(self.ask(method, params))["error"]
        return error

    def notification(self, method: str, holds: Callable[[Any], bool] = lambda _: True) -> Any:
        return self.wait_for(lambda m: m.get("method") == method and holds(m.get("params")))["params"]

    def wait_for(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        for message in self.seen:
            if holds(message):
                self.seen.remove(message)
                return message
        while True:
            arrived = self._inbox.get(timeout=TIMEOUT_S)
            assert arrived is not None, "the server ended: " + self.stderr.decode()
            if holds(arrived):
                return arrived
            self.seen.append(arrived)

    def initialize(self, folder: Path | None = None, **params: Any) -> dict[str, Any]:
        folders = [{"uri": folder.as_uri(), "name": folder.name}] if folder else None
        everything: dict[str, Any] = {
            "processId": None,
            "rootUri": None,
            "capabilities": {},
            "workspaceFolders": folders,
        }
        result: dict[str, Any] = self.request("initialize", {**everything, **params})
        self.notify("initialized", {})
        return result

    def wait(self) -> int:
        return self.process.wait(TIMEOUT_S)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._stderr_thread.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream
            try:
                stream.close()
            except BrokenPipeError:
                continue

    def _read(self) -> None:
        try:
            while header := self._out.readline():
                length = int(header.split(b":")[1])
                assert not self._out.readline().strip()
                message = json.loads(self._out.read(length))
                if "method" in message and "id" in message:
                    answer = self.answers.get(message["method"])
                    if answer is not NEVER:
                        self.send({"jsonrpc": "2.0", "id": message["id"], "result": answer})
                self._inbox.put(message)
        except (OSError, ValueError):
            pass
        self._inbox.put(None)

    def _read_stderr(self) -> None:
        assert self.process.stderr
        while line := self.process.stderr.readline():
            self.stderr += line


def names(client: Conversation, query: str = "retry box") -> list[str]:
    return [result["name"] for result in client.request("semanticSearch", {"query": query})["results"]]


def settings(client: Conversation) -> str:
    message: str = client.request("semanticSearch/status")["message"]
    return message


class Start(Protocol):
    def __call__(self, *arguments: str, **variables: str) -> Conversation: ...


def start_fake(cwd: Path, *arguments: str, **variables: str) -> Conversation:
    """Start the server over the workspace in memory."""
    source = Path(lsp_server.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(source), **variables}
    return Conversation([sys.executable, "-P", str(FAKE_WORKSPACE), *arguments], cwd, environment)


def example_project(parent: Path) -> Path:
    folder = parent / "my project"
    folder.mkdir()
    text = "# comment\ndef retry_request(n):\n    pass\n\n\ndef box_size():\n    pass\n"
    (folder / "net.py").write_text(text, encoding="utf-8")
    return folder


def open_document(client: Conversation, uri: str, text: str) -> None:
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
