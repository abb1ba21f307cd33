"""PHP: types, functions, members, constants; namespaces are only looked into."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    declared_without,
    definition,
    first_child,
    first_named,
    head_end_of,
    text_of,
)

_TEST_BLOCKS = frozenset({"it", "test", "describe"})
_CLOSURES = frozenset({"anonymous_function", "arrow_function"})
_MAX_CALLS = 16


def _method(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    name = text_of(at)
    kind = SymbolKind.CONSTRUCTOR if name == "__construct" else SymbolKind.METHOD
    found = [Found(node, at, kind, body=body, flags=declared_without(body))]
    parameters = node.child_by_field_name("parameters")
    if parameters is not None and name == "__construct":
        # Some of them may be properties of the class.
        found.append(Found(node, inside=(parameters,), opens=ScopeKind.TYPE))
    return found


def _properties(node: Node, _scope: Scope) -> Iterable[Found]:
    elements = [child for child in node.children if child.type == "property_element"]
    names = (element.child_by_field_name("name") or first_child(element) for element in elements)
    return [Found(node, at, SymbolKind.PROPERTY) for at in names]


def _constants(node: Node, _scope: Scope) -> Iterable[Found]:
    elements = [child for child in node.children if child.type == "const_element"]
    names = (child_of_type(element, "name") for element in elements)
    return [Found(node, at, SymbolKind.CONSTANT) for at in names]


def _statement(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe `define('NAME', ...)` and `$name = function`."""
    expression = first_child(node)
    for _ in range(_MAX_CALLS):
        if expression is None or expression.type != "member_call_expression":
            break
        expression = expression.child_by_field_name("object")
    if expression is None or scope.kind is not ScopeKind.FILE:
        return _nameless_classes(node, scope)
    if expression.type == "function_call_expression":
        return _call(node, expression) or _nameless_classes(node, scope)
    if expression.type == "assignment_expression":
        at, value = expression.child_by_field_name("left"), expression.child_by_field_name("right")
        if at is not None and value is not None and value.type in _CLOSURES:
            head_end = head_end_of(node, value.child_by_field_name("body"))
            return (Found(node, at, SymbolKind.FUNCTION, head_end=head_end),)
    return _nameless_classes(node, scope)


def _call(node: Node, call: Node) -> Iterable[Found]:
    """Describe `define('NAME', 1)` and Pest's `it('does it', function () {...})`."""
    word, arguments = text_of(call.child_by_field_name("function")), call.child_by_field_name("arguments")
    first = first_named(arguments)
    name = text_of(first).strip("'\"")
    if first is None or arguments is None:
        return ()
    if word == "define" and name.isidentifier():
        return (Found(node, first, SymbolKind.CONSTANT, name=name),)
    given = (first_child(argument) for argument in arguments.children if argument.type == "argument")
    closure = next((one for one in given if one is not None and one.type in _CLOSURES), None)
    body = closure.child_by_field_name("body") if closure is not None else None
    if word not in _TEST_BLOCKS or body is None:
        return ()
    kind, opens = SymbolKind.FUNCTION, ScopeKind.FILE
    return (Found(node, first, kind, name=name, body=body, opens=opens, flags=SymbolFlags.TEST),)


def _nameless_classes(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into the anonymous classes that a statement creates: `return new class extends A {...};`."""
    found: list[Found] = []
    nodes = [node] if b"new class" in (node.text or b"") else []
    while nodes:
        current = nodes.pop()
        body = current.child_by_field_name("body") if current.type == "anonymous_class" else None
        if body is None:
            nodes.extend(reversed(current.children))
            continue
        extended = text_of(first_named(child_of_type(current, "base_clause"))).rpartition("\\")[2]
        containers = (extended,) if extended else ()
        found.append(Found(current, body=body, opens=ScopeKind.TYPE, containers=containers))
    return found


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
        "class_declaration": definition(SymbolKind.CLASS, opens=ScopeKind.TYPE),
        "interface_declaration": definition(SymbolKind.INTERFACE, opens=ScopeKind.TYPE),
        "trait_declaration": definition(SymbolKind.INTERFACE, opens=ScopeKind.TYPE),
        "enum_declaration": definition(SymbolKind.ENUM, opens=ScopeKind.TYPE),
        "enum_case": definition(SymbolKind.ENUM_MEMBER, body=()),
        "function_definition": definition(SymbolKind.FUNCTION, opens=ScopeKind.FUNCTION),
        "method_declaration": _method,
        "property_promotion_parameter": definition(SymbolKind.PROPERTY, body=()),
        "property_declaration": _properties,
        "const_declaration": _constants,
        "expression_statement": _statement,
        "return_statement": _nameless_classes,
        "anonymous_class": _nameless_classes,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"attribute_list"}),
    inner_marks=(b"function ", b"class "),
    hidden_types=frozenset({"function_definition", "class_declaration", "anonymous_class"}),
    hidden_marks={b"": (b"function ", b"class ")},
    piece_contexts=((b"<?php\n", b""), (b"<?php\nclass C {\n", b"}")),
)
