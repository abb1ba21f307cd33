"""Cross-encoders are loaded in the background, once, and searches never wait for one nor fail with it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_onnx import write_cross_encoder

from lsp_server.embedding import CrossEncoder, load_reranker
from lsp_server.errors import ModelUnavailable
from lsp_server.settings import SearchSettings
from lsp_server.workspace import rerankers
from lsp_server.workspace.rerankers import Rerankers

OFF = SearchSettings()


class Shelf:
    """Loads models when it is told to, and counts."""

    def __init__(self, load: Callable[[str], CrossEncoder]) -> None:
        self.asked: list[str] = []
        self.opened = threading.Event()
        self._load = load

    def __call__(self, wanted: str) -> CrossEncoder:
        self.asked.append(wanted)
        assert self.opened.wait(10)
        return self._load(wanted)


@pytest.fixture
def wanted(tmp_path: Path) -> SearchSettings:
    return SearchSettings(rerank_model=str(write_cross_encoder(tmp_path, {"hay": [1]})), rerank_depth=7)


def test_nothing_is_loaded_unless_settings_name_a_model() -> None:
    shelf = Shelf(load_reranker)
    at_rest = Rerankers(shelf)
    assert at_rest.if_loaded(OFF) is at_rest.when_loaded(OFF) is at_rest.message(OFF) is None
    assert shelf.asked == []


def test_searches_go_on_without_it_until_it_is_loaded_and_are_told_so(wanted: SearchSettings) -> None:
    shelf = Shelf(load_reranker)
    messages: list[str | None] = []
    known = Rerankers(shelf, lambda: messages.append(known.message(wanted)))
    assert known.message(wanted) is None  # nobody has asked yet
    assert known.if_loaded(wanted) is known.if_loaded(wanted) is None
    said = known.message(wanted)
    assert said is not None
    assert "without reranking until" in said
    assert "\nSuggestion: " in said
    shelf.opened.set()
    reranking = known.when_loaded(wanted)
    assert reranking is not None
    assert reranking.depth == 7
    assert reranking.model.judge("hay", ["hay hay"]) == [2]
    assert known.if_loaded(wanted) is not None
    assert known.message(wanted) is None
    assert shelf.asked == [wanted.rerank_model]
    assert messages[0] == said


def test_nothing_is_said_to_be_missing_once_searches_have_it(
    wanted: SearchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(load_reranker)
    shelf.opened.set()
    known = Rerankers(shelf)
    told: list[tuple[bool, str | None]] = []

    def look(*_: object) -> None:
        told.append((known.if_loaded(wanted) is None, known.message(wanted)))

    monkeypatch.setattr(rerankers.logger, "info", look)  # in the thread that loads, as soon as it has
    known.when_loaded(wanted)
    assert told == [(False, None)]


def test_one_that_can_t_be_loaded_is_named_with_a_suggestion_and_tried_again_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(load_reranker)
    shelf.opened.set()
    known = Rerankers(shelf)
    unknown = SearchSettings(rerank_model="nobody/nothing")
    assert known.when_loaded(unknown) is None
    said = known.message(unknown)
    assert said is not None
    assert said.startswith("Searches are answered without reranking. fastembed knows no")
    assert "\nSuggestion: " in said
    assert "nobody/nothing" in caplog.text
    assert "Suggestion: " in caplog.text
    assert known.if_loaded(unknown) is None
    assert len(shelf.asked) == 1
    monkeypatch.setattr(rerankers, "RETRY_S", 0.0)
    assert known.when_loaded(unknown) is None
    assert len(shelf.asked) > 1


@pytest.mark.parametrize("error", [ModelUnavailable("No.", "Yes."), RuntimeError("secret")])
def test_whatever_goes_wrong_in_loading_ends_the_waiting(error: Exception) -> None:
    def load(_: str) -> CrossEncoder:
        raise error

    known, settings = Rerankers(load), SearchSettings(rerank_model="x")
    assert known.when_loaded(settings) is None
    said = known.message(settings)
    assert said is not None
    assert "Suggestion: " in said
    assert "secret" not in said


def test_models_that_no_settings_name_any_more_are_let_go(wanted: SearchSettings) -> None:
    shelf = Shelf(load_reranker)
    shelf.opened.set()
    known = Rerankers(shelf)
    known.when_loaded(wanted)
    known.forget_all_but({wanted.rerank_model})
    assert known.if_loaded(wanted) is not None
    shelf.opened.clear()
    known.forget_all_but({""})
    assert known.if_loaded(wanted) is None
    shelf.opened.set()
    assert known.when_loaded(wanted) is not None
    assert len(shelf.asked) == 2
