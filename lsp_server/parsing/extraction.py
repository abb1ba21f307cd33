"""Finds the symbols of one source: parse with tree-sitter, walk by the language's rules, measure."""

from collections import Counter

from tree_sitter import Parser

from lsp_server.model import Symbol, SymbolFlags, SymbolKind
from lsp_server.parsing.documentation import clean, dedented
from lsp_server.parsing.grammars import rules_of
from lsp_server.parsing.languages import Language, load_grammar
from lsp_server.parsing.positions import Positions
from lsp_server.parsing.rules import text_of
from lsp_server.parsing.symbols import ParsedSymbol
from lsp_server.parsing.walk import Definition, merge_neighbours, walk

_MOST_SIGNATURE = 300
_MOST_NAME = 200
_FLAGS = tuple(SymbolFlags(number) for number in range(256))
_MOST_SIGNATURE_BYTES = 2000


def extract(source: bytes, language: Language) -> list[ParsedSymbol]:
    """Return the definitions of one source in order of their start, without the file's own entry.

    Never raises, whatever the bytes; a language without a grammar or rules has no definitions.

    Args:
        source: UTF-8; what isn't counts as replacement characters.
        language: What to read it as.
    """
    rules = rules_of(language.name)
    grammar = load_grammar(language) if rules is not None else None
    if rules is None or grammar is None or not source:
        return []
    tree = Parser(grammar).parse(rules.prepare(source) if rules.prepare is not None else source)
    definitions = sorted(walk(tree.root_node, rules, source), key=_order)
    if rules.merges_neighbours:
        definitions = merge_neighbours(definitions)
    positions = Positions(source)
    seen: Counter[tuple[tuple[str, ...], str, SymbolKind]] = Counter()
    symbols = []
    for one in definitions:
        name = " ".join(one.found.name.split())[:_MOST_NAME]
        key = (one.containers, name, one.kind)
        symbols.append(_symbol(one, name, seen[key], language.name, positions))
        seen[key] += 1
    return symbols


def _order(one: Definition) -> tuple[int, int]:
    return one.start, -one.end


def _symbol(one: Definition, name: str, nth: int, language: str, positions: Positions) -> ParsedSymbol:
    source = positions.source
    documentation = ""
    place: tuple[int, int] | None = None
    if one.docs is not None:
        documentation = dedented(text_of(one.docs))
        place = one.docs.byte_range
    elif one.comments:
        documentation = clean(source[start:end].decode("utf-8", "replace") for start, end in one.comments)
        place = (one.comments[0][0], one.comments[-1][1])
    at = one.found.at or one.found.node
    return ParsedSymbol(
        symbol=Symbol(
            name=name,
            kind=one.kind,
            language=language,
            containers=one.containers,
            signature=_signature(source, one.head_start, min(one.found.head_end, one.end)),
            documentation=documentation,
            span=positions.span(one.start, one.end),
            selection=positions.span(at.start_byte, at.end_byte),
            nth=nth,
            flags=_FLAGS[one.flags],
        ),
        code=(one.code_start, one.end),
        documentation=place if documentation else None,
    )


def _signature(source: bytes, start: int, end: int) -> str:
    raw = source[start : min(end, start + _MOST_SIGNATURE_BYTES)].decode("utf-8", "replace")
    text = " ".join(raw.split()).rstrip(" {:;,")
    for ending in ("=>", " =", " do", "("):
        text = text.removesuffix(ending).rstrip()
    return text[:_MOST_SIGNATURE].rstrip()
