"""Java: types, their members, enum constants, tests by annotation."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.rules import Found, Place, Role, Rules, Scope, definition, first_child, text_of

_DECLARED = SymbolFlags.DECLARATION


def _fields(node: Node, _scope: Scope) -> Iterable[Found]:
    modifiers = first_child(node)
    words = text_of(modifiers).split() if modifiers is not None and modifiers.type == "modifiers" else []
    is_constant = node.type == "constant_declaration" or ("static" in words and "final" in words)
    kind = SymbolKind.CONSTANT if is_constant else SymbolKind.FIELD
    declarators = node.children_by_field_name("declarator")
    names = (declarator.child_by_field_name("name") for declarator in declarators)
    return [Found(node, text_of(at), at, kind, node.end_byte) for at in names if at is not None]


def _interface(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if at is None or body is None:
        return ()
    inside = (body,)
    return (
        Found(
            node, text_of(at), at, SymbolKind.INTERFACE, body.start_byte, inside, Place.TYPE, access="public"
        ),
    )


def _exported(found: Found, before: str, scope: Scope) -> bool:
    words = before.split()
    if scope.access == "public" or found.kind is SymbolKind.ENUM_MEMBER:
        return "private" not in words
    return "public" in words or "protected" in words


def _tested(_found: Found, head: str) -> bool:
    return head.startswith("@") and any(
        mark in head for mark in ("@Test", "@ParameterizedTest", "@RepeatedTest", "@Property")
    )


RULES = Rules(
    nodes={
        "line_comment": Role.COMMENT,
        "block_comment": Role.COMMENT,
        "class_declaration": definition(SymbolKind.CLASS, inside=Place.TYPE),
        "record_declaration": definition(SymbolKind.STRUCT, inside=Place.TYPE),
        "enum_declaration": definition(SymbolKind.ENUM, inside=Place.TYPE),
        "interface_declaration": _interface,
        "annotation_type_declaration": _interface,
        "enum_body_declarations": Role.ENTER,
        "enum_constant": definition(SymbolKind.ENUM_MEMBER, inside=Place.TYPE),
        "method_declaration": definition(SymbolKind.METHOD, without_body=_DECLARED),
        "annotation_type_element_declaration": definition(SymbolKind.METHOD, without_body=_DECLARED),
        "constructor_declaration": definition(SymbolKind.CONSTRUCTOR),
        "compact_constructor_declaration": definition(SymbolKind.CONSTRUCTOR),
        "field_declaration": _fields,
        "constant_declaration": _fields,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"annotation", "marker_annotation"}),
)
