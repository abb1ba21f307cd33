"""Blanks the lines that break a source, so that the rest parses without errors; every byte keeps its offset.

While somebody types, braces may be missing, but the indentation is seldom wrong: by it, the source is cut
into pieces, which are parsed one by one. Only a piece that can't be parsed is cut further, and what remains
of it is blanked.
"""

import re
from dataclasses import dataclass, field

from tree_sitter import Language, Node

from lsp_server.parsing.blanking import blanked
from lsp_server.parsing.trees.pieces import Line, Piece, lines_of, pieces_of
from lsp_server.parsing.trees.rules import Rules
from lsp_server.parsing.trees.tree import parse_in_time
from lsp_server.parsing.trees.walk import Definition, enclosed, is_looked_into

_MAX_LEVELS = 8
_MAX_JOINED = 3
"""Attributes and the like, which are on lines of their own before what they belong to."""
_MAX_JOINED_BYTES = 20_000
_PARSED_AGAIN = 10
"""How many times its own size of a source is parsed at most, on top of `_PARSED_ANYWAY` bytes."""
_PARSED_ANYWAY = 200_000
_MAX_BYTES = 700_000
_MAX_PARSED = 1_500_000
_MAX_PIECES = 2000
_PIECE_LIMIT_S = 0.5

_OPENS_FILE = re.compile(
    rb"\s*(?:inline\s+|export\s+|declare\s+)*(?:namespace\b|extern\s+\"C|module\b|package\b)"
)
_COMMENT = re.compile(rb"//|/\*|\*|#(?!\[)|--|<\?")
_TYPE = re.compile(
    rb"\b(?:class|struct|interface|enum|object|namespace|module|trait|impl|extension|protocol|record|union|mod"
    rb"|actor|defmodule|defprotocol|defimpl|describe|context)\b"
)


@dataclass(frozen=True, slots=True)
class Repaired:
    """A source with spaces in place of what can't be parsed, every other byte in its place.

    Attributes:
        text: The source.
        left_out: What was blanked, though only its body is broken, and nothing in there counts.
    """

    text: bytes
    left_out: list[Definition]

    def sound(self, broken: list[Definition], known: list[Definition]) -> list[Definition]:
        """Return those definitions of the broken tree that the text has no longer, but that are right.

        Args:
            broken: The definitions of the tree with errors.
            known: The definitions of this text's tree.
        """
        owners = {enclosed(one.containers, one.found.name) for one in known} | {
            one.containers for one in known
        }
        left_out = {one.code_start for one in self.left_out}

        def is_sound(one: Definition) -> bool:
            before = self._before(one.code_start)
            if one.code_start in left_out:
                before = before.strip()
            elif one.found.node.has_error:
                return False
            return one.containers in owners if one.containers else not before

        return [one for one in broken if not self.text[one.code_start : one.end].strip() and is_sound(one)]

    def _before(self, at: int) -> bytes:
        """Return what stands before a byte on its line."""
        return self.text[self.text.rfind(b"\n", 0, at) + 1 : at]


def repaired(
    source: bytes, root: Node, broken: list[Definition], grammar: Language, rules: Rules
) -> Repaired | None:
    """Return the source without what can't be parsed, or None when nothing can be repaired.

    Args:
        source: The source as it was parsed.
        root: The root of its tree, which has errors.
        broken: The definitions of that tree.
        grammar: Its language's grammar.
        rules: Its language's rules, which say what may be around a piece.
    """
    if len(source) > _MAX_BYTES:
        return None
    complete = {one.end: one for one in broken if _is_complete(one, source, rules)}
    repairer = _Repairer(
        text=bytearray(source), root=root, complete=complete, grammar=grammar, contexts=rules.piece_contexts
    )
    repairer.bytes_left = min(_PARSED_ANYWAY + _PARSED_AGAIN * len(source), _MAX_PARSED)
    for match in rules.directives.finditer(source) if rules.directives is not None else ():
        repairer.blank(*match.span())
    repairer.repair(list(lines_of(bytes(repairer.text))), 0)
    return Repaired(bytes(repairer.text), repairer.left_out) if repairer.text != source else None


def _is_complete(one: Definition, source: bytes, rules: Rules) -> bool:
    """Tell whether a definition has no errors, or only some in a body that isn't looked into."""
    found = one.found
    return found.name_node is not None and (
        not found.node.has_error
        or (
            source[found.head_end : found.head_end + 1] == b"{"
            and source[one.end - 1 : one.end] == b"}"
            and not any(child.has_error for child in found.node.children if child.start_byte < found.head_end)
            and not is_looked_into(found, source, rules)
        )
    )


