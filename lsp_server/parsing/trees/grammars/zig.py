"""Zig: functions, containers assigned to constants, fields, test blocks."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
    ALONE,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    definition,
    first_child,
    head_end_of,
    text_of,
)

_CONTAINERS = {
    "struct_declaration": SymbolKind.STRUCT,
    "union_declaration": SymbolKind.STRUCT,
    "opaque_declaration": SymbolKind.STRUCT,
    "enum_declaration": SymbolKind.ENUM,
    "error_set_declaration": SymbolKind.ENUM,
}

_VALUES = frozenset({"range_expression", "anonymous_struct_initializer"})
_MAX_KEYS = 2


def _variable(node: Node, scope: Scope) -> Iterable[Found]:
    at = child_of_type(node, "identifier")
    container = child_of_type(node, *_CONTAINERS)
    if container is not None:
        kind = _CONTAINERS[container.type]
        access = "enum" if kind is SymbolKind.ENUM else ""
        head_end, opens = (child_of_type(container, "{") or container).start_byte, ScopeKind.TYPE
        return (Found(node, at, kind, body=container, head_end=head_end, opens=opens, access=access),)
    if scope.kind is ScopeKind.FUNCTION or _is_import(node):
        return ()
    is_constant = child_of_type(node, "const") is not None
    kind = SymbolKind.CONSTANT if is_constant else SymbolKind.VARIABLE
    return (Found(node, at, kind),)


def _is_import(node: Node) -> bool:
    return text_of(child_of_type(child_of_type(node, "builtin_function"), "builtin_identifier")) == "@import"


def _returned(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into the container that a generic function returns."""
    container = child_of_type(first_child(node), *_CONTAINERS)
    return (Found(node, body=container, opens=ScopeKind.TYPE),)


def _field(node: Node, scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    if at is None or text_of(at) == "_":
        return ()
    if at.type in _VALUES:
        return (Found(node, body=at, opens=ScopeKind.TYPE),)
    kind = SymbolKind.ENUM_MEMBER if scope.access == "enum" else SymbolKind.FIELD
    return (Found(node, at, kind),)


def _key(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe `.dependencies = .{ ... }` in a file that is one value, as `build.zig.zon`."""
    target, value = first_child(node), node.children[-1] if node.child_count else None
    at = child_of_type(target, "identifier")
    if at is None or value is None or value.type != "anonymous_struct_initializer":
        return ()
    name, head_end = text_of(at).strip('@"'), value.start_byte
    body = value if len(scope.containers) < _MAX_KEYS else None
    return (Found(node, at, SymbolKind.KEY, name=name, body=body, head_end=head_end, opens=ScopeKind.TYPE),)


def _test(node: Node, _scope: Scope) -> Iterable[Found]:
    at, block = child_of_type(node, "string", "identifier"), child_of_type(node, "block")
    name = text_of(at).strip('"')
    head_end = head_end_of(node, block)
    return (Found(node, at, SymbolKind.FUNCTION, name=name, head_end=head_end, flags=SymbolFlags.TEST),)


def _exported(found: Found, before: str, _scope: Scope) -> bool:
    return before.startswith(("pub ", "export ")) or found.kind in {SymbolKind.FIELD, SymbolKind.ENUM_MEMBER}


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "variable_declaration": _variable,
        "function_declaration": definition(
            SymbolKind.FUNCTION,
            in_type=SymbolKind.METHOD,
            opens=ScopeKind.FUNCTION,
            without_body=SymbolFlags.DECLARATION,
        ),
        "expression_statement": _returned,
        "container_field": _field,
        "test_declaration": _test,
        "assignment_expression": _key,
        "anonymous_struct_initializer": Role.ENTER,
        "initializer_list": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    inner_marks=(b"struct", b"union", b"enum"),
    hidden_types=frozenset({"function_declaration", "variable_declaration"}),
    hidden_marks={b"": (b"fn ", b"struct {", b"union(", b"enum {")},
    piece_contexts=(ALONE, (b"const C = struct {\n", b"};")),
)
