"""What only TypeScript has: type aliases, enums, namespaces, properties of interfaces."""

import re
from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.blanking import blanked
from lsp_server.parsing.trees.grammars.ecmascript_values import body_of
from lsp_server.parsing.trees.rules import Found, Scope, ScopeKind, text_of

_BOTH_WAYS = re.compile(rb"([<,]\s*+)in out(?= \w)")
_ACCESSOR = re.compile(
    rb"^([ \t]*+(?:@[\w.]++(?:\([^()\n]*+\))?+[ \t]++)?+(?:static[ \t]++)?+)accessor(?=[ \t]++[\w#$\[])",
    re.MULTILINE,
)
_TEMPLATE_TYPES = re.compile(rb"(?<=[\w)])<\{[^{}`]*+\}>(?=`)")
# The type parameters of a call signature, `<T extends X>(x: T): T`, at the beginning of a line.
_TYPE_PARAMETERS = re.compile(rb"\n[ \t]*+<\s*+(?:const\s++)?[A-Z]\w*+(?:\s++extends\b|\s*+[,=]|>\()")
_MEMBER_ENDS = (b"]", b")", b"}", b">")
_MAX_COMMENT_LINES = 50


def readable(source: bytes) -> bytes:
    """Change what the grammar misreads: `<in out T>`, `accessor name`, `styled.a<{...}>`, ends of members."""
    if b"in out " in source:
        source = _BOTH_WAYS.sub(rb"\1      ", source)
    if b"accessor " in source:
        source = _ACCESSOR.sub(rb"\1        ", source)
    if b"}>`" in source:
        source = _TEMPLATE_TYPES.sub(lambda found: blanked(found[0]), source)
    return _separated(source)


def _separated(source: bytes) -> bytes:
    """End members of interfaces before a line of type parameters, which the grammar takes for arguments.

    A semicolon replaces the line end.
    """
    separated = bytearray(source)
    for match in _TYPE_PARAMETERS.finditer(source):
        end = _end_of_member(source, match.start())
        if end is not None:
            separated[end] = ord(";")
    return bytes(separated)


def _end_of_member(source: bytes, end: int) -> int | None:
    """Return where the last line ends that is no comment, if it may be a member's that lacks a semicolon."""
    for _ in range(_MAX_COMMENT_LINES):
        start = source.rfind(b"\n", 0, end) + 1
        line = source[start:end].strip()
        if line and not line.startswith((b"//", b"/*", b"*")):
            is_whole = line.endswith(_MEMBER_ENDS) and not line.endswith(b"=>")
            is_typed = b":" in line and line[-1:].isalnum()
            return end if (is_whole or is_typed) and b"//" not in line else None
        end = start - 1
        if end <= 0:
            break
    return None


def property_(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe a property of an interface, a declaration."""
    at = node.child_by_field_name("name")
    if scope.kind is not ScopeKind.TYPE:
        return ()
    return (Found(node, at, SymbolKind.PROPERTY, flags=SymbolFlags.DECLARATION),)


def type_alias(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `type A = ...`, and look into an object type."""
    at, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    shape = value if value is not None and value.type == "object_type" else None
    return (Found(node, at, SymbolKind.CLASS, body=shape, opens=ScopeKind.TYPE),)


def enum(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe an enum; its members follow."""
    at, body = node.child_by_field_name("name"), body_of(node)
    if body is None:
        return ()
    return (Found(node, at, SymbolKind.ENUM, body=body, opens=ScopeKind.TYPE, access="enum"),)


def member(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe a member of an enum."""
    at = node.child_by_field_name("name") if node.type == "enum_assignment" else node
    if scope.access != "enum":
        return ()
    return (Found(node, at, SymbolKind.ENUM_MEMBER, name=text_of(at).strip("'\"")),)


def namespace(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe a namespace or a declared module."""
    at, body = node.child_by_field_name("name"), body_of(node)
    if body is None:
        return ()
    name = text_of(at).strip("'\"")
    return (Found(node, at, SymbolKind.NAMESPACE, name=name, body=body, opens=ScopeKind.FILE),)
