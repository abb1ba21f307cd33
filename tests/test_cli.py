"""The command line, as a user's shell runs it."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from tiny_onnx import write_cross_encoder

import lsp_server
from lsp_server.cli import main
from lsp_server.storage.lease import WriterLease

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


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One indexed workspace for all tests that leave it as it is."""
    shell = Shell(tmp_path_factory.mktemp("shell"))
    assert shell.run("index").returncode == 0
    return shell


def test_a_search_in_a_new_folder_indexes_it_and_prints_place_kind_name_and_score(shell: Shell) -> None:
    done = shell.run("search", "retry a request that failed")
    assert done.returncode == 0
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith(f"{Path('src/network.py')}:7  method  Client.send_again  0.")
    assert second == "    def send_again(self, request, attempts)"
    assert "\x1b" not in done.stdout
    assert not done.stderr
    assert {entry.name for entry in shell.workspace.iterdir()} == {"src", "kitchen.js"}


def test_a_search_sees_files_that_changed_came_and_went_since_they_were_indexed(shell: Shell) -> None:
    shell.ask("index")
    (shell.workspace / "src" / "network.py").unlink()
    (shell.workspace / "rocket.py").write_text("def launch_rocket():\n    pass\n")
    (shell.workspace / "kitchen.js").write_text(
        KITCHEN + "export function washDishes() {}\n", encoding="utf-8"
    )
    found = shell.json("search", "kind:function", "--limit", "50")
    assert {one["name"] for one in found["results"]} == {"bakeCake", "washDishes", "launch_rocket"}
    assert found["isIncomplete"] is False
    assert found["coverage"]["files"] == 2


def test_json_of_a_search_is_the_result_of_semantic_search(indexed: Shell) -> None:
    found = indexed.json("search", "bake a cake", "--limit", "1", "--explain")
    assert set(found) == {"results", "isIncomplete", "coverage", "tookMs"}
    assert found["coverage"] == {"files": 2, "indexedFiles": 2, "symbols": 8, "skippedFiles": 0}
    (first,) = found["results"]
    assert first["name"] == "bakeCake"
    assert first["kind"] == 12
    assert first["location"]["uri"] == (indexed.workspace / "kitchen.js").as_uri()
    assert first["selectionRange"]["start"] == {"line": 2, "character": 16}
    assert {"vector", "signals"} <= set(first["explanation"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--kind", "class"], {"Client", "Oven"}),
        (["--kind", "class", "--lang", "js"], {"Oven"}),
        (["--kind", "class", "--include", "src/**"], {"Client"}),
        (["--kind", "class", "--exclude", "*.py"], {"Oven"}),
        (["--kind", "class", "--kind", "function"], {"Client", "Oven", "bakeCake"}),
    ],
)
def test_filters_of_a_search(indexed: Shell, options: list[str], expected: set[str]) -> None:
    assert set(indexed.names("oven", *options)) == expected


def test_the_path_may_stand_behind_options(indexed: Shell) -> None:
    done = indexed.ask("search", "oven", "--limit", "1", str(indexed.workspace), "--json")
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["results"]) == 1
    assert indexed.ask("search", "oven", "--limit", "1", str(indexed.workspace), "more").returncode == 2


def test_what_is_given_to_a_group_holds_for_its_commands(indexed: Shell) -> None:
    done = indexed.ask("vector", "--json", "search-vector", "oven")
    assert json.loads(done.stdout)["results"]


def test_text_mode_finds_only_what_holds_a_word(indexed: Shell) -> None:
    assert "Client" not in indexed.names("degrees", "--mode", "text")
    assert "Client" in indexed.names("degrees", "--mode", "vector")


def test_results_below_a_wanted_score_are_left_out_and_nothing_left_is_exit_code_1(indexed: Shell) -> None:
    assert indexed.names("oven", "--min-score", "1", "--lang", "python", code=1) == []
    assert indexed.ask("search", "oven", "--min-score", "1", "--lang", "python").stdout == "Nothing found.\n"


