"""Swift: types, extensions (members belong to the extended type), functions, properties, enum cases."""

import re
from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.blanking import blanked
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
    declared_without,
    definition,
    head_end_of,
    text_of,
)

_KINDS = {"struct": SymbolKind.STRUCT, "enum": SymbolKind.ENUM}
_BODIES = ("class_body", "enum_class_body", "protocol_body")

_TEST_BLOCKS = frozenset({"describe", "context", "it", "fit", "xit", "fdescribe", "xdescribe"})

_WITHOUT_BODY = re.compile(rb"(@_silgen_name\([^()\n]*+\)\s++(?:\w++[ \t]++)*?func\b[^{}\n]*+)\n[ \t]*+\n")

_NOTHING_GIVEN = re.compile(rb"(?<=\w)\(\(\)\)(?!\s*+(?:->|async|throws))")

# Calls of macros that declare something: the grammar knows them only at the top of a file.
_MACRO = re.compile(
    rb"^[ \t]++#(?=[A-Z])\w++(?:<[^<>\n]*+>)?+(?:\((?:[^()]|\((?:[^()]|\([^()]*+\))*+\))*+\))?+[ \t]*+$",
    re.MULTILINE,
)

_alias = definition(SymbolKind.CLASS, body=())


def _prepare(source: bytes) -> bytes:
    """Give a function that is defined elsewhere an empty body, or the next one would be parsed as its body.

    `f(())` becomes `f( 0)`; macros that stand alone are blanked.
    """
    if b" #" in source or b"\t#" in source:
        source = _MACRO.sub(lambda found: blanked(found[0]), source)
    if b"(())" in source:
        source = _NOTHING_GIVEN.sub(b"( 0)", source)
    if b"@_silgen_name" not in source:
        return source
    return _WITHOUT_BODY.sub(lambda found: (found[1] + b"{}").ljust(len(found[0])), source)


def _type(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), child_of_type(node, *_BODIES)
    if at is None:
        return ()
    name = text_of(at).partition("<")[0].strip("`")
    word = child_of_type(node, "class", "struct", "enum", "extension", "actor", "protocol")
    if word is not None and word.type == "extension":
        return (Found(node, body=body, opens=ScopeKind.TYPE, containers=(name,)),)
    kind = _KINDS.get(word.type if word is not None else "", SymbolKind.CLASS)
    access = ""
    if node.type == "protocol_declaration":
        kind, access = SymbolKind.INTERFACE, "public"
    return (Found(node, at, kind, name=name, body=body, opens=ScopeKind.TYPE, access=access),)


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    if at is None or not at.is_named or at.type not in {"simple_identifier", "custom_operator"}:
        word = child_of_type(node, "func")
        at = word.next_sibling if word is not None else at
    body = node.child_by_field_name("body")
    kind = SymbolKind.METHOD if scope.kind is ScopeKind.TYPE else SymbolKind.FUNCTION
    name, head_end, flags = text_of(at).strip("`"), head_end_of(node, body), declared_without(body)
    block = child_of_type(body, "statements")
    return (Found(node, at, kind, name=name, body=block, head_end=head_end, flags=flags),)


def _special(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `init`, `deinit` and `subscript`."""
    at = child_of_type(node, "init", "deinit", "subscript")
    body = node.child_by_field_name("body") or child_of_type(node, "computed_property")
    if at is None:
        return ()
    kind = SymbolKind.CONSTRUCTOR if at.type == "init" else SymbolKind.METHOD
    return (Found(node, at, kind, head_end=head_end_of(node, body), flags=declared_without(body)),)


def _property(node: Node, scope: Scope) -> Iterable[Found]:
    if scope.kind is ScopeKind.FUNCTION:
        return ()
    kind = SymbolKind.PROPERTY
    if scope.kind is ScopeKind.FILE:
        pattern = child_of_type(node, "value_binding_pattern")
        kind = SymbolKind.CONSTANT if text_of(pattern) == "let" else SymbolKind.VARIABLE
    cut = child_of_type(node, "computed_property", "protocol_property_requirements", "willset_didset_block")
    head_end = head_end_of(node, cut)
    flags = SymbolFlags.DECLARATION if node.type == "protocol_property_declaration" else SymbolFlags.NONE
    names = [
        pattern.child_by_field_name("bound_identifier") for pattern in node.children_by_field_name("name")
    ]
    return [
        Found(node, at, kind, name=text_of(at).strip("`"), head_end=head_end, flags=flags) for at in names
    ]


def _entry(node: Node, _scope: Scope) -> Iterable[Found]:
    names = node.children_by_field_name("name")
    return [Found(node, at, SymbolKind.ENUM_MEMBER, name=text_of(at).strip("`")) for at in names]


def _macro(node: Node, _scope: Scope) -> Iterable[Found]:
    at, given = child_of_type(node, "simple_identifier"), node.child_by_field_name("definition")
    return (Found(node, at, SymbolKind.FUNCTION, head_end=head_end_of(node, given)),)


def _test_block(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `it("title") { ... }`."""
    suffix = child_of_type(node, "call_suffix")
    block = child_of_type(suffix, "lambda_literal")
    if block is None or text_of(child_of_type(node, "simple_identifier")) not in _TEST_BLOCKS:
        return ()
    argument = child_of_type(child_of_type(suffix, "value_arguments"), "value_argument")
    title = child_of_type(argument, "line_string_literal")
    name, kind, flags = text_of(title).strip('"'), SymbolKind.FUNCTION, SymbolFlags.TEST
    body, head_end = child_of_type(block, "statements"), block.start_byte
    return (Found(node, title, kind, name=name, body=body, head_end=head_end, flags=flags),)


def _exported(found: Found, before: str, scope: Scope) -> bool:
    if scope.access == "public" or found.kind is SymbolKind.ENUM_MEMBER:
        return True
    words = before.split()
    if "public" in words or "open" in words:
        return True
    # In `public extension`, members are public unless they say otherwise.
    opening = text_of(child_of_type(scope.owner, "modifiers"))
    return "public" in opening and not any(word in words for word in ("private", "fileprivate", "internal"))


def _tested(found: Found, head: str) -> bool:
    if found.kind is SymbolKind.CLASS:
        return "TestCase" in head
    return (found.kind is SymbolKind.METHOD and found.name.startswith("test")) or head.startswith("@Test")


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "multiline_comment": Role.COMMENT,
        "class_declaration": _type,
        "protocol_declaration": _type,
        "function_declaration": _function,
        "protocol_function_declaration": _function,
        "init_declaration": _special,
        "deinit_declaration": _special,
        "subscript_declaration": _special,
        "property_declaration": _property,
        "protocol_property_declaration": _property,
        "enum_entry": _entry,
        "macro_declaration": _macro,
        "call_expression": _test_block,
        "typealias_declaration": _alias,
        "associatedtype_declaration": _alias,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"attribute"}),
    inner_marks=(b"func ", b"class ", b"struct "),
    hidden_types=frozenset({"function_declaration", "class_declaration", "call_expression"}),
    hidden_marks={
        b"": (b"func ", b"class ", b"struct ", b"enum "),
        b'describe("': tuple(f'{word}("'.encode() for word in sorted(_TEST_BLOCKS)),
    },
    prepare=_prepare,
    piece_contexts=(ALONE, IN_CLASS),
    directives=DIRECTIVES,
)
