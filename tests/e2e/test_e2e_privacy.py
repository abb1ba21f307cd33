"""What is private stays private: nothing is sent, nothing is written beside the index, logs hold no code."""

import os
from pathlib import Path

import pytest
from editor import Desk, eventually, write

BLOCK_NETWORK = """
import socket

def refuse(*_, **__):
    with open({log!r}, "a") as log:
        log.write("tried\\n")
    raise OSError("no network here")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
"""

BLOCK_MODULE = 'raise ImportError("blocked")\n'


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_secrets_are_not_indexed(desk: Desk, project: Path) -> None:
    for name in (".env", ".env.local", "prod.env", "server.key", "cert.pem", "id_rsa", "credentials"):
        write(project, name, "PASSPHRASE=zanzibar_42\n")
    editor = desk.editor().open(project).ready()
    assert editor.status()["coverage"]["files"] == 2
    assert editor.search("zanzibar_42", mode="text") == []
    assert not editor.explain(project / ".env")["indexed"]
    editor.leave()
    leaks = [file for file in desk.indexes.rglob("*") if file.is_file() and b"zanzibar" in file.read_bytes()]
    assert leaks == []


def test_logs_hold_neither_code_nor_queries_and_the_workspace_is_left_alone(
    desk: Desk, project: Path
) -> None:
    write(project, "broken.py", "def zanzibar(:\n" * 30)
    before = tree(project)
    editor = desk.editor(SEMANTIC_SYMBOLS_LOG_LEVEL="debug").open(project).ready()
    assert editor.search("umbrella zanzibar") is not None
    editor.request("workspace/symbol", {"query": "umbrella"})
    editor.show(project / "net.py", "def xylophone(): ...\n")
    assert editor.finds("xylophone")
    editor.error("semanticSearch", {"query": "umbrella", "limit": 0})
    editor.leave()
    logs = [file for file in desk.logs.rglob("*") if file.is_file()]
    assert logs
    told = b"".join(file.read_bytes() for file in logs) + editor.stderr
    for secret in (b"umbrella", b"zanzibar", b"xylophone", b"resend_after"):
        assert secret not in told
    assert tree(project) == before


def test_it_works_without_network_and_without_the_optional_libraries(
    desk: Desk, project: Path, tmp_path: Path
) -> None:
    attempts = tmp_path / "attempts.txt"
    shadow = tmp_path / "shadow"
    write(shadow, "sitecustomize.py", BLOCK_NETWORK.format(log=str(attempts)))
    for name in ("fastembed", "onnxruntime", "tokenizers", "huggingface_hub"):
        write(shadow, f"{name}.py", BLOCK_MODULE)
    path = os.pathsep.join([str(shadow), desk.environment()["PYTHONPATH"]])
    editor = desk.editor(PYTHONPATH=path).open(project).ready()
    assert editor.names("try the request once more")[0] == "resend_after_error"
    editor.show(project / "net.py", "def mint_coin(): ...\n")
    assert editor.finds("mint_coin")
    write(project, "coin.py", "def melt_coin(): ...\n")
    eventually(lambda: editor.finds("melt_coin"))
    assert not attempts.exists()


@pytest.mark.skipif(os.name == "nt", reason="modes of files are POSIX")
def test_only_the_user_may_read_the_index(desk: Desk, project: Path) -> None:
    desk.editor().open(project).ready()
    (index,) = (desk.indexes / "indexes").iterdir()
    assert index.stat().st_mode & 0o077 == 0
