"""JavaScript and TypeScript: declarations, assigned functions, object methods, test blocks, routes."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.grammars.ecmascript_exports import export_list
from lsp_server.parsing.trees.grammars.ecmascript_types import (
    enum,
    member,
    namespace,
    property_,
    readable,
    type_alias,
)
from lsp_server.parsing.trees.grammars.ecmascript_values import (
    FUNCTIONS,
    MAX_CALLS,
    assigned,
    bare,
    body_of,
    call_inside,
    called_at_once,
    function_inside,
    last_value,
    wrapped_function,
)
from lsp_server.parsing.trees.rules import (
    ALONE,
    IN_CLASS,
    Found,
    Role,
    Rules,
    Scope,
    ScopeKind,
    declared_without,
    definition,
    first_child,
    first_field,
    first_named,
    head_end_of,
    text_of,
)

_TEST_BLOCKS = frozenset(
    {"describe", "it", "test", "suite", "context", "specify", "bench", "fdescribe", "xdescribe"}
)
_VERBS = frozenset(
    {"get", "post", "put", "patch", "delete", "all", "use", "on", "once", "command", "task", "handle"}
)


def _variables(node: Node, scope: Scope) -> Iterable[Found]:
    declarators = [child for child in node.children if child.type == "variable_declarator"]
    plain = SymbolKind.CONSTANT if text_of(first_child(node)) == "const" else SymbolKind.VARIABLE
    found: list[Found] = []
    for declarator in declarators:
        at = declarator.child_by_field_name("name")
        value = last_value(declarator.child_by_field_name("value"))
        if at is not None and at.type == "identifier" and not _is_import(value):
            extent = node if len(declarators) == 1 else declarator
            found.extend(assigned(extent, at, value, scope, plain))
    return found


def _is_import(value: Node | None) -> bool:
    """Say whether a value is `require("...")` or a member of it."""
    raw = value.text if value is not None and value.type in {"call_expression", "member_expression"} else None
    return raw is not None and raw.startswith(b"require(")


def _method(node: Node, _scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), body_of(node)
    name = text_of(at)
    kind = SymbolKind.CONSTRUCTOR if name == "constructor" else SymbolKind.METHOD
    return (Found(node, at, kind, name=name.strip("'\""), body=body, flags=declared_without(body)),)


def _field(node: Node, scope: Scope) -> Iterable[Found]:
    at = first_field(node, "property", "name")
    if at is None:
        return ()
    return assigned(node, at, node.child_by_field_name("value"), scope, SymbolKind.PROPERTY)


def _pair(node: Node, _scope: Scope) -> Iterable[Found]:
    """Describe a function in an object; other values are only looked into."""
    at, value = node.child_by_field_name("key"), bare(node.child_by_field_name("value"))
    if at is None or value is None:
        return ()
    name = text_of(at).strip("'\"")
    if value.type in FUNCTIONS:
        inside, opens = function_inside(value)
        head_end = head_end_of(node, body_of(value))
        return (Found(node, at, SymbolKind.METHOD, name=name, head_end=head_end, inside=inside, opens=opens),)
    if value.type == "object":
        return (Found(node, body=value, opens=ScopeKind.TYPE, containers=(name,)),)
    if value.type == "call_expression":
        inside, opens = call_inside(value)
        if inside and opens is ScopeKind.FUNCTION:
            head_end = inside[0].start_byte
            return (Found(node, at, SymbolKind.METHOD, name=name, head_end=head_end, inside=inside),)
        return (Found(node, inside=inside, opens=opens, containers=(name,)),) if inside else ()
    return ()


def _class(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe an exported class, which may be anonymous."""
    at, body = node.child_by_field_name("name"), body_of(node)
    if body is None or (at is None and scope.kind is not ScopeKind.FILE):
        return ()
    name = "default" if at is None else text_of(at)
    at = at or first_child(node)
    return (Found(node, at, SymbolKind.CLASS, name=name, body=body, opens=ScopeKind.TYPE),)


