from dataclasses import replace

import numpy as np
import pytest
from corpus import FILES, many_functions
from small_index import SmallIndex

from lsp_server.embedding import Embedder
from lsp_server.search.cancel import Cancel, Cancelled
from lsp_server.search.candidates.gather import gather
from lsp_server.search.candidates.retrieval import DEPTH, Gathered, Retrieval
from lsp_server.search.folder.filters import Filters
from lsp_server.search.folder.view import FolderView
from lsp_server.search.query.syntax import parse_query
from lsp_server.search.results import SearchMode, SearchRequest

BUFFER = {"src/session.py": FILES["src/session.py"]}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> SmallIndex:
    index = SmallIndex(tmp_path_factory.mktemp("candidates"), embedder)
    index.commit(FILES)
    return index


def gathered(view: FolderView, text: str, mode: SearchMode = SearchMode.HYBRID, limit: int = 20) -> Gathered:
    query = parse_query(text)
    filters = Filters.of(SearchRequest(text), query)
    found = gather(
        view, Retrieval(query, view.embedder.query_vector(query.text), filters, mode, limit), Cancel()
    )
    candidates = found.candidates
    columns = (candidates.ids, candidates.similarity, candidates.text, candidates.names, candidates.paths)
    assert {len(column) for column in columns} == {len(found.refs)}
    assert len(set(candidates.ids.tolist())) == len(candidates.ids)
    return found


def evidence(found: Gathered) -> dict[int, list[float]]:
    some = found.candidates
    columns = np.stack([some.similarity, some.text, some.file_similarity, some.file_text], axis=1)
    return dict(zip(some.ids.tolist(), columns.tolist(), strict=True))


def test_both_retrievers_bring_candidates_with_all_evidence(built: SmallIndex) -> None:
    found = gathered(built.view(), "load session").candidates
    of = dict(zip(found.names, range(len(found.names)), strict=True))
    row, entry = of["load_session"], of["session.py"]
    assert found.text[row] > found.text[of["save_session"]] > 0
    assert found.similarity[row] > found.similarity[of["drawCircle"]]
    assert found.file_similarity[row] == found.similarity[entry]
    assert found.file_text[row] == pytest.approx(found.text[entry])
    assert found.text[of["drawCircle"]] == 0
    assert (found.containers[row], found.paths[row]) == ("SessionStore", "src/session.py")


def test_text_mode_has_only_what_the_words_hit(built: SmallIndex) -> None:
    for view in (built.view(), built.view(BUFFER)):
        found = gathered(view, "renew", SearchMode.TEXT).candidates
        assert set(found.names) == {"refresh_token", "session.py"}
        assert (found.text > 0).all()


def test_vector_mode_looks_at_no_words(built: SmallIndex) -> None:
    for view in (built.view(), built.view(BUFFER)):
        found = gathered(view, "renew", SearchMode.VECTOR).candidates
        assert not found.text.any()
        assert not found.file_text.any()
        assert "drawCircle" in found.names


def test_buffers_bring_the_evidence_their_indexed_text_would(built: SmallIndex) -> None:
    indexed, buffered = (
        evidence(gathered(view, "load session")) for view in (built.view(), built.view(BUFFER))
    )
    assert set(indexed) == set(buffered)
    for symbol, values in indexed.items():
        assert buffered[symbol] == pytest.approx(values, rel=0.02, abs=0.01)


def test_retrievers_are_asked_for_more_than_the_limit(embedder: Embedder) -> None:
    query = parse_query("x")
    retrieval = Retrieval(
        query, embedder.query_vector("x"), Filters.of(SearchRequest("x"), query), SearchMode.HYBRID, 10
    )
    assert retrieval.depth == DEPTH
    assert replace(retrieval, limit=200).depth == 400


def test_the_number_of_candidates_is_bounded(index: SmallIndex) -> None:
    index.commit(many_functions(8, 90))
    view = index.view()
    assert DEPTH <= len(gathered(view, "lock a socket").refs) <= 2 * DEPTH
    assert len(gathered(view, "lock a socket", SearchMode.VECTOR).refs) == DEPTH
    assert len(gathered(view, "zzyzx kind:function").refs) == DEPTH
    assert len(gathered(view, "kind:function", limit=150).refs) == 300


def test_a_file_without_an_entry_lends_no_evidence(built: SmallIndex) -> None:
    view = built.view()
    assert view.snapshot is not None
    entries = np.full_like(view.snapshot.entries, -1)
    bare = replace(view, snapshot=replace(view.snapshot, entries=entries))
    found = gathered(bare, "load session").candidates
    assert not found.file_similarity.any()
    assert not found.file_text.any()


def test_a_call_off_is_heeded(built: SmallIndex, embedder: Embedder) -> None:
    query = parse_query("session")
    retrieval = Retrieval(
        query, embedder.query_vector("x"), Filters.of(SearchRequest("x"), query), SearchMode.HYBRID, 10
    )
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(Cancelled):
        gather(built.view(), retrieval, cancel)
