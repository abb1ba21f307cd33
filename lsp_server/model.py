"""The vocabulary all packages share: ids, kinds, positions, symbols. Values only; nothing here does I/O."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from hashlib import blake2b
from typing import Literal, NamedTuple, NewType, TypeAlias

SymbolId = NewType("SymbolId", int)
"""Stable unsigned 64-bit digest of (path, qualified name, kind, nth): the only key that joins the stores."""
FileId = NewType("FileId", int)
"""Row of a file in the catalog; never reused within one index."""
ClusterId = NewType("ClusterId", int)
"""Number of a k-means centroid."""


class SymbolKind(IntEnum):
    """LSP's SymbolKind (specification 3.17, `workspace/symbol`), numbers included."""

    FILE = 1
    MODULE = 2
    NAMESPACE = 3
    PACKAGE = 4
    CLASS = 5
    METHOD = 6
    PROPERTY = 7
    FIELD = 8
    CONSTRUCTOR = 9
    ENUM = 10
    INTERFACE = 11
    FUNCTION = 12
    VARIABLE = 13
    CONSTANT = 14
    STRING = 15
    NUMBER = 16
    BOOLEAN = 17
    ARRAY = 18
    OBJECT = 19
    KEY = 20
    NULL = 21
    ENUM_MEMBER = 22
    STRUCT = 23
    EVENT = 24
    OPERATOR = 25
    TYPE_PARAMETER = 26

    @property
    def label(self) -> str:
        """The kind in lower camel case, as queries and parameters spell it: `enumMember`."""
        return camel_case(self.name.lower())


class SymbolFlags(IntFlag):
    """What ranking needs to know about a symbol besides its text; stored as one byte."""

    NONE = 0
    TEST = 1
    """A test, or inside a test file or a test block."""
    EXAMPLE = 2
    """In examples, samples, demos, docs, fixtures or benchmarks."""
    GENERATED = 4
    VENDORED = 8
    EXPORTED = 16
    """Public by the rules of its language, or by its name where the language has none."""
    DECLARATION = 32
    """A declaration without a body (header prototype, abstract or interface member, overload signature)."""


Encoding: TypeAlias = Literal["utf8", "utf16", "utf32"]
"""How columns are counted, named like the fields of `Position`."""


class Position(NamedTuple):
    """A zero-based position in a text, with its column counted in each of LSP's position encodings.

    All three are kept because a client's encoding is known only when it asks, and by then the file may
    have changed on disk. (A tuple, as spans are: the palette unpacks 500 symbols on every key press.)
    """

    line: int
    utf8: int
    utf16: int
    utf32: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """A zero-based position as somebody points at it: the column counts the units of one encoding."""

    line: int
    column: int
    encoding: Encoding


class Span(NamedTuple):
    """A half-open stretch of text from `start` to `end`."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Symbol:
    """One thing that can be found: a definition, a file's own entry, or a section of prose.

    Attributes:
        name: As written; for a file's entry the file's name, for a section its heading.
        kind: See `SymbolKind`.
        language: Canonical language id ("python", "csharp", "tsx", ...).
        containers: Names of the enclosing definitions, outermost first, without file or package.
        signature: One line that declares it, white space folded, at most 300 characters.
        documentation: Doc comment or docstring without its markers, at most 2,000 characters.
        span: All of it, with leading comments, decorators and attributes.
        selection: Its name.
        nth: Its number among symbols of the same file, qualified name and kind, from 0.
        flags: See `SymbolFlags`.
    """

    name: str
    kind: SymbolKind
    language: str
    containers: tuple[str, ...]
    signature: str
    documentation: str
    span: Span
    selection: Span
    nth: int = 0
    flags: SymbolFlags = SymbolFlags.NONE

    @property
    def qualified_name(self) -> str:
        """Containers and name joined by ".", no file or package."""
        return ".".join((*self.containers, self.name))

    @property
    def n_lines(self) -> int:
        """How many lines it covers; a last line of which it has no character does not count."""
        start, end = self.span
        return end.line - start.line + (end.utf8 > 0 or end == start)

    @property
    def container_name(self) -> str:
        """The enclosing definitions joined by ".", or the empty string."""
        return ".".join(self.containers)


def camel_case(name: str) -> str:
    """Return a snake-case name as clients and JSON spell it: `max_file_bytes` is `maxFileBytes`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def symbol_id(path: str, qualified_name: str, kind: SymbolKind, nth: int) -> SymbolId:
    """Return the stable id of a symbol.

    Args:
        path: Relative to the workspace folder, with forward slashes.
        qualified_name: Containers and name joined by ".".
        kind: The symbol's kind.
        nth: Its number among symbols of the same path, qualified name and kind, from 0.

    Returns:
        The first 8 bytes of a BLAKE2b digest, as an unsigned 64-bit integer.
    """
    return SymbolId(int.from_bytes(symbol_key(path, qualified_name, int(kind), nth), "little"))


def symbol_key(path: str, qualified_name: str, kind: int, nth: int) -> bytes:
    """Return the bytes of a symbol's id, little-endian; see `symbol_id`."""
    text = f"{path}\0{qualified_name}\0{kind}\0{nth}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
