"""Lists what is found in a source, a line a symbol."""

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
    """Compare what is found, in order: lines, kind, name, documentation."""
    if load_grammar(LANGUAGES[language]) is None:
        pytest.skip("its grammar isn't installed")
    assert [line(one) for one in extract(source.encode(), LANGUAGES[language])] == list(expected)
