"""Semantic Symbols: a language server that finds code by what it means."""

__version__ = "0.1.0"
