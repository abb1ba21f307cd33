"""Searches, the palette and related code, each over all open folders at once and without duplicates."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from lsp_server.errors import IndexDamaged
from lsp_server.model import Cursor
from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.palette.answer import palette
from lsp_server.search.palette.central import CentralSymbols
from lsp_server.search.related import related
from lsp_server.search.results import Coverage, SearchMode, SearchOutcome, SearchRequest, SearchResult
from lsp_server.workspace.metrics import Percentiles
from lsp_server.workspace.nested import most_copies, without_duplicates
from lsp_server.workspace.open_folder import OpenFolder
from lsp_server.workspace.rerankers import Rerankers


class FolderSearches:
    """Searches open folders. Thread-safe.

    With nested folders, a file that is in several of them is found once.

    Args:
        rerankers: Provides the cross-encoders that settings name.

    Attributes:
        took_ms: How long answers took.
    """

    def __init__(self, rerankers: Rerankers) -> None:
        self._rerankers = rerankers
        self._central = CentralSymbols()
        self.took_ms = Percentiles()

    def search(
        self,
        folders: Sequence[OpenFolder],
        request: SearchRequest,
        cancel: Cancel,
        on_partial: Callable[[Sequence[SearchResult]], None] | None = None,
    ) -> SearchOutcome:
        """Answer a search.

        Raises:
            InvalidParams: A path pattern is not a valid gitignore pattern.
            Cancelled: The search was called off.
            IndexDamaged: A file of an index is damaged; it is being made again.
        """
        began = time.perf_counter()
        n_copies = _n_copies(folders)
        views = _views(folders)
        if request.mode is SearchMode.HYBRID:
            views = [
                replace(view, reranking=self._rerankers.if_loaded(folder.settings.search))
                for view, folder in zip(views, folders, strict=True)
            ]
        with _mending_damaged(folders, views):
            outcome = search(views, replace(request, limit=request.limit * n_copies), cancel)
        if n_copies > 1:
            outcome = replace(outcome, results=_without_duplicates(outcome.results, folders)[: request.limit])
        outcome = replace(outcome, took_ms=self._note(began))
        if on_partial is not None and outcome.results:
            on_partial(outcome.results)
        return outcome

    def palette(
        self, folders: Sequence[OpenFolder], query: str, limit: int, cancel: Cancel, *, meaning: bool
    ) -> tuple[SearchResult, ...]:
        """Answer `workspace/symbol`: names first, then meaning if that is wanted."""
        began = time.perf_counter()
        n_copies = _n_copies(folders)
        views = _views(folders)
        with _mending_damaged(folders, views):
            found = palette(views, query, limit * n_copies, cancel, meaning=meaning, central=self._central)
        if n_copies > 1:
            found = _without_duplicates(found, folders)[:limit]
        self._note(began)
        return found

    def related(
        self, folders: Sequence[OpenFolder], path: str, cursor: Cursor, limit: int, cancel: Cancel
    ) -> SearchOutcome:
        """Find what is closest in meaning to the innermost symbol at a position.

        Args:
            folders: The file's folder, then the others.
            path: The file, relative to its folder.
            cursor: The position.
            limit: How many results are wanted.
            cancel: Checked between stages.
        """
        began = time.perf_counter()
        n_copies = _n_copies(folders)
        own, *rest = views = _views(folders)
        with _mending_damaged(folders, views):
            results = related(own, path, cursor, limit * n_copies, cancel, other_views=rest)
        if n_copies > 1:
            results = _without_duplicates(results, folders)[:limit]
        return SearchOutcome(
            results=results,
            is_incomplete=not all(view.is_complete for view in views),
            coverage=sum((view.coverage for view in views), Coverage()),
            took_ms=self._note(began),
        )

    def _note(self, began: float) -> float:
        """Record how long an answer took, and return it in milliseconds."""
        took_ms = (time.perf_counter() - began) * 1000
        self.took_ms.add(took_ms)
        return took_ms


@contextmanager
def _mending_damaged(folders: Sequence[OpenFolder], views: Sequence[FolderView]) -> Iterator[None]:
    """Have a damaged index of these folders checked or rebuilt when a search finds the damage."""
    try:
        with _naming_damage(views):
            yield
    except IndexDamaged as error:
        for folder in folders:
            folder.service.mend(error)
        raise


@contextmanager
def _naming_damage(views: Sequence[FolderView]) -> Iterator[None]:
    """Raise `IndexDamaged` where a search fails because numbers that were sound when opened lead nowhere."""
    try:
        yield
    except (LookupError, ValueError):
        for view in views:
            for segment in () if view.snapshot is None else view.snapshot.vectors.segments:
                segment.check()
        raise


def _views(folders: Sequence[OpenFolder]) -> list[FolderView]:
    return [folder.service.view() for folder in folders]


def _n_copies(folders: Sequence[OpenFolder]) -> int:
    return most_copies([folder.real for folder in folders])


def _without_duplicates(
    results: Sequence[SearchResult], folders: Sequence[OpenFolder]
) -> tuple[SearchResult, ...]:
    return without_duplicates(results, {folder.path: folder.real for folder in folders})
