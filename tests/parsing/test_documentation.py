import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.parsing.documentation import clean, dedented
from lsp_server.parsing.symbols import MAX_DOCUMENTATION


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        (["// one", "// two"], "one\ntwo"),
        (["/// Adds.", "///", "/// Fast."], "Adds.\n\nFast."),
        (["/** Adds.\n *\n * @param a first\n */"], "Adds.\n\n@param a first"),
        (["# about it"], "about it"),
        (["-- | Says so.", "-- twice"], "Says so.\ntwice"),
        (["{- | Says so. -}"], "Says so."),
        (["--[[ long\nlines ]]"], "long\nlines"),
        (["(** Adds. *)"], "Adds."),
        (["<#\n.SYNOPSIS\nGets.\n#>"], ".SYNOPSIS\nGets."),
        (["=begin\nabout\n=end"], "about"),
        (["/// <summary>Adds <c>a</c>.</summary>"], "Adds a."),
        (["// ----------", "// Parts", "// =========="], "Parts"),
    ],
)
def test_markers_are_gone(comments: list[str], expected: str) -> None:
    assert clean(comments) == expected


@pytest.mark.parametrize(
    "comment",
    [
        "// eslint-disable-next-line no-console",
        "# pylint: disable=all",
        "# -*- coding: utf-8 -*-",
        "//go:generate stringer",
        "// NOLINTNEXTLINE(x)",
        "#!/bin/sh",
        "// Copyright 2020 Someone",
        "/* SPDX-License-Identifier: MIT */",
        "// -----",
    ],
)
def test_pragmas_rulers_and_licences_say_nothing(comment: str) -> None:
    assert clean([comment]) == ""


def test_what_is_said_beside_a_pragma_stays() -> None:
    assert clean(["# Adds.", "# noqa: D103"]) == "Adds."


def test_documentation_is_bounded() -> None:
    assert len(clean(["// " + "word " * 2000])) <= MAX_DOCUMENTATION
    assert len(dedented("word " * 2000)) <= MAX_DOCUMENTATION


def test_a_docstring_is_read_as_its_author_sees_it() -> None:
    assert (
        dedented("First.\n\n        Indented:\n            more\n        ") == "First.\n\nIndented:\n    more"
    )


@given(st.text(alphabet="ab \t\n", max_size=60))
def test_docstrings_lose_the_indentation_that_all_lines_share(text: str) -> None:
    assert dedented(f"First.\n{text}") == ("First.\n" + textwrap.dedent(text)).strip()
