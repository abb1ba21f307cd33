"""Searches of small indexes, with what holds for every answer checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus import Known

from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.results import Found, SearchOutcome, SearchRequest
from lsp_server.search.view import FolderView


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


def results(view: FolderView, query: str, **conditions: object) -> tuple[Found, ...]:
    return asked(view, SearchRequest(query, **conditions)).results  # type: ignore[arg-type]


def names(found: Sequence[Found]) -> list[str]:
    return [one.symbol.name for one in found]
