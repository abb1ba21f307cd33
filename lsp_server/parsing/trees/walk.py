"""Walks a syntax tree by a language's rules and collects its definitions with their leading comments."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.symbols import MAX_CONTAINERS, MAX_DECLARED_NAME
from lsp_server.parsing.trees.rules import Found, Role, Rules, Scope, ScopeKind, found_by

_MAX_LEVELS = 150
"""How many levels of nested definitions and blocks are followed."""
_ATTRIBUTE_STARTS = frozenset(b"@#[")
_EXPORTED, _TEST, _DECLARATION = (
    int(SymbolFlags.EXPORTED),
    int(SymbolFlags.TEST),
    int(SymbolFlags.DECLARATION),
)
_MAX_WRAPPERS = 8
_HEAD_BYTES = 2000
_BLANK = b" \t\r\n\f\v"
_NOT_LEADING = (b"//!", b"/*!", b"#!/")
"""How comments begin that are about the file: inner documentation, and the program that runs a script."""
_OPENS = (b"{", b"(", b"[", b"]", b",", b"*/")
"""What ends before a comment that belongs to what follows it, though it does not begin its line."""
_MACRO = re.compile(rb"\n?[ \t]*\S[^\n]*")
_BEFORE_TRAILING = re.compile(rb"[ \t]*+[;,]?[ \t]*+")
"""What may be between a definition and the comment behind it: `int limit; // how often`."""


@dataclass(slots=True)
class Definition:
    """A definition with everything that the walk found out about it.

    Attributes:
        found: The rule's description.
        kind: Its kind.
        containers: Names of the enclosing definitions.
        flags: All flags, as a plain number: operations on flags are slow.
        start: Byte offset of the first leading comment or attribute.
        code_start: Byte offset of the first attribute or the signature.
        head_start: Byte offset of the signature.
        end: Byte offset of its end.
        comments: Byte ranges of the leading comments; where there are none, of those behind it.
        docs: The node of a docstring or documentation attribute.
    """

    found: Found
    kind: SymbolKind
    containers: tuple[str, ...]
    flags: int
    start: int
    code_start: int
    head_start: int
    end: int
    comments: list[tuple[int, int]]
    docs: Node | None

    @property
    def is_test(self) -> bool:
        """Whether it is a test or is in one."""
        return bool(self.flags & _TEST)


@dataclass(slots=True)
class Level:
    """One list of siblings in progress."""

    nodes: Iterator[Node]
    scope: Scope
    leading: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Walker:
    """The walk of one file: its constants, and the definitions found so far.

    Attributes:
        rules: Its language's rules.
        source: The source.
        prepared: The source as the grammar reads it, before any repair.
        export_list: The names that it lists as exported.
        done: The definitions.
    """

    rules: Rules
    source: bytes
    prepared: bytes
    export_list: frozenset[str] | None
    done: list[Definition] = field(default_factory=list)

    def run(self, level: Level) -> None:
        """Collect the definitions of a list of siblings and of what they enclose."""
        levels = [level]
        while levels:
            inner = self.advance(levels[-1])
            if inner is None:
                leading = levels.pop().leading
                # Some grammars end a list before the comments that belong to what follows it.
                if levels and levels[-1].leading[-1:] != leading[-1:]:  # else `swallowed` has given them
                    levels[-1].leading.extend(leading)
            elif len(levels) < _MAX_LEVELS:
                levels.extend(reversed(inner))

    def advance(self, level: Level) -> list[Level] | None:
        """Collect the definitions of a level up to the first node that has more inside; None at its end."""
        roles, scope, leading = self.rules.nodes, level.scope, level.leading
        for node in level.nodes:
            rule = roles.get(node.type)
            if rule is None:
                leading.clear()
                continue
            found = (
                _apply(rule, node, scope, self.rules)
                if isinstance(rule, Role)
                else found_by(rule, node, scope)
            )
            if found is Role.COMMENT and not leading and self.attach_trailing(node):
                continue
            if found is Role.COMMENT or found is Role.ATTRIBUTE:
                leading.append(node)
                continue
            inner: list[Level] = []
            if isinstance(found, Role):
                inner.append(Level(iter(node.children), scope, leading.copy()))
            else:
                for one in found:
                    self.take(one, level, inner)
            leading.clear()
            if self.rules.swallows_comments:
                column = node.start_point.column
                leading += [one for one in self.swallowed(node) if one.start_point.column == column]
            if inner:
                return inner
        return None

    def take(self, one: Found, level: Level, inner: list[Level]) -> None:
        """Keep a definition, if it is one, and record the nodes to look into."""
        is_definition = one.kind is not None and one.name
        if is_definition:
            done = self.describe(one, level.leading, level.scope)
            self.done.append(done)
        if is_looked_into(one, self.source, self.rules):
            scope = _scope_inside(one, done) if is_definition else _bare_scope(one, level.scope)
            inner.extend(Level(iter(body.children), scope) for body in one.inside)

    def describe(self, one: Found, leading: list[Node], scope: Scope) -> Definition:
        """Work out a definition's ranges, comments and flags."""
        rules, source = self.rules, self.source
        assert one.kind is not None
        start = one.node.start_byte
        head_start = _head_start(one.node, rules.attributes) if source[start] in _ATTRIBUTE_STARTS else start
        run = self.leading_run(leading, start) if leading else ()
        comments: list[tuple[int, int]] = []
        code_start = 0
        docs = one.docs
        for node, end in run:
            if rules.nodes.get(node.type) is Role.COMMENT:
                comments.append((node.start_byte, end))
                continue
            code_start = code_start or node.start_byte
            if rules.attribute_docs is not None:
                docs = rules.attribute_docs(node) or docs
        code_start = code_start or start
        end = one.end or one.node.end_byte
        if rules.swallows_comments:
            end = next((comment.start_byte for comment in self.swallowed(one.node)), end)
        while end > start + 1 and source[end - 1] in _BLANK:
            end -= 1
        return Definition(
            found=one,
            kind=one.kind,
            containers=enclosed(scope.containers, *one.containers) if one.containers else scope.containers,
            flags=self.flags(one, code_start, scope),
            start=run[0][0].start_byte if run else start,
            code_start=code_start,
            head_start=head_start,
            end=end,
            comments=comments,
            docs=docs,
        )

    def attach_trailing(self, comment: Node) -> bool:
        """Give a comment to the definition that it stands behind; False if there is none."""
        if not self.done:
            return False
        last, source, begin = self.done[-1], self.source, comment.start_byte
        end = begin + len(source[begin : comment.end_byte].rstrip())
        if last.comments and last.comments[0][0] >= last.end:
            # More lines of the one before.
            before, upper = last.comments[-1]
            is_next = source[upper:begin].strip(b" \t\r") == b"\n"
            fits = is_next and _column(source, before) == _column(source, begin)
        else:
            is_bare = not last.comments and last.docs is None
            is_one_line = source.find(b"\n", last.start, last.end) < 0
            between = source[last.end : begin]
            fits = is_bare and is_one_line and begin >= last.end and bool(_BEFORE_TRAILING.fullmatch(between))
        if not fits or source[end : end + 200].partition(b"\n")[0].strip():
            return False
        last.comments.append((begin, end))
        return True

    def swallowed(self, node: Node) -> list[Node]:
        """Return the comments that end a node though they are indented no deeper than it."""
        roles, column, last = self.rules.nodes, node.start_point.column, node
        while (child := last.child(last.child_count - 1) if last.child_count else None) is not None:
            if roles.get(child.type) is Role.COMMENT:
                break
            last = child
        run = takewhile(
            lambda one: roles.get(one.type) is Role.COMMENT and one.start_point.column <= column,
            reversed(last.children),
        )
        return [*run][::-1]

    def leading_run(self, leading: Sequence[Node], start: int) -> list[tuple[Node, int]]:
        """Return the comments and attributes directly before byte `start`, each with its end."""
        source = self.source
        run: list[tuple[Node, int]] = []
        upper = start
        for node in reversed(leading):
            begin = node.start_byte
            end = begin + len(source[begin : node.end_byte].rstrip())
            between = source[end:upper]
            opener = source[begin : begin + 3]
            gap = 2 if opener == b"/**" else 1
            if between.strip() and not self.prepared[end:upper].strip():
                between, gap = _MACRO.sub(b"", between), 1
            is_comment = self.rules.nodes.get(node.type) is Role.COMMENT
            # An attribute belongs to what follows it, however far below that is.
            is_bound = not is_comment and opener[0] in _ATTRIBUTE_STARTS
            is_near = is_bound or between.count(b"\n") <= gap
            if between.strip() or not is_near or opener.startswith(_NOT_LEADING):
                break
            line_start = source.rfind(b"\n", max(0, begin - 400), begin) + 1
            before = source[line_start:begin].rstrip()
            # `First, // about the first` ends a line, `f(a, /* about b */ b)` does not.
            is_after_comma = before.endswith(b",") and b"\n" in between
            if before and (is_after_comma or not before.endswith(_OPENS)):
                break
            run.append((node, end))
            upper = begin
        run.reverse()
        return run

    def flags(self, one: Found, code_start: int, scope: Scope) -> int:
        """Ask the language's rules what is exported and what is a test."""
        rules, flags = self.rules, int(one.flags)
        name_start = one.name_node.start_byte if one.name_node is not None else code_start
        if scope.exported and rules.exported(one, self.text(code_start, name_start), scope):
            flags |= _EXPORTED
        if self.export_list is not None and not scope.containers:
            if (one.containers[0] if one.containers else one.name) in self.export_list:
                flags |= _EXPORTED
            elif rules.only_listed:
                flags &= ~_EXPORTED
        if scope.tested or (rules.tested and rules.tested(one, self.text(code_start, one.head_end))):
            flags |= _TEST
        return flags

    def text(self, start: int, end: int) -> str:
        """Return the text between two bytes, or its first part when it is long."""
        return self.source[start : min(end, start + _HEAD_BYTES)].decode("utf-8", "replace")


