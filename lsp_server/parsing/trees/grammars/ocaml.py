"""OCaml, implementations and interfaces: values, types with their parts, modules, classes, exceptions."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
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

_FUNCTIONS = frozenset({"function_expression", "fun_expression"})
_SHAPES = {"variant_declaration": SymbolKind.ENUM, "record_declaration": SymbolKind.STRUCT}


def _docs_after(node: Node) -> Node | None:
    """Return the documentation comment right after an item, if no other item follows it directly."""
    comment = node.next_sibling
    if comment is None or comment.type != "comment" or not text_of(comment).startswith("(**"):
        return None
    following = comment.next_sibling
    if comment.start_point.row > node.end_point.row + 1:
        return None
    is_apart = following is None or following.start_point.row > comment.end_point.row + 1
    return comment if is_apart else None


def _extent(node: Node, binding: Node, number: int) -> Node:
    """Return the whole definition for its first binding, so that its comment is found; else the binding."""
    return node if number == 0 else binding


def _values(node: Node, scope: Scope) -> Iterable[Found]:
    if scope.kind is ScopeKind.FUNCTION:
        return ()
    is_test = "test" in text_of(child_of_type(node, "attribute_id"))
    bindings = [child for child in node.children if child.type == "let_binding"]
    found = []
    for number, binding in enumerate(bindings):
        at, body = binding.child_by_field_name("pattern"), binding.child_by_field_name("body")
        if at is None:
            continue
        name, extent = text_of(at), _extent(node, binding, number)
        if is_test and at.type == "string":
            name = name.strip('"')
            found.append(
                Found(
                    extent, at, SymbolKind.FUNCTION, name=name, head_end=at.end_byte, flags=SymbolFlags.TEST
                )
            )
        elif at.type in {"value_name", "parenthesized_operator"}:
            is_function = child_of_type(binding, "parameter") is not None or (
                body is not None and body.type in _FUNCTIONS
            )
            kind = SymbolKind.FUNCTION if is_function else SymbolKind.CONSTANT
            head_end = body.start_byte if is_function and body is not None else extent.end_byte
            found.append(Found(extent, at, kind, name=name.strip("( )"), head_end=head_end))
    return found


def _specification(node: Node, _scope: Scope) -> Iterable[Found]:
    at, type_node = (
        child_of_type(node, "value_name", "parenthesized_operator"),
        node.child_by_field_name("type"),
    )
    if at is None:
        return ()
    is_function = type_node is not None and "->" in text_of(type_node)
    kind = SymbolKind.FUNCTION if is_function else SymbolKind.CONSTANT
    docs, name = _docs_after(node), text_of(at).strip("( )")
    return (Found(node, at, kind, name=name, flags=SymbolFlags.DECLARATION, docs=docs),)


def _types(node: Node, _scope: Scope) -> Iterable[Found]:
    found = []
    bindings = [child for child in node.children if child.type == "type_binding"]
    for number, binding in enumerate(bindings):
        at, body = binding.child_by_field_name("name"), binding.child_by_field_name("body")
        if at is None:
            continue
        shape = _SHAPES.get(body.type) if body is not None else None
        inside = (body,) if body is not None and shape is not None else ()
        head_end = inside[0].start_byte if inside else binding.end_byte
        extent, docs = _extent(node, binding, number), _docs_after(node) if len(bindings) == 1 else None
        kind = shape or SymbolKind.CLASS
        found.append(
            Found(extent, at, kind, head_end=head_end, inside=inside, opens=ScopeKind.TYPE, docs=docs)
        )
    return found


def _module(node: Node, _scope: Scope) -> Iterable[Found]:
    found = []
    bindings = [child for child in node.children if child.type == "module_binding"]
    for number, binding in enumerate(bindings):
        at = child_of_type(binding, "module_name")
        if text_of(at) == "_":
            continue
        body = binding.child_by_field_name("body") or binding.child_by_field_name("module_type")
        if at is None:
            continue
        inside = (body,) if body is not None and body.type in {"structure", "signature"} else ()
        head_end = inside[0].start_byte if inside else binding.end_byte
        extent = _extent(node, binding, number)
        found.append(
            Found(extent, at, SymbolKind.MODULE, head_end=head_end, inside=inside, opens=ScopeKind.FILE)
        )
    return found


def _included(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into `include struct ... end` and `open struct ... end`: their names are in the scope around."""
    body = child_of_type(node, "structure")
    return (Found(node, inside=(body,), opens=_scope.kind),) if body is not None else ()


def _module_type(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = child_of_type(node, "module_type_name"), node.child_by_field_name("body")
    if at is None:
        return ()
    inside = (body,) if body is not None and body.type == "signature" else ()
    head_end = inside[0].start_byte if inside else node.end_byte
    return (Found(node, at, SymbolKind.INTERFACE, head_end=head_end, inside=inside, opens=ScopeKind.FILE),)


def _classes(node: Node, _scope: Scope) -> Iterable[Found]:
    found = []
    bindings = [child for child in node.children if child.type.endswith("_binding")]
    for number, binding in enumerate(bindings):
        at, body = (
            child_of_type(binding, "class_name", "class_type_name"),
            binding.child_by_field_name("body"),
        )
        if at is None:
            continue
        inside = (body,) if body is not None and body.type == "object_expression" else ()
        head_end = head_end_of(binding, body)
        extent = _extent(node, binding, number)
        found.append(
            Found(extent, at, SymbolKind.CLASS, head_end=head_end, inside=inside, opens=ScopeKind.TYPE)
        )
    return found


def _exception(node: Node, _scope: Scope) -> Iterable[Found]:
    at = child_of_type(child_of_type(node, "constructor_declaration"), "constructor_name")
    return (Found(node, at, SymbolKind.CLASS),) if at is not None else ()


def _part(kind: SymbolKind, *names: str) -> Finder:
    def find(node: Node, scope: Scope) -> Iterable[Found]:
        at = child_of_type(node, *names) or first_named(node)
        if at is None or scope.kind is not ScopeKind.TYPE:
            return ()
        body = node.child_by_field_name("body")
        head_end = body.start_byte if body is not None and kind is SymbolKind.METHOD else node.end_byte
        return (Found(node, at, kind, head_end=head_end),)

    return find


def _exported(found: Found, before: str, _scope: Scope) -> bool:
    return not found.name.startswith("_") and "private" not in before


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "value_definition": _values,
        "value_specification": _specification,
        "external": _specification,
        "type_definition": _types,
        "module_definition": _module,
        "include_module": _included,
        "open_module": _included,
        "module_type_definition": _module_type,
        "class_definition": _classes,
        "class_type_definition": _classes,
        "exception_definition": _exception,
        "constructor_declaration": _part(SymbolKind.ENUM_MEMBER, "constructor_name"),
        "field_declaration": _part(SymbolKind.FIELD, "field_name"),
        "method_definition": _part(SymbolKind.METHOD, "method_name"),
        "instance_variable_definition": _part(SymbolKind.FIELD, "instance_variable_name"),
        "ERROR": Role.ENTER,
    },
    exported=_exported,
)
