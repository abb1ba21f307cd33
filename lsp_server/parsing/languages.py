"""Which languages there are, how a file shows its language, and where a grammar is loaded from."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath

import tree_sitter

from lsp_server.parsing.known_languages import KNOWN

_NO_SUFFIXES: Mapping[str, str] = {}
_SHARED_SUFFIXES = frozenset({".h", ".inc", ".m"})
"""Those of several languages: what the file says decides, see `_by_text`."""

_SHEBANG = re.compile(rb"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+|\w+=\S*\s+)*(?:\S*/)?)?([A-Za-z_+-]+)")
_CPP_HEADER = re.compile(
    rb"^\s*(?:class\s+\w|namespace\s+\w|namespace\s*\{|template\s*<|using\s+\w|public:|private:|protected:)"
    rb"|\b\w+::\w|\bconstexpr\b|\bnoexcept\b|#\s*include\s*<(?:string|vector|memory|cstdint|cstddef|map|utility|type_traits)>",
    re.MULTILINE,
)
_OBJECTIVE_C = re.compile(
    rb"^\s*(?:@interface|@protocol|@implementation|@class|@import|#import)\b", re.MULTILINE
)
_BLOCK_COMMENT = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        name: Canonical id, as queries, settings and symbols spell it ("csharp").
        grammar: The grammar's module and the function in it; None for a language that is read as text.
        suffixes: File suffixes in lower case, with the dot; several dots are fine (".d.ts").
        file_names: Whole file names in lower case.
        interpreters: Programs of a `#!` line, without version numbers.
        aliases: Other spellings that users and editors know, in lower case.
    """

    name: str
    grammar: tuple[str, str] | None = None
    suffixes: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


def _read(name: str, line: str) -> Language:
    """Read one entry of the table of known languages."""
    grammar: tuple[str, str] | None = None
    words: dict[str, list[str]] = {"suffix": [], "name": [], "program": [], "alias": []}
    for word in line.split():
        mark, rest = word[0], word[1:]
        if mark == "@":
            module, _, function = rest.partition(":")
            grammar = (f"tree_sitter_{module}", function or "language")
        elif mark == ".":
            words["suffix"].append(word)
        elif mark == "=":
            words["name"].append(rest)
        elif mark == "!":
            words["program"].append(rest)
        else:
            words["alias"].append(word)
    return Language(
        name,
        grammar,
        tuple(words["suffix"]),
        tuple(words["name"]),
        tuple(words["program"]),
        tuple(words["alias"]),
    )


LANGUAGES: Mapping[str, Language] = {name: _read(name, line) for name, line in KNOWN.items()}
"""Every language by its canonical id."""

PLAINTEXT = LANGUAGES["plaintext"]

PROSE_LANGUAGES = frozenset({"markdown", "restructuredtext", "asciidoc", "org", "plaintext", "latex"})
"""Languages that people read: their lines may be paragraphs."""

PROSE_SUFFIXES = tuple(suffix for name in sorted(PROSE_LANGUAGES) for suffix in LANGUAGES[name].suffixes)
"""Suffixes of their files, with the dot."""

C_FAMILY = frozenset({"c", "cpp", "objc", "objcpp"})
"""Names are global, and a header of any of these languages may declare what another one defines."""

C_FAMILY_SUFFIXES = tuple(suffix for name in sorted(C_FAMILY) for suffix in LANGUAGES[name].suffixes)
"""Suffixes of their files, with the dot."""

_BY_SUFFIX = {suffix: known for known in LANGUAGES.values() for suffix in known.suffixes}
_BY_FILE_NAME = {name: known for known in LANGUAGES.values() for name in known.file_names}
_BY_INTERPRETER = {name: known for known in LANGUAGES.values() for name in known.interpreters}
_BY_ALIAS = {spelling: known for known in LANGUAGES.values() for spelling in (known.name, *known.aliases)}


def canonical_language(name: str) -> str | None:
    """Return the canonical id for any spelling of a language ("C#", "py", "typescriptreact"), or None."""
    known = _BY_ALIAS.get(name.strip().lower().removeprefix("."))
    return known.name if known else None


