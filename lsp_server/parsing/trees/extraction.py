"""Extracts the symbols of one source: parses with tree-sitter, walks by the language's rules, measures."""

import logging
import string
from collections.abc import Sequence

from lsp_server.model import Symbol, SymbolFlags, SymbolKind
from lsp_server.parsing.documentation import clean, dedented
from lsp_server.parsing.languages import Language, load_grammar
from lsp_server.parsing.positions import Positions
from lsp_server.parsing.symbols import MAX_DECLARED_NAME, MAX_SIGNATURE, MAX_SYMBOLS, ParsedSymbol
from lsp_server.parsing.trees.grammars import rules_of
from lsp_server.parsing.trees.nested import walk_all
from lsp_server.parsing.trees.recovery import Reading, recovered
from lsp_server.parsing.trees.rules import Found
from lsp_server.parsing.trees.tree import parse_in_time
from lsp_server.parsing.trees.walk import Definition, merge_neighbours

logger = logging.getLogger(__name__)

_FLAGS = tuple(SymbolFlags(number) for number in range(256))
_MAX_SIGNATURE_BYTES = 2000
_COMMENTS = ("(*", "<#")
_AFTER_NAMES = (b"=", b"<", b"(")
_WORD_BYTES = frozenset(string.ascii_letters.encode() + string.digits.encode() + b"_")
_ENDINGS = ("=>", " =", " do", "(")


def extract(
    source: bytes, language: Language, positions: Positions | None = None, *, readable: bytes | None = None
) -> list[ParsedSymbol]:
    """Return the definitions of one source in order of their start, without the file's own entry.

    Never raises, whatever the bytes. Returns nothing for a language without a grammar or rules, or for a
    source that takes the parser too long.

    Args:
        source: UTF-8; invalid bytes count as replacement characters.
        language: The language to parse it as.
        positions: The source's positions, if they are known already.
        readable: What the parser gets to see instead, as many bytes: a source that is not of this language
            as a whole. Signatures and documentation are the source's own.
    """
    definitions = _definitions(source if readable is None else readable, language)
    return _symbols(source, language.name, definitions, positions or Positions(source)) if definitions else []


def _definitions(source: bytes, language: Language) -> list[Definition]:
    """Return what the language's rules find in a source, in order of start."""
    rules = rules_of(language.name)
    grammar = load_grammar(language) if rules is not None else None
    if rules is None or grammar is None or not source:
        return []
    prepared = rules.prepare(source) if rules.prepare is not None else source
    tree = parse_in_time(grammar, prepared)
    if tree is None:
        logger.warning("The %s grammar takes too long for a file of %d bytes", language.name, len(source))
        return []
    definitions = walk_all(tree.root_node, rules, source, prepared)
    if tree.root_node.has_error:
        definitions = recovered(Reading(prepared, tree, definitions), source, grammar, rules)
    definitions.sort(key=_order)
    if len(definitions) > MAX_SYMBOLS:
        logger.warning("%d definitions in a %s file: the first are kept", len(definitions), language.name)
        del definitions[MAX_SYMBOLS:]
    return merge_neighbours(definitions) if rules.merges_neighbours else definitions


def _symbols(
    source: bytes, language: str, definitions: Sequence[Definition], positions: Positions
) -> list[ParsedSymbol]:
    """Return definitions as symbols, numbered, with their positions, signatures and documentation."""
    spans = positions.spans([(one.start, one.end) for one in definitions])
    names = [_name_range(source, one.found) for one in definitions]
    selections = positions.spans(names)
    seen: dict[tuple[tuple[str, ...], str, SymbolKind], int] = {}
    symbols = []
    for one, named_at, span, selection in zip(definitions, names, spans, selections, strict=True):
        name = one.found.name
        if not name.isidentifier() or len(name) > MAX_DECLARED_NAME:
            name = " ".join(name.split())[:MAX_DECLARED_NAME]
        key = (one.containers, name, one.kind)
        nth = seen.get(key, 0)
        seen[key] = nth + 1
        documentation, documented_at = _documentation(source, one)
        head_end = min(one.found.head_end, one.end)
        signature, is_whole = _signature(source, one.head_start, head_end)
        if one.found.tail is not None:
            tail, _ = _signature(source, *one.found.tail)
            signature, is_whole = f"{signature} {tail}"[:MAX_SIGNATURE], False
        symbols.append(
            ParsedSymbol(
                # Positional arguments: keywords cost a tenth of a microsecond each, a hundred thousand times.
                Symbol(
                    name,
                    one.kind,
                    language,
                    one.containers,
                    signature,
                    documentation,
                    span,
                    selection,
                    nth,
                    _FLAGS[one.flags],
                ),
                (one.code_start, one.end),
                documented_at if documentation else None,
                (one.head_start, head_end) if is_whole else None,
                named_at if source[named_at[0] : named_at[1]] == name.encode("utf-8", "replace") else None,
            )
        )
    return symbols


def _order(one: Definition) -> tuple[int, int]:
    return one.start, -one.end


def _documentation(source: bytes, one: Definition) -> tuple[str, tuple[int, int] | None]:
    """Return the text of a definition's documentation and its byte range."""
    if one.docs is not None:
        start, end = one.docs.start_byte, one.docs.end_byte
        text = source[start:end].decode("utf-8", "replace")
        return clean((text,)) if text.startswith(_COMMENTS) else dedented(text), (start, end)
    if one.comments:
        comments = [source[start:end].decode("utf-8", "replace") for start, end in one.comments]
        return clean(comments), (one.comments[0][0], one.comments[-1][1])
    return "", None


def _name_range(source: bytes, found: Found) -> tuple[int, int]:
    """Return the byte range of the name itself, without quotes, path or whatever else its node has."""
    at, name = found.name_node or found.node, found.name.encode("utf-8", "replace")
    start, end = at.start_byte, at.end_byte
    if end - start == len(name):
        return start, end
    if end - start < len(name) and source.startswith(name, start):
        return start, start + len(name)
    text = source[start:end]
    # `ll='ls'` and `Name<T>` begin with the name, `A::Name` and `(Suite, Name)` end with it.
    is_first = text.startswith(tuple(name + mark for mark in _AFTER_NAMES))
    offset = 0 if is_first else text.rfind(name)
    if offset < 0:
        # `get '/path'` is called `get /path`.
        name = name.partition(b" ")[2]
        offset = text.find(name) if name else -1
    if offset < 0 or _is_within_word(text, offset, offset + len(name)):
        return start, end
    return start + offset, start + offset + len(name)


def _is_within_word(text: bytes, start: int, end: int) -> bool:
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(byte in _WORD_BYTES for byte in around)


def _signature(source: bytes, start: int, end: int) -> tuple[str, bool]:
    """Return a signature on one line, and whether it has all the words in its byte range."""
    raw = source[start : min(end, start + _MAX_SIGNATURE_BYTES)].decode("utf-8", "replace")
    text = " ".join(raw.split()).rstrip(" {:;,")
    is_whole = len(text) <= MAX_SIGNATURE and end - start <= _MAX_SIGNATURE_BYTES
    if text.endswith(_ENDINGS):
        is_whole = is_whole and not text.endswith(" do")
        for ending in _ENDINGS:
            text = text.removesuffix(ending).rstrip()
    return (text if len(text) <= MAX_SIGNATURE else text[:MAX_SIGNATURE].rstrip()), is_whole
