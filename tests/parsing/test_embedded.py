"""Scripts inside of markup are parsed in their language, at their places in the file."""

import pytest

from lsp_server.parsing import ParsedFile, ParsedSymbol, ParseLimits, parse_file
from lsp_server.parsing.blanking import blank_outside


def symbols(name: str, text: str) -> list[ParsedSymbol]:
    result = parse_file(name, text.encode(), ParseLimits(), {})
    assert isinstance(result, ParsedFile)
    assert result.source == text.encode()
    return list(result.symbols)


@pytest.mark.parametrize(
    ("name", "attributes", "code", "language"),
    [
        ("a.vue", "", "function f() {}", "javascript"),
        ("a.vue", ' setup lang="ts"', "function f(a: number): void {}", "typescript"),
        ("a.svelte", " context=module lang='ts'", "function f(a: number): void {}", "typescript"),
        ("a.astro", "", "function f(a: number): void {}", "typescript"),
        ("a.html", ' type="module"', "function f() {}", "javascript"),
    ],
)
def test_a_script_block_in_its_language(name: str, attributes: str, code: str, language: str) -> None:
    text = (
        f"<template>\n<p>größe\U0001f600</p>\n</template>\n<p>é</p><script{attributes}>\n{code}\n</script>\n"
    )
    entry, found = symbols(name, text)
    assert entry.symbol.language == name.partition(".")[2]
    assert (found.symbol.name, found.symbol.language) == ("f", language)
    start = found.symbol.selection.start
    assert text.splitlines()[start.line][start.utf32 :].startswith("f(")
    assert text.encode()[slice(*found.code)].decode() == code


def test_columns_after_wide_characters_on_the_same_line() -> None:
    text = "<p>größe\U0001f600</p><script>function f() {}</script>"
    start = symbols("a.html", text)[1].symbol.selection.start
    assert (start.utf8, start.utf16, start.utf32) == (
        len(text[: text.index("f()")].encode()),
        len(text[: text.index("f()")].encode("utf-16-le")) // 2,
        text.index("f()"),
    )


def test_two_blocks_and_an_astro_front_matter() -> None:
    text = (
        "<script>\nfunction a() {}\n</script>\n<script setup>\nfunction b() {}\nfunction a() {}\n</script>\n"
    )
    assert [(item.symbol.name, item.symbol.nth) for item in symbols("x.vue", text)[1:]] == [
        ("a", 0),
        ("b", 0),
        ("a", 1),
    ]
    assert [item.symbol.name for item in symbols("x.astro", "---\nfunction a() {}\n---\n<p/>\n")[1:]] == ["a"]


GRAMMAR = """/* Reads sums. */
%{
#include <stdio.h>
static int depth;
static int deeper(void)
{
  return ++depth;
}
static void done(void)
{
}
%}
%code requires {
struct sum { int total; };
}
%token NUMBER
%%
sum: sum '+' NUMBER { int not_here(void); $$ = $1 + $3; }
   | NUMBER
   ;
%%
/* Reports what is wrong. */
void report(const char *what)
{
  puts(what);
}
"""


@pytest.mark.parametrize("name", ["sum.y", "sum.yy", "sum.l"])
def test_c_before_and_after_the_rules_of_a_grammar(name: str) -> None:
    found = {item.symbol.name: item.symbol for item in symbols(name, GRAMMAR) if item.symbol.language == "c"}
    assert set(found) == {"depth", "deeper", "done", "sum", "total", "report"}
    assert found["report"].documentation == "Reports what is wrong."
    assert found["report"].span.start.line == GRAMMAR.splitlines().index("/* Reports what is wrong. */")


def test_what_is_opened_and_never_closed_takes_no_time() -> None:
    assert {one.symbol.language for one in symbols("sum.y", "%{\n" * 40_000)} == {"yacc"}


def test_c_plus_plus_in_a_grammar() -> None:
    text = "%%\nsum: NUMBER ;\n%%\nvoid Sum::report(std::string what) {\n  throw what;\n}\n"
    assert ("report", "cpp") in [(one.symbol.name, one.symbol.language) for one in symbols("sum.yy", text)]


def test_templates_data_and_comments_are_no_scripts() -> None:
    text = (
        '<script type="text/template">function a() {}</script>\n'
        '<script type="application/json">{"b": 1}</script>\n<!-- <script>function c() {}</script> -->\n'
    )
    assert len(symbols("x.html", text)) == 1


def test_blanking_keeps_every_byte_in_its_place() -> None:
    assert blank_outside("é\r\nab\ncd".encode(), [(4, 6)]) == b"  \r\nab\n  "
