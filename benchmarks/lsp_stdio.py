"""A language server as a child process, spoken to over its standard streams: the bare minimum of a client."""

import itertools
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

TIMEOUT_S = 120.0


class LanguageClient:
    """One server from its start to its end. Requests are answered one at a time; notifications are dropped.

    Args:
        command: How the server is started.
        env: Its environment.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(env),
        )
        self._numbers = itertools.count(1)
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def initialize(self, folder: Path) -> None:
        """Open a folder; returns when `initialize` is answered."""
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
                "capabilities": {"workspace": {"workspaceFolders": True}},
            },
        )
        self.notify("initialized", {})

    def request(self, method: str, params: Any = None) -> Any:
        """Return the answer to one request.

        Raises:
            RuntimeError: The answer is an error, or the server ended.
        """
        number = next(self._numbers)
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        answer = self._answers.get(timeout=TIMEOUT_S)
        if answer is None or answer.get("id") != number or "error" in answer:
            raise RuntimeError(f"{method}: {answer}")
        return answer["result"]

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.request("shutdown")
                self.notify("exit")
                self._process.wait(5)
        finally:
            self._process.kill()
            self._process.wait()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while line := stream.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
            elif not line.strip():
                message = json.loads(stream.read(length))
                if "method" not in message:
                    self._answers.put(message)
                elif "id" in message:  # the server asks for something; nothing is configured here
                    self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})
        self._answers.put(None)
