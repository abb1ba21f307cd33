"""Tells what belongs to a symbol and stands in another file: parts of a class, members apart from it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Self

from lsp_server.model import Symbol, SymbolFlags, SymbolKind

TYPES: Final = frozenset({SymbolKind.CLASS, SymbolKind.STRUCT, SymbolKind.INTERFACE, SymbolKind.ENUM})

_REOPENED: Final = "ruby"
"""Whoever writes a class or module of the same name adds to it."""

_PARTIAL: Final = "csharp"
"""Adds where it says so."""

_APART: Final = frozenset({"cpp", "go", "objc", "objcpp", "rust", "swift"})
"""Members may be defined in another file than their type, and the type is declared or given on in others."""


@dataclass(frozen=True, slots=True)
class Kinship:
    """What other files may hold of one symbol.

    Attributes:
        own: The symbol.
        chain: The names of its containers and its own.
        folder: That of its file.
        at_home: The chains of the types that its own file defines.
    """

    own: Symbol
    chain: tuple[str, ...]
    folder: str
    at_home: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, own: Symbol, path: str, of_file: Iterable[Symbol]) -> Self:
        """Return the kinship of a symbol, given all symbols of its file."""
        at_home = frozenset(_chain(symbol) for symbol in of_file if is_definition(symbol))
        return cls(own, _chain(own), path.rpartition("/")[0], at_home)

    @property
    def has_members_elsewhere(self) -> bool:
        """Whether other files may define members of it, and many."""
        return self.own.kind in TYPES and self.own.language in {_REOPENED, _PARTIAL, *_APART}

    def is_part(self, other: Symbol, path: str) -> bool:
        """Tell whether a symbol of another file is a part of the own one, or of what this lies in."""
        chain = _chain(other)
        if other.language != self.own.language or len(chain) > len(self.chain):
            return False
        if self.chain[: len(chain)] != chain:
            return False
        if other.language == _REOPENED:
            return other.kind in TYPES or other.kind is SymbolKind.MODULE
        if other.kind not in TYPES:
            return False
        if other.language == _PARTIAL:
            return "partial" in other.signature.split()
        if other.language not in _APART or not self._is_near(path):
            return False
        if other.flags & SymbolFlags.DECLARATION:
            return chain != self.chain or is_definition(self.own)
        return chain != self.chain and chain not in self.at_home

    def is_member(self, other: Symbol, path: str, defines_it: Callable[[], bool]) -> bool:
        """Tell whether a symbol of another file lies in the own one.

        Args:
            other: The symbol.
            path: Its file.
            defines_it: Tells whether that file defines a type of the own one's name itself.
        """
        n_own = len(self.chain)
        if not self.has_members_elsewhere or other.language != self.own.language:
            return False
        if len(other.containers) < n_own or other.containers[:n_own] != self.chain:
            return False
        if other.language == _REOPENED:
            return True
        if other.language == _PARTIAL:
            return "partial" in self.own.signature.split()
        return self._is_near(path) and not defines_it()

    def _is_near(self, path: str) -> bool:
        """Tell whether a file may hold the same type: in Go a package is a folder."""
        return self.own.language != "go" or path.rpartition("/")[0] == self.folder


def is_definition(symbol: Symbol) -> bool:
    """Tell whether a symbol defines a type, and does not only declare it."""
    return symbol.kind in TYPES and not symbol.flags & SymbolFlags.DECLARATION


def _chain(symbol: Symbol) -> tuple[str, ...]:
    return (*symbol.containers, symbol.name)
