"""Rust: items, members under the type of their `impl`, macros, tests by attribute."""

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
    first_named,
    text_of,
)

_DECLARED = SymbolFlags.DECLARATION
_GIVEN = SymbolFlags.DECLARATION | SymbolFlags.EXPORTED
_NAMELESS = "_"
_AROUND_ITEMS = re.compile(
    rb"^(?:[a-z][\w:]{3,}+|[ \t]++(?:cfg_\w++|(?:pin_project_lite::)?pin_project))![ \t]*+\{"
    rb"(?=(?:\s++|#\[[^\]\n]*+\]|//[^\n]*+)*+"
    rb"(?:macro_rules|pub|fn|async|unsafe|struct|enum|union|trait|impl|mod|use|const|static|type)\b)",
    re.MULTILINE,
)

# `cfg_if! { if #[cfg(unix)] { ... } else { ... } }`, `cfg_select! { unix => { ... } _ => { ... } }`
_CHOOSING = rb"^(?:\w++::)*+(?:cfg_if|cfg_select|(?<=cfg::)switch)! "
_CHOICE = re.compile(_CHOOSING + rb"\{[ \t]*+\r?\n(?:[ \t]++[^\n]*+\n|\r?\n)*+\}", re.MULTILINE)
_BRANCH = re.compile(
    rb"^(?:(?: {4}|\t)(?:(?:\} else )?+(?:if #\[[^\n]*\] )?+|[^\s{}][^\n{}]*=> )|"
    + _CHOOSING.removeprefix(b"^")
    + rb")\{(?=[ \t]*+\r?$)",
    re.MULTILINE,
)

# `bitflags! { struct Style: u8 { const BOLD = 1; const _ = !0; } }`
_BIT_FLAGS = re.compile(rb"\bstruct(\s++\w++\s*+):(?!:)([\s\w:]{0,100}+)(\{[^{}]*+\})")
_BIT_FLAG = re.compile(rb"\bconst(\s++)(\w++)(\s*+=[^;{}]{0,1000}+);")
_TYPE_MACRO = re.compile(rb"\bstr!\[")


def _with_items(source: bytes) -> bytes:
    """Rewrite `cfg_rt! { pub struct S; }` to an unnamed module: the content of a macro has no tree."""
    if b"str![" in source:
        source = _TYPE_MACRO.sub(b"st_![", source)  # A macro with the name of a type.
    if b"! {" not in source:
        return source
    if any(macro in source for macro in (b"cfg_if! {", b"cfg_select! {", b"cfg::switch! {")):
        source = _CHOICE.sub(lambda found: _BRANCH.sub(_nameless_branch, found[0]), source)
    if b"bitflags! {" in source:
        source = _BIT_FLAGS.sub(_as_enum, source)
    return _AROUND_ITEMS.sub(_nameless_module, source).replace(b"static ref ", b"static     ")


def _as_enum(match: re.Match[bytes]) -> bytes:
    head, kind, flags = match.groups()
    return b"enum  " + head + b" " + blanked(kind) + _BIT_FLAG.sub(_as_member, flags)


def _as_member(match: re.Match[bytes]) -> bytes:
    space, name, value = match.groups()
    whole = b"     " + space + name + value + b","
    return blanked(whole) if name == b"_" else whole


def _nameless_module(match: re.Match[bytes]) -> bytes:
    macro = match[0].lstrip()
    return b"mod _".ljust(len(macro) - 1).rjust(len(match[0]) - 1) + b"{"


def _nameless_branch(match: re.Match[bytes]) -> bytes:
    brace = match[0].find(b"}") + 1
    return match[0][:brace] + b"mod _".ljust(len(match[0]) - brace - 1) + b"{"


