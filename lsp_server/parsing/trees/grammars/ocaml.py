"""OCaml, implementations and interfaces: values, types with their parts, modules, classes, exceptions."""

from collections.abc import Iterable, Iterator

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
    first_field,
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


def _bindings(node: Node) -> Iterator[tuple[Node, Node]]:
    """Return each binding with its extent: for the first the whole definition, which its comment precedes."""
    bindings = [child for child in node.children if child.type.endswith("_binding")]
    return zip((node, *bindings[1:]), bindings, strict=False)


def _values(node: Node, scope: Scope) -> Iterator[Found]:
    if scope.kind is ScopeKind.FUNCTION:
        return
    is_test = "test" in text_of(child_of_type(node, "attribute_id"))
    for extent, binding in _bindings(node):
        at, body = binding.child_by_field_name("pattern"), binding.child_by_field_name("body")
        if at is None:
            continue
        name = text_of(at)
        if is_test and at.type == "string":
            name, head_end, flags = name.strip('"'), at.end_byte, SymbolFlags.TEST
            yield Found(extent, at, SymbolKind.FUNCTION, name=name, head_end=head_end, flags=flags)
        elif at.type in {"value_name", "parenthesized_operator"}:
            is_function = child_of_type(binding, "parameter") is not None or (
                body is not None and body.type in _FUNCTIONS
            )
            kind = SymbolKind.FUNCTION if is_function else SymbolKind.CONSTANT
            head_end = body.start_byte if is_function and body is not None else extent.end_byte
            yield Found(extent, at, kind, name=name.strip("( )"), head_end=head_end)


def _specification(node: Node, _scope: Scope) -> Iterable[Found]:
    at = child_of_type(node, "value_name", "parenthesized_operator")
    is_function = "->" in text_of(node.child_by_field_name("type"))
    kind = SymbolKind.FUNCTION if is_function else SymbolKind.CONSTANT
    docs, name = _docs_after(node), text_of(at).strip("( )")
    return (Found(node, at, kind, name=name, flags=SymbolFlags.DECLARATION, docs=docs),)


def _types(node: Node, _scope: Scope) -> Iterator[Found]:
    bindings = list(_bindings(node))
    docs = _docs_after(node) if len(bindings) == 1 else None
    for extent, binding in bindings:
        at, body = binding.child_by_field_name("name"), binding.child_by_field_name("body")
        if body is not None and body.type not in _SHAPES:
            body = None
        kind = _SHAPES[body.type] if body is not None else SymbolKind.CLASS
        head_end, opens = head_end_of(binding, body), ScopeKind.TYPE
        yield Found(extent, at, kind, body=body, head_end=head_end, opens=opens, docs=docs)


def _module(node: Node, _scope: Scope) -> Iterator[Found]:
    for extent, binding in _bindings(node):
        at = child_of_type(binding, "module_name")
        if text_of(at) == "_":
            continue
        body = first_field(binding, "body", "module_type")
        if body is not None and body.type not in {"structure", "signature"}:
            body = None
        kind, head_end = SymbolKind.MODULE, head_end_of(binding, body)
        yield Found(extent, at, kind, body=body, head_end=head_end, opens=ScopeKind.FILE)


def _included(node: Node, scope: Scope) -> Iterable[Found]:
    """Look into `include struct ... end` and `open struct ... end`: their names are in the scope around."""
    body = child_of_type(node, "structure")
    return (Found(node, body=body, opens=scope.kind),)


def _module_type(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = child_of_type(node, "module_type_name"), node.child_by_field_name("body")
    if body is not None and body.type != "signature":
        body = None
    return (Found(node, at, SymbolKind.INTERFACE, body=body, opens=ScopeKind.FILE),)


def _classes(node: Node, _scope: Scope) -> Iterator[Found]:
    for extent, binding in _bindings(node):
        at = child_of_type(binding, "class_name", "class_type_name")
        body = binding.child_by_field_name("body")
        inside = (body,) if body is not None and body.type == "object_expression" else ()
        kind, head_end = SymbolKind.CLASS, head_end_of(binding, body)
        yield Found(extent, at, kind, head_end=head_end, inside=inside, opens=ScopeKind.TYPE)


def _exception(node: Node, _scope: Scope) -> Iterable[Found]:
    at = child_of_type(child_of_type(node, "constructor_declaration"), "constructor_name")
    return (Found(node, at, SymbolKind.CLASS),)


def _part(kind: SymbolKind, *names: str) -> Finder:
    def find(node: Node, scope: Scope) -> Iterable[Found]:
        at = child_of_type(node, *names) or first_named(node)
        if scope.kind is not ScopeKind.TYPE:
            return ()
        body = node.child_by_field_name("body") if kind is SymbolKind.METHOD else None
        return (Found(node, at, kind, head_end=head_end_of(node, body)),)

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
