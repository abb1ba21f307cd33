"""Parses what is typed into a symbol palette: a name, a name with its container, or several words."""

import re
from dataclasses import dataclass
from typing import Final, Self

_MAX_CHARACTERS: Final = 500
_SEPARATOR: Final = re.compile(r"::|->|[.#:]")
_FOLDER_SEPARATOR: Final = re.compile(r"[/\\]")
_WORD: Final = re.compile(r"[^\s_\-]+")
_COPIED_ALONG: Final = re.compile(r"(?<=\w)\(.*|:\d+(?::\d+)?$|(?<=\.)(\w+[?!]?)/\d{1,2}$", re.DOTALL)
"""What may be copied along after a name: arguments, a line and column, an arity (Elixir, Erlang)."""
_BEGUN: Final = re.compile(r"(?<=[\w?!])(?<!\boperator)(?:::?|->|[./\\])$")
"""A separator after which nothing has been typed yet."""
_WRAPPING: Final = "\"'`*()"


@dataclass(frozen=True, slots=True)
class NameQuery:
    """A palette's query.

    Attributes:
        text: All of it, trimmed; the query for matches by meaning.
        whole: What names are matched against letter by letter; empty for several words.
        words: Its words where it has several (`get user`, `get_user`, `get-user`).
        containers: What comes before the last separator, in lower case: ("foo",) for `Foo::bar`, `foo/bar`.
        last: What comes after it; empty where there is no separator.
    """

    text: str
    whole: str
    words: tuple[str, ...]
    containers: tuple[str, ...]
    last: str

    @classmethod
    def of(cls, query: str) -> Self:
        """Parse a query; never fails."""
        text = query[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8").strip()
        is_one = " " not in text.partition("(")[0]
        name = _COPIED_ALONG.sub(r"\1", text) if is_one else text
        several = len(name.split()) > 1
        whole = "" if several else _BEGUN.sub("", name.strip(_WRAPPING) or name)
        words = tuple(_WORD.findall(name))
        separator = _FOLDER_SEPARATOR if _FOLDER_SEPARATOR.search(whole) else _SEPARATOR
        parts = [part for part in separator.split(whole) if part]
        return cls(
            text=text,
            whole=whole,
            words=words if len(words) > 1 else (),
            containers=tuple(part.lower() for part in parts[:-1]),
            last=parts[-1] if len(parts) > 1 else "",
        )
