"""The text of a hover: "Related code", as links to file and line."""

import re
from collections.abc import Sequence
from typing import Any

from lsp_server.frontends.answers.convert import Converter
from lsp_server.search.results import PROBABLY_RELEVANT, SearchResult, percent


def hover(found: Sequence[SearchResult], convert: Converter, *, markdown: bool) -> dict[str, Any] | None:
    """Return LSP's Hover, or None when nothing is close enough."""
    close = [one for one in found if one.score >= PROBABLY_RELEVANT]
    if not close:
        return None
    render = _markdown_line if markdown else _plain_line
    title = "**Related code**\n\n" if markdown else "Related code\n"
    text = title + "\n".join(render(one, convert) for one in close)
    return {"contents": {"kind": "markdown" if markdown else "plaintext", "value": text}}


def _markdown_line(found: SearchResult, convert: Converter) -> str:
    # A parenthesis would end the link, whether or not the client's own URIs escape it.
    target = convert.uri(found).replace("(", "%28").replace(")", "%29")
    name = _name(found).replace("`", "'")
    location = re.sub(r"([\\`*_{}\[\]<>|~])", r"\\\1", f"{_on_one_line(found.path)}:{_line(found)}")
    facts = f"{_kind(found)}{_marks(found)} · {_similarity(found)} · {location}"
    return f"- [`{name}`]({target}#L{_line(found)}) {facts}"


def _plain_line(found: SearchResult, convert: Converter) -> str:
    name = _name(found)
    return (
        f"{name}  {_kind(found)}{_marks(found)}  {_similarity(found)}  {convert.uri(found)}#L{_line(found)}"
    )


def _name(found: SearchResult) -> str:
    return _on_one_line(found.symbol.qualified_name)


def _on_one_line(text: str) -> str:
    return re.sub(r"[\r\n]", " ", text)


def _line(found: SearchResult) -> int:
    return found.symbol.selection.start.line + 1


def _kind(found: SearchResult) -> str:
    return re.sub(r"([A-Z])", lambda letter: " " + letter[1].lower(), found.symbol.kind.label)


def _marks(found: SearchResult) -> str:
    return "".join(f" ({mark})" for mark in found.marks)


def _similarity(found: SearchResult) -> str:
    return f"{percent(found.score)}%"
