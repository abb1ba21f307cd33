"""A cross-encoder reads the first results again: what it moves, what it must not move, what if it fails."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corpus import FILES
from small_index import SmallIndex
from tiny_onnx import write_cross_encoder

from lsp_server.embedding import CrossEncoder, Embedder, load_reranker
from lsp_server.model import SymbolKind
from lsp_server.search.cancel import Cancel, Cancelled
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.ranking.order import Ranking
from lsp_server.search.ranking.reranking import Reranking, reranked, text_of
from lsp_server.search.results import SearchMode, SearchRequest, SearchResult
from lsp_server.settings import settings_from_mapping

QUERY = "how are animals fed"
ANIMALS = '''\
def feed_animals(herd):
    """Feed all animals."""
    for animal in herd:
        animal.feed()


def feed_one_animal(animal):
    """Feed an animal by hand."""
    animal.feed()


def weigh_animals(herd):
    """Weigh animals before they are fed."""
    return [animal.weight for animal in herd]


def order_hay(farm):
    """Order what animals are fed in winter."""
    return farm.order("hay")
'''


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> FolderView:
    index = SmallIndex(tmp_path_factory.mktemp("farm"), embedder)
    index.commit({**FILES, "farm/animals.py": ANIMALS})
    return index.view()


@pytest.fixture(scope="module")
def hay(tmp_path_factory: pytest.TempPathFactory) -> CrossEncoder:
    """To this model a question about animals is one about hay."""
    meanings = {"animals": [1, 0], "hay": [5, 0], "weigh": [-5, 0]}
    return load_reranker(str(write_cross_encoder(tmp_path_factory.mktemp("models") / "hay", meanings)))


def found_by(
    view: FolderView, query: str = QUERY, *, mode: SearchMode = SearchMode.HYBRID, limit: int = 20
) -> tuple[SearchResult, ...]:
    request = SearchRequest(query, limit=limit, mode=mode, explain=True)
    found = search([view], request, Cancel()).results
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    return found


def names(found: Iterable[SearchResult]) -> list[str]:
    return [one.symbol.name for one in found]


def rerank_part(found: SearchResult) -> float | None:
    assert found.explanation is not None
    return found.explanation.signals.get("rerank")


def test_the_cross_encoder_moves_what_it_prefers_up_and_the_explanation_says_so(
    view: FolderView, hay: CrossEncoder
) -> None:
    before = found_by(view)
    after = found_by(replace(view, reranking=Reranking(hay, 20)))
    assert names(before).index("order_hay") > 0
    assert names(after).index("order_hay") < names(before).index("order_hay")
    assert sorted(names(after)) == sorted(names(before))
    parts = {one.symbol.name: rerank_part(one) or 0.0 for one in after}
    assert max(parts, key=lambda name: parts[name]) == "order_hay"
    assert parts["weigh_animals"] < 0
    assert {rerank_part(one) for one in before} == {None}


@pytest.mark.parametrize("depth", [1, 2, 3, 200])
def test_as_many_are_read_as_the_setting_says(view: FolderView, hay: CrossEncoder, depth: int) -> None:
    chosen = settings_from_mapping({"search.rerankDepth": depth}).search.rerank_depth
    before = found_by(view)
    after = found_by(replace(view, reranking=Reranking(hay, chosen)))
    assert names(after[depth:]) == names(before[depth:])
    assert sorted(names(after[:depth])) == sorted(names(before[:depth]))
    if depth < 3:
        assert not any(rerank_part(one) for one in after[depth:])


def test_a_small_limit_still_gets_the_best_of_all_that_were_read(view: FolderView, hay: CrossEncoder) -> None:
    reranking = replace(view, reranking=Reranking(hay, 20))
    assert names(found_by(reranking, limit=1)) == names(found_by(reranking))[:1]


@pytest.mark.parametrize("query", ["feed_animals", "feed animals", "weigh"])
def test_what_the_query_names_stays_first(view: FolderView, hay: CrossEncoder, query: str) -> None:
    before = found_by(view, query)
    after = found_by(replace(view, reranking=Reranking(hay, 20)), query)
    assert names(after)[0] == names(before)[0]
    assert names(after)[0] in {"feed_animals", "weigh_animals"}
    assert not rerank_part(after[0])


@pytest.mark.parametrize("mode", [SearchMode.VECTOR, SearchMode.TEXT])
def test_only_hybrid_searches_are_reranked(view: FolderView, hay: CrossEncoder, mode: SearchMode) -> None:
    reranking = replace(view, reranking=Reranking(hay, 20))
    assert names(found_by(reranking, mode=mode)) == names(found_by(view, mode=mode))


def test_a_query_of_filters_alone_is_not_reranked(view: FolderView, hay: CrossEncoder) -> None:
    reranking = replace(view, reranking=Reranking(hay, 20))
    assert names(found_by(reranking, "kind:function")) == names(found_by(view, "kind:function"))


def test_text_on_screen_is_read_too(tmp_path: Path, embedder: Embedder, hay: CrossEncoder) -> None:
    index = SmallIndex(tmp_path, embedder)
    index.commit(FILES)
    view = index.view({"farm/animals.py": ANIMALS})
    after = found_by(replace(view, reranking=Reranking(hay, 20)))
    assert (rerank_part(next(one for one in after if one.symbol.name == "order_hay")) or 0) > 0


class Reader:
    """Stands where fastembed's cross-encoders stand."""

    def __init__(self, judge: Callable[[str], float] = lambda _: 0.0) -> None:
        self.read: list[tuple[str, Sequence[str]]] = []
        self._judge = judge

    def rerank(self, query: str, documents: Iterable[str], batch_size: int) -> Iterable[float]:
        assert batch_size > 0
        documents = list(documents)
        self.read.append((query, documents))
        return [self._judge(text) for text in documents]


