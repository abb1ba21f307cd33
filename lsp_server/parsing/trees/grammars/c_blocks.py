"""What a macro opens in C and C++: tests, system calls, methods of an interpreter's classes."""

from collections.abc import Iterable

from tree_sitter import Node

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.parsing.trees.rules import Found, Scope, ScopeKind, child_of_type, first_child, text_of

_TITLED_TESTS = frozenset({"TEST_CASE", "TEST_CASE_METHOD", "SCENARIO", "SCENARIO_METHOD"})
_TITLES = ("string_literal", "concatenated_string", "raw_string_literal")


def macro_block(node: Node, declarator: Node, at: Node, head_end: int) -> Iterable[Found]:
    """Describe `TEST(Suite, Name) {` and other blocks that a macro opens."""
    parameters = child_of_type(declarator, "parameter_list")
    words = (
        [text_of(child) for child in parameters.children if child.is_named] if parameters is not None else []
    )
    macro = text_of(at)
    if not words or not all(word.replace("_", "").isalnum() for word in words):
        return ()
    flags = SymbolFlags.TEST if "TEST" in macro or "BENCHMARK" in macro else SymbolFlags.NONE
    owner = tuple(words[:-1])[-1:]
    kind = SymbolKind.FUNCTION
    return (Found(node, parameters, kind, name=words[-1], head_end=head_end, containers=owner, flags=flags),)


def called_block(node: Node, scope: Scope) -> Iterable[Found]:
    """Describe what a macro opens where it reads as a call and the block after it.

    A test `TEST_CASE("title", "[tag]") {`, or a function `SYSCALL_DEFINE1(close, unsigned int, fd) {`.
    """
    call, block = first_child(node), node.next_sibling
    if call is None or call.type != "call_expression" or block is None or block.type != "compound_statement":
        return ()
    if scope.kind is not ScopeKind.FILE:
        return ()
    macro, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    title = child_of_type(arguments, *_TITLES)
    if title is not None and text_of(macro) in _TITLED_TESTS:
        name, at, flags = text_of(title).strip('"'), title, SymbolFlags.TEST
    else:
        words = [child for child in arguments.children if child.is_named] if arguments is not None else []
        is_indented = node.start_point.column > 0  # as a loop in a function is that could not be read
        if is_indented or not words or not text_of(macro).isupper():
            return ()
        # Macros that define something put its name first; macros for methods put the class first.
        at = words[0] if "DEFINE" in text_of(macro) else words[-1]
        if at.type != "identifier":
            return ()
        name, flags = text_of(at), SymbolFlags.NONE
    head_end, end = block.start_byte, block.end_byte
    return (Found(node, at, SymbolKind.FUNCTION, name=name, head_end=head_end, flags=flags, end=end),)
