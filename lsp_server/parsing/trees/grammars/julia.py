"""Julia: modules, functions in both forms, macros, types with their fields, enumerations, test sets."""

import re
from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
    ALONE,
    Finder,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    first_named,
    found_by,
    head_end_of,
    text_of,
)

_AROUND_CALLS = frozenset({"signature", "where_expression", "typed_expression"})
_LAMBDAS = frozenset({"arrow_function_expression", "function_expression"})
_MARKED_FIELD = re.compile(rb"^[ \t]++(?:const|@atomic)(?=[ \t]++\w++(?:::[^=\n]++)?$)", re.MULTILINE)


def _with_plain_fields(source: bytes) -> bytes:
    """Blank the `const` and `@atomic` of a mutable type's fields, which the grammar reads otherwise."""
    return _MARKED_FIELD.sub(_blank, source) if b"mutable struct" in source else source


def _blank(match: re.Match[bytes]) -> bytes:
    return b" " * len(match[0])


def _called(node: Node | None) -> Node | None:
    """Return the function of a signature, without the result type and `where`."""
    for _ in range(8):
        if node is None or node.type not in _AROUND_CALLS:
            break
        node = first_named(node)
    return first_named(node) if node is not None and node.type == "call_expression" else None


def _named(node: Node, at: Node | None, kind: SymbolKind, head_end: int) -> Iterable[Found]:
    """Describe `f`, `f{T}` or another module's `Base.f`."""
    if at is not None and at.type == "parametrized_type_expression":
        at = first_named(at)
    if at is None or at.type not in {"identifier", "field_expression", "operator"}:
        return ()
    owner, _, name = text_of(at).rpartition(".")
    last = at.children[-1] if at.child_count else at
    containers = tuple(owner.split(".")) if owner else ()
    return (
        Found(node, last, kind, name=name.strip(":()") or name, head_end=head_end, containers=containers),
    )


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    signature = child_of_type(node, "signature")
    if signature is None:
        return ()
    kind = SymbolKind.CONSTRUCTOR if scope.kind is ScopeKind.TYPE else SymbolKind.FUNCTION
    called = _called(first_named(signature)) or first_named(signature)
    return _named(node, called, kind, signature.end_byte)


def _assignment(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe `f(x) = ...` anywhere, and other named values at the top of a module."""
    left, value = first_named(node), node.children[-1]
    called = _called(left)
    if left is not None and called is not None:
        kind = SymbolKind.CONSTRUCTOR if scope.kind is ScopeKind.TYPE else SymbolKind.FUNCTION
        return _named(node, called, kind, left.end_byte)
    if left is not None and left.type == "binary_expression":
        operator = child_of_type(left, "operator")
        return _named(node, operator, SymbolKind.FUNCTION, left.end_byte)
    if left is not None and scope.kind is ScopeKind.TYPE:
        at = left if left.type == "identifier" else first_named(left)
        return (Found(node, at, SymbolKind.FIELD),)
    if left is None or left.type != "identifier" or scope.kind is not ScopeKind.FILE:
        return ()
    if value.type in _LAMBDAS:
        return (Found(node, left, SymbolKind.FUNCTION),)
    return (Found(node, left, SymbolKind.VARIABLE),)


def _constant(node: Node, scope: Scope) -> Iterable[Found]:
    found = [
        one for child in node.children if child.type == "assignment" for one in _assignment(child, scope)
    ]
    for one in found:
        one.node = node
        if one.kind is SymbolKind.VARIABLE:
            one.kind = SymbolKind.CONSTANT
    return found


def _type(kind: SymbolKind) -> Finder:
    def find(node: Node, _scope: Scope) -> Iterable[Found]:
        head = child_of_type(node, "type_head")
        at = first_named(head)
        while at is not None and at.type != "identifier":
            at = first_named(at)
        if head is None or at is None:
            return ()
        return (Found(node, at, kind, head_end=head.end_byte, inside=(node,), opens=ScopeKind.TYPE),)

    return find


def _field(node: Node, scope: Scope) -> Iterable[Found]:
    if scope.kind is not ScopeKind.TYPE:
        return ()
    at = node if node.type == "identifier" else child_of_type(node, "identifier")
    return (Found(node, at, SymbolKind.FIELD),)


def _module(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    if at is None:
        return ()
    return (Found(node, at, SymbolKind.MODULE, head_end=at.end_byte, inside=(node,), opens=ScopeKind.FILE),)


def _macro_call(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe `@enum`, `@testset`, and definitions that other macros annotate."""
    words = child_of_type(node, "macro_argument_list")
    if words is None:
        return ()
    macro = text_of(node.children[0]).rpartition("@")[2] or text_of(child_of_type(node, "macro_identifier"))
    named = [child for child in words.children if child.is_named]
    if macro.endswith("enum"):
        return _enum(node, named)
    if macro.endswith("testset"):
        return _test_set(node, named)
    found: list[Found] = []
    for child in named:
        rule = _DEFINITIONS.get(child.type)
        result = found_by(rule, child, scope) if rule is not None else ()
        found.extend(() if isinstance(result, Role) else result)
    for one in found[:1]:
        one.node = node
    return found


def _enum(node: Node, words: list[Node]) -> Iterable[Found]:
    at = words[0] if words else None
    if at is not None and at.type != "identifier":
        at = first_named(at)
    if at is None:
        return ()
    block = next((word for word in words if word.type == "compound_statement"), None)
    head = Found(node, at, SymbolKind.ENUM, head_end=head_end_of(node, block))
    listed = [
        inner
        for word in words[1:]
        for inner in (word.children if word.type == "compound_statement" else (word,))
    ]
    members = [first_named(word) if word.type == "assignment" else word for word in listed]
    return [
        head,
        *(
            Found(word, word, SymbolKind.ENUM_MEMBER, containers=(head.name,))
            for word in members
            if word is not None and word.type == "identifier"
        ),
    ]


def _test_set(node: Node, words: list[Node]) -> Iterable[Found]:
    at = next((word for word in words if word.type == "string_literal"), None)
    block = next((word for word in words if word.type == "compound_statement"), None)
    name = text_of(at).strip('"')
    return (Found(node, at, SymbolKind.FUNCTION, name=name, body=block, flags=SymbolFlags.TEST),)


def _docstring(node: Node) -> Node | None:
    return child_of_type(node, "content") if node.type == "string_literal" else None


def _exported(found: Found, _before: str, _scope: Scope) -> bool:
    return not found.name.startswith("_")


_DEFINITIONS: dict[str, Finder] = {
    "function_definition": _function,
    "macro_definition": _function,
    "assignment": _assignment,
    "const_statement": _constant,
    "struct_definition": _type(SymbolKind.STRUCT),
    "abstract_definition": _type(SymbolKind.INTERFACE),
    "primitive_definition": _type(SymbolKind.STRUCT),
    "module_definition": _module,
    "macrocall_expression": _macro_call,
}

RULES = Rules(
    nodes={
        **_DEFINITIONS,
        "line_comment": Role.COMMENT,
        "block_comment": Role.COMMENT,
        "string_literal": Role.ATTRIBUTE,
        "typed_expression": _field,
        "identifier": _field,
        "compound_statement": Role.ENTER,
        "if_statement": Role.ENTER,
        "else_clause": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    attribute_docs=_docstring,
    prepare=_with_plain_fields,
    inner_marks=(b"@testset",),
    hidden_types=frozenset(
        {"function_definition", "assignment", "struct_definition", "macrocall_expression"}
    ),
    hidden_marks={b"": (b"function ", b") = ", b"struct ", b"@testset")},
    piece_contexts=(ALONE,),
)
