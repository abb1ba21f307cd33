"""Kotlin: types, functions, properties; an extension belongs to the type it extends."""

import re
from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.blanking import blanked
from lsp_server.parsing.trees.rules import (
    ALONE,
    IN_CLASS,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    declared_without,
    first_child,
    head_end_of,
    text_of,
)

_BODIES = ("class_body", "enum_class_body")
_TESTS = frozenset({
    "test", "it", "describe", "context", "should", "given", "when", "then", "expect", "feature", "scenario",
    "xtest", "xit", "xdescribe", "Given", "When", "Then",
})  # fmt: skip
_NAMED_BLOCKS = frozenset({
    "get", "post", "put", "delete", "patch", "head", "options", "route", "webSocket", "register", "create",
})  # fmt: skip
_TITLED = _TESTS | _NAMED_BLOCKS

_LINE = re.compile(rb"^[^\n]{1,400}+$", re.MULTILINE)
_TYPE_WORD = re.compile(rb"\b(?:class|interface|object)\b[^{}]*+\{|\{ override ")
_CONTEXT_TYPE = re.compile(rb"(?:(?<=: )|(?<=: \())context\([^()\"\n]*+\)(?= )")
# No semicolon may be put into the `${ }` of a string.
_CONTEXT = re.compile(rb"^([ \t]*+)context\([^()\"\n]*+\)(?=\s)", re.MULTILINE)
_BEFORE_BRACE = re.compile(rb"(\$\{[^{}]*+\})|(?<=[^\s{,;])(?<!->)([ \t]*)[ \t](?=\})")
# A getter has no arguments, a setter has a name.
_CALLED = re.compile(rb"^([ \t]*+)(?:get(?=\([^)\s])|set(?=\(\"))", re.MULTILINE)
# `in1.read()` on a line of its own is read as the operator, with what is above it.
_IN_A_NAME = re.compile(rb"^([ \t]*+)in(?=\d\w*+\.)", re.MULTILINE)
_CONSTRUCTOR_BELOW = re.compile(
    rb"(?<=class )(\w++(?:<[^>\n]*+>)?)"
    rb"([ \t]*+\r?\n\s*+(?:(?:@[\w.]++(?:\([^()\n]*+\))?|actual|internal|private|protected|public)\s++)*+)"
    rb"(?=constructor\b)"
)
# Before what is declared in a file these read as an expression, which takes the declaration for its end.
_ARGUMENTS = re.compile(
    rb"^(@[\w.:]++)(\((?:[^()\"]|\"(?:[^\"\\\n]|\\.)*+\"|\((?:[^()]|\([^()]*+\))*+\))*+\))(?=[ \t]*+\r?$)",
    re.MULTILINE,
)
_ANNOTATION = re.compile(rb"^([ \t]*+(?:\w++ )*?)annotation(?= class )", re.MULTILINE)
_BEFORE_ANNOTATION = re.compile(rb"^((?:\w++ )*?(?:class|object) \w++[ \t]*+\r?)\n(?=\s*+@)", re.MULTILINE)
# The body of a type after `by` reads as an argument of what is delegated to.
_DELEGATED = re.compile(
    rb"^((?:[^\n(\"]{0,200}\b(?:class|object)\b|[ \t]*+\)|[ \t]*+[A-Z])[^\n\"]{0,300}[\w>)?]) "
    rb"by [\w.]++(?:\([^()\n]*+\))?+(?=[ \t]*+\{[ \t]*+\r?$)",
    re.MULTILINE,
)
_GUARD = re.compile(
    rb"^([ \t]*+)(?:(else) if|((?:!?i[ns]\b[^\n{}\"]{0,200}?|[A-Z][\w.]*+)) if)(?= [^\n{}]{0,300}?->)",
    re.MULTILINE,
)
_BACKING_FIELD = re.compile(
    rb"(\bval \w++(?:: ?[^\n={}]{1,200}+)?+\n[ \t]*+)(field(?:: ?[^\n={}]{1,200}+)?+)(?= ?=)"
)
_NEWLINE = re.compile(rb"[\r\n]")
_DOLLARS = re.compile(rb"\$\$++(?=\")")


