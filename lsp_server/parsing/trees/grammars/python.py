"""Python: functions, classes, module and class variables, with docstrings."""

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.grammars.cython import without_types
from lsp_server.parsing.trees.rules import (
    ALONE,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    first_child,
    first_named,
    head_end_of,
    text_of,
)

_IN_BRACKETS = "parenthesized_expression"
_TYPE_MAKERS = frozenset({"namedtuple", "NamedTuple", "TypedDict", "NewType"})
_ENUM_MAKERS = frozenset({"Enum", "IntEnum", "StrEnum"})
"""Told from functions of these names, such as SQLAlchemy's, by the type's name as their first argument."""
_LINES = re.compile(rb"^([ \t]*)((?:async[ \t]+)?def|class)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


def _docstring(body: Node | None) -> Node | None:
    """Return the content of the string that opens a body."""
    for child in body.children if body is not None else ():
        if child.type == "comment":
            continue
        string = first_child(child) if child.type == "expression_statement" else child
        return child_of_type(string, "string_content") if string and string.type == "string" else None
    return None


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    kind = SymbolKind.FUNCTION
    if scope.kind is ScopeKind.TYPE:
        kind = SymbolKind.CONSTRUCTOR if text_of(at) == "__init__" else SymbolKind.METHOD
    return (Found(node, at, kind, body=body, head_end=_colon(node, body), docs=_docstring(body)),)


def _colon(node: Node, body: Node | None) -> int:
    """Return the offset of the header's colon, as comments may come between it and the body."""
    for child in reversed(node.children):
        if child.type == ":":
            return child.start_byte
    return head_end_of(node, body)


def _class(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    kind = SymbolKind.CLASS
    if _is_enum(node):
        kind = SymbolKind.ENUM
    elif "Protocol" in text_of(node.child_by_field_name("superclasses")):
        kind = SymbolKind.INTERFACE
    head_end, docs = _colon(node, body), _docstring(body)
    return (Found(node, at, kind, body=body, head_end=head_end, opens=ScopeKind.TYPE, docs=docs),)


def _variable(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe `NAME = ...` and `name: type` at the level of a module or class."""
    if scope.kind is ScopeKind.FUNCTION:
        return ()
    assignment = first_child(node)
    if assignment is None or assignment.type != "assignment":
        return _declared(node, assignment, scope)
    docs, value = _following_docstring(node), assignment.child_by_field_name("right")
    return [
        Found(node, at, _kind_of_variable(text_of(at), value, scope), docs=docs)
        for at in _targets(assignment)
        if text_of(at) != "_" and not text_of(at).startswith("__")
    ]


def _targets(assignment: Node) -> Iterator[Node]:
    """Yield the nodes of the names in `a = 1`, `a, b = 1, 2` and `a = b = 1`."""
    value: Node | None = assignment
    while value is not None and value.type == "assignment":
        left, value = value.child_by_field_name("left"), value.child_by_field_name("right")
        parts = left.children if left is not None and left.type == "pattern_list" else [left]
        yield from (part for part in parts if part is not None and part.type == "identifier")


def _kind_of_variable(name: str, value: Node | None, scope: Scope) -> SymbolKind:
    if scope.kind is ScopeKind.TYPE:
        is_member = scope.owner is not None and _is_enum(scope.owner)
        return SymbolKind.ENUM_MEMBER if is_member else SymbolKind.FIELD
    if value is not None and value.type == "call":
        maker = text_of(value.child_by_field_name("function")).rpartition(".")[2]
        title = text_of(first_named(value.child_by_field_name("arguments")))
        if maker in _TYPE_MAKERS or (maker in _ENUM_MAKERS and title.strip("\"'") == name):
            return SymbolKind.CLASS
    return SymbolKind.CONSTANT if name.isupper() else SymbolKind.VARIABLE


def _following_docstring(node: Node) -> Node | None:
    following = node.next_sibling
    string = first_child(following) if following and following.type == "expression_statement" else None
    return child_of_type(string, "string_content") if string and string.type == "string" else None


def _is_enum(node: Node) -> bool:
    bases = text_of(node.child_by_field_name("superclasses"))
    return "Enum" in bases or "IntFlag" in bases


def _declared(node: Node, value: Node | None, scope: Scope) -> Iterable[Found]:
    """Describe a C function that Cython declares: see `cython`."""
    if value is not None and value.type == "binary_operator":
        value = first_child(value)
    at = child_of_type(value, "identifier") if value is not None and value.type == _IN_BRACKETS else None
    if at is None:
        return ()
    end = max(node.end_byte, at.end_byte + len(b"()"))
    kind = SymbolKind.METHOD if scope.kind is ScopeKind.TYPE else SymbolKind.FUNCTION
    return (Found(node, at, kind, head_end=end, flags=SymbolFlags.DECLARATION, end=end),)


def _alias(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `type Name = ...`, without the parameters of `type Pair[A, B] = ...`."""
    at = first_child(node.child_by_field_name("left"))
    if at is not None and at.type == "generic_type":
        at = first_child(at)
    return (Found(node, at, SymbolKind.CLASS),)


def _exported(found: Found, _before: str, _scope: Scope) -> bool:
    return not found.name.startswith("_") or (found.name.startswith("__") and found.name.endswith("__"))


def _tested(found: Found, head: str) -> bool:
    if found.kind is SymbolKind.CLASS:
        return found.name.startswith("Test") or "TestCase" in head
    return found.name.startswith("test_") or "@pytest.fixture" in head


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "function_definition": _function,
        "class_definition": _class,
        "decorated_definition": Role.WRAP,
        "expression_statement": _variable,
        "type_alias_statement": _alias,
        "if_statement": Role.ENTER,
        "elif_clause": Role.ENTER,
        "else_clause": Role.ENTER,
        "try_statement": Role.ENTER,
        "except_clause": Role.ENTER,
        "finally_clause": Role.ENTER,
        "with_statement": Role.ENTER,
        "for_statement": Role.ENTER,
        "while_statement": Role.ENTER,
        "match_statement": Role.ENTER,
        "case_clause": Role.ENTER,
        "block": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"decorator"}),
    inner_marks=(b"def ", b"class "),
    prepare=without_types,
    definition_lines=_LINES,
    piece_contexts=(ALONE, (b"if 1:\n", b"")),
)
