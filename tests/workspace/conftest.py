"""Fixtures of several modules here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from background_stage import MakeStage, Stage
from overlay_stage import PARSER_S, Index, parser

from lsp_server.embedding import Embedder, ModelChoice, load_embedder
from lsp_server.workspace import overlay as module
from lsp_server.workspace.overlay import Overlay
from lsp_server.workspace.turns import Turns


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[MakeStage]:
    stages: list[Stage] = []

    turns = Turns(at_once=1)

    def make(behaviour: str, folder: str = "first") -> Stage:
        home = tmp_path / folder
        home.mkdir(exist_ok=True)
        stages.append(Stage(home, behaviour, turns))
        return stages[-1]

    yield make
    for one in stages:
        one.background.close()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(ModelChoice())


@pytest.fixture
def index() -> Index:
    return Index()


@pytest.fixture
def overlay(embedder: Embedder, index: Index, monkeypatch: pytest.MonkeyPatch) -> Iterator[Overlay]:
    monkeypatch.setattr(module, "PARSE_WAIT_S", PARSER_S)  # a busy machine makes no text a slow one
    overlay = Overlay(parser(), lambda path: not path.startswith("ignored"))
    overlay.begin(embedder, index.digests.get)
    yield overlay
    overlay.close()
