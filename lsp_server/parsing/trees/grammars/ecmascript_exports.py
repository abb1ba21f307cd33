"""Which names a JavaScript or TypeScript file exports separately from their declarations."""

from collections.abc import Iterator

from tree_sitter import Node

from lsp_server.parsing.trees.rules import child_of_type, first_child, text_of

_WHOLE = frozenset({"module.exports", "exports"})
_DECLARATIONS = frozenset({"variable_declaration", "lexical_declaration"})


def export_list(root: Node) -> frozenset[str] | None:
    """Return the names in `export {...}`, `export default name` and `module.exports = ...`."""
    names: set[str] = set()
    for node in root.children:
        kind = node.type
        if kind == "export_statement":
            names.update(_of_statement(node))
        elif kind == "expression_statement":
            expression = first_child(node)
            if expression is not None and expression.type == "assignment_expression":
                names.update(_of_assignment(expression))
        elif kind in _DECLARATIONS:
            names.update(_of_declaration(node))
    return frozenset(names) if names else None


def _of_statement(node: Node) -> Iterator[str]:
    clause = child_of_type(node, "export_clause")
    for specifier in clause.children if clause is not None else ():
        if specifier.type == "export_specifier":
            yield text_of(specifier.child_by_field_name("name"))
    value = node.child_by_field_name("value")
    if value is not None and value.type == "identifier":
        yield text_of(value)


def _of_assignment(assignment: Node) -> Iterator[str]:
    value: Node | None = assignment
    is_export = False
    for _ in range(5):
        if value is None or value.type != "assignment_expression":
            break
        target = value.child_by_field_name("left")
        if target is not None and target.type in {"member_expression", "identifier"}:
            is_export |= text_of(target) in _WHOLE or text_of(target).startswith(
                ("exports.", "module.exports.")
            )
        value = value.child_by_field_name("right")
    if not is_export or value is None:
        return
    if value.type == "identifier":
        yield text_of(value)
    elif value.type == "object":
        yield from _of_object(value)


def _of_declaration(node: Node) -> Iterator[str]:
    for declarator in node.children:
        value = declarator.child_by_field_name("value")
        target = (
            value.child_by_field_name("left")
            if value is not None and value.type == "assignment_expression"
            else None
        )
        if text_of(target) in _WHOLE:
            yield text_of(declarator.child_by_field_name("name"))


def _of_object(value: Node) -> Iterator[str]:
    for child in value.children:
        if child.type == "shorthand_property_identifier":
            yield text_of(child)
        elif child.type == "pair":
            held = child.child_by_field_name("value")
            if held is not None and held.type == "identifier":
                yield text_of(held)
