"""Java: types, their members, enum constants, tests by annotation."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
    ALONE,
    IN_CLASS,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    definition,
    first_child,
    text_of,
)

_CREATION = "object_creation_expression"
_EXPRESSIONS = frozenset(
    {_CREATION, "method_invocation", "argument_list", "variable_declarator", "assignment_expression"}
)
_MAX_DEPTH = 6
_DECLARED = SymbolFlags.DECLARATION


def _fields(node: Node, _scope: Scope) -> Iterable[Found]:
    modifiers = first_child(node)
    words = text_of(modifiers).split() if modifiers is not None and modifiers.type == "modifiers" else []
    is_constant = node.type == "constant_declaration" or ("static" in words and "final" in words)
    kind = SymbolKind.CONSTANT if is_constant else SymbolKind.FIELD
    found = []
    for declarator in node.children_by_field_name("declarator"):
        at, (body, _) = declarator.child_by_field_name("name"), _nameless_class(declarator)
        found.append(Found(node, at, kind, body=body, opens=ScopeKind.TYPE))
    return found


def _local(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe a variable outside of any class: a field of a compact source file."""
    is_outside = node.parent is not None and node.parent.type == "program" and not node.parent.has_error
    return _fields(node, scope) if is_outside else _statement(node, scope)


def _statement(node: Node, scope: Scope) -> Iterable[Found]:
    """Look into the anonymous class that a statement creates: `return new Runnable() { ... };`."""
    return _creation(node, scope) if scope.kind is ScopeKind.FUNCTION else ()


def _nameless_class(node: Node) -> tuple[Node | None, str]:
    """Return the body of the first anonymous class in an expression, and what it extends."""
    nodes = [node]
    for depth in range(_MAX_DEPTH):
        following: list[Node] = []
        for current in nodes:
            body = child_of_type(current, "class_body") if current.type == _CREATION else None
            if body is not None:
                return body, text_of(current.child_by_field_name("type")).partition("<")[0]
            if current.type in _EXPRESSIONS or not depth:
                following.extend(child for child in current.children if child.type in _EXPRESSIONS)
        nodes = following
    return None, ""


def _creation(node: Node, _scope: Scope) -> Iterable[Found]:
    body, made = _nameless_class(node)
    return (Found(node, body=body, opens=ScopeKind.TYPE, containers=(made,)),) if body is not None else ()


def _exported(found: Found, before: str, scope: Scope) -> bool:
    words = before.split()
    if scope.access == "public" or found.kind is SymbolKind.ENUM_MEMBER:
        return "private" not in words
    return "public" in words or "protected" in words


def _tested(_found: Found, head: str) -> bool:
    return head.startswith("@") and any(
        mark in head for mark in ("@Test", "@ParameterizedTest", "@RepeatedTest", "@Property")
    )


_interface = definition(SymbolKind.INTERFACE, opens=ScopeKind.TYPE, access="public")

RULES = Rules(
    nodes={
        "line_comment": Role.COMMENT,
        "block_comment": Role.COMMENT,
        "class_declaration": definition(SymbolKind.CLASS, opens=ScopeKind.TYPE),
        "record_declaration": definition(SymbolKind.STRUCT, opens=ScopeKind.TYPE),
        "enum_declaration": definition(SymbolKind.ENUM, opens=ScopeKind.TYPE),
        "interface_declaration": _interface,
        "annotation_type_declaration": _interface,
        "enum_body_declarations": Role.ENTER,
        "enum_constant": definition(SymbolKind.ENUM_MEMBER, opens=ScopeKind.TYPE),
        "method_declaration": definition(SymbolKind.METHOD, opens=ScopeKind.FUNCTION, without_body=_DECLARED),
        "annotation_type_element_declaration": definition(SymbolKind.METHOD, without_body=_DECLARED),
        "constructor_declaration": definition(SymbolKind.CONSTRUCTOR, opens=ScopeKind.FUNCTION),
        "compact_constructor_declaration": definition(SymbolKind.CONSTRUCTOR),
        "field_declaration": _fields,
        "constant_declaration": _fields,
        "local_variable_declaration": _local,
        **dict.fromkeys(("return_statement", "expression_statement"), _statement),
        _CREATION: _creation,
        "block": Role.ENTER,
        "if_statement": Role.ENTER,
        "try_statement": Role.ENTER,
        "try_with_resources_statement": Role.ENTER,
        "catch_clause": Role.ENTER,
        "for_statement": Role.ENTER,
        "enhanced_for_statement": Role.ENTER,
        "while_statement": Role.ENTER,
        "synchronized_statement": Role.ENTER,
        "constructor_body": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"annotation", "marker_annotation"}),
    # Local classes, and anonymous classes that are worth a look.
    inner_marks=(b" class ", b"@Override"),
    hidden_types=frozenset(
        {_CREATION, "class_declaration", "record_declaration", "enum_declaration", "interface_declaration"}
    ),
    hidden_marks={b"": (b" class ", b" record ", b"@Override")},
    piece_contexts=(ALONE, IN_CLASS),
)
