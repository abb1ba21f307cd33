"""Tells what belongs to a symbol beyond its own lines: parts of a class, its members, a declaration."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Self

from lsp_server.model import Symbol, SymbolFlags, SymbolKind
from lsp_server.parsing.languages import C_FAMILY
from lsp_server.search.kinds import TYPES

_REOPENED: Final = "ruby"
"""Classes and modules are open: another one of the same name adds to it."""

_PARTIAL: Final = "csharp"
"""A class is added to where it is marked `partial`."""

_APART: Final = frozenset({"cpp", "go", "objc", "objcpp", "rust", "swift"})
"""Members may be defined in other files than their type, and the type declared or extended there."""


@dataclass(frozen=True, slots=True)
class Kinship:
    """What other files may hold of one symbol.

    Attributes:
        own: The symbol.
        chain: The names of its containers, then its own.
        stem: The path of its file without suffixes.
        at_home: The chains of the types that its own file defines.
    """

    own: Symbol
    chain: tuple[str, ...]
    stem: str
    at_home: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, own: Symbol, path: str, of_file: Iterable[Symbol]) -> Self:
        """Return the kinship of a symbol, given all symbols of its file."""
        at_home = frozenset(_chain(symbol) for symbol in of_file if is_definition(symbol))
        return cls(own, _chain(own), _stem(path), at_home)

    @property
    def has_members_elsewhere(self) -> bool:
        """Whether other files may define members of it."""
        return self.own.kind in TYPES and self.own.language in {_REOPENED, _PARTIAL, *_APART}

    def is_part(self, other: Symbol, path: str) -> bool:
        """Tell whether a symbol of another file is another part of this one, or of one of its containers."""
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

    def is_declared_by(self, other: Symbol, path: str) -> bool:
        """Tell whether a symbol, as in a header or further up in the file, declares what this one defines."""
        if self.own.flags & SymbolFlags.DECLARATION or not other.flags & SymbolFlags.DECLARATION:
            return False
        is_global = {self.own.language, other.language} <= C_FAMILY
        return _chain(other) == self.chain and (is_global or _stem(path) == self.stem)

    def is_member(self, other: Symbol, path: str, defines_it: Callable[[], bool]) -> bool:
        """Tell whether a symbol of another file is a member of this one.

        Args:
            other: The other symbol.
            path: Its file.
            defines_it: Tells whether that file itself defines a type of the same name.
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
        """Tell whether a file may define parts of the same type: in Go, only in the same folder (package)."""
        return self.own.language != "go" or _folder(path) == _folder(self.stem)


def is_definition(symbol: Symbol) -> bool:
    """Tell whether a symbol defines a type rather than just declaring it."""
    return symbol.kind in TYPES and not symbol.flags & SymbolFlags.DECLARATION


def _chain(symbol: Symbol) -> tuple[str, ...]:
    return (*symbol.containers, symbol.name)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _stem(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return folder + slash + name.partition(".")[0]
