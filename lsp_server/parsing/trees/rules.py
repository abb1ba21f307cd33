"""The vocabulary of a grammar's rules: what a node of the syntax tree means for the walk."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import Enum, auto

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind


class ScopeKind(Enum):
    """What directly encloses a definition; a function in a type is a method."""

    FILE = auto()
    TYPE = auto()
    FUNCTION = auto()


class Role(Enum):
    """The meaning of a node that isn't a definition itself."""

    COMMENT = auto()
    ATTRIBUTE = auto()
    """A sibling before a definition that belongs to it."""
    ENTER = auto()
    """Its children are visited as if they were in its place."""
    WRAP = auto()
    """It encloses one definition, which takes its extent: `export`, `template <...>`, decorators."""


@dataclass(slots=True)
class Scope:
    """Where the walk is.

    Attributes:
        containers: Names of the enclosing definitions, outermost first.
        kind: What directly encloses it.
        exported: Whether a definition in here can be visible from outside at all.
        tested: Whether everything in here is a test.
        access: The section of a type's body ("private"), where a language has sections; a rule may change it.
        owner: The enclosing node, for rules that want to look at it.
    """

    containers: tuple[str, ...] = ()
    kind: ScopeKind = ScopeKind.FILE
    exported: bool = True
    tested: bool = False
    access: str = ""
    owner: Node | None = None


_AS_WRITTEN = "\0"
_AT_THE_END = -1


@dataclass(slots=True)
class Found:
    """One definition as a rule describes it or, without a kind, just a node to look into.

    Attributes:
        node: Its extent without leading comments; a wrapper around it extends this.
        name_node: The node of its name.
        kind: None when only what is inside it counts.
        name: Unless it is the text of that node.
        body: Its body, which may hold more definitions; its signature ends there.
        head_end: Byte offset where its signature ends, unless that is where its body begins or its node ends.
        inside: Nodes whose children may hold more definitions, unless that is its body.
        opens: The kind of scope that its inside is.
        containers: Names between the scope and it, such as a receiver's type.
        flags: Flags that the rule knows already.
        docs: The node of its docstring's content.
        access: The access that its inside begins with.
        end: Byte offset of its end, if that isn't its node's.
        tail: Byte range after its body that belongs to its signature.
    """

    node: Node
    name_node: Node | None = None
    kind: SymbolKind | None = None
    _: KW_ONLY
    name: str = _AS_WRITTEN
    body: Node | None = None
    head_end: int = _AT_THE_END
    inside: tuple[Node, ...] = ()
    opens: ScopeKind = ScopeKind.FUNCTION
    containers: tuple[str, ...] = ()
    flags: SymbolFlags = SymbolFlags.NONE
    docs: Node | None = None
    access: str = ""
    end: int = 0
    tail: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Fill in what follows from the nodes."""
        if self.name == _AS_WRITTEN:
            self.name = text_of(self.name_node)
        if self.head_end == _AT_THE_END:
            self.head_end = head_end_of(self.node, self.body)
        if self.body is not None:
            self.inside = (self.body,)


ALONE = (b"", b"")
IN_CLASS = (b"class C {\n", b"}")
DIRECTIVES = re.compile(
    rb"^[ \t]*+#[ \t]*+(?:if|ifdef|ifndef|else|elif|elseif|endif|pragma|region|endregion|nullable)\b"
    rb"(?:[^\n]*+(?<=\\)\n)*+[^\n]*+",
    re.MULTILINE,
)

Finder = Callable[[Node, Scope], "Iterable[Found] | Role"]
Exported = Callable[[Found, str, Scope], bool]
Tested = Callable[[Found, str], bool]


@dataclass(frozen=True, slots=True)
class Rules:
    """How the definitions of one language are found.

    Attributes:
        nodes: Node type → its role or a function that describes it; other types are ignored.
        exported: Whether a definition is public, from itself, the text before its name (attributes
            included) and its scope.
        tested: Whether it is a test, from itself and the text up to its signature's end; None where nothing
            about a definition itself makes it a test.
        export_list: The names that the file itself lists as exported, or None without a list; None where
            files never have one.
        only_listed: Whether nothing else is exported at the top of a file that has such a list.
        attributes: Node types inside a definition that stand before its signature.
        attribute_docs: The documentation that an attribute holds, as Elixir's `@doc`.
        inner_marks: A function's body is only looked into when one of these occurs in its text; the walk of
            bodies would cost more than all the rest.
        hidden_types: Nodes that `nodes` has rules for and that are looked for wherever `hidden_marks` occur:
            in the arguments of calls, in lambdas, in loops.
        hidden_marks: What the source must hold for a search to pay → the words with which such a node begins
            or that it holds.
        hidden_lines: The same for nodes that no word tells; the opens is where a match ends.
        prepare: Changes what the grammar can't read, keeping every byte's place.
        choose_branches: For a source that is broken: leaves one branch of each conditional that the grammar
            can't read, keeping every byte's place.
        definition_lines: Where a definition begins in a source that is broken; groups: the indentation, the
            word that begins it, its name. Indentation then tells where it ends.
        piece_contexts: What may stand before and after a piece of a broken source, so that the grammar
            reads it on its own: nothing, or a type's head and its end. For languages with braces or `end`.
        directives: The preprocessor's lines, which a repair leaves out: they are indented on their own or not
            at all.
        swallows_comments: Whether its nodes may end with comments that belong to what follows them.
        merges_neighbours: Whether neighbours of one name are one definition, as a function's equations are.
    """

    nodes: Mapping[str, Role | Finder]
    exported: Exported
    tested: Tested | None = None
    export_list: Callable[[Node], frozenset[str] | None] | None = None
    only_listed: bool = False
    attributes: frozenset[str] = frozenset()
    attribute_docs: Callable[[Node], Node | None] | None = None
    inner_marks: tuple[bytes, ...] = ()
    hidden_types: frozenset[str] = frozenset()
    hidden_marks: Mapping[bytes, tuple[bytes, ...]] | None = None
    hidden_lines: re.Pattern[bytes] | None = None
    prepare: Callable[[bytes], bytes] | None = None
    choose_branches: Callable[[bytes], bytes] | None = None
    definition_lines: re.Pattern[bytes] | None = None
    piece_contexts: tuple[tuple[bytes, bytes], ...] = ()
    directives: re.Pattern[bytes] | None = None
    swallows_comments: bool = False
    merges_neighbours: bool = False


def found_by(rule: Finder, node: Node, scope: Scope) -> list[Found] | Role:
    """Return what a rule finds, without definitions whose name is missing: the source is broken there."""
    found = rule(node, scope)
    if isinstance(found, Role):
        return found
    return [one for one in found if one.kind is None or one.name_node is not None]


def text_of(node: Node | None) -> str:
    """Return a node's text; empty for None."""
    raw = node.text if node is not None else None
    return raw.decode("utf-8", "replace") if raw else ""