def is_looked_into(one: Found, source: bytes, rules: Rules) -> bool:
    """Tell whether there may be definitions inside a definition, by the marks for a function's body."""
    if not one.inside or one.opens is not ScopeKind.FUNCTION or not rules.inner_marks:
        return bool(one.inside)
    start, end = one.inside[0].start_byte, one.inside[-1].end_byte
    return any(source.find(mark, start, end) >= 0 for mark in rules.inner_marks)


def merge_neighbours(definitions: list[Definition]) -> list[Definition]:
    """Merge neighbours with the same name: the equations of a function and its type signature.

    Args:
        definitions: In order of their start.
    """
    merged: list[Definition] = []
    for one in definitions:
        last = merged[-1] if merged else None
        if last is not None and _is_continued(last, one):
            last.end = one.end
            last.flags &= one.flags | ~_DECLARATION
        else:
            merged.append(one)
    return merged


def _is_continued(last: Definition, one: Definition) -> bool:
    mergeable = {SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTANT}
    return (
        last.found.name == one.found.name
        and last.containers == one.containers
        and last.end <= one.start
        and last.kind in mergeable
        and one.kind in mergeable
        and (not one.flags & _TEST or bool(last.flags & _DECLARATION))
    )


def _apply(rule: Role, node: Node, scope: Scope, rules: Rules) -> Iterable[Found] | Role:
    """Unwrap wrappers, whose extent the definition takes over; other roles stay."""
    if rule is not Role.WRAP:
        return rule
    wrapper: Node | None = node
    for _ in range(_MAX_WRAPPERS):
        if wrapper is None:
            break
        found, wrapper = _unwrapped(wrapper, scope, rules)
        if found is Role.ENTER:
            return found
        if not isinstance(found, Role) and found:
            found[0].node = node
            return found
    return ()


