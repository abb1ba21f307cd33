"""`semanticSearch/status` and the requests that steer background work."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from lsp_server.frontends.answers.convert import path_explanation
from lsp_server.frontends.answers.uris import path_of_uri
from lsp_server.frontends.lsp.protocol import invalid, no_params, status_params, uri_params
from lsp_server.frontends.lsp.rpc import Json
from lsp_server.frontends.lsp.session import Session
from lsp_server.workspace.status import PathExplanation

if TYPE_CHECKING:
    from lsp_server.workspace.workspace import Workspace


class StatusFeatures:
    """Thin handlers: parse parameters, call the workspace, convert the result."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def status(self, raw: Json) -> Json:
        """Answer `semanticSearch/status`."""
        folder = status_params(raw)
        await self._session.changes_applied()
        if (failed := self._session.failed_status) is not None:
            return self._session.convert.status(failed)
        status = await self._session.find(lambda workspace, _: workspace.status(folder))
        return self._session.convert.status(status)

    async def pause(self, raw: Json) -> Json:
        """Answer `semanticSearch/pause`."""
        return await self._steer(raw, lambda workspace: workspace.pause())

    async def resume(self, raw: Json) -> Json:
        """Answer `semanticSearch/resume`."""
        return await self._steer(raw, lambda workspace: workspace.resume())

    async def rebuild(self, raw: Json) -> Json:
        """Answer `semanticSearch/rebuild`."""
        return await self._steer(raw, lambda workspace: workspace.rebuild())

    async def explain_path(self, raw: Json) -> Json:
        """Answer `semanticSearch/explainPath`."""
        uri = uri_params(raw)
        path = path_of_uri(uri)
        if path is None and ":" not in uri:
            raise invalid("uri", "must be a URI, like file:///home/me/project/main.py")
        if path is None:
            return path_explanation(PathExplanation(indexed=False, reason="not a file on disk"))
        return path_explanation(await self._session.find(lambda workspace, _: workspace.explain_path(path)))

    async def _steer(self, raw: Json, operation: Callable[["Workspace"], None]) -> Json:
        no_params(raw)
        await self._session.changed(operation)
        return await self.status(None)