def test_a_search_that_finds_nothing_close_says_so_and_lists_the_nearest(indexed: Shell) -> None:
    lines = indexed.ask("search", "quarterly tax declaration").stdout.splitlines()
    assert lines[0].startswith("Nothing close")
    assert len(lines) > 1


def test_related_code_of_a_place(indexed: Shell) -> None:
    found = indexed.json("related", "src/network.py:11:9", "--limit", "2")
    assert found["results"][0]["name"] == "send_again"
    assert "line" in indexed.json("related", "src/network.py:1000", code=3)["error"]["message"]


def test_related_tests_and_duplicates_are_marked(shell: Shell) -> None:
    (shell.workspace / "src" / "copied.py").write_text(NETWORK)
    (shell.workspace / "tests").mkdir()
    (shell.workspace / "tests" / "test_network.py").write_text(
        "def test_send_again():\n    client.send_again(request, attempts)\n"
    )
    place = "src/network.py:7:9"
    found = {
        (one["name"], one["location"]["uri"].rpartition("/")[2]): one["explanation"]["signals"]
        for one in shell.json("related", place)["results"]
    }
    assert found["send_again", "copied.py"]["duplicate"] == 1
    assert found["test_send_again", "test_network.py"]["test"] == 1
    assert not {"test", "duplicate"} & set(found["send", "network.py"])
    lines = shell.ask("related", place).stdout.splitlines()
    assert any("copied.py:7" in line and line.endswith("(duplicate)") for line in lines)
    assert any("test_send_again" in line and line.endswith("(test)") for line in lines)
    assert not any("vector" in line for line in lines)


def test_vector_search_ranks_by_similarity_alone(indexed: Shell) -> None:
    found = indexed.json("vector", "search-vector", "retry", "--explain")["results"]
    similarities = [one["explanation"]["vector"] for one in found if one["score"] >= 0.01]
    assert len(similarities) > 1
    assert similarities == sorted(similarities, reverse=True)


def test_a_reranking_model_reorders_a_search_and_one_that_can_t_be_had_is_named(
    indexed: Shell, tmp_path: Path
) -> None:
    def asked(model: Path, depth: int, *options: str) -> tuple[list[dict[str, Any]], str]:
        variables = {"RERANK_MODEL": str(model), "RERANK_DEPTH": str(depth)}
        done = indexed.run(
            *("search", "talking over the network", "--json", "--explain", *options),
            **{f"SEMANTIC_SYMBOLS_SEARCH_{name}": value for name, value in variables.items()},
        )
        return json.loads(done.stdout)["results"], done.stderr

    def names(results: list[dict[str, Any]]) -> list[str]:
        return [one["name"] for one in results]

    model = write_cross_encoder(tmp_path / "model", {"network": [1], "oven": [50]})
    plain, silence = asked(Path(), 20)  # Path() is ".", which is no whole path and no name
    assert "without reranking" in silence
    assert "Suggestion: " in silence
    results, errors = asked(model, 20)
    assert errors == ""
    assert names(results).index("Oven") < names(plain).index("Oven")
    assert next(one for one in results if one["name"] == "Oven")["explanation"]["signals"]["rerank"] > 0
    assert [one["score"] for one in results] == sorted((one["score"] for one in results), reverse=True)
    assert names(asked(model, names(plain).index("Oven"))[0])[-2:] == names(plain)[-2:]
    results, errors = asked(tmp_path / "nowhere", 20, "--mode", "vector")  # never loads one
    assert results
    assert errors == ""


def test_facts_about_clusters(indexed: Shell) -> None:
    facts = indexed.json("vector", "cluster-info")
    assert facts["vectors"] == sum(facts["sizes"]) == 8
    assert facts["recallAt10"] >= 0.98
    assert "recall@10" in indexed.ask("vector", "cluster-info").stdout


