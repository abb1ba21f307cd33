"""PowerShell: functions and filters with their help, classes, enumerations, Pester's test blocks."""

import re
from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
    ALONE,
    IN_CLASS,
    Finder,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    first_named,
    head_end_of,
    text_of,
)

_TEST_BLOCKS = frozenset({"describe", "context", "it"})


_LAST_DOLLAR = re.compile(rb"\$(?=\")")


def _without_last_dollars(source: bytes) -> bytes:
    """Return the source with `"^name "` for `"^name$"`: the grammar takes the dollar for a variable."""
    return _LAST_DOLLAR.sub(b" ", source)


def _brace(node: Node) -> int:
    """Return where a definition's block opens."""
    return head_end_of(node, child_of_type(node, "{"))


def _help(node: Node) -> Node | None:
    """Return the comment-based help that opens a function's block."""
    comment = child_of_type(node, "comment") or child_of_type(child_of_type(node, "script_block"), "comment")
    return comment if comment is not None and text_of(comment).startswith("<#") else None


def _function(node: Node, _scope: Scope) -> Iterable[Found]:
    at, block = child_of_type(node, "function_name"), child_of_type(node, "script_block")
    name, head_end, docs = text_of(at).rpartition(":")[2], _brace(node), _help(node)
    return (Found(node, at, SymbolKind.FUNCTION, name=name, body=block, head_end=head_end, docs=docs),)


def _type(kind: SymbolKind) -> Finder:
    def find(node: Node, _scope: Scope) -> Iterable[Found]:
        at = child_of_type(node, "simple_name")
        return (Found(node, at, kind, head_end=_brace(node), inside=(node,), opens=ScopeKind.TYPE),)

    return find


def _method(node: Node, scope: Scope) -> Iterable[Found]:
    at = child_of_type(node, "simple_name")
    is_constructor = scope.containers[-1:] == (text_of(at),)
    kind = SymbolKind.CONSTRUCTOR if is_constructor else SymbolKind.METHOD
    return (Found(node, at, kind, head_end=_brace(node)),)


def _member(kind: SymbolKind) -> Finder:
    def find(node: Node, _scope: Scope) -> Iterable[Found]:
        at = child_of_type(node, "variable", "simple_name")
        return (Found(node, at, kind, name=text_of(at).lstrip("$")),)

    return find


def _pipeline(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe a variable set at the top of a script, and test blocks."""
    assignment = child_of_type(node, "assignment_expression")
    if assignment is not None:
        at = child_of_type(assignment, "left_assignment_expression")
        name = text_of(at).lstrip("$").rpartition(":")[2]
        if scope.kind is not ScopeKind.FILE or not name.replace("_", "").isalnum():
            return ()
        return (Found(node, at, SymbolKind.VARIABLE, name=name),)
    command = child_of_type(child_of_type(node, "pipeline_chain"), "command")
    called = text_of(command.child_by_field_name("command_name")).lower() if command is not None else ""
    return _test_block(node, command) if command is not None and called in _TEST_BLOCKS else ()


def _test_block(node: Node, command: Node) -> Iterable[Found]:
    words = command.child_by_field_name("command_elements")
    at = block = None
    for word in words.children if words is not None else ():
        at = at or _first_of(word, "string_literal")
        block = _first_of(word, "script_block") or block
    name = text_of(at).strip("'\"")
    return (Found(node, at, SymbolKind.FUNCTION, name=name, body=block, flags=SymbolFlags.TEST),)


def _first_of(node: Node, kind: str) -> Node | None:
    """Return the node of a given type inside wrappers that have one named child each."""
    current: Node | None = node
    for _ in range(16):
        if current is None or current.type == kind:
            return current
        current = first_named(current)
    return None


def _exported(_found: Found, before: str, _scope: Scope) -> bool:
    return "hidden" not in before.lower().split()


_LINES = re.compile(rb"^([ \t]*+)((?i:function|filter))[ \t]++(?:\w+:)?+([A-Za-z_][\w-]*+)", re.MULTILINE)

RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "statement_list": Role.ENTER,
        "script_block_body": Role.ENTER,
        "function_statement": _function,
        "class_statement": _type(SymbolKind.CLASS),
        "enum_statement": _type(SymbolKind.ENUM),
        "class_method_definition": _method,
        "class_property_definition": _member(SymbolKind.FIELD),
        "enum_member": _member(SymbolKind.ENUM_MEMBER),
        "pipeline": _pipeline,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    prepare=_without_last_dollars,
    definition_lines=_LINES,
    inner_marks=(b"function ", b"Function ", b"It ", b"Context ", b"Describe "),
    hidden_types=frozenset({"function_statement", "class_statement", "enum_statement", "pipeline"}),
    hidden_marks={
        b"": (
            b"function ",
            b"Function ",
            b"filter ",
            b"class ",
            b"enum ",
            b"It ",
            b"Context ",
            b"Describe ",
        )
    },
    piece_contexts=(ALONE, IN_CLASS),
)
