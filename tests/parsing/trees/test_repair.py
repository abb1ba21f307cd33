"""What stays found in a source that its grammar can't read: unfinished, or beyond the grammar."""
# ruff: noqa: E501 - a source is a line

import pytest

from lsp_server.parsing.languages import LANGUAGES, load_grammar
from lsp_server.parsing.trees.extraction import extract
from lsp_server.parsing.trees.grammars import rules_of
from lsp_server.parsing.trees.nested import walk_all
from lsp_server.parsing.trees.repair import repaired
from lsp_server.parsing.trees.tree import parse_in_time

TYPED = {
    "c": ["int f(int a) {", "  {}", "  return a;", "}", "", "int g(void) {", "  return 1;", "}"],
    "cpp": ["int A::f() {", "  {}", "  return 1;", "}", "", "int A::g() {", "  return 1;", "}"],
    "csharp": ["class A", "{", "    int F()", "    {", "        {}", "        return 1;", "    }", "", "    int G() { return 1; }", "}"],
    "java": ["class A {", "    int f() {", "        {}", "        return 1;", "    }", "", "    int g() { return 1; }", "}"],
    "kotlin": ["class A {", "    fun f() {", "        {}", "        g()", "    }", "", "    fun g() {}", "}"],
    "swift": ["class A {", "    func f() {", "        {}", "        g()", "    }", "", "    func g() {}", "}"],
    "php": ["<?php", "class A {", "    function f() {", "        {}", "        g();", "    }", "", "    function g() {}", "}"],
    "ruby": ["class A", "  def f", "    {}", "    g", "  end", "", "  def g", "    1", "  end", "end"],
    "elixir": ["defmodule A do", "  def f do", "    {}", "    g()", "  end", "", "  def g do", "    1", "  end", "end"],
    "lua": ["function f()", "  {}", "  return 1", "end", "", "function g()", "  return 1", "end"],
    "scala": ["class A {", "  def f = {", "    {}", "    1", "  }", "", "  def g = 1", "}"],
    "rust": ["impl A {", "    fn f() {", "        {}", "        g();", "    }", "", "    fn g() {}", "}"],
    "typescript": ["class A {", "  f() {", "    {}", "    g();", "  }", "", "  g() {}", "}"],
    "python": ["class A:", "    def f(self):", "        {}", "        return 1", "", "    def g(self):", "        return 1"],
    "zig": ["fn f() void {", "    {}", "    g();", "}", "", "fn g() void {}"],
}  # fmt: skip


def names(language: str, source: str) -> list[str]:
    found = extract(source.encode(), LANGUAGES[language])
    return [".".join((*one.symbol.containers, one.symbol.name)) for one in found]


@pytest.mark.parametrize("unfinished", ["foo(", "if (x) {", 'x = "'])
@pytest.mark.parametrize("language", TYPED)
def test_an_unfinished_line_hides_and_invents_nothing(language: str, unfinished: str) -> None:
    lines = TYPED[language]
    whole = names(language, "\n".join(line for line in lines if line.strip() != "{}"))
    assert (
        names(
            language,
            "\n".join(line.replace("{}", unfinished) if line.strip() == "{}" else line for line in lines),
        )
        == whole
    )


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        (
            "csharp",
            "class C {\n    void F(bool async) {\n        if (async) { await G(); } else { H(); }\n    }\n    void Later() { }\n}\n",
            ["C", "C.F", "C.Later"],
        ),
        (
            "csharp",
            ('class C {\n    string F() {\n        var a = $"""x{(p != null ? $@" C ""{p}""" : "")}y""";\n'
            "        return a;\n    }\n    void Later() { }\n}\n"),
            ["C", "C.F", "C.Later"],
        ),
        (
            "kotlin",
            ('class A {\n    fun f() {\n        val config = environment.config\n        get("/x") { call() }\n    }\n'
            "    fun later() {}\n}\n"),
            ["A", "A.f", "A.later"],
        ),
        ("kotlin", 'class A {\n    fun f() = $$"k=$x"\n    fun later() {}\n}\n', ["A", "A.f", "A.later"]),
        (
            "swift",
            '@_silgen_name("A")\nfunc noBody() -> Bool\n\nfunc later() {\n    x()\n}\n',
            ["noBody", "later"],
        ),
        (
            "cpp",
            "void A::f() {\n  g();\n#ifdef FOO\n  if (y) {\n#else\n  {\n#endif\n    h();\n  }\n}\n\nvoid A::later() {\n}\n",
            ["A.f", "A.later"],
        ),
        (
            "powershell",
            ('Describe "one" {\n    It "a" {\n        $x = @(1, 2\n        $y = 3\n        $z = 4\n    }\n}\n'
            "function Get-That {\n    $x = @{ a = }\n    $y = 3\n    foreach ($q in $y) { $more = $q }\n}\nfunction Get-Other { 1 }\n"),
            ["one", "one.a", "Get-That", "Get-Other"],
        ),
        (
            "c",
            ("#ifdef A\n  int indented(void)\n  {\n    EACH (x) y: {}\n    return @;\n  }\n#endif\n\nstruct broken {\n  int @ a\n\n"
            "int second(void)\n{\n  return 1;\n}\n\nint third(void)\n{\n  return 2;\n}\n"),
            ["indented", "second", "third"],
        ),
        (
            "javascript",
            "(function () {\n  function foo() {\n    a @@ b;\n  }\n\n  function baz() {\n    return 1;\n  }\n})();\nfunction two( {\n\nfunction three() {}\n",
            ["foo", "baz", "three"],
        ),
        (
            "bash",
            "      set output to output & ((item item_index of it as alias)'s POSIX path) & the_delimiter\nfunction show() {\n  dirname $(run <<EOF\nEOF\n)\n}\n",
            ["show"],
        ),
    ],
)  # fmt: skip
def test_what_a_grammar_cannot_read_hides_only_itself(
    language: str, source: str, expected: list[str]
) -> None:
    assert names(language, source) == expected


def test_documentation_and_extent_survive_an_unfinished_line() -> None:
    source = b"class A {\n    /** Says it. */\n    void f() {\n        foo(\n        g();\n    }\n}\n"
    method = extract(source, LANGUAGES["java"])[1]
    assert method.symbol.documentation == "Says it."
    assert source[slice(*method.code)].endswith(b"g();\n    }")


def test_only_the_body_of_a_function_is_broken_so_it_is_left_out_as_it_was_found() -> None:
    source = b"int first(int n)\n{\n    EACH (x) y: {}\n    return @;\n}\n\nint second(void) { x\n"
    grammar, rules = load_grammar(LANGUAGES["c"]), rules_of("c")
    assert grammar is not None
    assert rules is not None
    tree = parse_in_time(grammar, source)
    assert tree is not None
    broken = walk_all(tree.root_node, rules, source, source)
    result = repaired(source, tree.root_node, broken, grammar, rules)
    assert result is not None
    assert [one.found.name for one in result.left_out] == ["first"]
    assert not result.text[: source.index(b"int second")].strip()
    assert [one.found.name for one in result.sound(broken, [])] == ["first"]
