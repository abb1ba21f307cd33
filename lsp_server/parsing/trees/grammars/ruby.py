"""Ruby: modules, classes, methods with their visibility, accessors, and the blocks that its DSLs open."""

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
    first_named,
    text_of,
)

_SECTIONS = frozenset({"private", "protected", "public"})
_HIDING = frozenset({"private", "protected", "private_class_method"})
_ACCESSORS = frozenset(
    {
        "attr_accessor",
        "attr_reader",
        "attr_writer",
        "attr",
        "cattr_accessor",
        "mattr_accessor",
        "class_attribute",
        "thread_mattr_accessor",
    }
)
_TEST_BLOCKS = frozenset(
    {
        "describe",
        "context",
        "it",
        "specify",
        "feature",
        "scenario",
        "test",
        "should",
        "shared_examples",
        "shared_context",
    }
)
_TEST_MARKS = (b"let(:", *(f"{word} {quote}".encode() for word in sorted(_TEST_BLOCKS) for quote in "'\""))
_NAMED_BLOCKS = frozenset(
    {
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "scope",
        "task",
        "namespace",
        "has_many",
        "has_many_attached",
        "has_and_belongs_to_many",
        "has_one",
        "has_one_attached",
        "enum",
        "resource",
        "resources",
        "belongs_to",
        "let",
        "let!",
        "subject",
        "rule",
        "factory",
        "helper_method",
        "before_action",
    }
)
_ANNOTATIONS = frozenset({"sig", "Contract", "desc", "long_desc", "method_option", "method_options"})
"""Calls that describe the method after them: its types, its help."""
_TITLES = frozenset({"string", "simple_symbol", "hash_key_symbol", "pair"})
"""What the first argument of a named block may be."""
_MAKERS = frozenset({"Struct", "Class", "Module", "Data"})


