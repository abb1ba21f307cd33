"""The client's layer of settings: `initializationOptions`, overridden by what it sends later."""

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import fields
from typing import Any

from lsp_server.frontends.lsp.client import Client, own_section
from lsp_server.frontends.lsp.rpc import ClientRefusedError, Json, RpcProtocol
from lsp_server.settings import CLIENT_SECTION, Settings

logger = logging.getLogger(__name__)

_PATIENCE_S = 1.0
"""How long to wait for the settings of an editor that said it would send them."""
_NAMES = frozenset({CLIENT_SECTION, *(group.name for group in fields(Settings))})
"""The prefix of the keys of our settings."""


class ClientSettings:
    """The settings that the client sent last.

    Args:
        rpc: The connection.
        client: The client.
    """

    def __init__(self, rpc: RpcProtocol, client: Client) -> None:
        self._rpc = rpc
        self._client = client
        self._told: Mapping[str, Any] = {}
        self._latest: Future[Json] | None = None

    def pull(self) -> Future[Json] | None:
        """Ask the client for our section, if it supports that; call it in the event loop's thread."""
        if not self._client.gives_configuration:
            return None
        self._latest = self._rpc.ask("workspace/configuration", {"items": [{"section": CLIENT_SECTION}]})
        return self._latest

    def is_latest(self, answer: Future[Json]) -> bool:
        """Tell whether an answer belongs to the last `pull`."""
        return answer is self._latest

    def take_answer(self, answer: Future[Json]) -> bool:
        """Wait for the answer to `pull`, in any other thread; without one, the settings don't change.

        Returns:
            Whether it came, or was refused, in time.
        """
        try:
            values = answer.result(timeout=_PATIENCE_S)
        except TimeoutError:
            return False
        except ClientRefusedError:
            return True
        if isinstance(values, list) and values:
            self._take({} if values[0] is None else values[0])  # null: nothing is set (any more)
        return True

    def take_pushed(self, raw: Json) -> None:
        """Take the `settings` of `workspace/didChangeConfiguration`; other servers' alone change nothing."""
        if _is_for_us(raw):
            self._take(raw)
        else:
            logger.debug("settings without any of ours were ignored")

    def effective(self) -> dict[str, Any]:
        """Return the whole layer."""
        return _overlaid(self._client.options or {}, self._told)

    def _take(self, raw: Json) -> None:
        section = own_section(raw)
        if section is not None:
            self._told = section


def _is_for_us(raw: Json) -> bool:
    return isinstance(raw, dict) and (not raw or any(key.partition(".")[0] in _NAMES for key in raw))


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        lower = merged.get(key)
        both = isinstance(lower, Mapping) and isinstance(value, Mapping)
        merged[key] = _overlaid(lower, value) if both else value  # type: ignore[arg-type]
    return merged
