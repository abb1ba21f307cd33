"""How languages without a grammar are written: what is a comment, and what ends a declaration."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import TypeVar

Key = TypeVar("Key")


class Ending(Enum):
    """What ends a declaration."""

    BLOCK = auto()
    """A closing bracket as far left, a `;` after balanced brackets, or another line as far left."""
    CLOSED = auto()
    """A closing word as far left as it."""
    INDENTATION = auto()
    """The next line that is as far left."""
    WORD = auto()
    """The closing word of its own sort, such as `endmodule`, wherever it stands."""
    BRACKETS = auto()
    """The bracket that closes the one it begins with."""
    STATEMENT = auto()
    """The end of a statement; what else begins before that is part of it."""
    CLAUSES = auto()
    """The full stop after its last clause; what else begins before that is part of it."""
    NEXT = auto()
    """The next declaration."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """How one language is written.

    Attributes:
        ending: What ends a declaration.
        non_code: What is neither code nor a name. Group 1: comments; group 2: text of several lines; what
            matches without a group is a string or the like, in which no comment begins.
        attribute: A line before a declaration that belongs to it.
        closer: The lines that close a block or, for statements, end one; group 1: the word after `end`.
        opener: The words that may stand after `end`; the last one in a declaration's first line does.
    """

    ending: Ending
    non_code: re.Pattern[bytes]
    attribute: re.Pattern[bytes]
    closer: re.Pattern[bytes]
    opener: re.Pattern[bytes]


_STRINGS = r"\"(?:\\.|[^\"\\\n])*+\"|'(?:\\.|[^'\\\n])*+'|\\."
_DOUBLE = r"\"(?:\\.|[^\"\\\n])*+\"|\\."
_SLASHES = r"//[^\n]*+|/\*.*?(?:\*/|\Z)"
_HASH = r"(?<![^\s;])#[^\n]*+"
_DASHES = r"--[^\n]*+"
_TRIPLE = r"\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)"
_HEREDOC = r"(?<=<<)~?[\"']?([A-Z_]{2,}+)[\"']?[^\n]*\n.{0,4000}?^[ \t]*\3\s*?$"
_PARENTHESES = r"\(\*(?!\)).*?(?:\*\)|\Z)"

_NON_CODE: Mapping[str, str] = {
    "slashes": rf"({_SLASHES})|{_STRINGS}",
    "slashes and triple quotes": rf"({_SLASHES})|({_TRIPLE})|{_STRINGS}",
    "slashes without characters": rf"({_SLASHES})|{_DOUBLE}",
    "slashes and hash": rf"({_SLASHES}|{_HASH})|{_STRINGS}",
    "hash": rf"({_HASH})|{_STRINGS}",
    "gdscript": rf"({_HASH})|({_TRIPLE})|{_STRINGS}",
    "coffeescript": rf"(###.*?(?:###|\Z)|{_HASH})|({_TRIPLE})|{_STRINGS}",
    "graphql": rf"({_HASH}|\"\"\".*?(?:\"\"\"|\Z))|{_DOUBLE}",
    "cmake": rf"(#\[(=*)\[.*?(?:\]\2\]|\Z)|{_HASH})|\"(?:\\.|[^\"\\])*+\"|\\.",
    "nim": rf"(#\[.*?(?:\]#|\Z)|{_HASH})|({_TRIPLE})|{_DOUBLE}",
    "perl": rf"(^=[a-zA-Z].*?(?:^=cut\b[^\n]*|\Z)|{_HASH})|(^__(?:END|DATA)__\b.*|{_HEREDOC})|{_STRINGS}",
    "sql": rf"({_DASHES}|/\*.*?(?:\*/|\Z))|'[^']*+'|\"[^\"\n]*+\"",
    "dashes": rf"({_DASHES}|\{{-.*?(?:-\}}|\Z)|/-.*?(?:-/|\Z))|{_DOUBLE}",
    "dashes alone": rf"({_DASHES})|{_DOUBLE}",
    "semicolon": r"(;[^\n]*+|#\|.*?(?:\|#|\Z))|(\"(?:\\.|[^\"\\])*+\"|\\.)",
    "emacslisp": r"(;[^\n]*+)|(\"(?:\\.|[^\"\\])*+\"|(?<=[\s('\[])\?\\?.|\\.)",
    "percent": rf"(%[^\n]*+)|{_STRINGS}|\$\\?.",
    "percent alone": r"(^[ \t]*+%\{.*?(?:%\}|\Z)|%[^\n]*+)|\"[^\"\n]*+\"",
    "bang": rf"(![^\n]*+|^[*cC](?![a-z])[^\n]*+)|{_STRINGS}",
    "quote": r"(^[ \t]*+\"[^\n]*+|^[ \t]*+#[ #][^\n]*+)",
    "apostrophe": r"('[^\n]*+|^[ \t]*+(?i:rem)\b[^\n]*+)|\"[^\"\n]*+\"",
    "fsharp": rf"(//[^\n]*+|{_PARENTHESES})|(\"\"\".*?(?:\"\"\"|\Z))|{_DOUBLE}|'\\?.'",
    "parentheses": rf"({_PARENTHESES})|{_DOUBLE}",
    "pascal": rf"(//[^\n]*+|{_PARENTHESES}|\{{.*?(?:\}}|\Z))|'[^'\n]*+'",
    "batch": r"(^[ \t]*+(?:(?i:rem)\b|::)[^\n]*+)",
    "assembly": rf"(;[^\n]*+|{_SLASHES}|^[ \t]*+[#@][^\n]*+)|{_DOUBLE}",
}
"""What is neither code nor a name, by language or by what several have in common; groups: see `Syntax`."""

_LANGUAGES: Mapping[str, str] = {
    "hash": "r make dockerfile crystal awk fish tcl",
    "slashes and hash": "terraform thrift nix",
    "slashes and triple quotes": "dart groovy bicep",
    "slashes without characters": "verilog",
    "semicolon": "clojure commonlisp scheme racket",
    "dashes": "elm purescript lean",
    "dashes alone": "vhdl ada",
    "percent": "erlang",
    "percent alone": "matlab",
    "bang": "fortran",
    "quote": "vim",
    "apostrophe": "vb",
    "parentheses": "coq",
}
"""Key of `_NON_CODE` → the languages that have that in common."""

_ENDINGS: Mapping[Ending, str] = {
    Ending.INDENTATION: "gdscript nim coffeescript fsharp lean make",
    Ending.WORD: "fortran verilog vb",
    Ending.BRACKETS: "clojure commonlisp emacslisp scheme racket",
    Ending.CLOSED: "crystal fish cmake matlab vhdl ada pascal vim",
    Ending.STATEMENT: "sql",
    Ending.CLAUSES: "erlang",
    Ending.NEXT: "assembly batch elm purescript dockerfile coq",
}

_WORDS: Mapping[str, str] = {
    "fortran": "subroutine|function|program|submodule|module|procedure|type|interface|enum",
    "verilog": "module|function|task|class|package|interface|program|group|checker",
    "vb": "sub|function|class|module|structure|interface|property|enum",
}
"""The words that may stand after `end`, where a declaration ends with its own."""

_CLOSERS: Mapping[str, str] = {
    "vim": r"\s*(?:endf\w*|enddef|endclass|endinterface|endenum)\b",
    "cmake": r"\s*(?:end(?:function|macro)\b|\))",
    "make": r"endef\b",
    "erlang": r".*\.\s*$",
    "sql": r".*;\s*$|go\s*$|/\s*$",
}

_ANNOTATION = r"@[A-Za-z][\w.:]*+(?:\((?:[^()]|\((?:[^()]|\([^()]*+\))*+\))*+\))?+"
_ATTRIBUTES: Mapping[str, str] = {
    rf"(?:{_ANNOTATION}\s*+)++(?:\([^()]*+)?$": "dart groovy gdscript wgsl bicep gleam",
    r"@\[": "crystal lean",
    r"@\(|#": "odin",
    r"#\[": "move",
    r"\[<": "fsharp",
    r"-(?:spec|doc)\b": "erlang",
}
_NEVER = "(?!)"
_CLOSER = r"\s*(?:[)\]}]|end\b)"


@cache
def syntax_of(language: str) -> Syntax:
    """Return how a language is written; one that is not listed looks like C."""
    comments = language if language in _NON_CODE else _key_of(_LANGUAGES, language) or "slashes"
    attribute = _key_of(_ATTRIBUTES, language) or _NEVER
    words = _WORDS.get(language)
    bare = "|$" if language == "fortran" else ""
    closer = rf"\s*end\s*(?:({words})\b{bare})" if words else _CLOSERS.get(language, _CLOSER)
    opener = rf"(?:\b|cover)({words or _NEVER})(?=\s+\w|\s*\(\w+\)\s*\w|\s*(?:,[^\n]*)?::)"
    return Syntax(
        ending=_key_of(_ENDINGS, language) or Ending.BLOCK,
        non_code=re.compile(_NON_CODE[comments].encode(), re.DOTALL | re.MULTILINE),
        attribute=re.compile(rf"\s*(?:{attribute})".encode()),
        closer=re.compile(closer.encode(), re.IGNORECASE),
        opener=re.compile(opener.encode(), re.IGNORECASE),
    )


def _key_of(table: Mapping[Key, str], language: str) -> Key | None:
    """Return the key whose languages include this one."""
    return next((key for key, languages in table.items() if language in languages.split()), None)
