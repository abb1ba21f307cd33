from importlib.util import find_spec

import pytest

from lsp_server.parsing.languages import LANGUAGES, canonical_language, language_of, load_grammar
from lsp_server.parsing.trees.grammars import rules_of


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("src/a.py", b"", "python"),
        ("A.JSX", b"", "javascript"),
        ("types.d.ts", b"", "typescript"),
        ("Makefile", b"", "make"),
        ("run", b"#!/usr/bin/env python3\n", "python"),
        ("run", b"#!/usr/bin/env -S deno run\n", "typescript"),
        ("run", b"#!/bin/sh -e\n", "bash"),
        ("a.h", b"#include <stdio.h>\nint f(void);\n", "c"),
        ("a.h", b"/* a class of things */\nint f(void);\n", "c"),
        ("a.h", b"#pragma once\nnamespace a {\n}\n", "cpp"),
        ("a.h", b"std::string f();\n", "cpp"),
        ("a.h", b"@interface A : NSObject\n", "objc"),
        ("a.inc", b"<?php function f() {}\n", "php"),
        ("a.inc", b"; constants\nSTART equ 5\n", "plaintext"),
        ("C:\\work\\a.rs", b"", "rust"),
        ("README", b"", "plaintext"),
        (".bashrc", b"", "bash"),
    ],
)
def test_a_file_shows_its_language(path: str, head: bytes, expected: str) -> None:
    assert language_of(path, head).name == expected


def test_the_users_suffixes_come_first() -> None:
    assert language_of("a.tpl", extra_suffixes={".tpl": "PHP"}).name == "php"
    assert language_of("a.tpl", extra_suffixes={"tpl": "php"}).name == "php"
    assert language_of("a.py", extra_suffixes={"*.py": "ruby"}).name == "ruby"
    assert language_of("a.py", extra_suffixes={".py": "no such language"}).name == "python"


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("py", "python"),
        ("C#", "csharp"),
        ("typescriptreact", "tsx"),
        ("sh", "bash"),
        ("c++", "cpp"),
        ("h++", "cpp"),
        ("hpp", "cpp"),
        ("cc", "cpp"),
        ("cxx", "cpp"),
        ("x", None),
    ],
)
def test_other_spellings_are_known(spelling: str, name: str | None) -> None:
    assert canonical_language(spelling) == name


def test_a_grammar_that_no_rules_use_is_not_named() -> None:
    assert [name for name, language in LANGUAGES.items() if language.grammar and rules_of(name) is None] == []


def test_every_language_with_rules_has_a_grammar() -> None:
    ruled = [language for name, language in LANGUAGES.items() if rules_of(name) is not None]
    installed = [language for language in ruled if language.grammar and find_spec(language.grammar[0])]
    assert len(installed) >= 20
    assert all(load_grammar(language) is not None for language in installed)


def test_languages_fit_in_a_byte() -> None:
    assert len(LANGUAGES) < 256
