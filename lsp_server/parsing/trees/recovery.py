"""Recovers what the tree of a broken source lost, by repair and by lines: unsaved text is often broken."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Language, Node, Tree

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.nested import walk_all
from lsp_server.parsing.trees.repair import repaired
from lsp_server.parsing.trees.rules import Found, Rules
from lsp_server.parsing.trees.tree import parse_changed
from lsp_server.parsing.trees.walk import Definition, enclosed

_BLANK = b" \t\r\n\f\v"
_TEXTS = frozenset({"string_content", "string", "comment", "escape_sequence"})

_VALUES = frozenset({SymbolKind.VARIABLE, SymbolKind.CONSTANT})

_MORE_FOR_ONE_LOST = 2
"""The names that a broken source loses when it is repaired are seldom real."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as its grammar reads it.

    Attributes:
        text: What was parsed: the source, or as many bytes of which some were changed.
        tree: Its tree.
        definitions: What the walk of the tree found.
    """

    text: bytes
    tree: Tree
    definitions: list[Definition]


def recovered(first: Reading, source: bytes, grammar: Language, rules: Rules) -> list[Definition]:
    """Return the definitions of a source that its grammar could not parse without errors.

    Args:
        first: The source as it was read.
        source: The source.
        grammar: Its language's grammar.
        rules: Its language's rules.
    """
    reading = _with_chosen_branches(first, source, grammar, rules)
    definitions = reading.definitions
    if reading.tree.root_node.has_error:
        definitions = _repaired(reading, source, grammar, rules)
    if rules.definition_lines is not None:
        lines = _of_lines(reading.tree.root_node, rules.definition_lines, source, definitions)
        definitions = [*definitions, *lines]
    return definitions


def _with_chosen_branches(reading: Reading, source: bytes, grammar: Language, rules: Rules) -> Reading:
    """Return the reading, or that of the source with one branch of each conditional where it is better."""
    text = reading.text if rules.choose_branches is None else rules.choose_branches(reading.text)
    tree = parse_changed(grammar, reading.tree, reading.text, text) if text != reading.text else None
    if tree is None:
        return reading
    known = walk_all(tree.root_node, rules, source, reading.text)
    return Reading(text, tree, known) if _is_better(known, reading.definitions) else reading


def _repaired(reading: Reading, source: bytes, grammar: Language, rules: Rules) -> list[Definition]:
    """Return the definitions of the repaired source if they are better, else those of the broken one."""
    broken = reading.definitions
    if not rules.piece_contexts:
        return broken
    result = repaired(reading.text, reading.tree.root_node, broken, grammar, rules)
    tree = parse_changed(grammar, reading.tree, reading.text, result.text) if result is not None else None
    if result is None or tree is None:
        return broken
    known = walk_all(tree.root_node, rules, source, reading.text)
    known += result.sound(broken, known)
    return known if _is_better(known, broken) else broken


def _is_better(known: list[Definition], broken: list[Definition]) -> bool:
    """Tell whether changed source has more whole definitions, and loses far fewer names than it gains.

    With as many, it is better when it loses none and has them less deep: what is broken swallows others.
    Variables count only if nothing else differs: the local ones of functions that can't be read look like
    the file's.
    """
    for of in (_firm, list):
        n_more = _n_whole(of(known)) - _n_whole(of(broken))
        n_lost = (_words(of(broken)) - _words(of(known))).total()
        if n_more or n_lost:
            return n_more > 0 and n_lost * _MORE_FOR_ONE_LOST <= n_more
    return _depth(known) < _depth(broken)


def _firm(definitions: list[Definition]) -> list[Definition]:
    return [one for one in definitions if one.found.kind not in _VALUES]


def _n_whole(definitions: list[Definition]) -> int:
    """Return the number of definitions that were parsed to their ends."""
    return sum(not one.found.node.has_error for one in definitions)


def _words(definitions: list[Definition]) -> Counter[str]:
    """Count the names of one word: longer ones are often made of what could not be parsed."""
    return Counter(one.found.name for one in definitions if " " not in one.found.name)


def _depth(definitions: list[Definition]) -> int:
    return sum(len(one.containers) for one in definitions)


def _of_lines(
    root: Node, pattern: re.Pattern[bytes], source: bytes, known: list[Definition]
) -> list[Definition]:
    """Return definitions that a line begins with and that are not known yet.

    Args:
        root: The root of the source's tree.
        pattern: Groups: the indentation, the word that begins a definition, its name.
        source: The source.
        known: What the walk found.
    """
    names = {one.found.name_node.start_byte: one for one in known if one.found.name_node is not None}
    enclosing: list[tuple[int, Definition]] = []
    lost: list[Definition] = []
    for match, end in _with_ends(pattern, source):
        width = len(match[1].expandtabs())
        while enclosing and enclosing[-1][0] >= width:
            enclosing.pop()
        one = names.get(match.start(3))
        if one is None:
            at = root.descendant_for_byte_range(*match.span(3))
            if at is None or at.type in _TEXTS or at.start_byte != match.start(3):
                continue
            one = _definition(match, at, end, enclosing[-1][1] if enclosing else None)
            lost.append(one)
        enclosing.append((width, one))
    return lost


def _with_ends(pattern: re.Pattern[bytes], source: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Yield each match and the end of its definition: before the next line that is indented no deeper."""
    for match in pattern.finditer(source):
        width = len(match[1])
        outdent = re.compile(rb"^[ \t]{0,%d}[^\s#)\]}]" % width, re.MULTILINE)
        following = outdent.search(source, match.end())
        end = following.start() if following is not None else len(source)
        while source[end - 1] in _BLANK:
            end -= 1
        yield match, max(end, match.end())


def _definition(match: re.Match[bytes], at: Node, end: int, owner: Definition | None) -> Definition:
    is_type = match[2].startswith(b"class")
    in_type = owner is not None and owner.kind is SymbolKind.CLASS
    kind = SymbolKind.CLASS if is_type else SymbolKind.METHOD if in_type else SymbolKind.FUNCTION
    name, start = match[3].decode("utf-8", "replace"), match.start(2)
    line_end = match.string.find(b"\n", start)
    return Definition(
        found=Found(at, at, kind, name=name, head_end=line_end if line_end >= 0 else end),
        kind=kind,
        containers=enclosed(owner.containers, owner.found.name) if owner is not None else (),
        flags=0 if name.startswith("_") else int(SymbolFlags.EXPORTED),
        start=start,
        code_start=start,
        head_start=start,
        end=end,
        comments=[],
        docs=None,
    )
