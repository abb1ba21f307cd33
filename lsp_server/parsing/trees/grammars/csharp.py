"""C#: types, members, local functions, tests by attribute; namespaces are only looked into."""

import re
from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
    ALONE,
    DIRECTIVES,
    IN_CLASS,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    definition,
    head_end_of,
    text_of,
)

_DECLARED = SymbolFlags.DECLARATION
_TEST_MARKS = ("[Fact", "[Theory", "[Test", "[TestMethod", "[DataTestMethod")

_ASYNC_NAME = re.compile(rb"\basync(?=\s*+[),:?;&|=!.\]}])")
_EXTENSION = re.compile(
    rb"^([ \t]*+)extension(?:<[^<>\n]*+(?:<[^<>\n]*+>[^<>\n]*+)*+>)?+\((?:[^()\n]|\([^()\n]*+\))++\)"
    rb"(?=\s*+(?:where\b[^{};]{0,500}+)?+\{)",
    re.MULTILINE,
)
_BLOCK = b"_e_e_"

_LOCAL_FUNCTION = re.compile(
    rb"\n(?: {8}|\t\t)[ \t]*+(?:(?:static|async|unsafe) )*+"
    rb"(?!(?:return|await|new|throw|else|using|yield|goto|case|in|is|as|not|and|or|var|public|private|protected"
    rb"|internal|override|virtual|abstract|partial|sealed|extern)\b)"
    rb"[A-Za-z_(][\w.]*+(?:<[^;={}\n]*?>|\([^;={}\n]*?\))?[\[\],?]*+ [A-Za-z_]\w*+(?:<[\w, ]++>)?\("
)


def _prepare(source: bytes) -> bytes:
    """Rewrite what the grammar doesn't know.

    A parameter called `async` is a name, which it is unless a function follows. The block of members that
    extend a type becomes a class, which `_class` looks into.
    """
    if b"async" in source:
        source = _ASYNC_NAME.sub(b"Async", source)
    if b" extension" in source or b"\textension" in source:
        source = _EXTENSION.sub(lambda found: (found[1] + b"class " + _BLOCK).ljust(len(found[0])), source)
    return source.replace(b"allows ref struct", b"struct           ")


_type = definition(SymbolKind.CLASS, opens=ScopeKind.TYPE)


def _class(node: Node, scope: Scope) -> Iterable[Found] | Role:
    body = node.child_by_field_name("body")
    if body is None or text_of(node.child_by_field_name("name")) != _BLOCK.decode():
        return _type(node, scope)
    return (Found(node, inside=(body,), opens=ScopeKind.TYPE),)


def _fields(node: Node, _scope: Scope) -> Iterable[Found]:
    declaration = child_of_type(node, "variable_declaration")
    if declaration is None:
        return ()
    words = {text_of(child) for child in node.children if child.type == "modifier"}
    kind = SymbolKind.CONSTANT if "const" in words else SymbolKind.FIELD
    if node.type == "event_field_declaration":
        kind = SymbolKind.EVENT
    declarators = [child for child in declaration.children if child.type == "variable_declarator"]
    names = (one.child_by_field_name("name") or child_of_type(one, "identifier") for one in declarators)
    return [Found(node, at, kind) for at in names]


def _property(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name") or child_of_type(node, "this")
    cut = node.child_by_field_name("accessors") or node.child_by_field_name("value")
    return (Found(node, at, SymbolKind.PROPERTY, head_end=head_end_of(node, cut)),)


def _operator(node: Node, _scope: Scope) -> Iterable[Found]:
    body = node.child_by_field_name("body")
    parameters = node.child_by_field_name("parameters")
    word = child_of_type(node, "operator")
    if parameters is None or word is None:
        return ()
    raw = (node.text or b"")[word.start_byte - node.start_byte : parameters.start_byte - node.start_byte]
    name = " ".join(raw.decode("utf-8", "replace").split())
    return (Found(node, word, SymbolKind.METHOD, name=name, head_end=head_end_of(node, body)),)


def _destructor(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    tilde = child_of_type(node, "~")
    if at is None:
        return ()
    return (Found(node, tilde, SymbolKind.METHOD, name=f"~{text_of(at)}", head_end=head_end_of(node, body)),)


def _exported(found: Found, before: str, scope: Scope) -> bool:
    if scope.access == "public" or found.kind is SymbolKind.ENUM_MEMBER:
        return True
    words = before.split()
    return "public" in words or "protected" in words


def _tested(_found: Found, head: str) -> bool:
    return head.startswith("[") and any(mark in head for mark in _TEST_MARKS)


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "namespace_declaration": Role.ENTER,
        "file_scoped_namespace_declaration": Role.ENTER,
        "declaration_list": Role.ENTER,
        "preproc_if": Role.ENTER,
        "preproc_else": Role.ENTER,
        "preproc_elif": Role.ENTER,
        "class_declaration": _class,
        "struct_declaration": definition(SymbolKind.STRUCT, opens=ScopeKind.TYPE),
        "record_declaration": definition(SymbolKind.STRUCT, opens=ScopeKind.TYPE),
        "record_struct_declaration": definition(SymbolKind.STRUCT, opens=ScopeKind.TYPE),
        "interface_declaration": definition(SymbolKind.INTERFACE, opens=ScopeKind.TYPE, access="public"),
        "enum_declaration": definition(SymbolKind.ENUM, opens=ScopeKind.TYPE),
        "enum_member_declaration": definition(SymbolKind.ENUM_MEMBER, body=()),
        "delegate_declaration": definition(SymbolKind.CLASS, body=()),
        "method_declaration": definition(SymbolKind.METHOD, opens=ScopeKind.FUNCTION, without_body=_DECLARED),
        "constructor_declaration": definition(SymbolKind.CONSTRUCTOR),
        "destructor_declaration": _destructor,
        "local_function_statement": definition(SymbolKind.FUNCTION, opens=ScopeKind.FUNCTION),
        "global_statement": Role.ENTER,
        "property_declaration": _property,
        "indexer_declaration": _property,
        "event_declaration": definition(SymbolKind.EVENT, body="accessors"),
        "event_field_declaration": _fields,
        "field_declaration": _fields,
        "operator_declaration": _operator,
        "conversion_operator_declaration": _operator,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"attribute_list"}),
    inner_marks=(b"static ", b"local", b"async "),
    hidden_types=frozenset({"local_function_statement"}),
    hidden_lines=_LOCAL_FUNCTION,
    prepare=_prepare,
    piece_contexts=(ALONE, IN_CLASS),
    directives=DIRECTIVES,
)