def reading(view: FolderView, reader: Reader) -> FolderView:
    return replace(view, reranking=Reranking(CrossEncoder("a reader", reader), 20))


def test_it_reads_the_query_without_filters_and_path_name_signature_and_documentation(
    view: FolderView,
) -> None:
    reader = Reader()
    found = found_by(reading(view, reader), f"{QUERY} kind:function")
    ((query, texts),) = reader.read
    assert query.strip() == QUERY
    assert len(texts) == min(20, len(found))
    text = next(text for text in texts if "weigh" in text)
    assert text.splitlines() == [
        "farm/animals.py",
        "weigh_animals",
        "weigh animals",
        "def weigh_animals(herd)",
        "Weigh animals before they are fed.",
    ]


def test_a_container_and_a_file_are_read_by_their_names(view: FolderView) -> None:
    assert view.snapshot is not None
    (entry,) = (one for one in found_by(view, "path:farm/animals.py kind:file"))
    assert text_of(entry.symbol, entry.path).splitlines()[:2] == ["farm/animals.py", "animals.py"]
    method = next(one.symbol for one in found_by(view, "kind:method") if one.symbol.containers)
    assert method.kind is SymbolKind.METHOD
    assert method.qualified_name in text_of(method, "a.py").splitlines()


def test_equal_judgements_change_nothing(view: FolderView) -> None:
    assert names(found_by(reading(view, Reader()))) == names(found_by(view))


def test_both_judges_count(view: FolderView) -> None:
    """A model that would turn the whole list around is not simply obeyed, and not ignored."""
    found = found_by(view)
    before = [(one.path, one.symbol.qualified_name) for one in found]
    places = {"\n".join(head): place for place, head in enumerate(before)}

    def judge(text: str) -> float:
        path, name, *_ = text.splitlines()
        return float(places[f"{path}\n{name}"])

    after = [(one.path, one.symbol.qualified_name) for one in found_by(reading(view, Reader(judge)))]
    assert after[0] == before[0]
    assert sorted(after) == sorted(before)
    assert after not in (before, before[::-1])


def test_a_model_that_fails_leaves_the_answer_as_it_was_and_the_log_says_so(
    view: FolderView, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> float:
        raise ValueError(f"{QUERY}: {text}")

    for judge in (fail, lambda _: float("nan")):
        caplog.clear()
        assert names(found_by(reading(view, Reader(judge)))) == names(found_by(view))
        assert "without reranking" in caplog.text
        assert "Suggestion: " in caplog.text
        assert QUERY not in caplog.text
        assert "hay" not in caplog.text


def test_a_search_that_is_called_off_before_is_not_read() -> None:
    order = Ranking(np.arange(3), np.array([3.0, 2.0, 1.0]), {})
    cancel, reader = Cancel(), Reader()

    def read(_candidate: int) -> str:
        cancel.cancel()
        return "text"

    with pytest.raises(Cancelled):
        reranked(Reranking(CrossEncoder("a reader", reader), 20), QUERY, order, read, cancel)
    assert reader.read == []


def test_a_search_is_called_off_after_the_model_has_read(view: FolderView) -> None:
    cancel = Cancel()

    def judge(_text: str) -> float:
        cancel.cancel()
        return 0.0

    reader = Reader(judge)
    with pytest.raises(Cancelled):
        search([reading(view, reader)], SearchRequest(QUERY), cancel)
    assert len(reader.read) == 1


def test_what_is_called_off_while_it_waits_for_its_turn_is_not_read(view: FolderView) -> None:
    """Each letter typed is a search, and reading takes all cores: those before must not hold up the last."""
    reader, cancel = Reader(), Cancel()
    asked = reading(view, reader)
    assert asked.reranking is not None
    ends: list[BaseException] = []

    def ask() -> None:
        try:
            search([asked], SearchRequest(QUERY), cancel)
        except Cancelled as end:
            ends.append(end)

    with asked.reranking.model.turn:
        waiting = threading.Thread(target=ask)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        cancel.cancel()
    waiting.join(10)
    assert len(ends) == 1
    assert reader.read == []
    assert names(found_by(asked)) == names(found_by(view))
    assert len(reader.read) == 1