def _prepare(source: bytes) -> bytes:
    """Rewrite what the grammar doesn't know: context parameters, constructors on a line of their own.

    Annotations that stand alone on their line go without arguments, and a type without a body before one
    ends with a semicolon.

    `context(c: C)` becomes an annotation, as which it belongs to its function; `get("/path") {` is a call
    even where it follows a property.
    """
    if b"@" in source:
        source = _ARGUMENTS.sub(lambda found: found[1] + blanked(found[2]), source)
    if b"annotation class" in source:
        source = _ANNOTATION.sub(rb"\1public    ", source)
    if b"context(" in source:
        source = _CONTEXT_TYPE.sub(lambda found: b" " * len(found[0]), source)
        source = _CONTEXT.sub(lambda found: (found[1] + b"@C").ljust(len(found[0])), source)
    if b"constructor" in source:
        source = _CONSTRUCTOR_BELOW.sub(lambda found: _NEWLINE.sub(b" ", found[0]), source)
    if b"@" in source:
        source = _BEFORE_ANNOTATION.sub(rb"\1;", source)
    if b"et(" in source:
        source = _CALLED.sub(rb"\1_et", source)
    source = _IN_A_NAME.sub(rb"\1_n", source)
    if b"$$" in source:
        source = _DOLLARS.sub(lambda found: b" " * len(found[0]), source)
    return _LINE.sub(_with_end, _older(source))


def _older(source: bytes) -> bytes:
    """Rewrite guards, backing fields and `class A : B by c {`, which the grammar reads otherwise."""
    if b" by " in source:
        source = _DELEGATED.sub(lambda found: found[1].ljust(len(found[0])), source)
    if b" if " in source and b"when" in source:
        source = _GUARD.sub(_unguarded, source)
    if b" field" in source:
        source = _BACKING_FIELD.sub(lambda found: found[1] + blanked(found[2]), source)
    return source


def _unguarded(match: re.Match[bytes]) -> bytes:
    """Replace `is A if b ->` with `is A, b ->`."""
    return (match[1] + (match[3] + b"," if match[3] else b"")).ljust(len(match[0]))


def _with_end(match: re.Match[bytes]) -> bytes:
    line = match[0]
    if b" }" not in line or not _TYPE_WORD.search(line):
        return line
    return _BEFORE_BRACE.sub(lambda found: found[1] or found[2] + b";", line)


def _receiver(node: Node, at: Node) -> tuple[str, ...]:
    """Return the extended type of `fun Type<T>.name`."""
    for child in node.children:
        if child.start_byte >= at.start_byte or child.type == "function_value_parameters":
            break
        if child.type in {"user_type", "nullable_type", "parenthesized_type"}:
            return (text_of(child).partition("<")[0].strip("()?"),)
    return ()