@dataclass(slots=True)
class _Repairer:
    """The repair of one source in progress."""

    text: bytearray
    root: Node
    complete: dict[int, Definition]
    grammar: Language
    contexts: tuple[tuple[bytes, bytes], ...]
    bytes_left: int = 0
    n_parsed: int = 0
    left_out: list[Definition] = field(default_factory=list)
    verdicts: dict[bytes, bool] = field(default_factory=dict)

    @property
    def is_exhausted(self) -> bool:
        """Whether enough was parsed."""
        return self.bytes_left <= 0 or self.n_parsed > _MAX_PIECES

    def repair(self, lines: list[Line], level: int) -> None:
        """Blank what can't be parsed among lines; from the last, as attributes need what follows them."""
        pieces = pieces_of(lines)
        for at in range(len(pieces) - 1, -1, -1):
            piece, following = pieces[at], pieces[at + 1 : at + 1 + _MAX_JOINED]
            if self.is_sound(piece.start, piece.end) or _COMMENT.match(piece.lines[0].text):
                continue
            if piece.is_open and following and following[0].is_empty:
                # An unfinished line before the closing brace took that for its own.
                first = following[0].lines[0]
                if self.try_blanking(piece.start, following[0].end, (first.start, first.end)):
                    continue
            if not self.is_sound_joined(piece, following):
                self.repair_piece(piece, level, pieces[at - 1] if at else None)

    def repair_piece(self, piece: Piece, level: int, previous: Piece | None) -> None:
        """Repair what a piece encloses; blank that where it doesn't help, or the piece if it is empty."""
        bodies = piece.bodies
        first = piece.lines[0]
        if level < _MAX_LEVELS:
            for body in bodies:
                self.repair(body, level + 1)
            if bodies and self.is_sound(piece.start, piece.end):
                return
        if (
            bodies
            and not _TYPE.search(first.text)
            and self.try_blanking(piece.start, piece.end, *((body[0].start, body[-1].end) for body in bodies))
        ):
            return
        inner = [
            (line.start, line.end) for line in piece.lines[1 : piece.n_head_lines] if not line.closes_bracket
        ]
        if inner and self.try_blanking(piece.start, piece.end, *inner):
            return
        if bodies or _OPENS_FILE.match(first.text) or first.continues:
            return
        if len(piece.lines) > 1 and previous is not None and previous.is_open:
            self.blank(first.start, first.end)
            previous.lines += piece.lines[1:]
            previous.is_closed = piece.is_closed
        else:
            self.blank(piece.start, piece.end)

    def is_sound_joined(self, piece: Piece, following: list[Piece]) -> bool:
        """Tell whether a piece can be parsed together with what it stands before."""
        last = piece
        for other in following:
            if last.is_finished or other.end - piece.start > _MAX_JOINED_BYTES:
                return False
            if self.is_sound(piece.start, other.end):
                return True
            last = other
        return False

    def take_over(self, start: int, end: int) -> bool:
        """Tell whether a piece is a complete definition; one with a broken body is left out as found."""
        one = self.complete.get(end)
        if (
            one is None
            or one.found.name_node is None
            or not one.code_start <= start <= one.found.name_node.start_byte
        ):
            return False
        if one.found.node.has_error:
            self.left_out.append(one)
            self.blank(one.code_start, end)
        return True

    def try_blanking(self, start: int, end: int, *blanked: tuple[int, int]) -> bool:
        """Blank parts of a piece if that makes it sound, and tell whether it does; yes if out of time."""
        if self.is_exhausted:
            return True
        kept = bytes(self.text[start:end])
        for part in blanked:
            self.blank(*part)
        if self.is_sound(start, end):
            return True
        self.text[start:end] = kept
        return False

    def is_sound(self, start: int, end: int) -> bool:
        """Tell whether a piece can be parsed in one of `Rules.piece_contexts`; yes if out of time."""
        if self.is_exhausted:
            return True
        if self.take_over(start, end):
            return True
        line_start = self.text.rfind(b"\n", 0, start) + 1
        if not self.text[line_start:start].strip():
            start = line_start  # Where indentation counts, that of all lines does.
        text = bytes(self.text[start:end]).rstrip()
        if not text or self.is_node(start, start + len(text), text):
            return True
        if text not in self.verdicts:
            self.verdicts[text] = self.parses(text)
        return self.verdicts[text]

    def parses(self, text: bytes) -> bool:
        for before, after in self.contexts:
            self.bytes_left -= len(text)
            self.n_parsed += 1
            tree = parse_in_time(self.grammar, before + text + b"\n" + after, _PIECE_LIMIT_S)
            if tree is not None and not tree.root_node.has_error:
                return True
        return False

    def is_node(self, start: int, end: int, text: bytes) -> bool:
        """Tell whether the whole source's tree has a sound node for exactly this piece."""
        start += len(text) - len(text.lstrip())
        end -= len(text) - len(text.rstrip(b" \t\r\n;,"))
        node = self.root.descendant_for_byte_range(start, end - 1)
        while node is not None and node.start_byte == start and node.end_byte < end:
            node = node.parent
        return (
            node is not None
            and node.start_byte == start
            and end <= node.end_byte <= end + 1
            and not node.has_error
            and node.is_named
        )

    def blank(self, start: int, end: int) -> None:
        self.text[start:end] = blanked(bytes(self.text[start:end]))
