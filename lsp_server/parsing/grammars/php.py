"""PHP: types, functions, members, constants; namespaces are only looked into."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.rules import (
    Found,
    Place,
    Role,
    Rules,
    Scope,
    child_of_type,
    definition,
    first_child,
    first_named,
    text_of,
)

_DECLARED = SymbolFlags.DECLARATION


def _method(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if at is None:
        return ()
    name = text_of(at)
    found = [
        Found(
            node, name, at,
            SymbolKind.CONSTRUCTOR if name == "__construct" else SymbolKind.METHOD,
            body.start_byte if body else node.end_byte,
            flags=SymbolFlags.NONE if body is not None else _DECLARED,
        )
    ]  # fmt: skip
    parameters = node.child_by_field_name("parameters")
    for parameter in parameters.children if parameters is not None and name == "__construct" else ():
        if parameter.type == "property_promotion_parameter":
            promoted = parameter.child_by_field_name("name")
            if promoted is not None:
                found.append(
                    Found(parameter, text_of(promoted), promoted, SymbolKind.PROPERTY, parameter.end_byte)
                )
    return found


def _properties(node: Node, _scope: Scope) -> Iterable[Found]:
    found = []
    for element in node.children:
        if element.type == "property_element":
            at = element.child_by_field_name("name") or first_child(element)
            if at is not None:
                found.append(Found(node, text_of(at), at, SymbolKind.PROPERTY, node.end_byte))
    return found


def _constants(node: Node, _scope: Scope) -> Iterable[Found]:
    elements = [child for child in node.children if child.type == "const_element"]
    names = (child_of_type(element, "name") for element in elements)
    return [
        Found(node, text_of(at), at, SymbolKind.CONSTANT, node.end_byte) for at in names if at is not None
    ]


def _statement(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe `define('NAME', ...)` and `$name = function`."""
    expression = first_child(node)
    if expression is None or scope.place is not Place.FILE:
        return ()
    if expression.type == "function_call_expression":
        if text_of(expression.child_by_field_name("function")) != "define":
            return ()
        arguments = expression.child_by_field_name("arguments")
        first = first_named(arguments)
        name = text_of(first).strip("'\"")
        if first is None or not name.isidentifier():
            return ()
        return (Found(node, name, first, SymbolKind.CONSTANT, node.end_byte),)
    if expression.type == "assignment_expression":
        at, value = expression.child_by_field_name("left"), expression.child_by_field_name("right")
        if at is not None and value is not None and value.type in {"anonymous_function", "arrow_function"}:
            body = value.child_by_field_name("body")
            head_end = body.start_byte if body else node.end_byte
            return (Found(node, text_of(at), at, SymbolKind.FUNCTION, head_end),)
    return ()


def _exported(_found: Found, before: str, _scope: Scope) -> bool:
    words = before.split()
    return not ("private" in words or "protected" in words)


def _tested(found: Found, head: str) -> bool:
    if found.kind is SymbolKind.CLASS:
        return "TestCase" in head
    return found.kind is SymbolKind.METHOD and (found.name.startswith("test") or "#[Test" in head)


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "namespace_definition": Role.ENTER,
        "compound_statement": Role.ENTER,
        "if_statement": Role.ENTER,
        "else_clause": Role.ENTER,
        "class_declaration": definition(SymbolKind.CLASS, inside=Place.TYPE),
        "interface_declaration": definition(SymbolKind.INTERFACE, inside=Place.TYPE),
        "trait_declaration": definition(SymbolKind.INTERFACE, inside=Place.TYPE),
        "enum_declaration": definition(SymbolKind.ENUM, inside=Place.TYPE),
        "enum_case": definition(SymbolKind.ENUM_MEMBER, body="-"),
        "function_definition": definition(SymbolKind.FUNCTION, inside=Place.FUNCTION),
        "method_declaration": _method,
        "property_declaration": _properties,
        "const_declaration": _constants,
        "expression_statement": _statement,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"attribute_list"}),
    inner_marks=(b"function ", b"class "),
)
