"""Haskell: functions (all equations and the type signature as one symbol), types, classes, instances."""

import re
from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.blanking import blanked
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
    first_field,
    head_end_of,
    text_of,
)

_CPP_LINE = re.compile(
    rb"^\#[ \t]*(?:if|ifdef|ifndef|else|elif|endif|define|undef|include|error|warning|line)\b"
    rb"(?:[^\n\\]|\\.)*+(?:\\\n(?:[^\n\\]|\\.)*+)*+",
    re.MULTILINE,
)


_PRAGMA = re.compile(r"\{-#.*?#-\}")

_alias = definition(SymbolKind.CLASS, body=())


def _without_cpp(source: bytes) -> bytes:
    """Blank the preprocessor's lines: the grammar would skip everything between `#else` and `#endif`."""
    if b"\n#" not in source:
        return source
    return _CPP_LINE.sub(lambda match: blanked(match[0]), source)


def _name(node: Node) -> Node | None:
    at = node.child_by_field_name("name")
    if at is None:
        infix = child_of_type(node, "infix")
        at = infix.child_by_field_name("operator") if infix is not None else None
    return at


def _signature(node: Node, scope: Scope) -> Iterable[Found]:
    one, several = node.child_by_field_name("name"), node.child_by_field_name("names")
    names = several.children if several is not None else [one] if one is not None else []
    is_function = b"->" in (node.text or b"")
    kind = SymbolKind.FUNCTION if is_function else SymbolKind.CONSTANT
    if scope.kind is ScopeKind.TYPE:
        kind = SymbolKind.METHOD
    return [
        Found(node, at, kind, name=text_of(at).strip("()"), flags=SymbolFlags.DECLARATION)
        for at in names
        if at.is_named
    ]


def _foreign(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe `foreign import ccall "sin" c_sin :: Double -> Double`."""
    signature = node.child_by_field_name("signature")
    found = list(_signature(signature, scope)) if signature is not None else []
    for one in found:
        one.node = node
    return found


def _equation(node: Node, scope: Scope) -> Iterable[Found]:
    at = _name(node)
    kind = SymbolKind.FUNCTION if node.type == "function" else SymbolKind.CONSTANT
    if scope.kind is ScopeKind.TYPE:
        kind = SymbolKind.METHOD
    match = node.child_by_field_name("match")
    return (Found(node, at, kind, name=text_of(at).strip("()`"), head_end=head_end_of(node, match)),)


def _data(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    constructors = first_field(node, "constructors", "constructor")
    inside = (constructors,) if constructors is not None else ()
    if node.type == "newtype" and constructors is not None:
        inside = (node,)
    head_end = head_end_of(node, constructors)
    return (Found(node, at, SymbolKind.STRUCT, head_end=head_end, inside=inside, opens=ScopeKind.TYPE),)


def _constructor(node: Node, _scope: Scope) -> Iterable[Found]:
    shape = child_of_type(node, "record", "prefix", "infix") or node
    at, several = first_field(shape, "name") or first_field(node, "name"), node.child_by_field_name("names")
    names = several.named_children if several is not None else [at] if at is not None else []
    found = [Found(node, name, SymbolKind.ENUM_MEMBER) for name in names]
    fields = shape.child_by_field_name("fields") or child_of_type(node, "record")
    for field in fields.children if fields is not None else ():
        names = field.children_by_field_name("name") if field.type == "field" else []
        found.extend(Found(field, name, SymbolKind.FIELD) for name in names)
    return found


def _class(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    if at is None:
        return ()
    where = child_of_type(node, "where")
    head_end = where.end_byte if where is not None else node.end_byte
    head = " ".join(
        (node.text or b"")[: max(0, head_end - node.start_byte)].decode("utf-8", "replace").split()
    )
    if node.type == "instance":
        head = _PRAGMA.sub("", head.removeprefix("instance "))
        name = head.removesuffix("where").rpartition("=>")[2].strip()[:80]
        return (Found(node, inside=(node,), opens=ScopeKind.TYPE, containers=(name,)),)
    # A comment before its first member is in the class, but not in its body.
    return (Found(node, at, SymbolKind.INTERFACE, head_end=head_end, inside=(node,), opens=ScopeKind.TYPE),)


def _synonym(node: Node, _scope: Scope) -> Iterable[Found]:
    equation = child_of_type(node, "equation", "signature")
    left = equation.child_by_field_name("synonym") if equation is not None else None
    for _ in range(6):
        if left is None or left.type == "constructor":
            break
        left = left.child_by_field_name("function") or child_of_type(left, "constructor")
    return (Found(node, left, SymbolKind.FUNCTION),)


def _export_list(root: Node) -> frozenset[str] | None:
    header = child_of_type(root, "header")
    exports = header.child_by_field_name("exports") if header is not None else None
    if exports is None:
        return None
    names = set()
    for export in exports.children:
        if export.type == "export":
            names.add(text_of(first_child(export)).strip("()"))
    return frozenset(names)


def _all_exported(_found: Found, _before: str, _scope: Scope) -> bool:
    return True


def _tested(found: Found, _head: str) -> bool:
    return found.name.startswith(("prop_", "test_", "spec_", "unit_")) or found.name == "spec"


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "haddock": Role.COMMENT,
        "imports": Role.ENTER,
        "declarations": Role.ENTER,
        "class_declarations": Role.ENTER,
        "instance_declarations": Role.ENTER,
        "signature": _signature,
        "function": _equation,
        "bind": _equation,
        "foreign_import": _foreign,
        "data_type": _data,
        "newtype": _data,
        "data_constructor": _constructor,
        "newtype_constructor": _constructor,
        "gadt_constructor": _constructor,
        "type_synonym": _alias,
        "type_synomym": _alias,
        "type_family": _alias,
        "data_family": _alias,
        "class": _class,
        "instance": _class,
        "pattern_synonym": _synonym,
        "class_decl": Role.ENTER,
        "data_instance": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_all_exported,
    tested=_tested,
    prepare=_without_cpp,
    export_list=_export_list,
    only_listed=True,
    merges_neighbours=True,
    piece_contexts=(ALONE,),
)
