"""C and C++: declarators, classes with their access sections, macros."""

from collections.abc import Iterable, Mapping

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.grammars.c_blocks import called_block, macro_block
from lsp_server.parsing.trees.grammars.c_conditionals import first_branches
from lsp_server.parsing.trees.grammars.c_macros import readable_cpp, without_macros
from lsp_server.parsing.trees.rules import (
    ALONE,
    DIRECTIVES,
    Finder,
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

_NAMES = frozenset(
    {
        "identifier",
        "field_identifier",
        "type_identifier",
        "qualified_identifier",
        "destructor_name",
        "operator_name",
        "operator_cast",
        "template_function",
        "template_method",
        "namespace_identifier",
    }
)
_TYPES = {
    "class_specifier": SymbolKind.CLASS,
    "struct_specifier": SymbolKind.STRUCT,
    "union_specifier": SymbolKind.STRUCT,
    "enum_specifier": SymbolKind.ENUM,
}
_DECLARATORS = frozenset(
    {
        "function_declarator",
        "pointer_declarator",
        "block_pointer_declarator",
        "array_declarator",
        "reference_declarator",
        "parenthesized_declarator",
        "init_declarator",
    }
)
_HIDDEN = frozenset({"private", "protected", "hidden"})
_DECLARED = SymbolFlags.DECLARATION
_KEYWORDS = frozenset({
    "bool", "char", "const", "double", "else", "enum", "float", "for", "if", "int", "long", "return", "short",
    "signed", "sizeof", "static", "struct", "switch", "union", "unsigned", "void", "while",
})  # fmt: skip


def _declared(node: Node) -> tuple[Node | None, bool]:
    """Return the node of the name that a declarator declares, and whether it declares a function."""
    is_function = False
    current: Node | None = node
    for _ in range(24):
        if current is None or current.type in _NAMES:
            break
        if current.type == "function_declarator":
            inner = current.child_by_field_name("declarator")
            is_function = inner is not None and not _is_pointer(inner)
        following = current.child_by_field_name("declarator")
        current = following or child_of_type(current, *_NAMES, *_DECLARATORS)
    if current is None or current.type not in _NAMES or _is_keyword(current):
        return None, False
    return current, is_function or current.type == "operator_cast"


def _is_pointer(declarator: Node) -> bool:
    """Tell `(*f)` from `f` and `(f)`."""
    return declarator.type == "parenthesized_declarator" and child_of_type(declarator, *_NAMES) is None


def _is_keyword(at: Node) -> bool:
    """Say whether an apparent name is a keyword: the grammar was misled then, mostly by a macro."""
    return at.end_byte - at.start_byte <= 8 and text_of(at) in _KEYWORDS


def _parted(at: Node) -> tuple[tuple[str, ...], Node]:
    """Split `a::Foo<T>::bar` into its containers and the last name."""
    containers: list[str] = []
    for _ in range(16):
        if at.type != "qualified_identifier":
            break
        scope, name = at.child_by_field_name("scope"), at.child_by_field_name("name")
        if scope is not None:
            containers.append(text_of(scope).partition("<")[0])
        if name is None:
            break
        at = name
    if at.type in {"template_function", "template_method"}:
        at = at.child_by_field_name("name") or at
    return tuple(containers), at


def _called(at: Node) -> str:
    """Return the name as written; for a conversion operator, without its parameters."""
    return text_of(at).partition("(")[0].strip() if at.type == "operator_cast" else text_of(at)


def _function(node: Node, scope: Scope) -> Iterable[Found]:
    declarator, body = node.child_by_field_name("declarator"), node.child_by_field_name("body")
    kind = node.child_by_field_name("type")
    if declarator is None:
        return ()
    head_end = head_end_of(node, body)
    if kind is not None and kind.type == "qualified_identifier":
        containers, last = _parted(kind)
        if text_of(last) == "operator":
            # `constexpr A::operator int() const` is parsed as a function `int` that returns `A::operator`.
            name = f"operator {text_of(declarator.child_by_field_name('declarator'))}"
            return (
                Found(node, last, SymbolKind.METHOD, name=name, head_end=head_end, containers=containers),
            )
    at, is_function = _declared(declarator)
    if at is None:
        return ()
    if not is_function and kind is not None and kind.type in _TYPES and body is not None:
        # `class EXPORT_MACRO Name : Base {` is parsed as a function that returns a class.
        access = "private" if kind.type == "class_specifier" else "public"
        return (Found(node, at, _TYPES[kind.type], body=body, opens=ScopeKind.TYPE, access=access),)
    if kind is None and at.type == "identifier" and text_of(at).isupper() and is_function:
        is_constructor = scope.kind is ScopeKind.TYPE and scope.containers[-1:] == (text_of(at),)
        if not is_constructor:
            return macro_block(node, declarator, at, head_end)
    flags = declared_without(body or child_of_type(node, "default_method_clause"))
    return (_callable(node, at, scope, head_end, flags),)


def _callable(node: Node, at: Node, scope: Scope, head_end: int, flags: SymbolFlags) -> Found:
    containers, last = _parted(at)
    name = _called(last)
    owner = (containers or (scope.containers if scope.kind is ScopeKind.TYPE else ()))[-1:]
    kind = SymbolKind.FUNCTION
    if any(owner):
        kind = SymbolKind.CONSTRUCTOR if owner == (name,) else SymbolKind.METHOD
    return Found(node, last, kind, name=name, head_end=head_end, containers=containers, flags=flags)


def _type(node: Node, scope: Scope) -> Iterable[Found]:
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if body is None:
        return ()
    if at is None:
        # Members of an anonymous type belong to what encloses it.
        return (Found(node, body=body, opens=scope.kind, access=scope.access),)
    access = "private" if node.type == "class_specifier" else "public"
    containers, last = _parted(at)
    name, kind, opens = text_of(last).partition("<")[0], _TYPES[node.type], ScopeKind.TYPE
    return (Found(node, last, kind, name=name, body=body, opens=opens, containers=containers, access=access),)


def _declaration(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe prototypes, variables, fields, and a type that the declaration defines inline."""
    if scope.kind is ScopeKind.FUNCTION:
        return
    kind = node.child_by_field_name("type")
    declarators = node.children_by_field_name("declarator")
    if kind is not None and kind.type in _TYPES and kind.child_by_field_name("body") is not None:
        for one in _type(kind, scope):
            if len(declarators) == 0:
                one.node = node
            yield one
    for declarator in declarators:
        at, is_function = _declared(declarator)
        if at is None:
            continue
        if is_function:
            yield _callable(node, at, scope, node.end_byte, _DECLARED)
        elif scope.kind is ScopeKind.TYPE:
            yield Found(node, at, SymbolKind.FIELD, name=_called(at))
        elif at.type in {"identifier", "qualified_identifier"}:
            words = text_of(node)[:120].split()
            shown = SymbolKind.CONSTANT if "const" in words or "constexpr" in words else SymbolKind.VARIABLE
            containers, last = _parted(at)
            flags = _DECLARED if words[0] == "extern" else SymbolFlags.NONE
            yield Found(node, last, shown, containers=containers, flags=flags)


def _typedef(node: Node, scope: Scope) -> Iterable[Found]:
    kind, declarators = node.child_by_field_name("type"), node.children_by_field_name("declarator")
    found: list[Found] = []
    if kind is not None and kind.type in _TYPES and (body := kind.child_by_field_name("body")) is not None:
        at, _ = _declared(declarators[0]) if declarators else (None, False)
        at = at or kind.child_by_field_name("name")
        if at is not None:
            tail = (declarators[0].start_byte, declarators[-1].end_byte) if declarators else None
            found.append(Found(node, at, _TYPES[kind.type], body=body, opens=ScopeKind.TYPE, tail=tail))
            found += _tag(kind, text_of(at), body)
            declarators = declarators[1:]
    for declarator in declarators:
        at, _ = _declared(declarator)
        if at is not None and scope.kind is not ScopeKind.FUNCTION:
            found.append(Found(node, at, SymbolKind.CLASS))
    return found


def _tag(kind: Node, name: str, body: Node) -> Iterable[Found]:
    """Describe the tag of a type that a typedef names otherwise: `struct filemark {...} fmark_T`."""
    tag = kind.child_by_field_name("name")
    if tag is None or text_of(tag) == name:
        return ()
    return (Found(kind, tag, _TYPES[kind.type], head_end=body.start_byte, flags=_DECLARED, end=tag.end_byte),)


def _constant_macro(node: Node, scope: Scope) -> Iterable[Found]:
    at, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if at is None or value is None or scope.kind is ScopeKind.FUNCTION:
        return ()
    return (Found(node, at, SymbolKind.CONSTANT),)


def _namespace(node: Node, _scope: Scope) -> Iterable[Found]:
    """Look into a namespace: it encloses everything in every file, so it is not worth a symbol."""
    at, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if body is None:
        return ()
    names = text_of(at).split("::") if at is not None else ()
    containers = tuple(name.removeprefix("inline").strip() if " " in name else name for name in names)
    access = "" if at is not None else "hidden"
    return (Found(node, body=body, opens=ScopeKind.FILE, containers=containers, access=access),)


def _section(node: Node, scope: Scope) -> Iterable[Found] | Role:
    word = text_of(node).strip(" :\n").partition(":")[0].strip()
    if word in {"public", "private", "protected"}:
        scope.access = word
    return Role.ENTER if node.type == "labeled_statement" else ()


def _exported(_found: Found, before: str, scope: Scope) -> bool:
    return scope.access not in _HIDDEN and "static" not in before.split()[:3]


def _exported_cpp(found: Found, before: str, scope: Scope) -> bool:
    """Say whether a symbol is public: outside a class, `static` hides it."""
    return scope.access not in _HIDDEN and (scope.kind is ScopeKind.TYPE or _exported(found, before, scope))


NODES: Mapping[str, Role | Finder] = {
    "comment": Role.COMMENT,
    "function_definition": _function,
    "declaration": _declaration,
    "field_declaration": _declaration,
    "expression_statement": called_block,
    "type_definition": _typedef,
    **dict.fromkeys(_TYPES, _type),
    "enumerator": definition(SymbolKind.ENUM_MEMBER, body=()),
    "preproc_def": _constant_macro,
    "preproc_function_def": definition(SymbolKind.FUNCTION, body="value"),
    "preproc_if": Role.ENTER,
    "preproc_ifdef": Role.ENTER,
    "preproc_elif": Role.ENTER,
    "preproc_else": Role.ENTER,
    "linkage_specification": Role.ENTER,
    "declaration_list": Role.ENTER,
    "ERROR": Role.ENTER,
}

C = Rules(
    nodes=NODES,
    exported=_exported,
    prepare=without_macros,
    choose_branches=first_branches,
    piece_contexts=(ALONE, (b"struct C {\n", b"};")),
    directives=DIRECTIVES,
)
CPP = Rules(
    nodes={
        **NODES,
        "template_declaration": Role.WRAP,
        "inline_method_definition": _function,
        "friend_declaration": Role.WRAP,
        "alias_declaration": definition(SymbolKind.CLASS, body=()),
        "concept_definition": definition(SymbolKind.INTERFACE, body=()),
        "namespace_definition": _namespace,
        "access_specifier": _section,
        "labeled_statement": _section,
    },
    exported=_exported_cpp,
    attributes=frozenset({"attribute_declaration"}),
    prepare=readable_cpp,
    choose_branches=first_branches,
    piece_contexts=(ALONE, (b"class C {\n", b"};")),
    directives=DIRECTIVES,
)
