"""Elixir: modules, functions, macros, types, callbacks, tests; all are calls of a few macros."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
    ALONE,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    declared_without,
    first_child,
    first_field,
    first_named,
    head_end_of,
    text_of,
)

_MODULES = {
    "defmodule": SymbolKind.MODULE,
    "defprotocol": SymbolKind.INTERFACE,
    "defimpl": SymbolKind.MODULE,
}
_FUNCTIONS = frozenset(
    {"def", "defp", "defmacro", "defmacrop", "defguard", "defguardp", "defdelegate", "defn", "defnp"}
)
_TEST_BLOCKS = frozenset({"test", "describe", "property", "feature"})
_LOOKED_INTO = frozenset({"quote", "if", "unless", "for", "cond", "case"})
_TYPES = frozenset({"type", "typep", "opaque"})
_CALLBACKS = frozenset({"callback", "macrocallback"})
_LEADING = frozenset(
    {
        "doc",
        "spec",
        "impl",
        "deprecated",
        "typedoc",
        "tag",
        "describetag",
        "dialyzer",
        "since",
        "compile",
        "decorate",
    }
)


def _call(node: Node, scope: Scope) -> Iterable[Found]:
    target = node.child_by_field_name("target")
    arguments = child_of_type(node, "arguments")
    if target is None or target.type != "identifier":
        return ()
    word = text_of(target)
    block = child_of_type(node, "do_block")
    if word in _LOOKED_INTO and block is not None:
        return (Found(node, body=block, opens=scope.kind),)
    if arguments is None:
        return ()
    first = first_named(arguments)
    if first is None:
        return ()
    if word in _MODULES:
        return _module(node, word, first, arguments, block)
    if word in _FUNCTIONS:
        return _function(node, word, first, block, scope)
    if word in _TEST_BLOCKS and block is not None and first.type == "string":
        title = text_of(first).strip('"')
        kind, opens = SymbolKind.FUNCTION, ScopeKind.TYPE
        return (Found(node, first, kind, name=title, body=block, opens=opens, flags=SymbolFlags.TEST),)
    if word in {"defstruct", "defexception"} and scope.containers:
        return (Found(node, target, SymbolKind.STRUCT, name=scope.containers[-1].rpartition(".")[2]),)
    return ()


def _module(node: Node, word: str, first: Node, arguments: Node, block: Node | None) -> Iterable[Found]:
    name = text_of(first)
    if word == "defimpl":
        keywords = child_of_type(arguments, "keywords")
        for pair in keywords.children if keywords is not None else ():
            if text_of(pair.child_by_field_name("key")).startswith("for"):
                name = f"{name}.{text_of(pair.child_by_field_name('value'))}"
    kind, docs = _MODULES[word], _moduledoc(block)
    return (Found(node, first, kind, name=name, body=block, opens=ScopeKind.TYPE, docs=docs),)


def _moduledoc(block: Node | None) -> Node | None:
    for child in block.children[:12] if block is not None else ():
        attribute = _attribute(child) if child.type == "unary_operator" else None
        if attribute is not None and text_of(attribute.child_by_field_name("target")) == "moduledoc":
            return _text(attribute)
    return None


def _text(attribute: Node) -> Node | None:
    """Return the content of an attribute's string, plain or sigil."""
    string = child_of_type(child_of_type(attribute, "arguments"), "string", "sigil")
    return child_of_type(string, "quoted_content")


def _function(node: Node, word: str, first: Node, block: Node | None, scope: Scope) -> Iterable[Found]:
    head = first
    while head.type == "binary_operator" and text_of(head.child_by_field_name("operator")) in {
        "when",
        "\\\\",
    }:
        left = head.child_by_field_name("left")
        if left is None:
            return ()
        head = left
    at = head if head.type == "identifier" else first_field(head, "target", "operator")
    short_body = child_of_type(child_of_type(node, "arguments"), "keywords")
    flags = SymbolFlags.NONE if word.startswith("defguard") else declared_without(block or short_body)
    head_end = head_end_of(first, block)
    kind = SymbolKind.FUNCTION
    # A macro's body may quote definitions, which then belong to whoever uses it.
    inside = (block,) if block is not None and word == "defmacro" else ()
    return (Found(node, at, kind, head_end=head_end, inside=inside, opens=scope.kind, flags=flags),)


def _attribute(node: Node) -> Node | None:
    operand = node.child_by_field_name("operand")
    is_attribute = (
        operand is not None and operand.type == "call" and node.child_count and node.children[0].type == "@"
    )
    return operand if is_attribute else None


def _unary(node: Node, _scope: Scope) -> Role | Iterable[Found]:
    attribute = _attribute(node)
    if attribute is None:
        return ()
    word = text_of(attribute.child_by_field_name("target"))
    if word in _LEADING:
        return Role.ATTRIBUTE
    arguments = child_of_type(attribute, "arguments")
    value = first_named(arguments)
    if value is None or word in {
        "moduledoc",
        "behaviour",
        "derive",
        "before_compile",
        "after_compile",
        "moduletag",
    }:
        return ()
    if word in _TYPES or word in _CALLBACKS:
        left = value.child_by_field_name("left") if value.type == "binary_operator" else value
        if left is not None and left.type == "binary_operator":
            left = left.child_by_field_name("left")
        at = left.child_by_field_name("target") or left if left is not None else None
        kind = SymbolKind.CLASS if word in _TYPES else SymbolKind.FUNCTION
        flags = SymbolFlags.DECLARATION if word in _CALLBACKS else SymbolFlags.NONE
        return (Found(node, at, kind, flags=flags),)
    return (Found(node, first_child(node), SymbolKind.CONSTANT, name=f"@{word}"),)


def _attribute_docs(node: Node) -> Node | None:
    attribute = _attribute(node)
    if attribute is None or text_of(attribute.child_by_field_name("target")) not in {"doc", "typedoc"}:
        return None
    return _text(attribute)


def _exported(found: Found, before: str, _scope: Scope) -> bool:
    lines = before.rstrip().rpartition("\n")[2].split()
    word = lines[0] if lines else ""
    return not word.endswith("p") and word != "@typep" and found.kind is not SymbolKind.CONSTANT


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "call": _call,
        "unary_operator": _unary,
        "do_block": Role.ENTER,
        "stab_clause": Role.ENTER,
        "body": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    attribute_docs=_attribute_docs,
    merges_neighbours=True,
    hidden_types=frozenset({"call"}),
    hidden_marks={b"": (b"defmodule ", b"defimpl ", b"defprotocol ")},
    piece_contexts=(ALONE,),
)
