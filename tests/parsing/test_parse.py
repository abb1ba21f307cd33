"""Whatever the bytes, a file becomes an entry with what was found in it, or a stated reason."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing import ParsedFile, ParsedSymbol, ParseLimits, Skipped, parse_file

LIMITS = ParseLimits()


def parsed(name: str, text: str | bytes) -> ParsedFile:
    result = parse_file(name, text.encode() if isinstance(text, str) else text, LIMITS, {})
    assert isinstance(result, ParsedFile)
    return result


def entry(name: str, text: str) -> ParsedSymbol:
    return parsed(name, text).symbols[0]


def names(name: str, text: str) -> list[str]:
    return [item.symbol.qualified_name for item in parsed(name, text).symbols[1:]]


def test_the_first_symbol_is_the_file_itself() -> None:
    file = parsed("src/pkg/mail.py", '"""Sends mail."""\n\ndef send():\n    pass\n')
    symbol = file.symbols[0].symbol
    assert (symbol.name, symbol.kind, symbol.language) == ("mail.py", SymbolKind.FILE, "python")
    assert symbol.signature == "src/pkg/mail.py"
    assert symbol.documentation == "Sends mail."
    assert (symbol.span.start.line, symbol.span.end.line) == (0, 4)
    assert symbol.selection.start == symbol.selection.end == symbol.span.start
    assert [item.symbol.name for item in file.symbols[1:]] == ["send"]


def test_of_a_file_without_end_the_first_definitions_are_kept_and_the_rest_is_text() -> None:
    text = "".join(f"def f{number}(): pass\n" for number in range(25_000))
    _, *symbols = parsed("made.py", text).symbols
    functions = [item.symbol.name for item in symbols if item.symbol.kind is SymbolKind.FUNCTION]
    assert functions == [f"f{number}" for number in range(20_000)]
    assert symbols[-1].symbol.span.end.line == 24_999
    assert len(symbols) < 21_000


@pytest.mark.parametrize(
    ("name", "text", "documentation"),
    [
        (
            "a.py",
            '#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Copyright 2020 X\n\n"""Says it."""\n',
            "Says it.",
        ),
        ("a.js", "/* Copyright (c) X. */\n'use strict'\n\n/**\n * Says\n * it.\n */\n\nvar a\n", "Says it."),
        ("a.go", "// Copyright X\n\n// Package a says it.\npackage a\n", "Package a says it."),
        ("a.rs", "//! Says\n//! it.\n\nuse x;\n", "Says it."),
        ("a.sh", "#!/bin/sh\n# Says it.\n\nset -e\n", "Says it."),
        ("a.hs", "{-# LANGUAGE X #-}\n-- | Says it.\nmodule A where\n", "Says it."),
        ("a.lua", "--[[ Says it. ]]\nlocal x = 1\n", "Says it."),
        ("a.h", "// SPDX-License-Identifier: MIT\n#pragma once\n// Says it.\n#include <x>\n", "Says it."),
        ("a.sql", "-- Says it.\nselect 1;\n", "Says it."),
        ("a.md", "# Title\n\nSays it.\n", "Says it."),
        ("a.html", "<!doctype html>\n<!-- Says it. -->\n<p>\n", "Says it."),
        ("a.c", "int main(void) { return 0; }\n// not the top\n", ""),
    ],
)
def test_the_entry_says_what_the_file_says_of_itself(name: str, text: str, documentation: str) -> None:
    assert entry(name, text).symbol.documentation == documentation


def test_a_licence_is_no_part_of_the_entry() -> None:
    text = "# Copyright 2020 Someone\n\nimport this\n"
    assert text[slice(*entry("a.py", text).code)].strip() == "import this"


def test_an_empty_file_has_its_entry() -> None:
    file = parsed("__init__.py", b"")
    assert [item.symbol.name for item in file.symbols] == ["__init__.py"]


def test_a_file_without_a_known_suffix_is_text() -> None:
    assert parsed("LICENSE", "MIT").language == "plaintext"


def test_a_setting_gives_a_suffix_its_language() -> None:
    result = parse_file("a.frob", b"def f():\n    pass\n", LIMITS, {".frob": "python"})
    assert isinstance(result, ParsedFile)
    assert [item.symbol.name for item in result.symbols] == ["a.frob", "f"]


def test_statements_outside_of_definitions_are_found_when_they_are_many() -> None:
    setup = "".join(f"route('/path/{i}', handler_{i})\n" for i in range(40))
    found = parsed(
        "urls.py", f"import x\n\ndef first():\n    pass\n\n{setup}\ndef last():\n    pass\n"
    ).symbols
    assert [item.symbol.name for item in found[1:]] == ["first", "route('/path/0', handler_0)", "last"]
    chunk = found[2].symbol
    assert (chunk.kind, chunk.span.start.line, chunk.span.end.line) == (SymbolKind.STRING, 5, 44)


def test_a_few_statements_or_many_imports_make_no_entry() -> None:
    imports = "".join(f"import module_{i}\n" for i in range(80))
    assert names("a.py", imports + "\ndef f():\n    pass\n\nf()\n") == ["f"]


def test_a_long_function_is_found_by_what_it_does_late() -> None:
    steps = "".join(f"    step_{number}()\n" for number in range(300))
    file = parsed(
        "a.py", f"class A:\n    def run(self):\n{steps.replace('    ', '        ')}\ndef short():\n    pass\n"
    )
    run, *parts, short = file.symbols[2:]
    assert (run.symbol.name, short.symbol.name) == ("run", "short")
    assert {part.symbol.kind for part in parts} == {SymbolKind.STRING}
    assert {part.symbol.containers for part in parts} == {("A", "run")}
    (late,) = [part for part in parts if b"step_250()" in file.source[slice(*part.code)]]
    assert late.code[1] <= run.code[1]
    assert not any(b"step_0()" in file.source[slice(*part.code)] for part in parts)


def test_a_function_that_holds_others_is_told_by_them() -> None:
    steps = "".join(f"    step_{number}()\n" for number in range(20))
    inner = "".join(f"    def inner_{number}():\n        pass\n{steps}" for number in range(6))
    assert names("a.py", f"def outer():\n{inner}") == [
        "outer",
        *(f"outer.inner_{number}" for number in range(6)),
    ]


@pytest.mark.parametrize(
    ("name", "head", "line", "end"),
    [
        ("a.py", "def outer():\n    def inner():\n        pass\n", "    step_{}(inner)\n", ""),
        ("a.py", "TABLE = {\n", "    'key_{}': 'a value of {}',\n", "}\n"),
        ("a.py", 'DOCUMENTATION = """\n', "    option_{}: does this\n", '"""\n'),
        ("a.lua", "local options = {\n", '    option_{} = "a value",\n', "}\n"),
        ("a.rb", "module Cops\n  X = 1\n", "  register_cop :Cop{}, 'cop/{}'\n", "end\n"),
    ],
)
def test_what_stands_late_in_a_long_definition_is_found(name: str, head: str, line: str, end: str) -> None:
    file = parsed(name, head + "".join(line.replace("{}", str(number)) for number in range(200)) + end)
    outer = file.symbols[1]
    late = line.replace("{}", "190").encode()
    (part,) = [part for part in file.symbols[2:] if late in file.source[slice(*part.code)]]
    assert part.symbol.kind is SymbolKind.STRING
    assert part.symbol.containers == (outer.symbol.name,)
    assert part.code[1] <= outer.code[1]


def test_a_long_table_of_numbers_has_no_parts() -> None:
    numbers = "    0x428a, 0x7137,\n" * 200
    assert names("a.c", f"const int K[] = {{\n{numbers}}};\n") == ["K"]


def test_generated_code_is_flagged_throughout() -> None:
    found = parsed("a.py", "# @generated by x\n\ndef f():\n    pass\n").symbols
    assert all(item.symbol.flags & SymbolFlags.GENERATED for item in found)


def test_what_is_found_does_not_depend_on_the_folder() -> None:
    text = "def f():\n    pass\n"
    assert parsed("tests/a.py", text).symbols[1:] == parsed("src/a.py", text).symbols[1:]


def test_positions_count_in_all_encodings() -> None:
    (section,) = parsed("a.md", "# \U0001f600 Größe\n").symbols[1:]
    end = section.symbol.selection.end
    assert (end.line, end.utf8, end.utf16, end.utf32) == (0, 14, 10, 9)


def test_utf16_is_parsed_like_utf8() -> None:
    file = parsed("a.py", "def grüße():\n    pass\n".encode("utf-16"))
    assert file.symbols[1].symbol.name == "grüße"
    assert file.source == "def grüße():\n    pass\n".encode()


def test_skipped_files_say_why() -> None:
    assert parse_file("a.py", b"\0\1\2", LIMITS, {}) == Skipped("binary")
    assert parse_file("a.py", b"#" * 2_000_001, LIMITS, {}) == Skipped("larger than 2 MB")
    assert parse_file("a.py", b"x" * 200, ParseLimits(max_file_bytes=100), {}) == Skipped(
        "larger than 0.0001 MB"
    )


@pytest.mark.parametrize(
    "name", ["a.py", "a.js", "a.c", "a.json", "a.yaml", "a.go", "a.ipynb", "a.vue", "a.md", "a.rs"]
)
@pytest.mark.parametrize(
    "text", ["(" * 20_000, "[" * 20_000, "{" * 20_000, '{"a":' * 4_000, "- " * 10_000, "if x {\n" * 4_000]
)
def test_deep_nesting_is_survived(name: str, text: str) -> None:
    assert parse_file(name, "\n".join(text[i : i + 80] for i in range(0, len(text), 80)).encode(), LIMITS, {})


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(["a.py", "a.ipynb", "a.vue", "a.md", "a.rst", "a.yml", "a.json", "a.sql", "Makefile"]),
)
def test_any_bytes_are_survived(raw: bytes, name: str) -> None:
    check_holds_together(name, raw)


@pytest.mark.parametrize("name", ["a.py", "a.ts", "a.go", "a.html", "a.toml", "a.adoc", "a.sh", "a.rb"])
def test_cut_and_shuffled_text_is_survived(name: str) -> None:
    pieces = [
        "def f(",
        "class A",
        "{",
        "}",
        "\r",
        "\n",
        "\r\n",
        "#",
        "/*",
        "é",
        "'",
        '"""',
        "[a]\n",
        "==\n",
        "<script>",
        "`",
    ]
    chance = random.Random(7)
    for _ in range(20):
        check_holds_together(name, "".join(chance.choices(pieces, k=200)).encode())


