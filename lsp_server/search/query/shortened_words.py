"""Common abbreviations in names, and the words they stand for."""

from collections.abc import Mapping
from typing import Final

# fmt: off
WHOLE_WORDS: Final[Mapping[str, str]] = {
    "app": "application", "arg": "argument", "args": "arguments", "async": "asynchronous",
    "attr": "attribute", "attrs": "attributes", "auth": "authentication", "bool": "boolean",
    "cert": "certificate", "char": "character", "cmd": "command", "config": "configuration",
    "cfg": "configuration", "conf": "configuration", "conn": "connection", "ctx": "context",
    "db": "database", "decl": "declaration", "def": "definition", "dep": "dependency",
    "deps": "dependencies", "dest": "destination", "dir": "directory", "doc": "documentation",
    "docs": "documentation", "env": "environment", "err": "error", "evt": "event", "exec": "execute",
    "expr": "expression", "fmt": "format", "fn": "function", "func": "function", "gen": "generate",
    "impl": "implementation", "info": "information", "init": "initialize", "int": "integer",
    "lib": "library", "len": "length", "lang": "language", "max": "maximum", "mem": "memory",
    "min": "minimum", "msg": "message", "num": "number", "obj": "object", "op": "operation",
    "opt": "option", "opts": "options", "param": "parameter", "params": "parameters",
    "pkg": "package", "prev": "previous", "proc": "process", "prop": "property",
    "props": "properties", "ptr": "pointer", "ref": "reference", "repo": "repository",
    "req": "request", "res": "response", "resp": "response", "sep": "separator",
    "spec": "specification", "src": "source", "stmt": "statement", "str": "string",
    "sync": "synchronize", "tmp": "temporary", "temp": "temporary", "util": "utility",
    "utils": "utilities", "val": "value", "var": "variable", "vec": "vector",
}
# fmt: on
