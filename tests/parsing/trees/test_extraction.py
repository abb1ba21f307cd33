from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server.model import SymbolFlags
from lsp_server.parsing.languages import LANGUAGES, Language, load_grammar
from lsp_server.parsing.symbols import ParsedSymbol
from lsp_server.parsing.trees.extraction import extract
from lsp_server.parsing.trees.grammars import rules_of

FIXTURES = sorted((Path(__file__).parent / "extraction").glob("*.txt"))
EXTRACTED = [language for name, language in LANGUAGES.items() if rules_of(name) and load_grammar(language)]
RULER = "\n======== symbols\n"
WORDS = [
    b"class ",
    b"def ",
    b"fn ",
    b"fun ",
    b"func ",
    b"function ",
    b"struct ",
    b"enum ",
    b"A",
    b"b",
    b"(",
    b")",
    b"{",
    b"}",
    b"[",
    b"]",
    b"=",
    b"=>",
    b":",
    b";",
    b"\n",
    b"  ",
    b"//",
    b"/*",
    b"*/",
    b"#",
    b'"',
    b"'",
    b"@",
    b"export ",
    b"const ",
    b"module.exports = ",
    b"describe(",
    b"do\n",
    b"end\n",
    b"impl ",
    b"::",
    b".",
    b",",
    b"namespace ",
    b"template <",
    b"operator",
    b"private ",
    b"attr_accessor ",
    b"require ",
    b"let ",
    b"type ",
]
SHOWN = (
    (SymbolFlags.EXPORTED, "exported"),
    (SymbolFlags.DECLARATION, "declared"),
    (SymbolFlags.TEST, "test"),
)


def listing(found: list[ParsedSymbol]) -> str:
    return "\n".join(line(one) for one in found) + "\n"


def line(one: ParsedSymbol) -> str:
    symbol = one.symbol
    lines = f"{symbol.span.start.line + 1}-{symbol.span.end.line + 1}"
    nth = f"#{symbol.nth}" if symbol.nth else ""
    flags = "".join(f" {word}" for flag, word in SHOWN if symbol.flags & flag)
    parts = [f"{lines} {symbol.kind.label} {symbol.qualified_name}{nth}{flags}", symbol.signature]
    if symbol.documentation:
        parts.append(symbol.documentation.replace("\n", " / "))
    return " | ".join(parts)


def find(source: str, language: str, name: str) -> ParsedSymbol:
    found = [one for one in extract(source.encode(), LANGUAGES[language]) if one.symbol.name == name]
    assert found, f"no {name}"
    return found[0]


@pytest.fixture
def language_of_fixture(path: Path) -> Language:
    language = LANGUAGES[path.stem]
    if load_grammar(language) is None:
        pytest.skip("its grammar isn't installed")
    return language


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_definition_of_a_language_is_found(path: Path, language_of_fixture: Language) -> None:
    source, expected = path.read_bytes().decode("utf-8").replace("\r\n", "\n").split(RULER)
    raw = source.encode()
    assert listing(extract(raw, language_of_fixture)) == expected


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_ranges_fit_together(path: Path, language_of_fixture: Language) -> None:
    source = path.read_bytes().replace(b"\r\n", b"\n").split(RULER.encode())[0]
    found = extract(source, language_of_fixture)
    starts = [(one.symbol.span.start.line, one.symbol.span.start.utf8) for one in found]
    assert starts == sorted(starts)
    for one in found:
        start, end = one.code
        assert 0 <= start < end <= len(source)
        assert source[start:end].strip() == source[start:end]
        if one.documentation is not None:
            assert one.documentation[1] <= start or (
                start <= one.documentation[0] and one.documentation[1] <= end + 200
            )


@pytest.mark.parametrize("language", EXTRACTED, ids=lambda language: language.name)
def test_broken_and_odd_sources_do_no_harm(language: Language) -> None:
    for source in (
        b"",
        b"\n",
        b"\x00\xff\xfe",
        b"(" * 5_000,
        b"{[(" * 1_000 + b")]}" * 1_000,
        b"class A {" * 600,
        b"def f():\n" * 600,
        b"fn f() { " * 600,
        "función ñ() { «» }".encode("latin-1"),
        b"A_B_" * 20_000 + b") const A_B_C ",
        b"Q_OBJECT Q_PROPERTY(" * 500 + b"(" * 500,
        b"(" + b"A_" * 10_000 + b"CALL A_API " * 500,
        b"\ncfg_a! {" + b"\n // \n #[a]" * 5_000,
        b"NS_AVAILABLE(" * 500 + b"(a)" * 2_000,
    ):
        extract(source, language)


@pytest.mark.parametrize("language", EXTRACTED, ids=lambda language: language.name)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(st.one_of(st.binary(max_size=12), st.sampled_from(WORDS)), max_size=40))
def test_no_bytes_raise(language: Language, pieces: list[bytes]) -> None:
    extract(b"".join(pieces), language)


