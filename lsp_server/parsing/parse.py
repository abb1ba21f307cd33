"""Parses one file, from bytes to symbols: decides how it is read, and by which of the other modules."""

import logging
from collections.abc import Mapping

from lsp_server.model import SymbolFlags
from lsp_server.parsing.chunks import continued, uncovered, whole_text
from lsp_server.parsing.config_files import CONFIG_LANGUAGES, config_sections
from lsp_server.parsing.declarations.finding import declared_symbols
from lsp_server.parsing.embedded import EMBEDDING_LANGUAGES, embedded_symbols
from lsp_server.parsing.file_entry import file_entry
from lsp_server.parsing.languages import Language, language_of
from lsp_server.parsing.notebook import parse_notebook
from lsp_server.parsing.objective_cpp import objective_cpp_symbols
from lsp_server.parsing.paths import skip_by_name
from lsp_server.parsing.prose import PROSE_FORMATS, prose_sections
from lsp_server.parsing.reading import ParseLimits, decode, is_generated, reason_to_skip
from lsp_server.parsing.sections import Section, Source, entry_of, flagged, numbered
from lsp_server.parsing.symbols import ParsedFile, ParsedSymbol, Skipped
from lsp_server.parsing.trees.extraction import extract

logger = logging.getLogger(__name__)

_DATA = frozenset({"json", "csv", "diff"})


def parse_file(
    path: str, raw: bytes, limits: ParseLimits, extra_suffixes: Mapping[str, str]
) -> ParsedFile | Skipped:
    """Return the symbols of one file, or why it has none; never raises, whatever the bytes are.

    The result depends on the file's bytes and name, not on its folder, except for the signature of its own
    entry; flags that the path implies are `path_flags`.

    Args:
        path: Relative to the workspace folder, or a bare name.
        raw: The file's content on disk or, in UTF-8, in an editor.
        limits: Limits beyond which files are skipped.
        extra_suffixes: From the settings: suffix → any spelling of a language.
    """
    skipped = skip_by_name(path, len(raw), limits)
    if skipped is not None:
        return skipped
    text = decode(raw)
    if isinstance(text, Skipped):
        return text
    language = language_of(path, text, extra_suffixes)
    skipped = reason_to_skip(text, language.name, limits)
    if skipped is not None:
        return skipped
    source = Source(text)
    if language.name == "notebook":
        parsed = _guarded_notebook(source, path)
        if parsed is not None:
            return parsed
    entry = file_entry(source, path, language.name)
    symbols = _guarded_symbols(source, language, entry)
    flags = SymbolFlags.GENERATED if is_generated(text) else SymbolFlags.NONE
    return ParsedFile(
        language=language.name,
        symbols=tuple(flagged((entry, *symbols), flags)),
        source=text,
    )


def _guarded_notebook(source: Source, path: str) -> ParsedFile | None:
    try:
        return parse_notebook(source, path)
    except Exception:  # the boundary of one file: the others must go on
        logger.exception("No cells found in %s", path)
        return None


def _guarded_symbols(source: Source, language: Language, entry: ParsedSymbol) -> list[ParsedSymbol]:
    try:
        return _symbols(source, language, entry)
    except Exception:  # the boundary of one file: the others must go on
        logger.exception("No symbols found in %s", entry.symbol.signature)
        return numbered(entry_of(source, language.name, section) for section in whole_text(source))


def _symbols(source: Source, language: Language, entry: ParsedSymbol) -> list[ParsedSymbol]:
    name = language.name
    try:
        found = _definitions(source, language)
    except Exception:  # the same boundary: the text is still worth its chunks
        logger.exception("No definitions found in %s", entry.symbol.signature)
        found = []
    more = [entry_of(source, name, section) for section in _sections(source, name)]
    if name not in _DATA:
        first_line = source.line_of(entry.code[0])  # after a licence
        runs = uncovered(source, [*found, *more], first_line)
        runs += continued(source, found)
        more += [entry_of(source, name, section) for section in runs]
    # Definitions come sorted and with `nth` set.
    return numbered([*found, *more]) if more else found


def _definitions(source: Source, language: Language) -> list[ParsedSymbol]:
    if language.name in EMBEDDING_LANGUAGES:
        return embedded_symbols(source, language.name)
    if language.name == "objcpp":
        return objective_cpp_symbols(source)
    if language.name in PROSE_FORMATS or language.name in CONFIG_LANGUAGES or language.name in _DATA:
        return []
    return extract(source.text, language, source.positions) or declared_symbols(source, language.name)


def _sections(source: Source, name: str) -> list[Section]:
    if name in PROSE_FORMATS:
        return prose_sections(source, name)
    if name in CONFIG_LANGUAGES:
        return config_sections(source, name)
    return []
