import os
import subprocess
import sys
from pathlib import Path

import lsp_server

HEAVY = ("numpy", "tantivy", "tree_sitter", "sqlite3", "fastembed", "onnxruntime", "watchdog", "msgpack")


def test_answering_initialize_needs_none_of_the_heavy_libraries() -> None:
    program = (
        f"import lsp_server.frontends.lsp.server, sys; print([n for n in {HEAVY!r} if n in sys.modules])"
    )
    source = str(Path(lsp_server.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
