"""Everything that searches: `semanticSearch`, `related`, `workspace/symbol` with its resolution, hover."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lsp_server.errors import InvalidParams, WorkspaceNotFound
from lsp_server.frontends.answers.uris import path_of_uri
from lsp_server.frontends.lsp import hover
from lsp_server.frontends.lsp.progress import RequestProgress
from lsp_server.frontends.lsp.protocol import (
    DocumentPosition,
    Params,
    invalid,
    no_params,
    position_of,
    related_params,
    search_params,
    tokens_of,
)
from lsp_server.frontends.lsp.rpc import Json, RpcProtocol
from lsp_server.frontends.lsp.session import Session
from lsp_server.model import Cursor, SymbolKind
from lsp_server.search.results import SearchOutcome, SearchResult
from lsp_server.settings import Settings
from lsp_server.workspace.status import IndexState

_PALETTE_LIMIT = 500
_REMEMBERED = 4 * _PALETTE_LIMIT

_Identity = tuple[str | None, str | None]
"""A symbol's id and the URI of its folder, as in a WorkspaceSymbol's `data`."""


class SearchFeatures:
    """Thin handlers: parse parameters, call the workspace, convert the result."""

    def __init__(self, session: Session, rpc: RpcProtocol) -> None:
        self._session = session
        self._rpc = rpc
        self._listed: OrderedDict[_Identity, SearchResult] = OrderedDict()

    async def search(self, raw: Json) -> Json:
        """Answer `semanticSearch`."""
        request, tokens = search_params(raw, _canonical_language, await self._default_limit())
        if not request.query.strip():
            return self._session.convert.outcome(await self._nothing(request.folder))
        with RequestProgress(self._rpc, tokens, self._session.convert.results) as progress:
            on_partial = self._parts_listener(progress)
            outcome = await self._session.find(
                lambda workspace, cancel: workspace.search(request, cancel, on_partial)
            )
            return self._answer(outcome, progress)

    def filters(self, raw: Json) -> Json:
        """Answer `semanticSearch/filters`: the values of `kind:` and `lang:`, for completion."""
        no_params(raw)
        from lsp_server.parsing.languages import language_names  # noqa: PLC0415 - not needed for `initialize`

        return {
            "kinds": [kind.label for kind in SymbolKind],
            "languages": [{"id": name, "aliases": list(aliases)} for name, aliases in language_names()],
        }

    async def related(self, raw: Json) -> Json:
        """Answer `semanticSearch/related`."""
        position, limit, tokens = related_params(raw, await self._default_limit())
        with RequestProgress(self._rpc, tokens, self._session.convert.results) as progress:
            return self._answer(await self._related(position, limit), progress)

    async def workspace_symbol(self, raw: Json) -> Json:
        """Answer `workspace/symbol`."""
        params = Params(raw)
        query, tokens = params.text("query"), tokens_of(params)
        with RequestProgress(self._rpc, tokens, self._symbols) as progress:
            found = await self._session.find(
                lambda workspace, cancel: workspace.palette(query, _PALETTE_LIMIT, cancel)
            )
            self._remember(found)
            if not progress.wants_parts:
                return self._symbols(found)
            progress.send_parts(found)
            return []

    def resolve(self, raw: Json) -> Json:
        """Answer `workspaceSymbol/resolve`; a symbol that is no longer known is returned as it is."""
        data = Params(raw).object("data") if Params(raw).has("data") else Params(None)
        found = self._listed.get(_identity(data))
        return raw if found is None else self._session.convert.resolved_symbol(raw, found)

    async def hover(self, raw: Json) -> Json:
        """Answer `textDocument/hover`; null for files outside the open folders."""
        position = position_of(Params(raw))
        path = path_of_uri(position.uri)
        if path is None:
            return None
        wanted = (await self._settings(path)).hover
        if not wanted.enabled:
            return None
        try:
            outcome = await self._related(position, wanted.limit)
        except (InvalidParams, WorkspaceNotFound):
            return None
        client = self._session.client
        return hover.hover(outcome.results, self._session.convert, markdown=client.takes_markdown)

    async def _settings(self, file: Path | None) -> Settings:
        await self._session.changes_applied()
        return self._session.workspace.settings_for(file)

    async def _default_limit(self) -> int:
        return (await self._settings(None)).search.default_limit

    async def _related(self, position: DocumentPosition, limit: int) -> SearchOutcome:
        path = path_of_uri(position.uri)
        if path is None:
            raise invalid("textDocument.uri", "must be the URI of a file on disk")
        cursor = Cursor(position.line, position.column, self._session.client.encoding)
        return await self._session.find(
            lambda workspace, cancel: workspace.related(path, cursor, limit, cancel)
        )

    async def _nothing(self, folder: Path | None) -> SearchOutcome:
        status = await self._session.find(lambda workspace, _: workspace.status(folder))
        is_incomplete = status.state in {IndexState.STARTING, IndexState.INDEXING}
        return SearchOutcome((), is_incomplete, status.coverage, 0.0)

    def _parts_listener(self, progress: RequestProgress) -> Callable[[Sequence[SearchResult]], None] | None:
        if not progress.wants_parts:
            return None
        loop = asyncio.get_running_loop()

        def listen(found: Sequence[SearchResult]) -> None:
            loop.call_soon_threadsafe(progress.send_parts, tuple(found))

        return listen

    def _answer(self, outcome: SearchOutcome, progress: RequestProgress) -> Json:
        if progress.wants_parts:
            progress.send_parts(outcome.results)
            outcome = replace(outcome, results=())
        return self._session.convert.outcome(outcome)

    def _symbols(self, found: Sequence[SearchResult]) -> list[dict[str, Any]]:
        return [self._session.convert.workspace_symbol(one) for one in found]

    def _remember(self, found: Sequence[SearchResult]) -> None:
        for one in found:
            identity = _identity(Params(self._session.convert.identity(one)))
            self._listed[identity] = one
            self._listed.move_to_end(identity)
        while len(self._listed) > _REMEMBERED:
            self._listed.popitem(last=False)


def _identity(data: Params) -> _Identity:
    return data.optional_text("id"), data.optional_text("folder")


def _canonical_language(name: str) -> str | None:
    from lsp_server.parsing.languages import canonical_language  # noqa: PLC0415 - not needed to answer `initialize`

    return canonical_language(name)
