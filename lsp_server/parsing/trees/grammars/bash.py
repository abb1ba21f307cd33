"""Shells: functions, variables set at the top, aliases."""

import re
from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolKind
from lsp_server.parsing.trees.rules import (
    ALONE,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    definition,
    text_of,
)

# zsh needs no semicolon before the brace that ends a function on its line.
_ONE_LINE = re.compile(
    rb"^([ \t]*+(?:function[ \t]++)?[\w:.-]++[ \t]*+(?:\(\))?[ \t]*+\{(?=[ \t])[^\n#]*[^\s;{}&])[ \t]"
    rb"(\}[ \t]*+)$",
    re.MULTILINE,
)


def _prepare(source: bytes) -> bytes:
    return _ONE_LINE.sub(rb"\1;\2", source) if b" }\n" in source else source


def _assignment(node: Node, scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    if scope.kind is ScopeKind.FUNCTION or at is None or at.type != "variable_name":
        return ()
    kind = SymbolKind.CONSTANT if text_of(at).isupper() else SymbolKind.VARIABLE
    return (Found(node, at, kind),)


def _declaration(node: Node, scope: Scope) -> Iterable[Found]:
    assignment = child_of_type(node, "variable_assignment")
    if assignment is None:
        return ()
    found = list(_assignment(assignment, scope))
    for one in found:
        one.node, one.head_end = node, node.end_byte
    return found


def _command(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `alias name=...`, with zsh's options too."""
    if text_of(node.child_by_field_name("name")) != "alias":
        return ()
    words = ((at, text_of(at)) for at in node.children_by_field_name("argument"))
    at, text = next(((at, text) for at, text in words if not text.startswith("-")), (None, ""))
    return (Found(node, at, SymbolKind.FUNCTION, name=text.partition("=")[0]),)


def _exported(found: Found, _before: str, _scope: Scope) -> bool:
    return not found.name.startswith("_")


def _tested(found: Found, _head: str) -> bool:
    return found.name.startswith("test_")


_LINES = re.compile(
    rb"^([ \t]*+)(?=function[ \t]|[\w:.-]++[ \t]*+\(\))((?:function[ \t]++)?+)([A-Za-z_][\w:.-]*+)"
    rb"(?=[ \t]*+(?:\(\)[ \t]*+)?+(?:\r?\n\s*+)?+\{)",
    re.MULTILINE,
)

RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "function_definition": definition(SymbolKind.FUNCTION, opens=ScopeKind.FUNCTION),
        "variable_assignment": _assignment,
        "declaration_command": _declaration,
        "command": _command,
        "if_statement": Role.ENTER,
        "elif_clause": Role.ENTER,
        "else_clause": Role.ENTER,
        "compound_statement": Role.ENTER,
        "subshell": Role.ENTER,
        "case_statement": Role.ENTER,
        "case_item": Role.ENTER,
        "list": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    prepare=_prepare,
    definition_lines=_LINES,
    piece_contexts=(ALONE,),
    inner_marks=(b"()", b"function "),
    hidden_types=frozenset({"function_definition"}),
    hidden_marks={b"": (b"() {", b"function ")},
)
