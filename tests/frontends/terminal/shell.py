"""The program as a user's shell runs it, with folders of its own."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import lsp_server
from lsp_server.cli import main

SOURCE = Path(lsp_server.__file__).parent.parent

NETWORK = '''"""Talking to servers."""


class Client:
    """Keeps connections."""

    def send_again(self, request, attempts):
        """Retry a request that failed, waiting longer each time."""
        return [self.send(request) for _ in range(attempts)]

    def send(self, request):
        """Send one request."""
        return request
'''
KITCHEN = """
/** Bäckt einen Kuchen. */
export function bakeCake(flour, sugar) {
  return mix(flour, sugar);
}

export class Oven {
  heat(degrees) { this.degrees = degrees; }
}
"""


class Shell:
    """Runs the program with folders of its own, in a workspace of two files."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.workspace = base / "workspace"
        (self.workspace / "src").mkdir(parents=True)
        (self.workspace / "src" / "network.py").write_text(NETWORK)
        (self.workspace / "kitchen.js").write_text(KITCHEN, encoding="utf-8")
        self.index_dir = base / "cache" / "semantic-symbols"
        folders = {f"XDG_{name}_HOME": str(base / name.lower()) for name in ("CACHE", "STATE", "CONFIG")}
        self.environment = {**os.environ, **folders, "PYTHONPATH": str(SOURCE)}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "lsp_server", *arguments]

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.workspace,
            env={**self.environment, **variables},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Do as `run` does, in this process: half a second less for each of many questions."""
        output, errors = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(self.workspace)
            patch.setattr(sys, "argv", ["semantic-symbols", *arguments])
            try:
                code = main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        return subprocess.CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())

    def json(self, *arguments: str, code: int = 0) -> Any:
        done = self.ask(*arguments, "--json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def names(self, *arguments: str, code: int = 0) -> list[str]:
        return [one["qualifiedName"] for one in self.json("search", *arguments, code=code)["results"]]