def _default(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe an exported function, anonymous or named."""
    at = node.child_by_field_name("name")
    if at is None and scope.kind is not ScopeKind.FILE:
        return ()
    inside, opens = function_inside(node)
    name = "default" if at is None else text_of(at)
    at = at or first_child(node)
    head_end = head_end_of(node, body_of(node))
    return (Found(node, at, SymbolKind.FUNCTION, name=name, head_end=head_end, inside=inside, opens=opens),)


def _statement(node: Node, scope: Scope) -> Iterable[Found]:
    expression = first_child(node)
    if expression is not None and expression.type == "parenthesized_expression":
        expression = bare(expression)
    if expression is None:
        return ()
    if expression.type == "assignment_expression":
        return _assignment(node, expression, scope)
    if expression.type == "call_expression":
        return _call(expression, scope)
    if expression.type in {"internal_module", "module"}:
        return namespace(expression, scope)
    if expression.type == "unary_expression":
        call = expression.child_by_field_name("argument")
        return _call(call, scope) if call is not None and call.type == "call_expression" else ()
    return ()


_OF_THE_PLATFORM = (("process",), ("location",), ("document",), ("navigator",))
"""Objects that everybody has: `process.env.MODE = mode()` sets something and defines nothing."""


def _assignment(statement: Node, assignment: Node, scope: Scope) -> Iterable[Found]:
    """Describe `X.prototype.m = function`, `exports.f = ...`, `module.exports = {...}` and the like."""
    left, value = assignment.child_by_field_name("left"), bare(assignment.child_by_field_name("right"))
    targets = [left]
    for _ in range(4):
        if value is None or value.type != "assignment_expression":
            break
        targets.append(value.child_by_field_name("left"))
        value = bare(value.child_by_field_name("right"))
    whole = [
        target
        for target in targets
        if target is not None and text_of(target) in {"module.exports", "exports"}
    ]
    named = next(
        (one for one in targets if one is not None and one.type == "member_expression" and one not in whole),
        None,
    )
    if named is None:
        return _whole_export(statement, value, scope) if whole else ()
    at = named.child_by_field_name("property")
    if at is None:
        return ()
    owner, name = text_of(named.child_by_field_name("object")), text_of(at)
    if owner in {"exports", "module.exports"}:
        found = list(assigned(statement, at, value, scope, SymbolKind.VARIABLE))
        for one in found:
            one.flags |= SymbolFlags.EXPORTED
        return [one for one in found if value is not None and value.type not in {"identifier", "undefined"}]
    if len(owner) > 60 or "(" in owner or "\n" in owner:
        return ()
    containers = tuple(
        part for part in owner.split(".") if part not in {"prototype", "this", "self", "window"}
    )
    if name == "prototype" and value is not None and value.type == "object":
        return (Found(statement, body=value, opens=ScopeKind.TYPE, containers=containers),)
    is_made = value is not None and value.type in {"object", "call_expression"} and not _is_import(value)
    is_made = is_made and containers[:1] not in _OF_THE_PLATFORM
    plain = SymbolKind.VARIABLE if is_made and scope.kind is ScopeKind.FILE else SymbolKind.METHOD
    found = list(assigned(statement, at, value, scope, plain))
    for one in found:
        one.containers = containers
    return found


def _whole_export(statement: Node, value: Node | None, scope: Scope) -> Iterable[Found]:
    if value is None:
        return ()
    if value.type == "object":
        return (Found(statement, body=value, opens=ScopeKind.TYPE),)
    if value.type == "call_expression":
        inside, opens = call_inside(value)
        return (Found(statement, inside=inside, opens=opens),) if inside else ()
    name = value.child_by_field_name("name") if value.type in FUNCTIONS or value.type == "class" else None
    at = name or first_child(value)
    if at is None:
        return ()
    found = list(assigned(statement, at, value, scope, SymbolKind.METHOD))
    for one in found:
        one.flags |= SymbolFlags.EXPORTED
        one.name = text_of(name) or "exports"
        one.kind = SymbolKind.FUNCTION if one.kind is SymbolKind.METHOD else one.kind
    return found


def _call(call: Node, scope: Scope) -> Iterable[Found]:
    """Describe test blocks, routes and named callbacks; look into immediately invoked functions."""
    callee, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if callee is None or arguments is None:
        return ()
    called = called_at_once(call)
    if called is not None:
        return (_invoked(call, called, arguments),)
    if callee.type == "parenthesized_expression":
        return ()
    functions = [argument for argument in arguments.children if argument.type in FUNCTIONS]
    if not functions:
        inside, opens = call_inside(call)
        is_worth_a_look = scope.kind is ScopeKind.FILE or opens is ScopeKind.TYPE
        return (Found(call, inside=inside, opens=opens),) if inside and is_worth_a_look else ()
    words = (
        text_of(callee).partition("(")[0].partition("`")[0].split(".")
        if callee.end_byte - callee.start_byte < 400
        else [""]
    )
    titled = _titled(call, words, arguments, functions[-1])
    if titled is not None:
        return (titled,)
    found = [
        one
        for function in functions
        if function.child_by_field_name("name")
        for one in _default(function, scope)
    ]
    if found or (scope.kind is ScopeKind.FUNCTION and words[0] not in {"beforeEach", "before"}):
        return found
    inside, opens = function_inside(functions[-1])
    return (Found(call, inside=inside, opens=opens),)


def _invoked(call: Node, called: Node, arguments: Node) -> Found:
    """Look into a function that is called at once, and into the functions that it is given."""
    # Its argument may be the whole library: `(function (make) {...})(function () {...})`.
    given = (bare(argument) for argument in arguments.children if argument.is_named)
    functions = [called, *(one for one in given if one is not None and one.type in FUNCTIONS)]
    bodies = tuple(body for body in map(body_of, functions) if body is not None)
    return Found(call, inside=bodies, opens=ScopeKind.FILE)


def _titled(call: Node, callee: list[str], arguments: Node, function: Node) -> Found | None:
    """Describe a test block or a route, which a string names, with its function; None for other calls."""
    first = first_named(arguments)
    title = text_of(first)[1:-1] if first is not None and first.type in {"string", "template_string"} else ""
    is_test = callee[0] in _TEST_BLOCKS
    if not title or not (is_test or (len(callee) > 1 and callee[-1] in _VERBS)):
        return None
    inside, opens = function_inside(function)
    return Found(
        call,
        first,
        SymbolKind.FUNCTION,
        name=title if is_test else f"{callee[-1]} {title}",
        head_end=head_end_of(call, body_of(function)),
        inside=inside,
        opens=opens,
        flags=SymbolFlags.TEST if is_test else SymbolFlags.NONE,
    )


def _exported(found: Found, before: str, scope: Scope) -> bool:
    if scope.kind is ScopeKind.FILE:
        return found.node.type == "export_statement" or bool(found.flags & SymbolFlags.EXPORTED)
    words = before.split()
    return not (found.name.startswith(("#", "_")) or "private" in words or "protected" in words)


def _made_object(node: Node, scope: Scope) -> Iterable[Found]:
    """Look into `export default make({...})` and `export default memo(function Name() {...})`."""
    wrapped = wrapped_function(node)
    if wrapped is not None:
        return _default(wrapped, scope)
    inside, opens = call_inside(node, MAX_CALLS)
    return (Found(node, inside=inside, opens=opens),) if inside else ()


_DECLARED = SymbolFlags.DECLARATION
_FUNCTION = definition(SymbolKind.FUNCTION, opens=ScopeKind.FUNCTION)
_CLASS = definition(SymbolKind.CLASS, opens=ScopeKind.TYPE)
RULES = Rules(
    nodes={
        "comment": Role.COMMENT,
        "decorator": Role.ATTRIBUTE,
        "export_statement": Role.WRAP,
        "ambient_declaration": Role.WRAP,
        "function_declaration": _FUNCTION,
        "generator_function_declaration": _FUNCTION,
        "function_signature": definition(SymbolKind.FUNCTION, without_body=_DECLARED),
        "class_declaration": _CLASS,
        "abstract_class_declaration": _CLASS,
        "class": _class,
        "method_definition": _method,
        "method_signature": _method,
        "abstract_method_signature": _method,
        "field_definition": _field,
        "public_field_definition": _field,
        "property_signature": property_,
        "interface_declaration": definition(SymbolKind.INTERFACE, opens=ScopeKind.TYPE),
        "type_alias_declaration": type_alias,
        "enum_declaration": enum,
        "property_identifier": member,
        "enum_assignment": member,
        "module": namespace,
        "internal_module": namespace,
        "lexical_declaration": _variables,
        "variable_declaration": _variables,
        "expression_statement": _statement,
        "pair": _pair,
        "object": Role.ENTER,
        "arrow_function": _default,
        "function_expression": _default,
        "call_expression": _made_object,
        "return_statement": Role.ENTER,
        "statement_block": Role.ENTER,
        "if_statement": Role.ENTER,
        "else_clause": Role.ENTER,
        "try_statement": Role.ENTER,
        "ERROR": Role.ENTER,
    },
    exported=_exported,
    export_list=export_list,
    attributes=frozenset({"decorator"}),
    prepare=readable,
    inner_marks=(b"function", b"=>", b"class "),
    hidden_types=frozenset(
        {
            "function_declaration",
            "generator_function_declaration",
            "class_declaration",
            "interface_declaration",
            "enum_declaration",
        }
    ),
    hidden_marks={b"": (b"function ", b"function* ", b"class ", b"interface ", b"enum ")},
    piece_contexts=(ALONE, IN_CLASS, (b"interface C {\n", b"}"), (b"x = {\n", b"}")),
)