def _unwrapped(wrapper: Node, scope: Scope, rules: Rules) -> tuple[list[Found] | Role, Node | None]:
    """Return what a wrapper's children define, and the wrapper among these children."""
    found: list[Found] = []
    within: Node | None = None
    for child in wrapper.children:
        rule = rules.nodes.get(child.type)
        if rule is Role.WRAP:
            within = child
        elif rule is Role.ENTER:
            return Role.ENTER, None
        elif rule is not None and not isinstance(rule, Role):
            result = found_by(rule, child, scope)
            if not isinstance(result, Role):
                found.extend(result)
    return found, within


def enclosed(containers: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """Return the names around what stands in something, itself in `containers`: the innermost, cut."""
    return (*containers, *(name[:MAX_DECLARED_NAME] for name in names))[-MAX_CONTAINERS:]


def _scope_inside(one: Found, done: Definition) -> Scope:
    return Scope(
        containers=enclosed(done.containers, one.name),
        kind=one.opens,
        exported=one.opens is not ScopeKind.FUNCTION and bool(done.flags & _EXPORTED),
        tested=bool(done.flags & _TEST),
        access=one.access,
        owner=one.node,
    )


def _bare_scope(one: Found, scope: Scope) -> Scope:
    """Return the scope inside something that isn't a symbol itself, like Rust's `impl`."""
    return Scope(
        containers=enclosed(scope.containers, *one.containers),
        kind=one.opens,
        exported=scope.exported,
        tested=scope.tested or bool(int(one.flags) & _TEST),
        access=one.access,
        owner=one.node,
    )


def _column(source: bytes, at: int) -> int:
    return at - source.rfind(b"\n", 0, at)


def _head_start(node: Node, attributes: frozenset[str]) -> int:
    """Return where the signature begins after the attributes that are part of the node."""
    for child in node.children:
        kind = child.type
        if kind in attributes:
            continue
        if kind in {"modifiers", "decorated_definition"}:
            for inner in child.children:
                if inner.type not in attributes:
                    return inner.start_byte
            continue
        return child.start_byte
    return node.start_byte
