from pathlib import Path

import pytest

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.declarations.finding import MAX_DECLARATIONS, declared_symbols
from lsp_server.parsing.declarations.patterns import PATTERNS
from lsp_server.parsing.sections import Source
from lsp_server.parsing.symbols import ParsedSymbol

FIXTURES = sorted((Path(__file__).parent / "declarations").glob("*.txt"))
LANGUAGES = sorted({language for language, _, _ in PATTERNS})
RULER = "\n======== symbols\n"


def line(one: ParsedSymbol) -> str:
    symbol = one.symbol
    lines = f"{symbol.span.start.line + 1}-{symbol.span.end.line + 1}"
    nth = f"#{symbol.nth}" if symbol.nth else ""
    exported = " exported" if symbol.flags & SymbolFlags.EXPORTED else ""
    parts = [f"{lines} {symbol.kind.label} {symbol.qualified_name}{nth}{exported}", symbol.signature]
    if symbol.documentation:
        parts.append(symbol.documentation.replace("\n", " / "))
    return " | ".join(parts)


def declared(language: str, text: str) -> list[ParsedSymbol]:
    return declared_symbols(Source(text.encode()), language)


def check(language: str, text: str, expected: list[str]) -> None:
    assert [item.symbol.qualified_name for item in declared(language, text)] == expected


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_declaration_of_a_language_is_found(path: Path) -> None:
    source, expected = path.read_bytes().decode("utf-8").replace("\r\n", "\n").split(RULER)
    assert "".join(f"{line(one)}\n" for one in declared(path.stem, source)) == expected


SHORT = {
    "ada": ("package Shop is\n   procedure Sell;\nend Shop;\n", "Shop Shop.Sell"),
    "assembly": ("main:\n\tret\nnext:\n\tret\n", "main next"),
    "awk": ("function add(a, b) {\n  return a\n}\n", "add"),
    "batch": ("@echo off\n:start\necho x\n:finish\n", "start finish"),
    "bicep": (
        "@secure()\nparam size int\nresource vm 'x@1' = {\n  name: 'a'\n}\nfunc add(a int) int => a\n",
        "size vm add",
    ),
    "coffeescript": ("class Shop\n  sell: (x) ->\n    x\nlast = -> 1\n", "Shop Shop.sell last"),
    "commonlisp": ('(defpackage :shop)\n(defclass item () ())\n(defun sell (x) "(" x)\n', "shop item sell"),
    "coq": ("Lemma a : True.\nProof. auto. Qed.\nDefinition b := 1.\n", "a b"),
    "css": ("@keyframes fade {\n}\n.a {\n}\n", "fade"),
    "dockerfile": ("FROM a AS build\nRUN x\nFROM b as last\n", "build last"),
    "elm": (
        "type Msg = A\n\nupdate : Int -> Int\nupdate x =\n  x\n\nview : Int\nview = 1\n",
        "Msg update view",
    ),
    "fish": ("function sell\n  if true\n  end\nend\nfunction last; end\n", "sell last"),
    "gleam": (
        "pub type Shop {\n  Shop\n}\npub const limit = 3\npub fn sell(x) {\n  x\n}\n",
        "Shop limit sell",
    ),
    "glsl": (
        (
            "struct Light {\n  vec3 at;\n};\nvoid main()\n{\n}\nfloat add(float a,\n  float b) {\n}\n"
            "highp float sq(float x) { return x * x; }\nfloat later(float x);\n"
        ),
        "Light main add sq",
    ),
    "hlsl": (
        "cbuffer Frame {\n};\nstatic float4 main(float4 p : SV_POSITION) : SV_Target { return p; }\n",
        "Frame main",
    ),
    "lean": ("theorem a : True := by\n  trivial\n\ndef b := 1\n", "a b"),
    "less": (".rounded(@r: 1px) {\n  a: b;\n}\n.card {\n}\n", ".rounded"),
    "matlab": (
        "classdef Shop < handle\n  methods\n    function y = add(a, b)\n      y = a;\n    end\n  end\nend\n",
        "Shop Shop.add",
    ),
    "move": (
        "module a::b {\n  struct Item {\n  }\n  public fun sell(x: u64) {\n  }\n}\n",
        "a::b a::b.Item a::b.sell",
    ),
    "nix": ("{\n  add = a: b: a;\n}\n", "add"),
    "odin": ("Shop :: struct {\n}\nmain :: proc() {\n}\n", "Shop main"),
    "purescript": ("data Shop = Shop\n\nadd :: Int -> Int\nadd x = x\n", "Shop add"),
    "racket": ("(struct item (name))\n(define (sell x)\n  x)\n(define limit 1)\n", "item sell limit"),
    "sass": ("@mixin rounded($r)\n  a: b\n", "rounded"),
    "scheme": ("(define (sell x)\n  x)\n(define limit 1)\n", "sell limit"),
    "tcl": ("proc sell {x} {\n  return $x\n}\n", "sell"),
    "thrift": ("struct Item {\n}\nservice Shop {\n}\nenum Kind {\n}\n", "Item Shop Kind"),
    "vb": ("Public Class Shop\n  Sub Sell()\n  End Sub\nEnd Class\n", "Shop Shop.Sell"),
    "wgsl": (
        (
            "struct Light {\n}\n@group(0) @binding(0) var<uniform> eye: vec3f;\nconst PI = 3.14;\n"
            "@compute @workgroup_size(8, 8) fn main() {\n}\n@fragment\nfn last() {\n}\n"
        ),
        "Light eye PI main last",
    ),
    "metal": (
        "struct In {\n};\nvertex float4 main0(In in [[stage_in]]) {\n}\nfloat sq(float x) { return x; }\n",
        "In main0 sq",
    ),
    "v": ("struct Shop {\n}\npub fn (s Shop) sell() {\n}\nfn main() {\n}\n", "Shop sell main"),
    "cairo": (
        "mod shop {\n  trait Sells {\n    fn sell(x: u8);\n  }\n}\n",
        "shop shop.Sells shop.Sells.sell",
    ),
}


