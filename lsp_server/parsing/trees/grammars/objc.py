"""Objective-C: classes with categories and protocols, methods under their selectors, and all of C."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.blanking import blanked
from lsp_server.parsing.trees.grammars import c_family
from lsp_server.parsing.trees.grammars.c_macros import without_macros
from lsp_server.parsing.trees.rules import (
    Finder,
    Found,
    Role,
    Scope,
    ScopeKind,
    child_of_type,
    declared_without,
    head_end_of,
    text_of,
)

_TYPED_ENUM = re.compile(
    rb"\b(?:typedef[ \t]+)?(?:NS|CF)_(?:CLOSED_|ERROR_)?(?:ENUM|OPTIONS)"
    rb"[ \t]*\([^(),\n]*,[ \t]*(\w+)\)(?=\s*\{)"
)
_AVAILABILITY = re.compile(
    rb"\b(?:(?!UNAVAILABLE|AVAILABLE|DEPRECATED)[A-Z]++_)++(?:UN)?(?:AVAILABLE|DEPRECATED)(?:_[A-Z]++)*+"
    rb"(?:\((?:[^()]|\([^()]*+\)){0,300}+\)|(?=[ \t]*+;))"
    rb"|\bNS_(?:TYPED_)?(?:EXTENSIBLE_)?(?:STRING_)?ENUM(?=[ \t]*+(?:;|NS_SWIFT_))"
    rb"|(?<!define )\bNS_(?:SWIFT_\w++|REFINED_FOR_SWIFT)(?:\((?:[^()\n]|\([^()\n]*+\))*+\))?+"
)
_NAMES = ("identifier", "field_identifier")


def _prepare(source: bytes) -> bytes:
    """Rewrite `NS_ENUM(type, Name) {` to `enum Name {` and blank macros; no byte offset changes."""
    source = _AVAILABILITY.sub(lambda match: blanked(match[0]), source)
    return without_macros(_TYPED_ENUM.sub(_plain_enum, source))


def _plain_enum(match: re.Match[bytes]) -> bytes:
    name = match.start(1) - match.start()
    return b"enum".ljust(name) + match[1].ljust(len(match[0]) - name)


def _class(kind: SymbolKind) -> Finder:
    def find(node: Node, scope: Scope) -> Iterable[Found]:
        at = child_of_type(node, "identifier", "type_identifier")
        if scope.kind is not ScopeKind.FILE:
            return ()
        head_end = next(
            (child.start_byte for child in node.children if child.type in _HEAD_ENDS), node.end_byte
        )
        # A category or an extension adds to a class that is defined elsewhere.
        flags = SymbolFlags.DECLARATION if child_of_type(node, "(") is not None else SymbolFlags.NONE
        return (Found(node, at, kind, head_end=head_end, inside=(node,), opens=ScopeKind.TYPE, flags=flags),)

    return find


def _method(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe a method by its whole selector: `objectAtIndex:withDefault:`."""
    at = child_of_type(node, "identifier")
    parts = [
        word for word, following in pairwise(node.children)
        if word.type == "identifier" and following.type == "method_parameter"
    ]  # fmt: skip
    selector = "".join(f"{text_of(part)}:" for part in parts) or text_of(at)
    body = child_of_type(node, "compound_statement")
    flags, head_end = declared_without(body), head_end_of(node, body)
    return (Found(node, at, SymbolKind.METHOD, name=selector, head_end=head_end, flags=flags),)


def _member(kind: SymbolKind) -> Finder:
    def find(node: Node, _scope: Scope) -> Iterable[Found]:
        declared = child_of_type(node, "struct_declaration")
        declarators = declared.children if declared is not None else ()
        names = [_name(child) for child in declarators if child.type == "struct_declarator"]
        return [Found(node, at, kind) for at in names]

    return find


def _name(declarator: Node) -> Node | None:
    current: Node | None = declarator
    for _ in range(12):
        if current is None or current.type in _NAMES:
            return current
        current = next(
            (child for child in current.children if child.type in _NAMES or "declarator" in child.type), None
        )
    return None


_MEMBERS: dict[str, Role | Finder] = {
    "method_declaration": _method,
    "method_definition": _method,
    "property_declaration": _member(SymbolKind.PROPERTY),
    "instance_variable": _member(SymbolKind.FIELD),
    "instance_variables": Role.ENTER,
    "implementation_definition": Role.ENTER,
    "qualified_protocol_interface_declaration": Role.ENTER,
}
_HEAD_ENDS = frozenset({*_MEMBERS, "comment", "@end"})

RULES = replace(
    c_family.C,
    nodes={
        **c_family.NODES,
        **_MEMBERS,
        "class_interface": _class(SymbolKind.CLASS),
        "class_implementation": _class(SymbolKind.CLASS),
        "protocol_declaration": _class(SymbolKind.INTERFACE),
    },
    prepare=_prepare,
)