def test_indexing_tells_the_status_and_with_profile_the_stages(shell: Shell) -> None:
    told = shell.json("vector", "index-vectors", "--profile")
    assert told["state"] == "ready"
    assert told["metrics"]["embeddedSymbols"] == told["coverage"]["symbols"] == 8
    assert {"scan", "workers", "commit"} <= set(told["profile"])
    assert told["vectors"]["vectors"] == 8
    again = shell.json("index")
    assert again["metrics"]["embeddedSymbols"] == 0
    assert again["index"]["generation"] == told["index"]["generation"]


def test_status_of_a_folder_and_of_all(indexed: Shell, shell: Shell) -> None:
    status = indexed.json("status")
    assert status["state"] == "ready"
    assert status["folders"][0]["uri"] == indexed.workspace.as_uri()
    (one,) = indexed.json("status", "--all")["indexes"]
    assert (one["workspace"], one["state"]) == (str(indexed.workspace), "ready")
    assert shell.json("status")["state"] == "starting"


def test_a_folder_without_files_is_indexed_too(shell: Shell, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert shell.ask("index", str(empty)).returncode == 0
    status = shell.json("status", str(empty))
    assert (status["state"], status.get("message")) == ("ready", None)
    assert shell.names("cake", str(empty), code=1) == []
    (empty / "kitchen.js").write_text(KITCHEN, encoding="utf-8")
    assert "bakeCake" in shell.names("cake", str(empty))


@pytest.mark.parametrize("words", [["{}", "--all"], ["--all", "{}"], [".", "--all"]])
def test_a_folder_and_all_of_them_can_t_both_be_meant(indexed: Shell, words: list[str]) -> None:
    words = [word.format(indexed.workspace) for word in words]
    for command in ("clear", "status"):
        assert indexed.json(command, *words, code=2)["error"]["kind"] == "WrongUsage"
    assert indexed.json("status")["state"] == "ready"


def test_an_index_dir_of_ones_own_and_its_clearing(shell: Shell) -> None:
    elsewhere = shell.base / "elsewhere"
    assert shell.run("index", "--index-dir", str(elsewhere)).returncode == 0
    assert list((elsewhere / "indexes").iterdir())
    assert not shell.index_dir.exists()
    precious = elsewhere / "indexes" / "precious-0123456789abcdef"
    precious.mkdir()
    (precious / "novel.txt").touch()
    assert shell.ask("clear", "--all", "--index-dir", str(elsewhere)).returncode == 0
    assert [entry.name for entry in (elsewhere / "indexes").iterdir()] == [precious.name]
    assert not (elsewhere / "yields.sqlite3").exists()
    assert shell.ask("clear", "--index-dir", str(elsewhere)).returncode == 1


def test_while_another_process_writes_searches_answer_and_indexing_gives_up_in_time(shell: Shell) -> None:
    shell.ask("index")
    (shell.workspace / "rocket.py").write_text("def launch_rocket():\n    pass\n")
    (index,) = (shell.index_dir / "indexes").iterdir()
    with WriterLease.acquire(index / "lease.lock"):
        done = shell.ask("search", "bake a cake")
        assert "bakeCake" in done.stdout
        assert "Another process is indexing" in done.stderr
        assert shell.json("index", "--wait", "0.1", code=6)["error"]["kind"] == "IndexBusy"
        assert shell.json("status")["state"] == "indexing"


def test_the_doctor_finds_and_repairs_a_damaged_segment(shell: Shell) -> None:
    shell.ask("index")
    assert shell.json("doctor", "--deep")["findings"] == []
    segment = next(shell.index_dir.rglob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 255
    segment.write_bytes(content)
    assert shell.json("doctor", code=7)["sound"] is False
    repaired = shell.json("doctor", "--repair")
    assert repaired["findings"]
    assert repaired["remaining"] == []
    assert shell.names("bake a cake", "--limit", "1") == ["bakeCake"]


def test_the_doctor_repairs_no_version_that_is_sound(shell: Shell) -> None:
    shell.ask("index")
    segment = next(shell.index_dir.rglob("*.seg"))
    sound = segment.parents[1]
    damaged = sound.with_name(sound.name[:3] + "0123456789abcdef")
    shutil.copytree(sound, damaged)
    next(damaged.rglob("*.seg")).write_bytes(b"")
    written_ns = segment.stat().st_mtime_ns
    repaired = shell.json("doctor", "--repair")
    assert repaired["findings"]
    assert repaired["remaining"] == []
    assert segment.stat().st_mtime_ns == written_ns
    assert not damaged.exists()


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C for child processes there")
def test_ctrl_c_keeps_a_good_index(shell: Shell) -> None:
    for number in range(400):
        functions = "".join(f"def function_{i}(value):\n    return value + {i}\n\n" for i in range(60))
        (shell.workspace / f"module_{number}.py").write_text(functions)
    process = subprocess.Popen(
        shell.command("index"), cwd=shell.workspace, env=shell.environment, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 30
    while not list(shell.index_dir.rglob("*.seg")) and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    assert "Interrupted" in errors
    assert shell.json("doctor")["sound"] is True
    assert shell.json("index")["coverage"]["indexedFiles"] == 402


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


@pytest.mark.parametrize("name", ["gone", "x" * 300], ids=["gone", "out of reach"])
def test_indexing_forgets_folders_that_vanished_long_ago(shell: Shell, name: str) -> None:
    old = shell.index_dir / "indexes" / "gone-0123456789abcdef"
    old.mkdir(parents=True)
    (old / "workspace.json").write_text(json.dumps({"path": str(shell.base / name), "lastUsed": 1}))
    assert shell.json("status", "--all")["indexes"][0]["state"] == "vanished"
    shell.ask("index")
    assert not old.exists()


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


@pytest.mark.parametrize(
    ("mistake", "meant"),
    [
        (["serach", "x"], "'search'"),
        (["search", "x", "--limt=3"], "--limit"),
        (["search", "x", "--mode", "hybird"], "'hybrid'"),
        (["search", "x", "--kind", "funktion"], "'function'"),
        (["search", "x", "--lang", "pyhton"], "'python'"),
        (["vector", "cluster-inof"], "'cluster-info'"),
    ],
)
def test_a_misspelt_word_is_answered_with_what_was_meant(
    indexed: Shell, mistake: list[str], meant: str
) -> None:
    told = indexed.ask(*mistake).stderr.lower()
    assert f"did you mean {meant}?" in told
    assert "suggestion: " in told


def test_related_code_is_not_looked_for_in_whatever_lies_around_a_file(shell: Shell) -> None:
    (shell.base / "elsewhere").mkdir()
    stray = shell.base / "elsewhere" / "stray.py"
    stray.write_text(NETWORK)
    assert shell.json("related", f"{stray}:7", code=5)["error"]["suggestion"]
    assert shell.json("status", "--all")["indexes"] == []
    assert "Indexing" in shell.ask("related", "src/network.py:7").stderr
    assert "Indexing" not in shell.ask("related", "src/network.py:7").stderr


def test_related_code_of_a_file_that_is_left_out_says_why(shell: Shell) -> None:
    (shell.workspace / ".env").write_text("TOKEN=1\n")
    assert "not indexed: " in shell.ask("related", ".env:1").stderr


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
    assert json.loads(done.stdout)["error"]["suggestion"].startswith("Put --json behind the command.")


def test_bare_it_prints_help(indexed: Shell) -> None:
    done = indexed.ask()
    assert done.returncode == 0
    assert "search" in done.stdout


def test_json_is_utf_8_whatever_the_locale_says(indexed: Shell) -> None:
    done = indexed.run("search", "Küche name:bakeCake", "--json", LC_ALL="C", PYTHONUTF8="0")
    assert json.loads(done.stdout)["results"][0]["documentation"] == "Bäckt einen Kuchen."


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