def first_child(node: Node | None) -> Node | None:
    """Return the first child, or None when there is none."""
    return node.children[0] if node is not None and node.child_count else None


def first_named(node: Node | None) -> Node | None:
    """Return the first child that isn't punctuation, or None when there is none."""
    if node is not None:
        for child in node.children:
            if child.is_named:
                return child
    return None


def child_of_type(node: Node | None, *types: str) -> Node | None:
    """Return the first child that has one of the types."""
    if node is not None:
        for child in node.children:
            if child.type in types:
                return child
    return None


def first_field(node: Node, *fields: str) -> Node | None:
    """Return the child in the first of these fields that the node has."""
    for field in fields:
        child = node.child_by_field_name(field)
        if child is not None:
            return child
    return None


def head_end_of(node: Node, body: Node | None) -> int:
    """Return where a definition's signature ends: where its body begins, or with the node if it has none."""
    return node.end_byte if body is None else body.start_byte


def declared_without(body: Node | None) -> SymbolFlags:
    """Return the flags of what is only declared if it has no body."""
    return SymbolFlags.DECLARATION if body is None else SymbolFlags.NONE


def definition(
    kind: SymbolKind,
    *,
    in_type: SymbolKind | None = None,
    body: str | tuple[str, ...] = "body",
    opens: ScopeKind | None = None,
    scopes: frozenset[ScopeKind] = frozenset(ScopeKind),
    without_body: SymbolFlags = SymbolFlags.NONE,
    access: str = "",
) -> Finder:
    """Return the rule of a plain definition.

    Args:
        kind: Its kind.
        in_type: Its kind in a type's body, if that is another one.
        body: The fields or node types of its body, tried in turn: the signature ends there. Empty for none.
        opens: The kind of scope that its body is; None if the body is not to be walked.
        scopes: The scopes in which it counts.
        without_body: Flags of a definition without a body.
        access: The access that its body begins with.
    """
    bodies = (body,) if isinstance(body, str) else body

    def find(node: Node, scope: Scope) -> Iterable[Found]:
        if scope.kind not in scopes:
            return ()
        block = first_field(node, *bodies) or child_of_type(node, *bodies)
        return (
            Found(
                node,
                node.child_by_field_name("name"),
                in_type if in_type is not None and scope.kind is ScopeKind.TYPE else kind,
                head_end=head_end_of(node, block),
                inside=(block,) if block is not None and opens is not None else (),
                opens=opens or ScopeKind.FUNCTION,
                flags=without_body if block is None else SymbolFlags.NONE,
                access=access,
            ),
        )

    return find
