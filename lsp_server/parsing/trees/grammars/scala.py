"""Scala 2 and 3: types, objects, givens, extensions, members, tests of the usual frameworks."""

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
    declared_without,
    definition,
    first_named,
    head_end_of,
    text_of,
)

_DECLARED = SymbolFlags.DECLARATION
_TEST_WORDS = frozenset(
    {"test", "it", "describe", "property", "testM", "suite", "feature", "scenario", "checkAll"}
)
_TEST_OPERATORS = frozenset({"in", "should", "when", "must", "can", ">>"})


def _class(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    kind = SymbolKind.STRUCT if child_of_type(node, "case") is not None else SymbolKind.CLASS
    return (Found(node, at, kind, body=body, opens=ScopeKind.TYPE),)


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    kind = SymbolKind.METHOD if scope.kind is ScopeKind.TYPE else SymbolKind.FUNCTION
    inside, opens = _made(body), ScopeKind.TYPE
    if inside is None:
        opens = ScopeKind.FUNCTION
        inside = body if body is not None and body.type in {"block", "indented_block"} else None
    return (
        Found(
            node,
            at,
            kind,
            name=text_of(at).strip("`"),
            body=inside,
            head_end=head_end_of(node, body),
            opens=opens,
            flags=declared_without(body),
        ),
    )


def _made(value: Node | None) -> Node | None:
    """Return the body of the anonymous class in `new Runnable { ... }`."""
    is_new = value is not None and value.type == "instance_expression"
    return child_of_type(value, "template_body") if is_new else None


def _nameless(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into `new Runnable { ... }`: its members are named after its type."""
    body = _made(node)
    name = text_of(first_named(node)).partition("[")[0].partition("(")[0].rpartition(".")[2]
    containers = (name,) if name.isidentifier() else ()
    is_class = body is not None
    return (Found(node, body=body, opens=ScopeKind.TYPE, containers=containers),) if is_class else ()


def _value(node: Node, scope: Scope) -> Iterable[Found]:
    if scope.kind is ScopeKind.FUNCTION:
        return ()
    pattern = node.child_by_field_name("pattern") or node.child_by_field_name("name")
    if pattern is None:
        return ()
    names = [one for one in (pattern, *pattern.children) if one.type == "identifier"]
    flags = _DECLARED if node.type.endswith("_declaration") else SymbolFlags.NONE
    body = _made(node.child_by_field_name("value"))
    found = []
    for at in names:
        kind = SymbolKind.PROPERTY if scope.kind is ScopeKind.TYPE else SymbolKind.VARIABLE
        if node.type == "val_definition" and text_of(at)[:1].isupper():
            kind = SymbolKind.CONSTANT
        head_end = head_end_of(node, body)
        inside = (body,) if body is not None and len(names) == 1 else ()
        found.append(
            Found(node, at, kind, head_end=head_end, inside=inside, opens=ScopeKind.TYPE, flags=flags)
        )
    return found


def _given(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    kind = SymbolKind.CONSTANT if at is not None else None
    return (Found(node, at, kind, body=body, opens=ScopeKind.TYPE),)


def _extension(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into `extension (name: Type)`: its functions belong to the type."""
    parameters = node.child_by_field_name("parameters")
    parameter = child_of_type(parameters, "parameter")
    kind = parameter.child_by_field_name("type") if parameter is not None else None
    name = text_of(kind).partition("[")[0]
    return (Found(node, inside=(node,), opens=ScopeKind.TYPE, containers=(name,) if name else ()),)


def _test_call(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `test("title") { ... }`."""
    inner = node.child_by_field_name("function")
    if inner is None or inner.type != "call_expression":
        return ()
    word = text_of(inner.child_by_field_name("function"))
    arguments = inner.child_by_field_name("arguments")
    first = first_named(arguments)
    if word not in _TEST_WORDS or first is None or "string" not in first.type:
        return ()
    return _test(node, first, node.child_by_field_name("arguments"))


def _test_infix(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `"title" in { ... }` and `"it" should "do" in { ... }`."""
    operator, left = text_of(node.child_by_field_name("operator")), node.child_by_field_name("left")
    right = node.child_by_field_name("right")
    if operator not in _TEST_OPERATORS or left is None or right is None or right.type != "block":
        return ()
    return _test(node, left, right)


def _test(node: Node, title: Node, block: Node | None) -> Iterable[Found]:
    name = text_of(title).replace('"', "")
    if block is None or len(name) > 300:
        return ()
    return (Found(node, title, SymbolKind.FUNCTION, name=name, body=block, flags=SymbolFlags.TEST),)


def _exported(_found: Found, before: str, _scope: Scope) -> bool:
    return "private" not in before and "protected" not in before


def _tested(found: Found, head: str) -> bool:
    return (
        found.kind is SymbolKind.CLASS
        and "extends" in head
        and found.name.endswith(("Spec", "Suite", "Test", "Tests"))
    )


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "block_comment": Role.COMMENT,
        "package_clause": Role.ENTER,
        "template_body": Role.ENTER,
        "class_definition": _class,
        "object_definition": definition(SymbolKind.CLASS, opens=ScopeKind.TYPE),
        "package_object": definition(SymbolKind.MODULE, opens=ScopeKind.TYPE),
        "trait_definition": definition(SymbolKind.INTERFACE, opens=ScopeKind.TYPE),
        "enum_definition": definition(SymbolKind.ENUM, opens=ScopeKind.TYPE),
        "enum_case_definitions": Role.ENTER,
        "simple_enum_case": definition(SymbolKind.ENUM_MEMBER, body=()),
        "full_enum_case": definition(SymbolKind.ENUM_MEMBER, body=()),
        "function_definition": _function,
        "function_declaration": _function,
        "val_definition": _value,
        "val_declaration": _value,
        "var_definition": _value,
        "var_declaration": _value,
        "given_definition": _given,
        "extension_definition": _extension,
        "type_definition": definition(SymbolKind.CLASS, body=()),
        "instance_expression": _nameless,
        "call_expression": _test_call,
        "infix_expression": _test_infix,
        "ERROR": Role.ENTER,
    },
    swallows_comments=True,
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"annotation"}),
    inner_marks=(b"def ", b"class ", b"test(", b" in {"),
    hidden_types=frozenset(
        {
            "function_definition",
            "class_definition",
            "object_definition",
            "trait_definition",
            "instance_expression",
            "call_expression",
            "infix_expression",
        }
    ),
    hidden_marks={
        b"": (b"def ", b"class ", b"object ", b"trait "),
        b'("': tuple(f'{word}("'.encode() for word in sorted(_TEST_WORDS)),
        b'" in {': tuple(f'" {word} {{'.encode() for word in sorted(_TEST_OPERATORS)),
    },
    piece_contexts=(ALONE, IN_CLASS),
)
