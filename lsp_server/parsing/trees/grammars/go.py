"""Go: functions, methods under their receiver's type, types with their fields, constants, variables."""

from collections.abc import Callable, Iterable, Sequence

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import (
    ALONE,
    Finder,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    child_of_type,
    definition,
    first_named,
    head_end_of,
    text_of,
)

_TYPE_NAMES = frozenset({"type_identifier", "qualified_type"})
_VALUES = frozenset({"var_declaration", "var_spec"})
_TEST_STARTS = ("Test", "Benchmark", "Example", "Fuzz")


def _receiver(node: Node) -> str:
    """Return the type's name in `(t *Type[K])`."""
    parameter = child_of_type(node.child_by_field_name("receiver"), "parameter_declaration")
    kind = parameter.child_by_field_name("type") if parameter is not None else None
    for _ in range(4):
        if kind is None or kind.type in _TYPE_NAMES:
            break
        kind = kind.child_by_field_name("type") or first_named(kind)
    return text_of(kind)


def _method(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    receiver = _receiver(node)
    head_end = head_end_of(node, body)
    containers = (receiver,) if receiver else ()
    return (Found(node, at, SymbolKind.METHOD, head_end=head_end, containers=containers),)


def _type(node: Node, _scope: Scope) -> tuple[Found, ...]:
    at, value = node.child_by_field_name("name"), node.child_by_field_name("type")
    if value is None:
        return ()
    if value.type == "struct_type":
        body = child_of_type(value, "field_declaration_list")
        return (Found(node, at, SymbolKind.STRUCT, body=body, opens=ScopeKind.TYPE),)
    if value.type == "interface_type":
        inside, head_end = (value,), head_end_of(node, child_of_type(value, "{"))
        kind = SymbolKind.INTERFACE
        return (Found(node, at, kind, head_end=head_end, inside=inside, opens=ScopeKind.TYPE),)
    return (Found(node, at, SymbolKind.CLASS),)


def _field(node: Node, _scope: Scope) -> Iterable[Found]:
    names = node.children_by_field_name("name")
    return [Found(node, at, SymbolKind.FIELD) for at in names]


def _value(node: Node, _scope: Scope) -> list[Found]:
    kind = SymbolKind.CONSTANT if node.type == "const_spec" else SymbolKind.VARIABLE
    names = (at for at in node.children_by_field_name("name") if at.type == "identifier")
    return [Found(node, at, kind) for at in names if text_of(at) != "_"]


def _declaration(*specs: str, describe: Callable[[Node, Scope], Sequence[Found]]) -> Finder:
    """Return the rule of a declaration: a lone `type T ...` takes its extent, a group is looked into."""

    def find(node: Node, scope: Scope) -> Role | Iterable[Found]:
        members = [child for child in node.children if child.type in specs]
        if len(members) != 1 or child_of_type(node, "(") is not None:
            return Role.ENTER
        found = describe(members[0], scope)
        for one in found:
            one.node = node
        return found

    return find


def _held(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe `Run: func() {` in a literal of a named type; tables of tests have too many of these."""
    key, value = (
        (first_named(child) for child in node.named_children[:2])
        if node.named_child_count == 2
        else (None, None)
    )
    whole = node.parent.parent if node.parent is not None else None
    made = whole.child_by_field_name("type") if whole is not None else None
    if key is None or value is None or made is None or scope.tested:
        return ()
    if key.type != "identifier" or value.type != "func_literal" or made.type not in _TYPE_NAMES:
        return ()
    is_owner = scope.owner is not None and scope.owner.type in _VALUES
    containers = () if is_owner else (text_of(made).rpartition(".")[2],)
    head_end = head_end_of(node, value.child_by_field_name("body"))
    return (Found(node, key, SymbolKind.METHOD, head_end=head_end, containers=containers),)


def _closure(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe `name := func() {`."""
    at, value = (first_named(node.child_by_field_name(side)) for side in ("left", "right"))
    if value is None or value.type != "func_literal" or text_of(at) == "_":
        return ()
    head_end = head_end_of(node, value.child_by_field_name("body"))
    return (Found(node, at, SymbolKind.FUNCTION, head_end=head_end),)


def _exported(found: Found, _before: str, _scope: Scope) -> bool:
    return found.name[:1].isupper()


def _tested(found: Found, head: str) -> bool:
    return found.kind is SymbolKind.FUNCTION and found.name.startswith(_TEST_STARTS) and "testing." in head


RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "function_declaration": definition(SymbolKind.FUNCTION),
        "method_declaration": _method,
        "type_declaration": _declaration("type_spec", "type_alias", describe=_type),
        "type_spec": _type,
        "type_alias": _type,
        "field_declaration": _field,
        "method_elem": definition(SymbolKind.METHOD, without_body=SymbolFlags.DECLARATION),
        "method_spec": definition(SymbolKind.METHOD, without_body=SymbolFlags.DECLARATION),
        "const_declaration": _declaration("const_spec", describe=_value),
        "var_declaration": _declaration("var_spec", describe=_value),
        "var_spec_list": Role.ENTER,
        "const_spec": _value,
        "var_spec": _value,
        "keyed_element": _held,
        "short_var_declaration": _closure,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    tested=_tested,
    hidden_types=frozenset({"type_declaration", "keyed_element", "short_var_declaration"}),
    hidden_marks={b"": (b" func(", b"\ttype ")},
    piece_contexts=(ALONE, (b"type C struct {\n", b"}"), (b"type C interface {\n", b"}")),
)