def check_holds_together(name: str, raw: bytes) -> None:
    result = parse_file(name, raw, LIMITS, {})
    if isinstance(result, Skipped):
        return
    assert result.symbols[0].symbol.kind is SymbolKind.FILE
    identities = {(item.symbol.qualified_name, item.symbol.kind, item.symbol.nth) for item in result.symbols}
    assert len(identities) == len(result.symbols)
    for item in result.symbols:
        assert 0 <= item.code[0] <= item.code[1] <= len(result.source)
        start, end = item.symbol.span.start, item.symbol.span.end
        assert (start.line, start.utf8) <= (end.line, end.utf8)


def test_a_licence_is_no_part_of_a_chunk() -> None:
    licence = "".join(f"# Copyright and more {i}\n" for i in range(30))
    rules = "".join(f"rule(name = 'target_{i}')\n" for i in range(40))
    (chunk,) = parsed("BUILD.bazel", licence + "\n" + rules).symbols[1:]
    assert (chunk.symbol.name, chunk.symbol.span.start.line) == ("rule(name = 'target_0')", 31)


def test_the_keys_of_a_zig_package_are_found() -> None:
    source = (
        b".{\n    .name = .app,\n    .dependencies = .{\n"
        b'        .zlib = .{ .path = "z" },\n        .@"a-b" = .{},\n    },\n}\n'
    )
    names = [symbol.symbol.qualified_name for symbol in parsed("build.zig.zon", source).symbols[1:]]
    assert names == ["dependencies", "dependencies.zlib", "dependencies.a-b"]


def test_a_long_name_is_kept_where_there_is_no_grammar() -> None:
    name = "calculate_" + "a" * 150
    assert parsed("a.pl", f"sub {name} {{\n}}\n".encode()).symbols[1].symbol.name == name


def test_a_small_file_makes_no_symbols_that_are_large_together() -> None:
    long = "a" * 20_000
    methods = {
        "a.py": f"class {long}:\n" + "".join(f"  def f{n}(self):\n    pass\n" for n in range(120)),
        "a.rs": f"impl {long} {{\n" + "".join(f"fn f{n}() {{}}\n" for n in range(120)) + "}\n",
        "a.cpp": f"class {long} {{\n" + "".join(f"void f{n}() {{}}\n" for n in range(120)) + "};\n",
        "b.py": "".join(" " * n + f"class c{n}{'b' * 150}:\n" for n in range(200)) + " " * 200 + "x = 1\n",
    }
    for name, text in methods.items():
        found = names(name, text)
        assert len(found) >= 100
        assert max(map(len, found)) < 10_000
    assert found[100].endswith(f"c99{'b' * 150}.c100{'b' * 150}")
