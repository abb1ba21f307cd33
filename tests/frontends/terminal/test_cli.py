"""The command line as a whole: usage, settings, models, errors, and what may go wrong with output."""

import json
import os
import subprocess
import sys
import tomllib

import pytest
from shell import Shell


def test_settings_of_the_workspace_count_and_mistakes_in_them_are_told(shell: Shell) -> None:
    (shell.workspace / ".semanticsymbols.toml").write_text('[indexing]\nexclude = ["*.js"]\nwokers = 2\n')
    done = shell.ask("search", "kind:class")
    assert "Oven" not in done.stdout
    assert "Client" in done.stdout
    assert "indexing.wokers" in done.stderr
    assert "Did you mean indexing.workers?" in done.stderr


def test_a_suffix_of_no_known_language_is_told_and_the_others_count(shell: Shell) -> None:
    (shell.workspace / "cake.recipe").write_text("def knead_dough():\n    pass\n")
    (shell.workspace / ".semanticsymbols.toml").write_text(
        '[indexing]\nextraSuffixes = { ".recipe" = "python", ".menu" = "pyhton" }\n'
    )
    done = shell.ask("search", "kind:function knead_dough")
    assert "cake.recipe:1" in done.stdout
    assert "'pyhton'" in done.stderr
    assert "Did you mean python?" in done.stderr


def test_without_a_command_the_module_serves_and_ends_with_its_input(shell: Shell) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'
    for arguments in ([], ["--stdio"], ["--index-dir", str(shell.base / "elsewhere"), "--log-level=debug"]):
        done = subprocess.run(
            shell.command(*arguments),
            input=b"Content-Length: %d\r\n\r\n%s" % (len(body), body),
            env=shell.environment,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert b'"name":"semantic-symbols"' in done.stdout
        assert done.returncode == 1
    assert shell.ask("serve", "--tcp", "nonsense").returncode == 3


def test_errors_have_a_suggestion_and_an_exit_code(indexed: Shell) -> None:
    done = indexed.ask("search", "x", "nowhere")
    assert done.returncode == 5
    assert not done.stdout
    assert "\nSuggestion: " in done.stderr
    error = indexed.json("search", "x", "--kind", "dragon", code=3)["error"]
    assert error["kind"] == "InvalidParams"
    assert "dragon" in error["message"]
    assert indexed.json("search", "x", "--limit", "0", code=3)["error"]["kind"] == "InvalidParams"
    assert indexed.json("related", "src/network.py", code=3)["error"]["kind"] == "InvalidParams"


def test_names_and_code_do_not_steer_the_terminal(shell: Shell) -> None:
    (shell.workspace / "src" / "two\nlines\x1b[2J.py").write_text(
        'def mint_coin(sign="\x1b[2J\x9b31m\u202e"):\n    pass\n', encoding="utf-8"
    )
    output = shell.ask("search", "mint_coin").stdout
    assert "two\u240alines\u241b[2J.py:1" in output
    assert not {"\x1b", "\x9b", "\u202e"} & set(output)


def test_a_wrong_command_line_is_exit_code_2(indexed: Shell) -> None:
    done = indexed.ask("search", "x", "--colour", "red")
    assert done.returncode == 2
    assert "Suggestion: " in done.stderr
    assert indexed.json("search", "x", "--mode", "psychic", code=2)["error"]["kind"] == "WrongUsage"


def test_an_option_before_its_command_is_told_where_it_belongs(indexed: Shell) -> None:
    done = indexed.ask("--json", "search", "x")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["suggestion"].startswith("Put --json after the command.")


def test_bare_it_prints_help(indexed: Shell) -> None:
    done = indexed.ask()
    assert done.returncode == 0
    assert "search" in done.stdout


def test_json_is_utf_8_whatever_the_locale_says(indexed: Shell) -> None:
    done = indexed.run("search", "Küche name:bakeCake", "--json", LC_ALL="C", PYTHONUTF8="0")
    assert json.loads(done.stdout)["results"][0]["documentation"] == "Bäckt einen Kuchen."


AS_ON_WINDOWS = """
import errno, io, sys
from lsp_server.cli import main

class Pipe(io.FileIO):
    def write(self, data):
        try:
            return super().write(data)
        except BrokenPipeError as error:
            raise OSError(errno.EINVAL, "Invalid argument") from error

sys.stdout = io.TextIOWrapper(io.BufferedWriter(Pipe(1, "w", closefd=False)))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("way", [["-m", "lsp_server"], ["-c", AS_ON_WINDOWS]], ids=["", "as-on-windows"])
def test_a_reader_that_has_seen_enough_is_no_failure(shell: Shell, way: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-P", *way, "completion", "bash"]
    buffered = {name: value for name, value in shell.environment.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=buffered, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


FEW_FILES = """
import resource, sys
from lsp_server.cli import main
from lsp_server.disk import MAX_OPEN

most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))
main(["completion", "bash"])
allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
sys.exit(allowed != MAX_OPEN and allowed != most)
"""


@pytest.mark.skipif(os.name == "nt", reason="there are no such limits")
def test_a_large_index_is_opened_where_few_files_may_be_open_unless_one_asks(shell: Shell) -> None:
    command = [sys.executable, "-P", "-c", FEW_FILES]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, env=shell.environment, check=False)
    assert done.returncode == 0


def test_a_model_is_chosen_only_when_it_loads(shell: Shell) -> None:
    settings = shell.base / "config" / "semantic-symbols" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[model] # mine\nname = "nonsense"\n\n[log]\nlevel = "debug"\n')
    assert shell.json("model", "use", "nowhere/to-be-found", code=9)["error"]["kind"] == "ModelUnavailable"
    assert "no folder" in shell.json("model", "use", "./nowhere", code=9)["error"]["message"]
    assert shell.json("model", "use", "bundled")["dimensions"] == 384
    assert tomllib.loads(settings.read_text()) == {
        "model": {"name": "bundled", "path": ""},
        "log": {"level": "debug"},
    }
    assert shell.json("model", "info")["name"] == "bundled"
    assert shell.json("model", "train", "--out", "here", code=3)["error"]["suggestion"]
    settings.write_text("[model")
    assert shell.json("model", "use", "bundled", code=4)["error"]["kind"] == "InvalidSettings"


def test_the_log_level_decides_what_the_log_file_tells(shell: Shell) -> None:
    logs = shell.base / "state" / "semantic-symbols" / "log"
    shell.ask("search", "supersecretquery", "--log-level", "error")
    assert not logs.exists()
    shell.ask("search", "supersecretquery", "--log-level", "debug")
    text = "".join(file.read_text() for file in logs.glob("command-*.log"))
    assert "DEBUG" in text
    assert "supersecretquery" not in text
