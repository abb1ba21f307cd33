"""Searches of small indexes, with what holds for every answer checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus import Known

from lsp_server.model import Cursor, Encoding, Symbol
from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.file_symbols import file_symbols
from lsp_server.search.folder.view import FolderView
from lsp_server.search.related import related
from lsp_server.search.results import SearchOutcome, SearchRequest, SearchResult


@dataclass(frozen=True, eq=False, repr=False)
class Shelf:
    """A view and all that is in it."""

    view: FolderView
    known: list[Known]


def asked(views: FolderView | Sequence[FolderView], request: SearchRequest) -> SearchOutcome:
    """Search, and check what holds for every answer."""
    outcome = search([views] if isinstance(views, FolderView) else views, request, Cancel())
    scores = [found.score for found in outcome.results]
    assert len(scores) <= request.limit
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 and score >= request.min_score for score in scores)
    places = [(found.folder, found.id) for found in outcome.results]
    assert len(set(places)) == len(places)
    return outcome


def results(view: FolderView, query: str, **conditions: object) -> tuple[SearchResult, ...]:
    return asked(view, SearchRequest(query, **conditions)).results  # type: ignore[arg-type]


def names(found: Sequence[SearchResult]) -> list[str]:
    return [one.symbol.name for one in found]


def near(  # noqa: PLR0917 - most leave all but the line to the defaults
    view: FolderView, path: str, line: int, column: int = 4, limit: int = 20, encoding: Encoding = "utf16"
) -> tuple[SearchResult, ...]:
    found = related(view, path, Cursor(line, column, encoding), limit, Cancel())
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) <= limit
    assert len({one.id for one in found}) == len(found)
    return found


def qualified_names(found: Sequence[SearchResult]) -> list[str]:
    return [one.symbol.qualified_name for one in found]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines()) if part in line)


def innermost(
    view: FolderView, path: str, line: int, column: int, encoding: Encoding = "utf16"
) -> tuple[int, Symbol] | None:
    """Return the id of the innermost symbol at a position, and the symbol."""
    file = file_symbols(view, path)
    row = None if file is None else file.innermost(Cursor(line, column, encoding))
    return None if file is None or row is None else (int(file.ids[row]), file.symbols[row])
