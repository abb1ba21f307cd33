"""The entry that every file has: its name, its path, and its leading comment."""

from lsp_server.model import Position, Span, Symbol, SymbolKind
from lsp_server.parsing.leading_comment import opening, words_of_comment
from lsp_server.parsing.sections import Source, fold
from lsp_server.parsing.symbols import MAX_DOCUMENTATION, MAX_SIGNATURE, ParsedSymbol


def file_entry(source: Source, path: str, language: str) -> ParsedSymbol:
    """Return the entry of a whole file.

    Args:
        source: The text of the file.
        path: Relative to the workspace folder, or a bare name.
        language: Canonical id of the file.
    """
    start, documentation = opening(source, language)
    text = source.text
    words = ""
    if documentation is not None:
        raw = text[slice(*documentation)].decode("utf-8", "replace")
        words = fold(words_of_comment(raw), MAX_DOCUMENTATION)
    return entry_symbol(
        path,
        language,
        words=words,
        code=(start, len(text)),
        documentation=documentation,
        end=source.positions.position(len(text)),
    )


def entry_symbol(
    path: str,
    language: str,
    *,
    words: str,
    code: tuple[int, int],
    documentation: tuple[int, int] | None,
    end: Position,
) -> ParsedSymbol:
    """Return an entry from its parts: its name and signature are the path's, its span is up to `end`."""
    origin = Position(0, 0, 0, 0)
    return ParsedSymbol(
        Symbol(
            name=path.rpartition("/")[2] or path,
            kind=SymbolKind.FILE,
            language=language,
            containers=(),
            signature=fold(path, MAX_SIGNATURE),
            documentation=words,
            span=Span(origin, end),
            selection=Span(origin, origin),
        ),
        code=code,
        documentation=documentation,
    )
