"""Finds definitions that the rules' walk does not reach: inside calls, lambdas and loops.

Only words that may begin a definition ("fun ", "class ") are looked up, so the rest of a body costs nothing.
"""

import heapq
from collections.abc import Iterable, Iterator
from itertools import chain, count

from tree_sitter import Node

from lsp_server.parsing.trees.rules import Found, Role, Rules, Scope, ScopeKind, found_by
from lsp_server.parsing.trees.walk import Definition, Level, Walker, enclosed

_MAX_LOOKS = 5000
"""How many places of one source are looked at, at most."""
_MAX_DEPTH = 400
_MAX_LEADING = 20


def walk_all(root: Node, rules: Rules, source: bytes, prepared: bytes) -> list[Definition]:
    """Return the definitions under `root`, in no order.

    Args:
        root: The root of the source's tree.
        rules: Its language's rules.
        source: The source.
        prepared: The source as the grammar reads it, before any repair.
    """
    walker = Walker(
        rules, source, prepared, rules.export_list(root) if rules.export_list is not None else None
    )
    walker.run(Level(iter(root.children), Scope()))
    if rules.hidden_types:
        marks = _marks(source, rules)
        if marks:
            _Search(walker, root).look_at(marks)
    return walker.done


def _marks(source: bytes, rules: Rules) -> list[int]:
    """Return where a definition may begin, in order."""
    found: list[int] = []
    if rules.hidden_lines is not None:
        found.extend(match.end() - 1 for match in rules.hidden_lines.finditer(source))
    words = (words for guard, words in (rules.hidden_marks or {}).items() if guard in source)
    for word in chain.from_iterable(words):
        indent = len(word) - len(word.lstrip())
        at = source.find(word)
        while at >= 0:
            found.append(at + indent)
            at = source.find(word, at + 1)
    found.sort()
    return found


class _Search:
    """One pass through a source that keeps track of the innermost definition around each place."""

    def __init__(self, walker: Walker, root: Node) -> None:
        self._walker = walker
        self._root = root
        self._serial = count()
        self._ahead: list[tuple[int, int, int, Definition]] = []
        self._around: list[Definition] = []
        self._names: set[int] = set()
        self._looked: set[int] = set()
        self._meet(walker.done)

    def look_at(self, marks: list[int]) -> None:
        """Look for a definition around each of the places."""
        n_looks = 0
        for mark in marks:
            owner = self._owner(mark)
            if (
                owner is not None
                and owner.found.name_node is not None
                and mark < owner.found.name_node.end_byte
            ):
                continue  # the definition's own first word
            n_looks += 1
            if n_looks > _MAX_LOOKS:
                break
            node = self._hidden(mark, owner)
            if node is not None:
                self._take(node, owner)

    def _meet(self, definitions: list[Definition]) -> None:
        for one in definitions:
            heapq.heappush(self._ahead, (one.start, -one.end, next(self._serial), one))
            if one.found.name_node is not None:
                self._names.add(one.found.name_node.start_byte)

    def _owner(self, mark: int) -> Definition | None:
        while self._ahead and self._ahead[0][0] <= mark:
            self._around.append(heapq.heappop(self._ahead)[3])
        while self._around and self._around[-1].end <= mark:
            self._around.pop()
        return self._around[-1] if self._around else None

    def _hidden(self, mark: int, owner: Definition | None) -> Node | None:
        """Return the outermost node around a place, inside its owner, that is a definition not found yet."""
        rules = self._walker.rules
        node: Node | None = owner.found.node if owner is not None else self._root
        leaf = node and node.descendant_for_byte_range(mark, mark + 1)
        scope = _scope(owner)
        for _ in range(_MAX_DEPTH):
            if leaf is None or node is None or node == leaf:
                break
            node = node.child_with_descendant(leaf)
            if node is None or node.type not in rules.hidden_types or node.id in self._looked:
                continue
            rule = rules.nodes[node.type]
            found = rule if isinstance(rule, Role) else found_by(rule, node, scope)
            if not isinstance(found, Role) and self._is_new(found):
                return node
        return None

    def _is_new(self, found: Iterable[Found]) -> bool:
        return any(one.name_node is None or one.name_node.start_byte not in self._names for one in found)

    def _take(self, node: Node, owner: Definition | None) -> None:
        """Walk a node that the rules' walk did not reach."""
        self._looked.add(node.id)
        done = self._walker.done
        n_known = len(done)
        self._walker.run(Level(_with_leading(node, self._walker.rules), _scope(owner)))
        new = [
            one
            for one in done[n_known:]
            if one.found.name_node is None or one.found.name_node.start_byte not in self._names
        ]
        done[n_known:] = new
        self._meet(new)


def _with_leading(node: Node, rules: Rules) -> Iterator[Node]:
    """Yield the comments and attributes directly before a node, then the node."""
    leading: list[Node] = []
    before = node.prev_sibling
    if before is None and node.parent is not None:
        before = node.parent.prev_sibling  # Some grammars begin a list after its first comments.
    while before is not None and len(leading) < _MAX_LEADING:
        if rules.nodes.get(before.type) not in {Role.COMMENT, Role.ATTRIBUTE}:
            break
        leading.append(before)
        before = before.prev_sibling
    yield from reversed(leading)
    yield node


def _scope(owner: Definition | None) -> Scope:
    if owner is None:
        return Scope(kind=ScopeKind.FUNCTION, exported=False)
    return Scope(
        containers=enclosed(owner.containers, owner.found.name),
        kind=ScopeKind.FUNCTION,
        exported=False,
        tested=owner.is_test,
        owner=owner.found.node,
    )
