"""Ignore files that no one would write for good: they do no harm, and take neither time nor memory."""

import os
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from written import indexed, write

from lsp_server.indexing.scanning.ignore import OWN_FILE, IgnoreRules


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_in_place_of_an_ignore_file_says_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": ""})
    os.mkfifo(tmp_path / ".gitignore")
    assert indexed(tmp_path) == ["a.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="a file of holes takes its space there")
@pytest.mark.parametrize("name", [".gitignore", ".ignore", OWN_FILE, ".git", ".git/commondir", ".git/index"])
def test_a_file_of_rules_too_large_to_be_one_says_nothing(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"a.py": "", name: "", "build/b.py": ""})
    with (tmp_path / name).open("wb") as file:
        file.truncate(1 << 40)  # of holes, which take no space
    assert indexed(tmp_path) == ["a.py"]


@pytest.mark.parametrize(
    "pattern", ["*abc{}*", "**/*a{}*/*b*/c", "[ab]{}x", "*" + "a*" * 1_000 + "{}", "a" * 5_000 + "{}", "{}"]
)
def test_a_file_of_patterns_without_end_is_read_as_far_as_it_costs_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, pattern: str
) -> None:
    lines = "".join(pattern.format(number) + "\n" for number in range(1_900_000 // (len(pattern) + 5)))
    write(tmp_path, {".gitignore": f"*.log\n{lines}", "a" * 100 + ".py": "", "a.log": "", "b.py": ""})
    begin_s = time.process_time()
    assert indexed(tmp_path) == ["a" * 100 + ".py", "b.py"]
    assert time.process_time() - begin_s < 10
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 1, warnings
    assert str(tmp_path / ".gitignore") in warnings[0]
    assert "abc" not in warnings[0]


def test_thousands_of_names_count_to_the_last(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lines = "".join(f"/out/{number}.txt\n*.x{number % 1_000}\n" for number in range(1_900))
    names = "".join(f"name{number}/\n" for number in range(50_000))
    write(tmp_path, {".gitignore": f"{lines}{names}last.py", "a.py": "", "last.py": "", "name49999/a.py": ""})
    assert indexed(tmp_path) == ["a.py"]
    assert not caplog.records


def test_many_large_files_of_patterns_count_as_far_as_they_fit_into_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = "".join(f"name{number:010}\n" for number in range(90_000))
    folders = ["/".join("d" * depth) for depth in range(1, 20)]
    files = {f"{folder}/.gitignore": f"{lines}a.log\n" for folder in folders}
    write(
        tmp_path, {**files, **{f"{folder}/{name}": "" for folder in folders for name in ("a.log", "b.log")}}
    )
    rules = IgnoreRules(tmp_path)
    tracemalloc.start()
    counted = [folder for folder in folders if not rules.decide(f"{folder}/a.log").indexed]
    assert tracemalloc.get_traced_memory()[1] < 300_000_000
    tracemalloc.stop()
    assert counted == folders, "those that were read leave it out further down, too"
    warnings = [record.getMessage() for record in caplog.records]
    assert str(tmp_path / "d/.gitignore") not in "".join(warnings)
    assert str(tmp_path / files.popitem()[0]) in warnings[-1]
    rules.invalidate("")
    assert not rules.decide("d/a.log").indexed, "what is forgotten makes room"


@pytest.mark.parametrize(
    "pattern", ["[", "[z-a]", "a\\", "!", "/", "**", "[a||b]", "[[:alpha:]]", "\udc80", "x" * 9999]
)
def test_odd_patterns_do_no_harm(tmp_path: Path, pattern: str) -> None:
    (tmp_path / ".gitignore").write_bytes(pattern.encode("utf-8", "surrogateescape") + b"\r\n")
    (tmp_path / "k").write_text("")
    assert IgnoreRules(tmp_path).decide("k").indexed == (pattern not in {"**", "[[:alpha:]]"})


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a*a*a*a*a*b", "a" * 120),
        ("a**a**a**a**b", "a" * 40),
        ("[!]*]*[!]a]*[!]a]*[!]a]*[!]a]*[!]a]*b", "c" * 120),
        ("**/a/**/a/**/a/**/a/**/b", "a/" * 60 + "c"),
        ("/x/**/*a*a*a/**/*a*a*a/b", "x/" + "aaaaaaaaaa/" * 30 + "c"),
    ],
)
def test_no_pattern_takes_long_however_many_stars_it_has(tmp_path: Path, pattern: str, path: str) -> None:
    write(tmp_path, {OWN_FILE: pattern})
    began_s = time.process_time()
    assert IgnoreRules(tmp_path).decide(path).indexed
    assert time.process_time() - began_s < 1.0  # to try every way to divide the name takes many times that


def test_a_line_longer_than_any_path_takes_no_time_and_says_nothing(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*" + "a*" * 200_000 + "\n*.log\n", "a.log": ""})
    began_s = time.process_time()
    assert [IgnoreRules(tmp_path).decide(path).indexed for path in ("a" * 200, "a.log")] == [True, False]
    assert time.process_time() - began_s < 1.0


@pytest.mark.parametrize(
    ("pattern", "left_out", "indexed"),
    [
        ("[!]a]", ["b", "["], ["]", "a"]),
        ("a*b*c", ["abc", "axxbxbxcxc"], ["abcx", "acb"]),
        ("*a*b", ["ab", "xaxbxb"], ["ba", "abx"]),
        ("x/**/b/c", ["x/b/c", "x/b/b/c", "x/y/b/b/c"], ["x/b/y/c", "b/c"]),
        ("a/**/b*/**/c", ["a/b/c", "a/x/b/y/bb/z/c"], ["a/c", "a/b/cc"]),
        ("x /y", ["x /y"], ["x/y"]),
    ],
)
def test_stars_and_sets_mean_what_they_mean_in_git(
    tmp_path: Path, pattern: str, left_out: list[str], indexed: list[str]
) -> None:
    write(tmp_path, {".gitignore": pattern})
    rules = IgnoreRules(tmp_path)
    assert [path for path in (*left_out, *indexed) if rules.decide(path).indexed] == indexed
