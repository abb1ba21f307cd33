"""`search`, `related` and `vector search-vector`: what they find and print."""

import json
from pathlib import Path
from typing import Any

import pytest
from shell import KITCHEN, NETWORK, Shell
from tiny_onnx import write_cross_encoder

from lsp_server.storage.folders import IndexRoot


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


def test_related_code_of_a_line_is_that_of_what_begins_in_it(indexed: Shell) -> None:
    at_its_name = indexed.json("related", "src/network.py:7:9")["results"]
    assert indexed.json("related", "src/network.py:7")["results"] == at_its_name


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


WHOLE = slice(None)
RECORDS = slice(-600, None)
ALL_BUT_FOOTER = slice(0, -256)


@pytest.mark.parametrize(
    ("files", "part"),
    [
        ("catalog.sqlite3", WHOLE),
        ("*.seg", WHOLE),
        ("*.seg", RECORDS),
        ("*.fast", WHOLE),
        ("*.term", ALL_BUT_FOOTER),
        ("meta.json", WHOLE),
    ],
)
@pytest.mark.parametrize("command", [("search", "retry a request"), ("related", "src/network.py:7")])
def test_a_damaged_index_is_made_anew_before_it_answers(
    shell: Shell, files: str, part: slice, command: tuple[str, ...]
) -> None:
    shell.ask("index")
    expected = shell.json(*command)["results"]
    damage(shell, files, part)
    assert shell.json(*command)["results"] == expected


def test_a_damaged_index_stays_as_it_is_while_indexing_is_paused(shell: Shell) -> None:
    shell.ask("index")
    IndexRoot(shell.index_dir).folder_of(shell.workspace).pause()
    damage(shell, "*.term", ALL_BUT_FOOTER)
    assert shell.json("search", "retry a request", code=7)["error"]["kind"] == "IndexDamaged"


def damage(shell: Shell, files: str, part: slice) -> None:
    """Write over a part of some files of the index."""
    for path in shell.index_dir.rglob(files):
        content = bytearray(path.read_bytes())
        content[part] = b"\xc1" * len(content[part])
        path.write_bytes(content)