def _impl(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into an `impl`: its members belong to the type."""
    kind, body = node.child_by_field_name("type"), node.child_by_field_name("body")
    if body is None:
        return ()
    for _ in range(4):
        if kind is None or kind.type in {"type_identifier", "scoped_type_identifier", "primitive_type"}:
            break
        # `dyn Shop + Send` has no field for `dyn Shop`.
        bound = first_named(kind) if kind.type == "bounded_type" else None
        kind = kind.child_by_field_name("type") or kind.child_by_field_name("trait") or bound
    if kind is not None and kind.type == "scoped_type_identifier":
        kind = kind.child_by_field_name("name")
    name = " ".join(text_of(kind or node.child_by_field_name("type")).split())[:80]
    access = "trait" if node.child_by_field_name("trait") is not None else ""
    containers = (name,) if name else ()
    return (Found(node, body=body, opens=ScopeKind.TYPE, containers=containers, access=access),)


def _module(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if body is None:
        return ()
    name = text_of(at)
    if name == _NAMELESS:
        return (Found(node, body=body, opens=ScopeKind.FILE),)
    flags = SymbolFlags.TEST if name in {"test", "tests"} else SymbolFlags.NONE
    return (Found(node, at, SymbolKind.MODULE, body=body, opens=ScopeKind.FILE, flags=flags),)


def _macro(node: Node, _scope: Scope) -> Iterable[Found]:
    at = node.child_by_field_name("name")
    if at is None:
        return ()
    return (Found(node, at, SymbolKind.FUNCTION, head_end=at.end_byte),)


def _constant(node: Node, scope: Scope) -> Iterable[Found] | Role:
    return () if text_of(node.child_by_field_name("name")) == _NAMELESS else _named_constant(node, scope)


def _foreign(node: Node, _scope: Scope) -> Iterable[Found]:
    body = child_of_type(node, "declaration_list")
    return (Found(node, body=body, opens=ScopeKind.FILE),)


def _use(node: Node, _scope: Scope) -> Iterable[Found]:
    """Find the names that a `pub use` re-exports: all that this crate has of what another one defines."""
    seen_by = child_of_type(node, "visibility_modifier")
    if seen_by is None or text_of(seen_by) != "pub":
        return ()
    names = [name for name in _given(node.child_by_field_name("argument")) if text_of(name) != "_"]
    alone = len(names) == 1
    return tuple(
        Found(
            node if alone else name, name, _kind_by_case(text_of(name)), head_end=name.end_byte, flags=_GIVEN
        )
        for name in names
    )


def _given(node: Node | None) -> Iterable[Node]:
    if node is None:
        return
    match node.type:
        case "identifier":
            yield node
        case "scoped_identifier":
            yield from _given(node.child_by_field_name("name"))
        case "use_as_clause":
            yield from _given(node.child_by_field_name("alias"))
        case "scoped_use_list":
            yield from _given(node.child_by_field_name("list"))
        case "use_list":
            for child in node.named_children:
                yield from _given(child)


def _kind_by_case(name: str) -> SymbolKind:
    if name == name.lower():
        return SymbolKind.FUNCTION
    return SymbolKind.CONSTANT if name == name.upper() and len(name) > 1 else SymbolKind.CLASS


def _exported(found: Found, before: str, scope: Scope) -> bool:
    if scope.access == "trait" or found.kind is SymbolKind.ENUM_MEMBER:
        return True
    words = before.rpartition("]")[2].split()
    return bool(words) and (words[0] == "pub" or "#[macro_export]" in before)


def _tested(found: Found, head: str) -> bool:
    attributes = (
        head.partition("fn ")[0] if found.kind in {SymbolKind.FUNCTION, SymbolKind.METHOD} else head[:300]
    )
    return "#[" in attributes and ("test]" in attributes or "test(" in attributes or "(test)" in attributes)


_named_constant = definition(SymbolKind.CONSTANT, body=(), scopes=frozenset({ScopeKind.FILE, ScopeKind.TYPE}))

RULES = Rules(
    nodes={
        "line_comment": Role.COMMENT,
        "block_comment": Role.COMMENT,
        "attribute_item": Role.ATTRIBUTE,
        "function_item": definition(SymbolKind.FUNCTION, in_type=SymbolKind.METHOD, opens=ScopeKind.FUNCTION),
        "function_signature_item": definition(
            SymbolKind.FUNCTION, in_type=SymbolKind.METHOD, without_body=_DECLARED
        ),
        "struct_item": definition(SymbolKind.STRUCT, opens=ScopeKind.TYPE),
        "union_item": definition(SymbolKind.STRUCT, opens=ScopeKind.TYPE),
        "enum_item": definition(SymbolKind.ENUM, opens=ScopeKind.TYPE),
        "enum_variant": definition(SymbolKind.ENUM_MEMBER, body=()),
        "field_declaration": definition(SymbolKind.FIELD, body=()),
        "trait_item": definition(SymbolKind.INTERFACE, opens=ScopeKind.TYPE, access="trait"),
        "impl_item": _impl,
        "mod_item": _module,
        "foreign_mod_item": _foreign,
        "macro_definition": _macro,
        "const_item": _constant,
        "static_item": definition(
            SymbolKind.VARIABLE, body=(), scopes=frozenset({ScopeKind.FILE, ScopeKind.TYPE})
        ),
        "use_declaration": _use,
        "type_item": definition(SymbolKind.CLASS, body=()),
        "associated_type": definition(SymbolKind.CLASS, body=(), without_body=_DECLARED),
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    inner_marks=(b"fn ", b"struct ", b"impl ", b"enum "),
    hidden_types=frozenset(
        {
            "function_item",
            "struct_item",
            "enum_item",
            "impl_item",
            "trait_item",
            "mod_item",
            "macro_definition",
        }
    ),
    hidden_marks={b"": (b"fn ", b"struct ", b"enum ", b"trait ", b"macro_rules!")},
    prepare=_with_items,
    piece_contexts=(ALONE, (b"impl C {\n", b"}"), (b"enum C {\n", b"}")),
)
