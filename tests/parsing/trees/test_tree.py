import pytest

from lsp_server.model import SymbolKind
from lsp_server.parsing import ParsedFile, ParseLimits, parse_file
from lsp_server.parsing.languages import LANGUAGES, load_grammar
from lsp_server.parsing.trees import tree
from lsp_server.parsing.trees.extraction import extract
from lsp_server.parsing.trees.rules import text_of
from lsp_server.parsing.trees.tree import parse_changed, parse_in_time

BULLETS = "\n".join(["- " * 40] * 750).encode()
"""Takes the grammar of Haskell many seconds."""
ENDLESS = (
    b"{a()\n"
    b'a a a a""\n'
    b"```aaa>aaa\n"
    b' * aaa aaaaaaa aaaa aaaaaa aaa aaa aaaaaaaa. " +\n'
    b'            aaaaaaaaaaaaaaaaaaaa + "\\a\\a" +\n'
    b'            aaaaaaaaaaaaaaaaaaa + "\\a" +\n'
    b"            aaaaaaaaaaaaaa\n"
    b"\n"
    b"    const val aaaaaaaaaaaaaaaaaaaaaaaaa =\n"
    b'        "aaaa aaaaaa aa aa aaaaaa aaaaaa \\a" +\n'
    b"            a>aaaaaaaaaaaaaaaaaa\n"
    b"\n"
    b"    const val aaaaaaaaaaaaaaaaaaaaaaaa =\n"
    b'        "aaaaaaaa aa aaaaa \\a" +\n'
    b'            aaaaaaaaaaaaaaaaaaaa + "\\a\\a" +\n'
    b'            aaaaaaaaaaaaaaaaa{]@>aa + "\\a" +\n'
    b" "
)
"""The grammar of Kotlin (1.1) never comes to an end with this."""


def test_a_source_that_takes_too_long_is_given_up() -> None:
    grammar = load_grammar(LANGUAGES["haskell"])
    assert grammar is not None
    assert parse_in_time(grammar, BULLETS, limit_s=0.05) is None
    assert parse_in_time(grammar, b"main = pure ()\n", limit_s=0.05) is not None


def test_a_grammar_that_never_ends_is_given_up() -> None:
    grammar = load_grammar(LANGUAGES["kotlin"])
    assert grammar is not None
    assert parse_in_time(grammar, ENDLESS, limit_s=0.05) is None


def test_a_file_that_was_given_up_is_still_found_by_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "LEAST_LIMIT_S", 0.05)
    monkeypatch.setattr(tree, "LIMIT_S_PER_MB", 0.0)
    assert extract(BULLETS, LANGUAGES["haskell"]) == []
    parsed = parse_file("Odd.hs", b"-- a rare word\n" + BULLETS, ParseLimits(), {})
    assert isinstance(parsed, ParsedFile)
    kinds = {item.symbol.kind for item in parsed.symbols}
    assert kinds == {SymbolKind.FILE, SymbolKind.STRING}
    assert any(b"rare word" in parsed.source[slice(*item.code)] for item in parsed.symbols[1:])


def test_a_long_node_has_all_of_its_text() -> None:
    source = ("x = '" + "é" * 100_000 + "'\n").encode()
    grammar = load_grammar(LANGUAGES["python"])
    assert grammar is not None
    parsed = parse_in_time(grammar, source)
    assert parsed is not None
    assert text_of(parsed.root_node) == source.decode()


def test_a_changed_source_has_the_tree_that_it_would_have_had_at_once() -> None:
    before = "int f(void)\n{\n    ä(@);\n}\n\nint g(void) { return 1 }\n".encode()
    after = before.replace(b"@", b" ").replace(b"1 }", b"1;}")
    grammar = load_grammar(LANGUAGES["c"])
    assert grammar is not None
    tree, expected = parse_in_time(grammar, before), parse_in_time(grammar, after)
    assert tree is not None
    assert expected is not None
    untouched = str(tree.root_node)
    changed = parse_changed(grammar, tree, before, after)
    assert changed is not None
    assert str(changed.root_node) == str(expected.root_node)
    assert not changed.root_node.has_error
    last, expected_last = changed.root_node.children[-1], expected.root_node.children[-1]
    assert (last.start_point, last.end_point) == (expected_last.start_point, expected_last.end_point)
    assert str(tree.root_node) == untouched
