"""The syntax of a query: `retry kind:function lang:python path:src/** name:foo -word "exact phrase"`.

Parsing never fails. What is not understood (an unknown `word:`, an invalid value, an open quote) is text.
A query of several lines is code, and one with a `Name: ` a pasted message: there only `key:value` filters are
parsed; quotes and dashes belong to the text.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from lsp_server.model import SymbolKind
from lsp_server.parsing.languages import canonical_language
from lsp_server.search.query.paths import pattern_problem
from lsp_server.text.words import split_words

_MAX_CHARACTERS: Final = 8_000
_MAX_JOINED_WORDS: Final = 6

_PIECE: Final = re.compile(
    r"""
    (?P<sign>-(?=[^\W\d]|")(?![A-Za-z](?!\w)))?
    (?:(?P<key>[A-Za-z]+):)?
    (?: "(?P<quoted>[^"]*)"(?!\S) | (?P<plain>\S+) )
    """,
    re.VERBOSE,
)
_MESSAGE: Final = re.compile(
    r"""
    (?<!\S) (?!(?:kind|lang|language|path|name):) \S*\w:\s
    | \s \S*\w ["')\]]? \. (?: \Z | \s+-?(?:kind|lang|language|path|name): )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What shows that a message was pasted: `ValueError: ` or `app.py:12: ` before it, a full stop after it."""

_IDENTIFIER: Final = re.compile(
    r"""
    (?: (?<!\w)~ )? [^\W\d]\w* (?: (?: :: | -> | [.#:] ) ~?[^\W\d]\w* )*
    (?: (?<=\boperator) (?!->) (?: \(\) | \[\] | [-+*/%^&|~!=<>,]+ ) | [!?](?![\w.!?=:]) )?
    """,
    re.VERBOSE,
)
"""A name with its containers and with a sign, if it has one: `save!`, `valid?`, `~Buffer`, `operator==`."""

_SEPARATOR: Final = re.compile(r"::|->|[.#:]")
_MESSAGE_SENT: Final = re.compile(r"(?<=[-+])\[(\w+) ([\w:]+)\]")
"""A method in Objective-C, as in a stack trace: `-[Cache storeData:forKey:]`."""

_CASE_CHANGE: Final = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]")

# fmt: off
_DECLARING: Final = frozenset(
    {
        "abstract", "async", "class", "const", "def", "define", "defmacro", "defmodule", "defp", "enum",
        "export", "fn", "fun", "func", "function", "impl", "interface", "let", "macro", "module", "namespace",
        "private", "protected", "protocol", "pub", "public", "record", "static", "struct", "trait", "type",
        "typedef", "union", "val", "var",
    }
)
# fmt: on
"""Keywords before a name where it is declared; somebody who looks for a declaration may type them."""

_SYNONYMS: Final = {
    "alias": SymbolKind.CLASS,
    "attribute": SymbolKind.PROPERTY,
    "const": SymbolKind.CONSTANT,
    "ctor": SymbolKind.CONSTRUCTOR,
    "fn": SymbolKind.FUNCTION,
    "func": SymbolKind.FUNCTION,
    "macro": SymbolKind.FUNCTION,
    "protocol": SymbolKind.INTERFACE,
    "record": SymbolKind.STRUCT,
    "section": SymbolKind.STRING,
    "test": SymbolKind.FUNCTION,
    "trait": SymbolKind.INTERFACE,
    "type": SymbolKind.CLASS,
    "typealias": SymbolKind.CLASS,
    "var": SymbolKind.VARIABLE,
}
_KIND_BY_NAME: Final = {kind.label.lower(): kind for kind in SymbolKind} | _SYNONYMS


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A parsed query. A filter that is None or empty restricts nothing.

    Attributes:
        text: What is left without the filters, in its order; this is embedded.
        words: The text's split, lower-cased words, those of phrases included.
        identifiers: What looks like a name in the text, as written: `getUserById`, `Foo::bar`.
        phrases: Runs of words that must occur as they are.
        excluded: Runs of words, mostly single ones, that must not occur.
        kinds: Only these kinds.
        languages: Only these canonical language ids.
        include: gitignore patterns; a file must match one.
        exclude: gitignore patterns; a file must match none.
        names: The symbol's name must contain one of these, in any case.
    """

    text: str
    words: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    kinds: frozenset[SymbolKind] | None = None
    languages: frozenset[str] | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def with_text(self, text: str) -> "ParsedQuery":
        """Return this query with another text but the same filters."""
        words = tuple(split_words(text))
        return replace(self, text=text, words=words, identifiers=_identifiers(text))

    @property
    def last_parts(self) -> tuple[str, ...]:
        """The identifiers without their qualifiers, as written."""
        return tuple(_SEPARATOR.split(identifier)[-1] for identifier in self.identifiers)

    @property
    def whole_names(self) -> tuple[str, ...]:
        """Lower-cased names that may be meant: the identifiers' last parts, and the words joined."""
        last_parts = [way for name in self.last_parts for way in (name.lower(), name.lower().rstrip("!?"))]
        joined = []
        if 1 < len(self.words) <= _MAX_JOINED_WORDS:
            joined = ["".join(self.words), "_".join(self.words)]
        return tuple(dict.fromkeys([*last_parts, *joined]))

    @property
    def is_one_name(self) -> bool:
        """Whether the text is one word or identifier and nothing else but keywords that declare it."""
        if len(self.identifiers) != 1:
            return False
        others = [word.lstrip("#") for word in self.text.split() if word != self.identifiers[0]]
        return len(others) < len(self.text.split()) and _DECLARING.issuperset(others)

    @property
    def qualified(self) -> str:
        """The text's two words joined, if they may be a container's name and one in it: `BankLedger.take`."""
        both = self.text.split()
        is_pair = len(both) == 2 and all(name.isidentifier() for name in both)
        return ".".join(both) if is_pair and self.identifiers else ""

    @property
    def is_one_piece(self) -> bool:
        """Whether the text has no blanks: a name, `--a-flag`, `A_VARIABLE`, `a.setting`, a path."""
        return len(self.text.split()) == 1

    @property
    def asks_nothing(self) -> bool:
        """Whether there is neither a word to look for nor a filter to list symbols by."""
        filters = self.kinds or self.languages or self.include or self.exclude or self.names
        return not (self.words or filters)


def kind_named(name: str) -> SymbolKind | None:
    """Return the kind with this label ("enumMember", in any case) or common synonym ("trait"), or None."""
    return _KIND_BY_NAME.get(name.lower().replace("-", "").replace("_", ""))


def parse_query(query: str) -> ParsedQuery:
    """Parse a query. Never raises; only the first 8,000 characters are read."""
    readable = query[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8").strip()
    is_pasted = "\n" in readable or _MESSAGE.search(readable) is not None
    pieces = _Pieces()
    for match in _PIECE.finditer(readable):
        value = match["plain"] if match["quoted"] is None else match["quoted"]
        if match["key"] and pieces.took_filter(match["sign"] or "", match["key"].lower(), value):
            continue
        if is_pasted or (match["key"] and match["quoted"] is not None):
            pieces.text.append(match[0])
        elif match["sign"]:
            pieces.excluded.append(match[0][1:])
        elif match["quoted"] is not None:
            pieces.phrases.append(value)
            pieces.text.append(value)
        else:
            pieces.text.append(match[0])
    return pieces.query()


@dataclass(slots=True)
class _Pieces:
    """A query while it is being parsed."""

    text: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    kinds: set[SymbolKind] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def took_filter(self, sign: str, key: str, value: str) -> bool:
        """Add `key:value` as a filter if it is a valid one, and return whether it is."""
        match sign + key:
            case "kind" if (kind := kind_named(value)) is not None:
                self.kinds.add(kind)
            case "lang" | "language" if (language := canonical_language(value)) is not None:
                self.languages.add(language)
            case "path" if pattern_problem(value) is None:
                self.include.append(value)
            case "-path" if pattern_problem(value) is None:
                self.exclude.append(value)
            case "name" if value.strip():
                self.names.append(value)
            case _:
                return False
        return True

    def query(self) -> ParsedQuery:
        """Return the query."""
        text = " ".join(piece for piece in self.text if piece.strip())
        return ParsedQuery(
            text=text,
            words=tuple(split_words(text)),
            identifiers=_identifiers(text),
            phrases=_runs(self.phrases),
            excluded=_runs(self.excluded),
            kinds=frozenset(self.kinds) or None,
            languages=frozenset(self.languages) or None,
            include=tuple(self.include),
            exclude=tuple(self.exclude),
            names=tuple(self.names),
        )


def _runs(texts: list[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(run for text in texts if (run := tuple(split_words(text))))


def _identifiers(text: str) -> tuple[str, ...]:
    text = _MESSAGE_SENT.sub(r"\1.\2", text)
    if len(text.split()) == 1:
        found = dict.fromkeys(_IDENTIFIER.findall(text))
        if len(found) == 1:
            return tuple(found)
    else:
        found = dict.fromkeys(_IDENTIFIER.findall(text.rstrip("?")))  # it ends the sentence
    return tuple(name for name in found if _is_telling(name))


def _is_telling(name: str) -> bool:
    """Tell whether a word's form shows that it is a name: parts, an inner capital or underscore, a digit."""
    return bool(
        _SEPARATOR.search(name)
        or ("_" in name and name.strip("_"))
        or _CASE_CHANGE.search(name)
        or any(sign.isdigit() for sign in name)
    )