def _type(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if at is None:
        return ()
    kind = SymbolKind.MODULE if node.type == "module" else SymbolKind.CLASS
    parts = text_of(at).strip(":").split("::")
    superclass = node.child_by_field_name("superclass")
    return (
        Found(
            node,
            at,
            kind,
            name=parts[-1],
            head_end=(superclass or at).end_byte,
            inside=(node,) if body is not None else (),
            opens=ScopeKind.TYPE,
            containers=tuple(parts[:-1]),
        ),
    )


def _method(node: Node, scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    if at is None:
        return ()
    name, receiver = text_of(at), node.child_by_field_name("object")
    parameters = node.child_by_field_name("parameters")
    owner = text_of(receiver)
    containers = (owner,) if owner not in {"", "self"} and owner not in scope.containers else ()
    in_type = scope.kind is ScopeKind.TYPE or receiver is not None
    kind = SymbolKind.METHOD if in_type else SymbolKind.FUNCTION
    if name == "initialize":
        kind = SymbolKind.CONSTRUCTOR
    hidden = scope.access in {"private", "protected"} and receiver is None
    head_end, access = (parameters or at).end_byte, "hidden" if hidden else ""
    return (Found(node, at, kind, head_end=head_end, inside=(node,), containers=containers, access=access),)


def _section(node: Node, scope: Scope) -> Iterable[Found]:
    """Take note of a bare `private`."""
    word = text_of(node)
    if word in _SECTIONS and scope.kind is ScopeKind.TYPE:
        scope.access = word
    return ()


def _singleton(node: Node, _scope: Scope) -> Iterable[Found]:
    return (Found(node, inside=(node,), opens=ScopeKind.TYPE),)


def _assignment(node: Node, scope: Scope) -> Iterable[Found]:
    at, value = node.child_by_field_name("left"), node.child_by_field_name("right")
    if at is None or at.type != "constant" or scope.kind is ScopeKind.FUNCTION:
        return ()
    made = value if value is not None and value.type == "call" else None
    if made is None or text_of(made.child_by_field_name("receiver")) not in _MAKERS:
        return (Found(node, at, SymbolKind.CONSTANT),)
    block = made.child_by_field_name("block")
    return (Found(node, at, SymbolKind.CLASS, body=block, opens=ScopeKind.TYPE),)


def _call(node: Node, scope: Scope) -> Iterable[Found] | Role:
    """Describe the methods, accessors, tests and named blocks that a call defines; look into other blocks."""
    method, receiver = node.child_by_field_name("method"), node.child_by_field_name("receiver")
    if method is None:
        return ()
    word, arguments = text_of(method), node.child_by_field_name("arguments")
    first = first_named(arguments)
    if receiver is None and first is not None and first.type in {"method", "singleton_method"}:
        return [_with_access(one, word, node) for one in _method(first, scope)]
    if receiver is None and first is not None and first.type == "call" and word in _SECTIONS:
        inner = _call(first, scope)
        return inner if isinstance(inner, Role) else [_with_access(one, word, node) for one in inner]
    if word in _ACCESSORS and arguments is not None and scope.kind is ScopeKind.TYPE:
        symbols = [child for child in arguments.children if child.type == "simple_symbol"]
        return [
            Found(node, at, SymbolKind.PROPERTY, name=text_of(at).lstrip(":"), access=scope.access)
            for at in symbols
        ]
    if receiver is None and word in _ANNOTATIONS:
        return Role.ATTRIBUTE
    if arguments is not None and first is not None:
        named = _named_by(first, node, word, arguments)
        if named is not None:
            return (named,)
    block = node.child_by_field_name("block")
    if block is not None and scope.kind is not ScopeKind.FUNCTION:
        return (Found(node, body=block, opens=scope.kind),)
    return ()


def _named_by(first: Node, node: Node, word: str, arguments: Node) -> Found | None:
    """Describe a call whose first argument names what it defines; None if it defines nothing."""
    # A comment before its first statement is in the block, but not in the block's own body.
    block, receiver = node.child_by_field_name("block"), node.child_by_field_name("receiver")
    name = text_of(first).strip(":'\"")
    if word in {"define_method", "define_singleton_method"}:
        return Found(node, first, SymbolKind.METHOD, name=name, body=block)
    if word == "alias_method":
        return Found(node, first, SymbolKind.METHOD, name=name)
    is_test = block is not None and word in _TEST_BLOCKS and text_of(receiver) in {"", "RSpec"}
    if not is_test:
        has_more = block is not None or arguments.named_child_count > 1
        if word not in _NAMED_BLOCKS or first.type not in _TITLES or receiver is not None or not has_more:
            return None
        if first.type == "pair":
            name = name.partition("=>")[0].partition(":")[0].strip(" '\"")
        name = f"{word} {name}"
    return Found(
        node,
        first,
        SymbolKind.FUNCTION,
        name=name,
        body=block,
        opens=ScopeKind.FILE,
        flags=SymbolFlags.TEST if is_test else SymbolFlags.NONE,
    )


def _alias(node: Node, scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    if at is not None and at.type == "global_variable":
        return ()
    return (Found(node, at, SymbolKind.METHOD, name=text_of(at).lstrip(":"), access=scope.access),)


def _with_access(one: Found, word: str, node: Node) -> Found:
    """Return what `private def ...` defines, which begins before `def`."""
    one.node = node
    if word in _HIDING:
        one.access = "hidden"
    elif word == "public":
        one.access = ""
    return one


def _exported(found: Found, _before: str, _scope: Scope) -> bool:
    return found.access not in {"hidden", "private", "protected"} and not found.name.startswith("_")


def _tested(found: Found, head: str) -> bool:
    if found.kind is SymbolKind.CLASS:
        return "TestCase" in head or "Minitest" in head or (found.name.endswith("Test") and "<" in head)
    return found.name.startswith("test_")


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "module": _type,
        "class": _type,
        "method": _method,
        "singleton_method": _method,
        "singleton_class": _singleton,
        "identifier": _section,
        "assignment": _assignment,
        "call": _call,
        "alias": _alias,
        "body_statement": Role.ENTER,
        "block_body": Role.ENTER,
        "begin": Role.ENTER,
        "if": Role.ENTER,
        "unless": Role.ENTER,
        "then": Role.ENTER,
        "else": Role.ENTER,
        "if_modifier": Role.ENTER,
        "unless_modifier": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    inner_marks=(b"\n  def ", b" def ", b"define_method"),
    hidden_types=frozenset({"method", "singleton_method", "class", "module", "call"}),
    hidden_marks={
        b"": (b"def ", b"class ", b"module ", b"define_method"),
        b"task ": (b"task ", b"namespace "),
        b"describe ": _TEST_MARKS,
        b"shared_": _TEST_MARKS,
    },
    piece_contexts=(ALONE,),
)
