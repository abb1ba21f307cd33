"""Somebody types: buffers are parsed when a search needs them, and no oftener than it pays."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from overlay_stage import PARSER_S, Index, names

from lsp_server.indexing.workers.jobs import ParseJob
from lsp_server.processes.worker_process import Answer, Worker
from lsp_server.workspace import overlay as module
from lsp_server.workspace.overlay import Overlay

LONG = "number = 1\n" * 1000
"""So that a parse takes longer than to type on."""


class CountedParser:
    """A parser that counts the texts of `a.py` that it is given, and tells of the first."""

    def __init__(self, inner: Worker) -> None:
        self._inner = inner
        self.kill = inner.kill
        self.n_texts = 0
        self.was_asked = threading.Event()

    def request(self, payload: bytes) -> Answer:
        if ParseJob.unpack(payload).path == "a.py":
            self.n_texts += 1
            self.was_asked.set()
        return self._inner.request(payload)


@pytest.fixture
def counted(overlay: Overlay, monkeypatch: pytest.MonkeyPatch) -> CountedParser:
    counted = CountedParser(overlay._worker)
    monkeypatch.setattr(overlay, "_worker", counted)
    return counted


def test_while_somebody_types_a_text_is_parsed_only_for_a_search(
    overlay: Overlay, counted: CountedParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUIET_S", PARSER_S)
    overlay.set("b.py", "def warm(): ...\n")
    assert overlay.wait_until_parsed(PARSER_S)
    for number in range(50):
        overlay.set("a.py", f"def version_{number}(): ...\n{LONG}")
    assert not counted.was_asked.wait(0.2)
    assert overlay.wait_until_parsed(PARSER_S)
    assert counted.n_texts == 1


def test_a_text_is_parsed_before_anybody_searches_once_it_is_quiet(
    overlay: Overlay, counted: CountedParser
) -> None:
    overlay.set("a.py", "def typed(): ...\n")
    assert counted.was_asked.wait(PARSER_S)


@contextmanager
def typing_without_a_rest(overlay: Overlay, path: str) -> Iterator[None]:
    """Every parse is overtaken by a newer text."""
    has_begun, is_over = threading.Event(), threading.Event()

    def type_on() -> None:
        number = 0
        while not is_over.is_set():
            overlay.set(path, f"def typed_{number}(): ...\n{LONG}")
            has_begun.set()
            number += 1

    typist = threading.Thread(target=type_on)
    typist.start()
    has_begun.wait()
    try:
        yield
    finally:
        is_over.set()
        typist.join()


def test_a_search_does_not_wait_for_what_is_typed_after_it(overlay: Overlay, index: Index) -> None:
    overlay.set("a.py", "def warm(): ...\n")
    assert overlay.wait_until_parsed(30)
    with typing_without_a_rest(overlay, "a.py"):
        assert all(overlay.wait_until_parsed(30) for _ in range(5))
    assert names(overlay, index) != {"warm"}


def test_a_document_in_which_somebody_types_lets_the_others_have_their_turn(
    overlay: Overlay, index: Index
) -> None:
    with typing_without_a_rest(overlay, "a.py"):
        overlay.set("b.py", "def other(): ...\n")
        assert overlay.wait_until_parsed(30)
        assert "other" in names(overlay, index)
