"""Groups of symbol kinds that several parts of a search tell apart."""

from typing import Final

from lsp_server.model import SymbolKind

TYPES: Final = (SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.ENUM)

CONTAINER_KINDS: Final = (SymbolKind.MODULE, SymbolKind.NAMESPACE, SymbolKind.PACKAGE, *TYPES)
"""Kinds whose symbols contain others; files aside."""