def _class(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name") or child_of_type(node, "identifier", "type_identifier")
    if at is None:
        return ()
    body = child_of_type(node, *_BODIES)
    words = text_of(child_of_type(node, "modifiers")).split()
    kind = SymbolKind.CLASS
    if child_of_type(node, "interface") is not None:
        kind = SymbolKind.INTERFACE
    elif "enum" in words or child_of_type(node, "enum_class_body") is not None:
        kind = SymbolKind.ENUM
    elif "data" in words or "value" in words:
        kind = SymbolKind.STRUCT
    head_end = body.start_byte if body else _before_lambda(node)
    parameters = child_of_type(child_of_type(node, "primary_constructor"), "class_parameters")
    inside = tuple(part for part in (parameters, body) if part is not None)
    return (Found(node, at, kind, head_end=head_end, inside=inside, opens=ScopeKind.TYPE),)


def _parameter(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe a parameter of a primary constructor that is a property, too."""
    if child_of_type(node, "val", "var") is None:
        return ()
    at = child_of_type(node, "identifier", "simple_identifier")
    return (Found(node, at, SymbolKind.PROPERTY),)


def _before_lambda(node: Node) -> int:
    """Return where the head of a class without a body ends: `class A : FunSpec({ ... })` may be long."""
    head = (node.text or b"").partition(b"({")[0]
    return node.start_byte + len(head)


def _object(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name") or child_of_type(node, "identifier", "type_identifier")
    body = child_of_type(node, *_BODIES)
    if at is None:
        return (Found(node, body=body, opens=ScopeKind.TYPE),) if body is not None else ()
    return (Found(node, at, SymbolKind.CLASS, body=body, opens=ScopeKind.TYPE),)


def _nameless(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into `object : Listener { ... }`: its members are named after its type."""
    body = child_of_type(node, *_BODIES)
    made = child_of_type(child_of_type(node, "delegation_specifiers"), "delegation_specifier")
    made = child_of_type(made, "constructor_invocation") or made
    name = text_of(child_of_type(made, "user_type")).partition("<")[0].rpartition(".")[2]
    owner = (name,) if name else ()
    return (Found(node, body=body, opens=ScopeKind.TYPE, containers=owner),) if body is not None else ()


def _titled(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `test("title") {`, `"title" {`, `get("/path") {` and `register("name") {`."""
    block = child_of_type(child_of_type(node, "annotated_lambda"), "lambda_literal")
    called = first_child(node)
    if block is None or called is None:
        return ()
    title, word = called, ""
    if called.type == "call_expression":
        argument = child_of_type(child_of_type(called, "value_arguments"), "value_argument")
        title, word = first_child(argument) or called, _last_word(first_child(called))
    if title.type != "string_literal" or (word and word not in _TITLED):
        return ()
    name, flags = text_of(title).strip('"'), SymbolFlags.TEST
    if word in _NAMED_BLOCKS:
        name, flags = f"{word} {name}", SymbolFlags.NONE
    return (Found(node, title, SymbolKind.FUNCTION, name=name, body=block, flags=flags),)


def _last_word(called: Node | None) -> str:
    """Return `register` of `tasks.register`."""
    if called is not None and called.type == "navigation_expression":
        called = called.children[-1]
    return text_of(called) if called is not None and called.type == "identifier" else ""


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    containers: tuple[str, ...] = ()
    if at is None or at.start_byte == at.end_byte:
        # In an ambiguous place the parser takes `String.name`, receiver and name, for one type.
        receiver = child_of_type(node, "user_type")
        at = receiver.children[-1] if receiver is not None and receiver.child_count else None
        if at is None or receiver is None:
            return ()
        containers = (text_of(first_child(receiver)),) if receiver.child_count > 1 else ()
    else:
        containers = _receiver(node, at)
    body = child_of_type(node, "function_body")
    kind = SymbolKind.METHOD if scope.kind is ScopeKind.TYPE or containers else SymbolKind.FUNCTION
    return (
        Found(
            node,
            at,
            kind,
            name=text_of(at).strip("`"),
            body=child_of_type(body, "block"),
            head_end=head_end_of(node, body),
            containers=containers,
            flags=declared_without(body),
        ),
    )


def _constructor(node: Node, scope: Scope) -> Iterable[Found]:
    body = child_of_type(node, "block")
    at = child_of_type(node, "constructor")
    name = scope.containers[-1] if scope.containers else "constructor"
    return (Found(node, at, SymbolKind.CONSTRUCTOR, name=name, head_end=head_end_of(node, body)),)


def _property(node: Node, scope: Scope) -> Iterable[Found]:
    variable = child_of_type(node, "variable_declaration")
    at = child_of_type(variable, "identifier", "simple_identifier")
    if variable is None or scope.kind is ScopeKind.FUNCTION:
        return ()
    words = text_of(child_of_type(node, "modifiers")).split()
    kind = SymbolKind.PROPERTY if scope.kind is ScopeKind.TYPE else SymbolKind.VARIABLE
    if "const" in words:
        kind = SymbolKind.CONSTANT
    made = child_of_type(child_of_type(node, "object_literal"), *_BODIES)
    cut = made or child_of_type(node, "getter", "setter", "property_delegate")
    return (
        Found(
            node,
            at,
            kind,
            name=text_of(at).strip("`"),
            body=made,
            head_end=head_end_of(node, cut),
            opens=ScopeKind.TYPE,
            containers=_receiver(node, variable),
        ),
    )


def _entry(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = child_of_type(node, "identifier", "simple_identifier"), child_of_type(node, *_BODIES)
    return (Found(node, at, SymbolKind.ENUM_MEMBER, body=body, opens=ScopeKind.TYPE),)


def _alias(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("type") or child_of_type(node, "identifier", "type_identifier")
    return (Found(node, at, SymbolKind.CLASS),)


def _exported(_found: Found, before: str, _scope: Scope) -> bool:
    words = before.split()
    return not ("private" in words or "internal" in words or "protected" in words)


def _tested(_found: Found, head: str) -> bool:
    return head.startswith("@") and ("@Test" in head or "@ParameterizedTest" in head)


RULES = Rules(
    nodes={
        "line_comment": Role.COMMENT,
        "block_comment": Role.COMMENT,
        "multiline_comment": Role.COMMENT,
        "class_declaration": _class,
        "class_parameter": _parameter,
        "object_declaration": _object,
        "object_literal": _nameless,
        "call_expression": _titled,
        "companion_object": _object,
        "function_declaration": _function,
        "secondary_constructor": _constructor,
        "property_declaration": _property,
        "enum_entry": _entry,
        "type_alias": _alias,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    attributes=frozenset({"annotation"}),
    inner_marks=(b"fun ", b"class "),
    hidden_types=frozenset(
        {
            "function_declaration",
            "class_declaration",
            "object_declaration",
            "object_literal",
            "call_expression",
        }
    ),
    hidden_marks={
        b"": (b"fun ", b"class ", b"object ", b"interface "),
        b'" {': (b'" {',),
        b'") {': tuple(f'{word}("'.encode() for word in sorted(_TITLED)),
    },
    prepare=_prepare,
    piece_contexts=(ALONE, IN_CLASS),
)
