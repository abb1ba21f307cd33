"""The server ends with its client, also where another process keeps the pipes between them open."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from conversation import FAKE_WORKSPACE, TIMEOUT_S

import lsp_server
from lsp_server.frontends.lsp import client_process as watching
from lsp_server.frontends.lsp.client_process import client_process, until_gone

CLIENT = """
import json, os, subprocess, sys
from subprocess import PIPE

server = subprocess.Popen(sys.argv[1:], stdin=PIPE, stdout=PIPE)
wait = "import time; time.sleep(600)"
keeper = subprocess.Popen([sys.executable, "-c", wait], stdin=server.stdout, stdout=server.stdin)
params = {"processId": os.getpid(), "capabilities": {}, "rootUri": None}
body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
server.stdin.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
server.stdin.flush()
server.stdout.readline()
print(server.pid, keeper.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def client() -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-c", CLIENT, sys.executable, "-P", str(FAKE_WORKSPACE)]
    environment = {**os.environ, "PYTHONPATH": str(Path(lsp_server.__file__).parent.parent)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as client:
        yield client
        client.kill()


def test_a_server_ends_with_a_client_that_is_killed_while_another_process_holds_the_pipes(
    client: "subprocess.Popen[bytes]",
) -> None:
    assert client.stdout
    server, keeper = (psutil.Process(int(pid)) for pid in client.stdout.readline().split())
    try:
        client.kill()
        client.wait()
        psutil.wait_procs([server], timeout=TIMEOUT_S)
        assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
        assert keeper.is_running()
    finally:
        for process in {server, keeper}:
            if process.is_running():
                process.kill()


def test_only_a_process_that_started_the_server_is_taken_for_its_client() -> None:
    parent = client_process(os.getppid())
    assert parent is not None
    assert parent.pid == os.getppid()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert client_process(other.pid) is None  # such as the same number in another container
        assert client_process(None) is None
        other.kill()


def test_a_client_whose_state_is_hidden_is_there_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where the state of a process with more rights is hidden."""
    monkeypatch.setattr(watching, "_LOOK_EVERY_S", 0.0)
    n_looks = 0

    class Hidden(psutil.Process):
        def status(self) -> str:
            nonlocal n_looks
            n_looks += 1
            if n_looks == 3:
                other.kill()
                other.wait()
            raise psutil.AccessDenied(self.pid)

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        asyncio.run(asyncio.wait_for(until_gone(Hidden(other.pid)), TIMEOUT_S))
    assert n_looks == 3


def test_a_client_is_found_below_processes_that_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    created = psutil.Process.create_time

    def hide(process: psutil.Process) -> float:
        if process.pid not in {os.getpid(), os.getppid()}:
            raise psutil.AccessDenied(process.pid)
        return created(process)

    monkeypatch.setattr(psutil.Process, "create_time", hide)
    parent = client_process(os.getppid())
    assert parent is not None
    assert parent.pid == os.getppid()
