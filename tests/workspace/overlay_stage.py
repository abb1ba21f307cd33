"""Buffers with a real parser, beside an index that has what a test says."""

import os
import sys
from pathlib import Path

import lsp_server
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.processes.worker_process import Worker
from lsp_server.workspace.overlay import Overlay

PARSER_S = 30.0
WORKER = Path(__file__).with_name("parse_child.py")


def parser(**environ: str) -> Worker:
    source = Path(lsp_server.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(source), **environ}
    return Worker([sys.executable, str(WORKER)], job_timeout_s=PARSER_S, env=environment)


class Index:
    """What an index has, as far as buffers ask."""

    def __init__(self) -> None:
        self.digests: dict[str, bytes] = {}

    def has(self, path: str, text: str) -> None:
        self.digests[path] = content_digest(text.encode())


def names(overlay: Overlay, index: Index) -> set[str]:
    files = overlay.current(index.digests.get)
    return {symbol.name for file in files.values() for symbol in file.symbols[1:]}
