"""From the bytes of a file to its symbols: languages, grammars, patterns, prose; never touches an index."""

from lsp_server.parsing.languages import language_by_name, language_of
from lsp_server.parsing.parse import parse_file
from lsp_server.parsing.paths import path_flags, skip_by_name, with_forced_secrets
from lsp_server.parsing.reading import ParseLimits
from lsp_server.parsing.symbols import ParsedFile, ParsedSymbol, Skipped

__all__ = [
    "ParseLimits",
    "ParsedFile",
    "ParsedSymbol",
    "Skipped",
    "language_by_name",
    "language_of",
    "parse_file",
    "path_flags",
    "skip_by_name",
    "with_forced_secrets",
]
