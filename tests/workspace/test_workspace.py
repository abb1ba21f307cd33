"""What is told of all folders together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from lsp_server.settings import LoadedSettings, load_settings
from lsp_server.workspace.status import WorkspaceStatus
from lsp_server.workspace.workspace import Workspace


class NoFolders:
    """What a workspace without folders is made of."""

    def load_settings(self, folder: Path | None, client: Mapping[str, Any]) -> LoadedSettings:
        return load_settings(folder, {}, {}, client)

    def apply_settings(self, settings: object) -> None:
        pass

    def load_reranker(self, wanted: str) -> Any:
        raise NotImplementedError


def test_what_was_seen_first_is_not_told_last(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[WorkspaceStatus] = []
    workspace = Workspace(cast("Any", NoFolders()), told.append)
    look = workspace.status
    is_overtaken = False

    def overtaken() -> WorkspaceStatus:
        nonlocal is_overtaken
        seen = look()
        if not is_overtaken:
            is_overtaken = True
            workspace.configure({"colour": "red"})  # as another thread does before this one gets on
        return seen

    monkeypatch.setattr(workspace, "status", overtaken)
    workspace.open([])
    assert told
    assert "colour" in str(told[-1].problems)
