"""A parse worker that can be made to stall and to die, and to wait at its start until its gate is gone."""

import os
import threading
import time
from pathlib import Path

from lsp_server.embedding import ModelChoice, load_embedder
from lsp_server.indexing.workers.analyzer import FileAnalyzer
from lsp_server.indexing.workers.jobs import ParseJob
from lsp_server.indexing.workers.worker import ParseWorker
from lsp_server.parsing import ParseLimits
from lsp_server.processes.worker_loop import serve

parse = ParseWorker(FileAnalyzer(load_embedder(ModelChoice()), ParseLimits(), {}), None, "")


def answer(packed: bytes) -> bytes:
    raw = ParseJob.unpack(packed).raw or b""
    if raw.startswith(b"# stall"):
        threading.Event().wait(60)
    if raw.startswith(b"# die"):
        os._exit(1)
    return parse(packed)


if __name__ == "__main__":
    while "PARSER_GATE" in os.environ and Path(os.environ["PARSER_GATE"]).exists():
        time.sleep(0.01)
    serve(answer)