def test_what_surrounds_a_mistake_is_still_found() -> None:
    source = b"def before():\n    pass\n\ndef broken():\n    x = = 1\n\ndef after():\n    pass\n"
    assert {"before", "after"} <= {one.symbol.name for one in extract(source, LANGUAGES["python"])}


@pytest.mark.parametrize(
    "broken", ["def f(self):\n        x = foo(", "def f(self:", "def f(self):\n        x = [1,"]
)
def test_what_follows_an_open_bracket_is_still_found(broken: str) -> None:
    following = "    def g(self):\n        pass\n\nasync def last():\n    pass\n"
    source = f"class A:\n    {broken}\n\n{following}"
    found = {one.symbol.qualified_name: one for one in extract(source.encode(), LANGUAGES["python"])}
    assert set(found) == {"A", "A.f", "A.g", "last"}
    assert found["A.g"].symbol.signature == "def g(self)"
    assert source[slice(*found["A.g"].code)] == "def g(self):\n        pass"


@pytest.mark.parametrize(
    ("language", "source", "names"),
    [
        (
            "bash",
            "function take {\n}\n  give() {\n}\nomz::log ()\n{\n}\ncall {a,b}\ng() (\n",
            "take give omz::log",
        ),
        (
            "powershell",
            "function Sync-Tags\n{\n}\nFilter global:Only-Even {\n}\n$function = 1\n",
            "Sync-Tags Only-Even",
        ),
    ],
)
def test_heads_of_functions_are_known_by_their_lines(language: str, source: str, names: str) -> None:
    lines = rules_of(language).definition_lines
    assert lines is not None
    assert [match[3].decode() for match in lines.finditer(source.encode())] == names.split()


def test_names_that_look_like_attributes_stay_whole() -> None:
    source = """
static void __initialize(void) { }
int __exit_code(int a) { return a; }
struct a { int __user_data; int __unused1; unsigned long __unused; };
enum state { STATE_UNUSED, STATE_USED, RESTRICTED };
int LIST_UNUSED[4];
static int MODE_UNUSED, other;
#define SLOT_UNUSED 0
#define SAY_UNUSED __attribute__((unused))
"""
    names = [one.symbol.name for one in extract(source.encode(), LANGUAGES["c"])]
    assert names == [
        *("__initialize", "__exit_code", "a", "__user_data", "__unused1", "__unused"),
        *("state", "STATE_UNUSED", "STATE_USED", "RESTRICTED", "LIST_UNUSED", "MODE_UNUSED", "other"),
        *("SLOT_UNUSED", "SAY_UNUSED"),
    ]


def test_a_class_keeps_its_annotated_constructor() -> None:
    source = "@D\nclass A\n@Inject constructor(val b: B) {\n  fun one() = 1\n}\n\nclass C { fun two() {} }"
    names = [one.symbol.qualified_name for one in extract(source.encode(), LANGUAGES["kotlin"])]
    assert {"A", "A.one", "C", "C.two"} <= set(names)


def test_text_that_looks_like_a_definition_is_none() -> None:
    source = 'x = foo(\n"""\ndef no(): pass\n"""\n'
    assert "no" not in {one.symbol.name for one in extract(source.encode(), LANGUAGES["python"])}


def test_columns_are_counted_in_each_encoding() -> None:
    found = find("/* é😀 */ function café() {}\n", "javascript", "café")
    start, end = found.symbol.selection.start, found.symbol.selection.end
    assert (start.utf8, start.utf16, start.utf32) == (22, 19, 18)
    assert (end.utf8 - start.utf8, end.utf16 - start.utf16, end.utf32 - start.utf32) == (5, 4, 4)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_are_counted_with_either_line_end(newline: str) -> None:
    source = newline.join(["# about f", "def f():", '    """Doc."""', "", "def g(): pass", ""])
    assert find(source, "python", "g").symbol.span.start.line == 4


def test_licences_and_pragmas_are_no_documentation() -> None:
    assert not find("// Copyright 2020 Someone\nfunction f() {}\n", "javascript", "f").symbol.documentation
    assert not find(
        "// eslint-disable-next-line no-console\nfunction f() {}\n", "javascript", "f"
    ).symbol.documentation
    assert not find("#!/bin/sh\nf() { :; }\n", "bash", "f").symbol.documentation
    assert not find("// MARK: - Section\nfunc f() {}\n", "swift", "f").symbol.documentation


def test_a_comment_apart_from_a_definition_is_not_its_documentation() -> None:
    assert not find("# a section\n\ndef f(): pass\n", "python", "f").symbol.documentation
    assert not find("x = 1  # about x\ndef f(): pass\n", "python", "f").symbol.documentation


