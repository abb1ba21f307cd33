"""The rules of each language that has a grammar; a language's module is imported when first asked for."""

from functools import cache
from importlib import import_module

from lsp_server.parsing.trees.rules import Rules

_RULES = {
    "python": "python:RULES",
    "javascript": "ecmascript:RULES",
    "typescript": "ecmascript:RULES",
    "tsx": "ecmascript:RULES",
    "go": "go:RULES",
    "rust": "rust:RULES",
    "java": "java:RULES",
    "kotlin": "kotlin:RULES",
    "c": "c_family:C",
    "cpp": "c_family:CPP",
    "csharp": "csharp:RULES",
    "ruby": "ruby:RULES",
    "php": "php:RULES",
    "swift": "swift:RULES",
    "scala": "scala:RULES",
    "lua": "lua:RULES",
    "bash": "bash:RULES",
    "haskell": "haskell:RULES",
    "elixir": "elixir:RULES",
    "zig": "zig:RULES",
    "objc": "objc:RULES",
    "julia": "julia:RULES",
    "ocaml": "ocaml:RULES",
    "ocaml_interface": "ocaml:RULES",
    "powershell": "powershell:RULES",
}


@cache
def rules_of(language: str) -> Rules | None:
    """Return the rules of a language by its canonical id, or None when it has none."""
    where = _RULES.get(language)
    if where is None:
        return None
    module, _, name = where.partition(":")
    rules = getattr(import_module(f"{__name__}.{module}"), name)
    assert isinstance(rules, Rules)
    return rules
