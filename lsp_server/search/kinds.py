"""Groups of symbols, by kind or flag, that several parts of a search tell apart."""

from typing import Final

from lsp_server.model import SymbolFlags, SymbolKind

TYPES: Final = (SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.ENUM)

CONTAINER_KINDS: Final = (SymbolKind.MODULE, SymbolKind.NAMESPACE, SymbolKind.PACKAGE, *TYPES)
"""Kinds whose symbols contain others; files aside."""

SELDOM_MEANT: Final = SymbolFlags.TEST | SymbolFlags.EXAMPLE | SymbolFlags.GENERATED | SymbolFlags.VENDORED
"""Flags of symbols that repeat or stand beside what somebody looks for; they come last in a list."""
