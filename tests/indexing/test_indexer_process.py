"""The indexer as a process: however it ends, it ends well."""

import subprocess
from pathlib import Path

from lsp_server import app
from lsp_server.indexing.messages import Failed, decode
from lsp_server.settings import settings_from_mapping


def test_an_indexer_whose_model_is_missing_says_so_and_ends_without_a_crash(tmp_path: Path) -> None:
    settings = settings_from_mapping(
        {"model.path": str(tmp_path / "nowhere"), "storage.indexDir": str(tmp_path / "indexes")}
    )
    command = app.indexer_command(tmp_path, settings)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=dict(app.child_env()), **pipes) as indexer:
        assert indexer.stdout is not None
        assert indexer.stderr is not None
        said = decode(indexer.stdout.readline())
        assert isinstance(said, Failed)
        assert said.kind == "ModelUnavailable"
        # Whoever asked still holds the pipe of commands open.
        assert indexer.stderr.read() == b""
        assert indexer.wait() == 0