def test_a_comment_behind_a_comma_is_about_what_is_before_it() -> None:
    source = "enum Level {\n  Low, // for few\n  High, /* for many */\n  /* for all */ Full,\n};\n"
    assert [find(source, "cpp", name).symbol.documentation for name in ("Low", "High", "Full")] == [
        "for few",
        "for many",
        "for all",
    ]


def test_an_attribute_far_above_a_definition_belongs_to_it() -> None:
    source = 'defmodule A do\n  @doc "Goes."\n\n  @spec go() :: x\n\n  def go, do: 1\nend\n'
    one = find(source, "elixir", "go")
    assert one.symbol.documentation == "Goes."
    assert one.symbol.span.start.line == 1


def test_signatures_and_documentation_are_bounded() -> None:
    parameters = ", ".join(f"parameter_{n}" for n in range(200))
    one = find(f'def f({parameters}):\n    """{"word " * 2000}"""\n', "python", "f")
    assert len(one.symbol.signature) <= 300
    assert len(one.symbol.documentation) <= 2000


def test_code_starts_at_the_first_decorator_and_the_span_at_the_comment() -> None:
    source = "# why\n@cached\ndef f():\n    return 1\n"
    one = find(source, "python", "f")
    assert source[slice(*one.code)].startswith("@cached")
    assert one.symbol.span.start.line == 0
    assert one.symbol.signature == "def f()"


@pytest.mark.parametrize(
    ("language", "source", "name", "selected"),
    [
        ("lua", "function M.gross(a) end", "gross", "gross"),
        ("lua", "function M:M() end", "M", "M"),
        ("lua", "M.field = function() end", "field", "field"),
        ("bash", "alias ls='ls -l'", "ls", "ls"),
        ("ruby", "class A::B\nend", "B", "B"),
        ("ruby", "class A\n  attr_reader :total\nend", "total", "total"),
        ("ruby", "get '/x' do\nend", "get /x", "/x"),
        ("ruby", "describe 'adds up' do\nend", "adds up", "adds up"),
        ("cpp", "TEST(InvoiceTest, SumsAll) { f(); }", "SumsAll", "SumsAll"),
        ("cpp", "struct A { operator bool() const; };", "operator bool", "operator bool"),
        ("csharp", "class C { public static C operator +(C a, C b) => a; }", "operator +", "operator +"),
        ("cpp", 'TEST_CASE("adds", "[x]") { f(); }', "adds", "adds"),
        ("csharp", "class Invoice { ~Invoice() {} }", "~Invoice", "~Invoice"),
        ("javascript", "it('adds up', () => {})", "adds up", "adds up"),
        ("elixir", 'test "adds up" do\nend', "adds up", "adds up"),
        ("elixir", "defmodule A do\n  @max 3\nend", "@max", "@max"),
        ("zig", 'test "adds up" {}', "adds up", "adds up"),
        ("php", "<?php\ndefine('OTHER', 1);", "OTHER", "OTHER"),
        ("python", "type Pair[A, B] = int", "Pair", "Pair"),
        ("haskell", "x `op` y = x", "op", "op"),
        ("swift", "func `default`() {}", "default", "default"),
        ("bash", "alias -g G='| grep'", "G", "G"),
        ("julia", "Base.:(==)(a, b) = true", "==", "=="),
        ("cpp", "inline A::operator bool() const { return b; }", "operator bool", "operator bool"),
        ("kotlin", "class c { constructor(a: Int) {} }", "c", "c"),
        ("kotlin", "val a = 1\n\n@Target(A.CLASS)\n@Uses(B::class)\nannotation class Keep\n", "Keep", "Keep"),
        (
            "kotlin",
            "@Uses(A::class)\n@Delete\nclass First\n\n@Uses(B::class)\nclass Second {}",
            "Second",
            "Second",
        ),
        ("c", "SYSCALL_DEFINE2(kill, pid_t, pid, int, sig)\n{\n\treturn 0;\n}", "kill", "kill"),
        ("c", "ZEND_METHOD(Invoice, total)\n{\n}", "total", "total"),
        ("c", "typedef struct invoice_s {\n\tint total;\n} invoice_t;", "invoice_s", "invoice_s"),
        ("c", "int sum(int first UNUSED, __unused int other)\n{\n}", "sum", "sum"),
        ("c", "static void printflike(1, 2)\nsay(const char *text, ...)\n{\n}", "say", "say"),
    ],
)
def test_the_selection_is_the_name_alone(language: str, source: str, name: str, selected: str) -> None:
    if load_grammar(LANGUAGES[language]) is None:
        pytest.skip("its grammar isn't installed")
    selection = find(source, language, name).symbol.selection
    assert selection.start.line == selection.end.line
    text = source.encode().split(b"\n")[selection.start.line]
    assert text[selection.start.utf8 : selection.end.utf8].decode() == selected
