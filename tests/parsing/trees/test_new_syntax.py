"""What the grammars do not know, or read as something else, is found all the same."""

import pytest

from lsp_server.parsing.languages import LANGUAGES, load_grammar
from lsp_server.parsing.symbols import ParsedSymbol
from lsp_server.parsing.trees.extraction import extract


def line(one: ParsedSymbol) -> str:
    symbol = one.symbol
    text = (
        f"{symbol.span.start.line + 1}-{symbol.span.end.line + 1} {symbol.kind.label} {symbol.qualified_name}"
    )
    return f"{text} | {symbol.documentation}" if symbol.documentation else text


def check(language: str, source: str, *expected: str) -> None:
    if load_grammar(LANGUAGES[language]) is None:
        pytest.skip("its grammar isn't installed")
    assert [line(one) for one in extract(source.encode(), LANGUAGES[language])] == list(expected)


def test_a_comment_documents_what_a_macro_stands_before() -> None:
    check(
        "c",
        "/* Adds. */\nSOME_API int add(int a);\n// Sells.\nSOME_API\nvoid sell(void);\n\n"
        "// The file.\nSOME_DECLS_BEGIN\n\nvoid last(void);\n",
        "1-2 function add | Adds.",
        "3-5 function sell | Sells.",
        "10-10 function last",
    )


def test_a_comment_of_what_cannot_be_read_documents_nothing() -> None:
    check(
        "cpp",
        "// Broken.\nvoid ( broken {{ ;\n\nvoid f() {\n}\n",
        "4-5 function f",
    )
