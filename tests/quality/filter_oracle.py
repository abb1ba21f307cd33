"""Checks by a result's own text, without an index, that it is what the filters of its query ask for."""

from collections.abc import Iterator, Sequence

from judging import CORPUS
from pathspec import GitIgnoreSpec

from lsp_server.model import SymbolKind
from lsp_server.search.query.syntax import parse_query
from lsp_server.search.results import SearchResult
from lsp_server.text.words import split_words

_WITHOUT_MEMBERS = (SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR)


def broken_filters(query: str, language: str, found: SearchResult) -> Iterator[str]:
    """Name each filter of a query that a result does not pass.

    Args:
        query: As typed.
        language: The folder of the corpus.
        found: One of its results.
    """
    parsed, symbol = parse_query(query), found.symbol
    source = (CORPUS / language / found.path).read_text("utf-8")
    if parsed.kinds is not None and symbol.kind not in parsed.kinds:
        yield "kind"
    if parsed.languages is not None and symbol.language not in parsed.languages:
        yield "lang"
    if parsed.include and not GitIgnoreSpec.from_lines(parsed.include).match_file(found.path):
        yield "path"
    if parsed.exclude and GitIgnoreSpec.from_lines(parsed.exclude).match_file(found.path):
        yield "-path"
    if parsed.names and not any(part.lower() in symbol.name.lower() for part in parsed.names):
        yield "name"
    if not all(_holds(f"{found.path}\n{source}", run) for run in parsed.phrases):
        yield "phrase"
    if any(_holds(_own_text(found, source), run) for run in parsed.excluded):
        yield "-word"


def _own_text(found: SearchResult, source: str) -> str:
    """Return what is a symbol's own beyond doubt: of one with members, what declares it."""
    symbol = found.symbol
    declared = f"{symbol.name}\n{symbol.signature}\n{symbol.documentation}"
    if symbol.kind not in _WITHOUT_MEMBERS:
        return declared
    lines = source.splitlines()[symbol.span.start.line : symbol.span.end.line + 1]
    return "\n".join((declared, *lines))


def _holds(text: str, run: Sequence[str]) -> bool:
    return f" {' '.join(run)} " in f" {' '.join(split_words(text))} "
