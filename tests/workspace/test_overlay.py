"""Open buffers: the latest text counts, and none of them holds a search up for long."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from overlay_stage import PARSER_S, Index, names, parser

from lsp_server.embedding import Embedder
from lsp_server.indexing.workers.analyzer import content_digest
from lsp_server.workspace import overlay as module
from lsp_server.workspace.overlay import Overlay

LIMIT_S = 3.0
"""So long a search waits for a text here; who does not wait takes less than half of it on any machine."""


def took(action: Callable[[], object]) -> float:
    began_s = time.monotonic()
    action()
    return time.monotonic() - began_s


def test_buffers_that_no_thread_could_parse_are_closed(
    embedder: Embedder, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    overlay = Overlay(parser(), lambda _: True)
    overlay.set("a.py", "def version(): ...\n")
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError):
        overlay.begin(embedder, index.digests.get)
    overlay.close()


def test_the_last_of_many_texts_counts(overlay: Overlay, index: Index) -> None:
    for number in range(50):
        overlay.set("a.py", f"def version_{number}(): ...\n")
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == {"version_49"}


def test_a_text_counts_that_only_a_newer_generation_than_the_searched_one_has(
    overlay: Overlay, index: Index
) -> None:
    index.has("a.py", "def saved(): ...\n")
    overlay.set("a.py", "def saved(): ...\n")
    searched = Index()
    searched.has("a.py", "def before(): ...\n")
    assert overlay.wait_until_parsed(30, searched.digests.get)
    assert names(overlay, searched) == {"saved"}


def test_a_text_that_the_index_has_is_left_to_it(overlay: Overlay, index: Index) -> None:
    index.has("a.py", "def same(): ...\n")
    overlay.set("a.py", "def same(): ...\n")
    assert overlay.wait_until_parsed(0)
    assert overlay.current(index.digests.get) == {}
    index.has("a.py", "def changed_on_disk(): ...\n")
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == {"same"}
    index.has("a.py", "def same(): ...\n")
    assert overlay.current(index.digests.get) == {}


def test_a_closed_buffer_is_forgotten(overlay: Overlay, index: Index) -> None:
    overlay.set("a.py", "def gone(): ...\n")
    overlay.drop("a.py")
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == set()


SAVED = "def saved(): ...\n"
SAVED_DIGEST = content_digest(SAVED.encode())


def test_a_saved_text_stays_after_its_document_until_the_index_has_it(overlay: Overlay, index: Index) -> None:
    index.has("a.py", "def before(): ...\n")
    overlay.set("a.py", SAVED)
    assert overlay.drop("a.py", SAVED_DIGEST)  # in one breath: nothing is parsed yet
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == {"saved"}
    index.has("a.py", "def between(): ...\n")  # read before it was saved
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == {"saved"}
    index.has("a.py", SAVED)
    assert overlay.wait_until_parsed(30)
    assert overlay.paths() == ()


def test_a_saved_text_stays_no_longer_than_until_the_index_has_all_that_it_was_asked_for(
    overlay: Overlay,
) -> None:
    overlay.set("a.py", SAVED)
    assert overlay.drop("a.py", SAVED_DIGEST)
    overlay.release(overlay.requested())  # nobody has asked the index for it yet
    assert overlay.paths() == ("a.py",)
    overlay.mark_requested(["a.py"])
    overlay.release(overlay.requested())
    assert overlay.paths() == ()


def test_a_text_that_was_not_saved_goes_with_its_document(overlay: Overlay) -> None:
    overlay.set("a.py", SAVED)
    assert not overlay.drop("a.py", content_digest(b"another on disk"))
    assert overlay.paths() == ()


def test_a_file_is_shown_as_it_was_saved_unless_it_is_open(overlay: Overlay, index: Index) -> None:
    assert overlay.save("lib/a.py", b"def saved(): ...\n")
    overlay.set("b.py", "def on_screen(): ...\n")
    assert not overlay.save("b.py", b"def saved_by_another_program(): ...\n")
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == {"saved", "on_screen"}
    overlay.forget_saved(["li", "b.py"])
    assert names(overlay, index) == {"saved", "on_screen"}
    overlay.forget_saved(["lib"])
    assert names(overlay, index) == {"on_screen"}


def test_only_so_many_saved_files_wait_for_the_index(
    overlay: Overlay, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SAVED", 2)
    overlay.set("open.py", "def on_screen(): ...\n")
    shown = [overlay.save(f"{name}.py", b"def saved(): ...\n") for name in "abc"]
    assert shown == [True, True, False]
    index.has("a.py", "def saved(): ...\n")
    assert overlay.save("c.py", b"def saved(): ...\n")
    assert overlay.paths() == ("open.py", "b.py", "c.py")


STEPS = st.tuples(st.sampled_from(["show", "close", "index"]), st.sampled_from(["a", "b"]), st.integers(0, 2))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12))
def test_a_document_shows_its_text_wherever_the_index_has_another(
    overlay: Overlay, index: Index, steps: list[tuple[str, str, int]]
) -> None:
    for path in ("a.py", "b.py"):
        overlay.drop(path)
    index.digests.clear()
    shown: dict[str, int] = {}
    indexed: dict[str, int] = {}
    for what, stem, number in steps:
        if what == "show":
            shown[stem] = number
            overlay.set(f"{stem}.py", f"def {stem}_{number}(): ...\n")
        elif what == "close":
            shown.pop(stem, None)
            overlay.drop(f"{stem}.py")
        else:
            indexed[stem] = number
            index.has(f"{stem}.py", f"def {stem}_{number}(): ...\n")
        assert overlay.wait_until_parsed(30)
        expected = {f"{stem}_{number}" for stem, number in shown.items() if indexed.get(stem) != number}
        assert names(overlay, index) == expected


def test_an_ignored_buffer_costs_nothing(overlay: Overlay, index: Index) -> None:
    overlay.set("ignored.py", "def hidden(): ...\n")
    assert overlay.wait_until_parsed(0)
    assert names(overlay, index) == set()


def test_searches_go_on_while_changed_rules_are_read() -> None:
    found: list[list[str]] = []

    def is_wanted(path: str) -> bool:
        search = threading.Thread(target=lambda: found.append(list(overlay.paths())), daemon=True)
        search.start()
        search.join(5)  # a disk that takes its time
        return bool(path)

    overlay = Overlay(parser(), is_wanted)
    overlay.set("a.py", "")
    overlay.recheck_ignored()
    assert found == [[], ["a.py"]]
    overlay.close()


def test_texts_from_before_the_model_was_loaded_are_parsed(embedder: Embedder, index: Index) -> None:
    overlay = Overlay(parser(), lambda _: True)
    overlay.set("a.py", "def early(): ...\n")
    assert overlay.wait_until_parsed(0)
    overlay.begin(embedder, index.digests.get)
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == {"early"}
    overlay.close()


def test_a_text_is_seen_however_long_the_parser_takes_to_start(
    embedder: Embedder, index: Index, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    overlay = Overlay(parser(PARSER_GATE=str(gate)), lambda _: True)
    overlay.begin(embedder, index.digests.get)
    overlay.set("a.py", "def early(): ...\n")
    settled: list[bool] = []
    search = threading.Thread(target=lambda: settled.append(overlay.wait_until_parsed(LIMIT_S)), daemon=True)
    search.start()
    search.join(LIMIT_S + 0.5)
    gate.unlink()
    search.join(PARSER_S)
    assert settled == [True]
    assert names(overlay, index) == {"early"}
    overlay.close()


def test_a_parser_that_never_starts_holds_up_no_more_than_one_search(
    embedder: Embedder, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "START_S", LIMIT_S)
    overlay = Overlay(parser(PARSER_GATE=str(tmp_path)), lambda _: True)
    overlay.begin(embedder, index.digests.get)
    overlay.set("a.py", "def early(): ...\n")
    assert not overlay.wait_until_parsed(0.1)
    assert took(lambda: overlay.wait_until_parsed(0.1)) < LIMIT_S / 2
    overlay.close()


def test_a_text_that_stalls_the_parser_holds_up_no_more_than_one_search(
    overlay: Overlay, index: Index
) -> None:
    overlay.set("b.py", "def before(): ...\n")
    assert overlay.wait_until_parsed(30)
    overlay.set("a.py", "# stall\n")
    assert not overlay.wait_until_parsed(LIMIT_S)
    assert took(lambda: overlay.wait_until_parsed(LIMIT_S)) < LIMIT_S / 2
    assert names(overlay, index) == {"before"}
    overlay.set("b.py", "def after(): ...\n")
    assert took(lambda: overlay.wait_until_parsed(LIMIT_S)) < LIMIT_S / 2


def test_a_text_that_was_slow_before_is_not_waited_for_and_not_said_to_be_there(
    overlay: Overlay, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PARSE_WAIT_S", 0.0)
    overlay.set("a.py", "def before(): ...\n")
    assert overlay.wait_until_parsed(30)
    overlay.set("a.py", "# stall\n")
    settled: list[bool] = []
    assert took(lambda: settled.append(overlay.wait_until_parsed(PARSER_S))) < PARSER_S / 2
    assert settled == [False]
    assert names(overlay, index) == {"before"}


def test_a_text_that_kills_the_parser_is_given_up(overlay: Overlay, index: Index) -> None:
    overlay.set("a.py", "# die\n")
    overlay.set("b.py", "def other(): ...\n")
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == {"other"}
    assert overlay.wait_until_parsed(0)
    overlay.set("a.py", "def healed(): ...\n")
    assert overlay.wait_until_parsed(30)
    assert names(overlay, index) == {"other", "healed"}


def test_closing_waits_for_no_parser(overlay: Overlay) -> None:
    overlay.set("a.py", "# stall\n")
    assert not overlay.wait_until_parsed(0.3)
    waiting = threading.Thread(target=overlay.wait_until_parsed, args=(30,))
    waiting.start()
    assert took(overlay.close) < PARSER_S / 3
    waiting.join(5)
    assert not waiting.is_alive()
