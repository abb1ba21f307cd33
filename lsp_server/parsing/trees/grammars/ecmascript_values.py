"""What a JavaScript or TypeScript value is, and what a name that it is assigned to defines."""

from collections.abc import Iterator

from tree_sitter import Node

from lsp_server.model import SymbolKind
from lsp_server.parsing.trees.rules import Found, Scope, ScopeKind, first_named, head_end_of, text_of

FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "function"})
_CASTS = frozenset({
    "satisfies_expression", "as_expression", "parenthesized_expression", "await_expression",
    "non_null_expression", "type_assertion",
})  # fmt: skip
_FUNCTION_MAKERS = frozenset(
    {"memo", "forwardRef", "useCallback", "observer", "cache", "debounce", "throttle", "wrap"}
)
MAX_CALLS = 4
"""How many calls deep what a name stands for may be: `create(persist(() => ({...})))`."""


def assigned(node: Node, at: Node, value: Node | None, scope: Scope, plain: SymbolKind) -> Iterator[Found]:
    """Describe what is assigned to a name: a function, class, object, result of a call or plain value."""
    value, name = bare(value), text_of(at).strip("'\"")
    kind = value.type if value is not None else ""
    if value is not None and kind in FUNCTIONS:
        head_end = head_end_of(node, body_of(value))
        inside, opens = function_inside(value)
        is_method = scope.kind is ScopeKind.TYPE or plain is SymbolKind.METHOD
        called = SymbolKind.METHOD if is_method else SymbolKind.FUNCTION
        yield Found(node, at, called, name=name, head_end=head_end, inside=inside, opens=opens)
    elif value is not None and kind == "class":
        yield Found(node, at, SymbolKind.CLASS, name=name, body=body_of(value), opens=ScopeKind.TYPE)
    elif plain is SymbolKind.METHOD or (
        scope.kind is ScopeKind.FUNCTION and kind not in {"object", "call_expression"}
    ):
        return
    elif value is not None and kind == "object":
        shown = plain if scope.kind is not ScopeKind.FUNCTION else None
        containers = () if shown is not None else (name,)
        opens = ScopeKind.TYPE
        yield Found(node, at, shown, name=name, body=value, opens=opens, containers=containers)
    elif value is not None and kind == "call_expression":
        yield from _made(node, at, value, scope, plain)
    else:
        yield Found(node, at, plain, name=name)


def _made(node: Node, at: Node, call: Node, scope: Scope, plain: SymbolKind) -> Iterator[Found]:
    """Describe `name = make(...)`; a wrapped function counts as a function."""
    wrapped, called = wrapped_function(call), called_at_once(call)
    inside, opens = function_inside(wrapped) if wrapped is not None else call_inside(call, MAX_CALLS)
    if called is not None and body_of(called) is not None:
        inside, opens = function_inside(called)
    if wrapped is not None:
        head_end = head_end_of(node, body_of(wrapped))
        yield Found(node, at, SymbolKind.FUNCTION, head_end=head_end, inside=inside, opens=opens)
    elif scope.kind is not ScopeKind.FUNCTION:
        head_end = inside[0].start_byte if inside else node.end_byte
        yield Found(node, at, plain, head_end=head_end, inside=inside, opens=opens)
    elif opens is ScopeKind.TYPE:
        yield Found(node, inside=inside, opens=opens, containers=(text_of(at),))


def bare(value: Node | None) -> Node | None:
    """Return a value without the casts and parentheses around it."""
    for _ in range(8):
        if value is None or value.type not in _CASTS:
            return value
        value = next((child for child in value.children if child.is_named), None)
    return value


def body_of(function: Node) -> Node | None:
    """Return the body of a function or class."""
    return function.child_by_field_name("body")


def function_inside(function: Node) -> tuple[tuple[Node, ...], ScopeKind]:
    """Return where a function may contain definitions: its block, or the object that an arrow returns."""
    body = bare(body_of(function))
    if body is None or body.type not in {"statement_block", "object"}:
        return (), ScopeKind.FUNCTION
    return (body,), ScopeKind.TYPE if body.type == "object" else ScopeKind.FUNCTION


def call_inside(call: Node, n_calls: int = 1) -> tuple[tuple[Node, ...], ScopeKind]:
    """Return the objects, or else the function bodies, among the arguments of a call.

    Args:
        call: The call.
        n_calls: How many calls deep an object may be.
    """
    blocks: list[Node] = []
    arguments = call.child_by_field_name("arguments")
    for argument in arguments.children if arguments is not None else ():
        if argument.type == "object":
            return (argument,), ScopeKind.TYPE
        if argument.type in FUNCTIONS:
            inside, opens = function_inside(argument)
            if opens is ScopeKind.TYPE:
                return inside, opens
            blocks.extend(inside)
    for argument in arguments.children if arguments is not None and n_calls > 1 and not blocks else ():
        if argument.type == "call_expression":
            inside, opens = call_inside(argument, n_calls - 1)
            if opens is ScopeKind.TYPE:
                return inside, opens
    return tuple(blocks), ScopeKind.FUNCTION


def called_at_once(call: Node) -> Node | None:
    """Return the function of `(function () {...})()`, or of the same with `.call(this)`."""
    callee = bare(call.child_by_field_name("function"))
    if callee is not None and callee.type == "member_expression":
        owner = callee.child_by_field_name("object")
        is_call = owner is not None and owner.type in {"function_expression", "parenthesized_expression"}
        if not is_call or text_of(callee.child_by_field_name("property")) not in {"call", "apply"}:
            return None
        callee = bare(owner)
    return callee if callee is not None and callee.type in FUNCTIONS else None


def last_value(value: Node | None) -> Node | None:
    """Return what `a = b = value` assigns."""
    for _ in range(4):
        if value is None or value.type != "assignment_expression":
            break
        value = value.child_by_field_name("right")
    return value


def wrapped_function(call: Node) -> Node | None:
    """Return the function in `memo(function () {...})` and in `memo(forwardRef(...))`."""
    current: Node | None = call
    for _ in range(3):
        if current is None or _maker(current) not in _FUNCTION_MAKERS:
            break
        arguments = current.child_by_field_name("arguments")
        first = first_named(arguments)
        if first is not None and first.type in FUNCTIONS:
            return first
        current = first if first is not None and first.type == "call_expression" else None
    return None


def _maker(call: Node) -> str:
    return text_of(call.child_by_field_name("function")).rpartition(".")[2].partition("<")[0]