@pytest.mark.parametrize("language", SHORT)
def test_the_declarations_of_a_short_example_are_found(language: str) -> None:
    text, names = SHORT[language]
    check(language, text, names.split(" "))


def test_each_language_with_patterns_has_an_example() -> None:
    with_a_grammar = {"julia", "objc", "ocaml", "ocaml_interface", "powershell"}
    examples = {path.stem for path in FIXTURES} | set(SHORT)
    assert set(LANGUAGES) - with_a_grammar == examples


@pytest.mark.parametrize("language", LANGUAGES)
def test_broken_and_odd_sources_do_no_harm(language: str) -> None:
    for text in (
        "",
        "\n",
        "\x00\ufffd",
        "{[(" * 1_000 + ")]}" * 1_000,
        "class A {\n" * 1_000,
        "end\n}\n" * 1_000,
        '"""' + "'" * 1_001 + "(*/*{-#|",
        "=pod\n\n<<AA\n",
        "create function f() as $$ begin\n" * 200,
    ):
        for item in declared(language, text):
            start, end = item.code
            assert 0 <= start < end <= len(text.encode())


def test_a_declaration_that_is_not_finished_leaves_the_next_ones_alone() -> None:
    text = "class A {\n  void f() {\n    g(\n\n  void h() {\n  }\n}\n\nclass B {\n  void f() {}\n}\n"
    check("dart", text, ["A", "A.f", "A.h", "B", "B.f"])


def test_a_comment_after_code_or_behind_an_empty_line_documents_nothing() -> None:
    for text in ("x = 1 # One.\nf <- function() 1\n", "# One.\n\nf <- function() 1\n"):
        (found,) = declared("r", text)
        assert found.symbol.documentation == ""
        assert text[slice(*found.code)] == "f <- function() 1"


def test_an_annotation_before_a_declaration_on_its_own_line_is_not_of_the_next_one() -> None:
    text = "class A {\n  @override int f() => 1;\n  int g() => 2;\n  @Deprecated('(x)')\n  int h() => 3;\n}\n"
    lines = [line(one).partition(" |")[0] for one in declared("dart", text)]
    assert lines[1:] == ["2-2 method A.f exported", "3-3 method A.g exported", "4-5 method A.h exported"]


def test_equal_declarations_are_counted() -> None:
    text = "alter table a add x int;\nalter table a add y int;\n"
    assert [item.symbol.nth for item in declared("sql", text)] == [0, 1]


def test_no_more_declarations_than_anybody_reads() -> None:
    found = declared("make", "".join(f"t{number}:\n" for number in range(MAX_DECLARATIONS + 9)))
    assert len(found) == MAX_DECLARATIONS
    assert {item.symbol.kind for item in found} == {SymbolKind.FUNCTION}


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_line_ends_make_no_difference(path: Path) -> None:
    source = path.read_bytes().decode("utf-8").replace("\r\n", "\n").split(RULER)[0]
    expected = [line(one) for one in declared(path.stem, source)]
    assert [line(one) for one in declared(path.stem, source.replace("\n", "\r\n"))] == expected
