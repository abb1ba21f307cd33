"""Lua: functions under their table, tables of functions, module variables, busted's test blocks."""

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.grammars.luau import TYPE_MARK, without_types
from lsp_server.parsing.trees.rules import (
    ALONE,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    first_named,
    text_of,
)

_TEST_BLOCKS = frozenset({"describe", "it", "context", "test", "insulate", "expose"})
_KEYS = frozenset({"identifier", "string"})
_TABLE = "table_constructor"


def _parted(at: Node) -> tuple[tuple[str, ...], str]:
    """Split `M.sub:name` into containers and name."""
    path, colon, name = text_of(at).rpartition(":")
    if colon:
        return tuple(path.split(".")), name
    *containers, name = text_of(at).split(".")
    return tuple(containers), name


def _function(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    return (_called(node, at, node),) if at is not None else ()


def _called(node: Node, at: Node, function: Node) -> Found:
    containers, name = _parted(at)
    parameters, body = function.child_by_field_name("parameters"), function.child_by_field_name("body")
    head_end = (parameters or at).end_byte
    kind = SymbolKind.METHOD if containers else SymbolKind.FUNCTION
    return Found(node, at, kind, name=name, body=body, head_end=head_end, containers=containers)


def _local(node: Node, scope: Scope) -> Iterable[Found]:
    assignment = child_of_type(node, "assignment_statement")
    return _pairs(node, assignment, scope) if assignment is not None else ()


def _assignment(node: Node, scope: Scope) -> Iterable[Found]:
    return _pairs(node, node, scope)


def _pairs(extent: Node, assignment: Node, scope: Scope) -> Iterator[Found]:
    names = child_of_type(assignment, "variable_list")
    values = child_of_type(assignment, "expression_list")
    if names is None or values is None:
        return
    named = (child for child in names.named_children if child.type != "attribute")
    for at, value in zip(named, values.named_children, strict=False):
        if value.type == "function_definition" and "[" not in text_of(at):
            yield _called(extent, at, value)
        elif value.type == _TABLE:
            containers, name = _parted(at)
            if scope.kind is ScopeKind.FUNCTION or "[" in name:
                continue
            kind, opens = SymbolKind.VARIABLE, ScopeKind.TYPE
            yield Found(extent, at, kind, name=name, body=value, opens=opens, containers=containers)
        elif text_of(value).startswith(TYPE_MARK):
            yield Found(extent, at, SymbolKind.CLASS)
        elif scope.kind is ScopeKind.FILE and not _is_import(value):
            yield from _value(extent, at, value)


def _value(extent: Node, at: Node, value: Node) -> Iterator[Found]:
    """Describe `local A = value`, and `M.a = make(...)`, which is a function if it is made from one."""
    is_call = value.type == "function_call" and "[" not in text_of(at)
    arguments = value.child_by_field_name("arguments") if is_call else None
    wrapped, table = child_of_type(arguments, "function_definition"), child_of_type(arguments, _TABLE)
    # With more arguments it is a callback, as in `sort(items, function(a, b) ... end)`.
    is_alone = wrapped is not None and arguments is not None and arguments.named_child_count == 1
    if wrapped is not None and is_alone and text_of(value.child_by_field_name("name")) != "pcall":
        yield _called(extent, at, wrapped)
    elif is_call or extent.type != "assignment_statement":
        containers, name = _parted(at)
        kind = SymbolKind.CONSTANT if name.isupper() else SymbolKind.VARIABLE
        opens = ScopeKind.TYPE
        yield Found(extent, at, kind, name=name, body=table, opens=opens, containers=containers)


def _is_import(value: Node) -> bool:
    return value.type in {"function_call", "dot_index_expression"} and text_of(value).startswith("require")


def _field(node: Node, _scope: Scope) -> Iterable[Found]:
    at, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if at is None or value is None:
        return ()
    if value.type == "function_definition" and at.type in _KEYS:
        found = _called(node, at, value)
        found.name, found.containers, found.kind = text_of(at).strip("'\""), (), SymbolKind.METHOD
        return (found,)
    if value.type == _TABLE and at.type in _KEYS:
        containers = (text_of(at).strip("'\""),)
        return (Found(node, body=value, opens=ScopeKind.TYPE, containers=containers),)
    return ()


def _call(node: Node, _scope: Scope) -> Iterable[Found]:
    arguments = node.child_by_field_name("arguments")
    first = first_named(arguments)
    function = child_of_type(arguments, "function_definition")
    if function is None or text_of(node.child_by_field_name("name")) not in _TEST_BLOCKS:
        return ()
    title, kind, flags = text_of(first).strip("'\"[]"), SymbolKind.FUNCTION, SymbolFlags.TEST
    body, head_end = function.child_by_field_name("body"), function.start_byte
    return (Found(node, first, kind, name=title, body=body, head_end=head_end, flags=flags),)


def _returned(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into `return { name = function() end }` and `return setmetatable({...})`."""
    values = child_of_type(node, "expression_list")
    table = child_of_type(values, _TABLE)
    return (Found(node, body=table, opens=ScopeKind.TYPE),)


def _exported(found: Found, before: str, _scope: Scope) -> bool:
    return not before.startswith("local") and not found.name.startswith("_")


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "function_declaration": _function,
        "variable_declaration": _local,
        "assignment_statement": _assignment,
        "field": _field,
        "function_call": _call,
        "return_statement": _returned,
        "do_statement": Role.ENTER,
        "block": Role.ENTER,
        "if_statement": Role.ENTER,
        "elseif_statement": Role.ENTER,
        "else_statement": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    inner_marks=(b"function",),
    hidden_types=frozenset(
        {"function_declaration", "variable_declaration", "assignment_statement", "field", "function_call"}
    ),
    hidden_marks={
        b"": (b"function ", b"= function"),
        b"describe(": tuple(f"{word}(".encode() for word in sorted(_TEST_BLOCKS)),
    },
    prepare=without_types,
    piece_contexts=(ALONE,),
)
