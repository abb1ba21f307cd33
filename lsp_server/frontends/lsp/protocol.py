"""Parses parameters from the client's raw JSON, checking each value; every error names the key.

Our own methods are strict, so an unknown key is an error; LSP's methods may get new keys, so there it is not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lsp_server.errors import InvalidParams
from lsp_server.frontends.answers.uris import path_of_uri
from lsp_server.model import SymbolKind
from lsp_server.search.results import MAX_RESULTS, SearchMode, SearchRequest

T = TypeVar("T")
Token = str | int
"""A progress token, chosen by the client."""

LanguageNames = Callable[[str], str | None]
"""A language's name or alias → its canonical id, or None."""

_KINDS = {kind.label: kind for kind in SymbolKind}
_UINT_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens for reporting a request's progress and partial results."""

    work_done: Token | None = None
    partial_result: Token | None = None


@dataclass(frozen=True, slots=True)
class DocumentPosition:
    """A position in a document; the column counts units of the negotiated encoding."""

    uri: str
    line: int
    column: int


class Params:
    """One JSON object of parameters, read key by key; `null` counts as absent.

    Args:
        raw: The client's JSON.
        prefix: What to put before a key's name in an error: `position.` for `position.line`.

    Raises:
        InvalidParams: `raw` is neither an object nor absent.
    """

    def __init__(self, raw: Any, prefix: str = "") -> None:
        if not isinstance(raw, dict | None):
            raise invalid(prefix.rstrip(".") or "params", "must be an object")
        self.raw: dict[str, Any] = raw or {}
        self._prefix = prefix

    def only(self, *keys: str) -> "Params":
        """Return self; raise `InvalidParams` for the first key that is none of these."""
        for key in self.raw:
            if key not in keys:
                name = self._prefix + key
                known = f"the keys are {', '.join(keys)}" if keys else "the method takes no parameters"
                raise InvalidParams(f"`{name}` is not known; {known}.", "Leave it out.", key=name)
        return self

    def has(self, key: str) -> bool:
        """Tell whether the key is there and not null."""
        return self.raw.get(key) is not None

    def text(self, key: str) -> str:
        """Return a required string."""
        value = self._required(key)
        if not isinstance(value, str):
            raise invalid(self._prefix + key, "must be a string")
        return well_formed(value)

    def optional_text(self, key: str) -> str | None:
        """Return a string or None."""
        return self.text(key) if self.has(key) else None

    def integer(self, key: str, low: int = 0, high: int = _UINT_MAX, default: int | None = None) -> int:
        """Return an integer from `low` to `high`; required unless a default is given."""
        value = self._required(key) if default is None else self._or_default(key, default)
        if isinstance(value, float) and value.is_integer():  # some clients send all numbers as floats
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(self._prefix + key, "must be an integer")
        if not low <= value <= high:
            raise invalid(self._prefix + key, f"must be from {low} to {high}")
        return value

    def fraction(self, key: str, default: float) -> float:
        """Return a number from 0 to 1."""
        value = self._or_default(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise invalid(self._prefix + key, "must be a number")
        if not 0 <= value <= 1:
            raise invalid(self._prefix + key, "must be from 0 to 1")
        return float(value)

    def flag(self, key: str) -> bool:
        """Return a boolean, False when absent."""
        value = self._or_default(key, default=False)
        if not isinstance(value, bool):
            raise invalid(self._prefix + key, "must be true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return an array of strings, empty when absent."""
        values = self.array(key)
        if not all(isinstance(value, str) for value in values):
            raise invalid(self._prefix + key, "must be an array of strings")
        return tuple(well_formed(value) for value in values)

    def array(self, key: str) -> Sequence[Any]:
        """Return an array, empty when absent."""
        values = self._or_default(key, [])
        if not isinstance(values, list):
            raise invalid(self._prefix + key, "must be an array")
        return values

    def object(self, key: str) -> "Params":
        """Return a required object."""
        return Params(self._required(key), f"{self._prefix}{key}.")

    def objects(self, key: str) -> list["Params"]:
        """Return an array of objects, empty when absent."""
        return [
            Params({} if value is None else value, f"{self._prefix}{key}[{i}].")
            for i, value in enumerate(self.array(key))
        ]

    def token(self, key: str) -> Token | None:
        """Return a progress token or None."""
        value = self._or_default(key, None)
        if not isinstance(value, str | int | None) or isinstance(value, bool):
            raise invalid(self._prefix + key, "must be a string or an integer")
        return value

    def _required(self, key: str) -> Any:
        if not self.has(key):
            raise invalid(self._prefix + key, "is missing")
        return self.raw[key]

    def _or_default(self, key: str, default: Any) -> Any:
        return self.raw[key] if self.has(key) else default


def invalid(key: str, problem: str) -> InvalidParams:
    """Return the error for a parameter, naming it."""
    return InvalidParams(f"`{key}` {problem}.", f"See docs/protocol.md for what `{key}` takes.", key=key)


def well_formed(text: str) -> str:
    """Return the text with lone surrogates replaced, so that it can be encoded.

    JSON can have them; a replacement is one UTF-16 unit, too, so positions stay right.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def tokens_of(params: Params) -> Tokens:
    """Read `workDoneToken` and `partialResultToken`."""
    return Tokens(params.token("workDoneToken"), params.token("partialResultToken"))


def search_params(
    raw: Any, canonical_language: LanguageNames, default_limit: int
) -> tuple[SearchRequest, Tokens]:
    """Read the parameters of `semanticSearch`.

    Raises:
        InvalidParams: A parameter is not as docs/protocol.md says; `key` names it.
    """
    params = Params(raw).only(
        "query",
        "limit",
        "kinds",
        "languages",
        "include",
        "exclude",
        "workspaceFolder",
        "mode",
        "minScore",
        "explain",
        "workDoneToken",
        "partialResultToken",
    )
    request = SearchRequest(
        query=params.text("query"),
        limit=params.integer("limit", 1, MAX_RESULTS, default=default_limit),
        kinds=_each_known(params, "kinds", _KINDS.get) or None,
        languages=_each_known(params, "languages", canonical_language) or None,
        include=params.texts("include"),
        exclude=params.texts("exclude"),
        folder=folder_of(params, "workspaceFolder"),
        mode=_mode(params),
        min_score=params.fraction("minScore", 0.0),
        explain=params.flag("explain"),
    )
    return request, tokens_of(params)


def related_params(raw: Any, default_limit: int) -> tuple[DocumentPosition, int, Tokens]:
    """Read the parameters of `semanticSearch/related`: position, limit and tokens."""
    params = Params(raw).only("textDocument", "position", "limit", "workDoneToken", "partialResultToken")
    limit = params.integer("limit", 1, MAX_RESULTS, default=default_limit)
    return position_of(params), limit, tokens_of(params)


def status_params(raw: Any) -> Path | None:
    """Read the parameters of `semanticSearch/status`: the folder or None."""
    return folder_of(Params(raw).only("workspaceFolder"), "workspaceFolder")


def uri_params(raw: Any) -> str:
    """Read the parameters of `semanticSearch/explainPath`."""
    return Params(raw).only("uri").text("uri")


def no_params(raw: Any) -> None:
    """Check that a method which takes no parameters got none."""
    Params(raw).only()


def position_of(params: Params) -> DocumentPosition:
    """Read LSP's TextDocumentPositionParams."""
    uri = params.object("textDocument").text("uri")
    position = params.object("position")
    return DocumentPosition(uri, position.integer("line"), position.integer("character"))


def folder_of(params: Params, key: str) -> Path | None:
    """Read the URI of a folder."""
    uri = params.optional_text(key)
    if uri is None:
        return None
    path = path_of_uri(uri)
    if path is None:
        raise invalid(key, "must be the URI of a folder on disk, like file:///home/me/project")
    return path


def _mode(params: Params) -> SearchMode:
    value = params.optional_text("mode")
    if value is None:
        return SearchMode.HYBRID
    if value not in set(SearchMode):
        raise invalid("mode", f"must be one of {', '.join(SearchMode)}")
    return SearchMode(value)


def _each_known(params: Params, key: str, lookup: Callable[[str], T | None]) -> frozenset[T]:
    found = set()
    for name in params.texts(key):
        value = lookup(name)
        if value is None:
            raise invalid(key, f"names {name!r}, which is not known")
        found.add(value)
    return frozenset(found)
