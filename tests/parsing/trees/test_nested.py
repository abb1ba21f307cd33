"""What is defined inside of calls, lambdas and loops is found under what encloses it."""

import pytest

from lsp_server.model import SymbolFlags
from lsp_server.parsing.languages import LANGUAGES
from lsp_server.parsing.trees.extraction import extract


def names(language: str, source: str) -> list[str]:
    return [one.symbol.qualified_name for one in extract(source.encode(), LANGUAGES[language])]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("kotlin", "fun f() {\n    a { b { fun g() {} } }\n}\n", ["f", "f.g"]),
        (
            "java",
            "class A { Object a = f(new B() { @Override public void g() {} }); }",
            ["A", "A.a", "A.a.g"],
        ),
        ("lua", "f({ g = function() h({ i = function() end }) end })\n", ["g", "g.i"]),
        ("ruby", "def f\n  a { |b| c { def g; end } }\nend\n", ["f", "f.g"]),
        ("javascript", "while (a) { f(() => { for (;;) { function g() {} } }); }", ["g"]),
    ],
)
def test_a_definition_is_found_however_deep_it_stands(
    language: str, source: str, expected: list[str]
) -> None:
    assert names(language, source) == expected


def test_a_word_in_a_text_or_a_comment_defines_nothing() -> None:
    source = 'fun f() {\n    a("fun g() {}")\n    // fun h() {}\n    b { c("class D") }\n}\n'
    assert names("kotlin", source) == ["f"]


def test_nothing_is_found_twice() -> None:
    source = (
        "class A {\n  def f = g(new B {\n    val h = new C { def i = 1 }\n    def j = 2 // def k\n  })\n}\n"
    )
    assert names("scala", source) == ["A", "A.f", "A.f.B.h", "A.f.B.h.i", "A.f.B.j"]


def test_documentation_of_what_stands_deep_is_kept() -> None:
    source = b"func f() {\n  a {\n    /// Says it.\n    func g() {}\n  }\n}\n"
    found = extract(source, LANGUAGES["swift"])
    assert found[1].symbol.documentation == "Says it."


def test_what_a_local_function_defines_is_no_part_of_the_interface() -> None:
    source = b"def f\n  a.each do\n    def g; end\n  end\nend\n"
    found = extract(source, LANGUAGES["ruby"])
    assert [bool(one.symbol.flags & SymbolFlags.EXPORTED) for one in found] == [True, False]