def language_names() -> list[tuple[str, tuple[str, ...]]]:
    """Return every language's canonical id with its aliases, sorted by id."""
    return sorted((language.name, language.aliases) for language in LANGUAGES.values())


def language_of(path: str, head: bytes = b"", extra_suffixes: Mapping[str, str] = _NO_SUFFIXES) -> Language:
    """Return the language of a file.

    Args:
        path: Its path or name; only the name matters.
        head: The first few kilobytes of its text or more, for `#!` lines and for suffixes that several
            languages share.
        extra_suffixes: From the settings: suffix or file name → any spelling of a language.

    Returns:
        The language, "plaintext" when unknown.
    """
    known, suffix = _by_name(path, extra_suffixes)
    if known is None:
        return _by_shebang(head) or PLAINTEXT
    return _by_text(known, suffix, head)


def language_by_name(path: str, extra_suffixes: Mapping[str, str] = _NO_SUFFIXES) -> str:
    """Return what a file's name says about its language; then its text alone decides the rest.

    Args:
        path: Its path or name; only the name matters.
        extra_suffixes: As in `language_of`.

    Returns:
        A canonical id, or a suffix that several languages share, or "" where the name says nothing.
    """
    known, suffix = _by_name(path, extra_suffixes)
    if known is None:
        return ""
    return suffix if suffix in _SHARED_SUFFIXES else known.name


def _by_name(path: str, extra_suffixes: Mapping[str, str]) -> tuple[Language | None, str]:
    """Return the language of a file name, and the suffix if it was that which decided."""
    name = PurePosixPath(path.replace("\\", "/")).name.lower()
    suffixes = [name[start:] for start, letter in enumerate(name) if letter == "."]
    if extra_suffixes:
        wanted = _own_suffix(name, suffixes, extra_suffixes)
        if wanted is not None:
            return wanted, ""
    if name in _BY_FILE_NAME:
        return _BY_FILE_NAME[name], ""
    for suffix in suffixes:
        known = _BY_SUFFIX.get(suffix)
        if known is not None:
            return known, suffix
    return None, ""


def _own_suffix(name: str, suffixes: list[str], extra_suffixes: Mapping[str, str]) -> Language | None:
    wanted = {key.lower().lstrip("*"): spelling for key, spelling in extra_suffixes.items()}
    for key in (name, *suffixes, *(suffix[1:] for suffix in suffixes)):
        known = _BY_ALIAS.get(wanted.get(key, "").strip().lower())
        if known is not None:
            return known
    return None


def _by_text(known: Language, suffix: str, head: bytes) -> Language:
    """Let the text decide where several languages share a suffix."""
    if suffix == ".h":
        if _OBJECTIVE_C.search(head):
            return LANGUAGES["objc"]
        return LANGUAGES["cpp"] if _CPP_HEADER.search(_BLOCK_COMMENT.sub(b"", head)) else known
    if suffix == ".inc" and b"<?php" not in head and b"<?=" not in head:
        return PLAINTEXT
    if suffix == ".m" and head and not _OBJECTIVE_C.search(head):
        return LANGUAGES["matlab"] if re.search(rb"^\s*(?:%|function\b|end\b)", head, re.MULTILINE) else known
    return known


def _by_shebang(head: bytes) -> Language | None:
    match = _SHEBANG.match(head)
    return _BY_INTERPRETER.get(match[1].decode("ascii").lower().rstrip("-")) if match else None


@cache
def load_grammar(language: Language) -> tree_sitter.Language | None:
    """Return the grammar of a language, importing it on first use.

    Returns:
        None when the language has no grammar or its wheel is missing or too old.
    """
    if language.grammar is None:
        return None
    module, function = language.grammar
    try:
        with warnings.catch_warnings():
            # Older wheels return a number instead of a capsule.
            warnings.simplefilter("ignore", DeprecationWarning)
            return tree_sitter.Language(getattr(import_module(module), function)())
    except (ImportError, AttributeError, ValueError):
        return None
