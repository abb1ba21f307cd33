import shutil
import subprocess

import pytest

from lsp_server.frontends.terminal.arguments import make_parser, subcommands
from lsp_server.frontends.terminal.completion import completion_script


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_and_option_is_offered(shell: str) -> None:
    script = completion_script(shell)
    for name, command in subcommands(make_parser()).items():
        assert name in script
        assert all(action in script for action in subcommands(command))
    assert "explain" in script
    assert "clientProcessId" not in script


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["se"], {"search", "serve"}),
        (["vector", "se"], {"search-vector"}),
        (["search", "x", "--ex"], {"--explain", "--exclude"}),
        (["model", "use", "--j"], {"--json"}),
    ],
)
def test_bash_completes(words: list[str], expected: set[str]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    line = " ".join(["semantic-symbols", *words])
    program = f"""{completion_script("bash")}
COMP_WORDS=({line}); COMP_CWORD={len(words)}; _semantic_symbols; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run([bash, "-c", program], capture_output=True, text=True, check=True, cwd="/")
    assert set(done.stdout.split()) == expected
