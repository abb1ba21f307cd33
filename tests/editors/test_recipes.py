"""What the documentation tells users of other editors to write is what works."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from projects import PLUGINS

DOCUMENT = (PLUGINS.parent / "editors.md").read_text(encoding="utf-8")


def recipe(heading: str, language: str) -> str:
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def test_helix_is_told_of_a_server_that_it_then_uses() -> None:
    languages = tomllib.loads(recipe("Helix", "toml"))
    servers = languages["language-server"]
    assert all(language["language-servers"][-1] in servers for language in languages["language"])
    [server] = servers.values()
    assert [server["command"], *server["args"]] == ["semantic-symbols", "serve"]


def test_the_command_of_the_recipes_serves() -> None:
    program = shutil.which("semantic-symbols", path=Path(sys.executable).parent)
    assert program is not None
    run = subprocess.run([program, "serve"], input=b"", capture_output=True, timeout=30, check=False)
    assert run.returncode == 1  # the client left without a word of farewell
    assert run.stderr == b""


@pytest.mark.long
@pytest.mark.skipif(shutil.which("emacs") is None, reason="no Emacs here")
def test_the_emacs_package_compiles_without_a_warning(tmp_path: Path) -> None:
    package = shutil.copy(PLUGINS / "semantic-symbols.el", tmp_path)
    strict = ["--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile", str(package)]
    run = subprocess.run(["emacs", "--batch", "-Q", *strict], capture_output=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr.decode()
