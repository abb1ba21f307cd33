"""What a search answers: by meaning, by words, from open buffers, over several folders."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corpus import FILES
from hypothesis import given
from hypothesis import strategies as st
from small_index import SmallIndex
from small_searches import Shelf, asked, names, results

from lsp_server.embedding import Embedder
from lsp_server.search.cancel import Cancel, Cancelled
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.results import Coverage, SearchMode, SearchRequest

# --- modes


@given(st.sampled_from(["session", "send it again until it works", "parse header", "chocolate cake"]))
def test_vector_mode_is_the_exact_order_of_similarity(shelf: Shelf, query: str) -> None:
    vector = shelf.view.embedder.query_vector(query)
    nearest = sorted(shelf.known, key=lambda one: (-float(one.vector.astype(np.float32) @ vector), one.id))
    found = results(shelf.view, query, mode=SearchMode.VECTOR, limit=10, explain=True)
    assert [one.id for one in found] == [one.id for one in nearest[:10]]
    for one in found:
        assert one.explanation is not None
        assert one.explanation.text is None


def test_text_mode_finds_only_what_holds_a_word(view: FolderView) -> None:
    found = results(view, "storage", mode=SearchMode.TEXT)
    assert {"load_session", "save_session"} <= set(names(found))
    assert "drawCircle" not in names(found)
    assert not results(view, "zzyzx", mode=SearchMode.TEXT)


def test_what_a_name_only_begins_with_is_no_word_of_it(view: FolderView) -> None:
    assert "drawCircle" in names(results(view, "drawc"))
    assert not results(view, "drawc", mode=SearchMode.TEXT)
    assert "drawCircle" in names(results(view, "drawCircle", mode=SearchMode.TEXT))


def test_hybrid_finds_by_meaning_and_by_words(view: FolderView) -> None:
    assert results(view, "try again with a growing delay")[0].symbol.name == "retry_request"
    assert results(view, "MAX_ATTEMPTS")[0].symbol.name == "MAX_ATTEMPTS"


@pytest.mark.parametrize(
    ("query", "name", "path"),
    [
        ("HttpClient", "HttpClient", "src/net/client.ts"),
        ("http client", "HttpClient", "src/net/client.ts"),
        ("SessionStore.load_session", "load_session", "src/session.py"),
        ("Parser::ParseHeader", "ParseHeader", "core/parser.go"),
        ("parseHeader", "parseHeader", "src/net/client.ts"),
        ("export async function parseHeader", "parseHeader", "src/net/client.ts"),
        ("エラー処理", "エラー処理", "日本/エラー.py"),
    ],
)
def test_what_is_named_comes_first_and_is_certain(view: FolderView, query: str, name: str, path: str) -> None:
    first, *_ = results(view, query)
    assert (first.symbol.name, first.path) == (name, path)
    assert first.score > 0.9


STORES = {
    "git/store.ts": "export class GitStore {\n  async stageChanges(files) {\n    return add(files)\n  }\n}\n",
    "git/actions.ts": "// Stage the changes in git's store\nexport function stageChangesAction(files) {\n"
    "  const store = new GitStore()\n  return store.stageChanges(files)\n}\n",
}


@pytest.mark.parametrize("query", ["GitStore stageChanges", "gitstore stageChanges"])
def test_a_name_behind_its_container_s_comes_first(index: SmallIndex, query: str) -> None:
    index.commit(STORES)
    first, *_ = results(index.view(), query)
    assert first.symbol.qualified_name == "GitStore.stageChanges"
    assert first.score > 0.9


@pytest.mark.parametrize("query", ["bake a chocolate cake", "zzyzx", "量子力学"])
@pytest.mark.parametrize("mode", [SearchMode.HYBRID, SearchMode.VECTOR])
def test_what_is_absent_gets_low_scores_only(view: FolderView, query: str, mode: SearchMode) -> None:
    found = results(view, query, mode=mode, limit=10)
    assert len(found) == 10
    assert found[0].score < 0.4
    assert not results(view, query, mode=mode, min_score=0.5)


BY_CHANCE = FILES | {
    "run/once.py": "def once(work):\n    return work()\n",
    "run/guard.py": """\
class Guard:
    def acquire(self, path):
        '''Make a second run wait until the state may be changed.'''
        handle = open(path, "x")
        handle.write(str(self.run))
        return handle
""",
    "plots/axis.py": "def label(axis, text):\n    axis.title = text\n    return axis\n",
    "report/lines.py": "def write_lines(lines, to):\n    for line in lines:\n        print(line, file=to)\n",
    "orders/cost.py": """\
def cost(order, rates):
    shipping = rates.for_weight(order.weight)
    return order.total + shipping
""",
}


@pytest.mark.parametrize("in_buffers", [False, True])
def test_a_word_that_is_a_name_by_chance_says_less_than_what_holds_more_of_the_question(
    index: SmallIndex, *, in_buffers: bool
) -> None:
    index.commit(BY_CHANCE)
    view = index.view(BY_CHANCE if in_buffers else {})
    found = names(results(view, "stop a second run from changing the state at once"))
    assert found.index("acquire") < found.index("once")


def test_a_word_that_is_a_name_by_chance_is_not_close_to_the_question(index: SmallIndex) -> None:
    index.commit(BY_CHANCE)
    assert results(index.view(), "label")[0].score > 0.9
    assert results(index.view(), "print the label for shipping")[0].score < 0.5


def test_words_unknown_to_the_model_still_find_the_text_that_holds_them(view: FolderView) -> None:
    first, second, *_ = results(view, "原因")
    assert first.path == second.path == "日本/エラー.py"
    assert results(view, "原因 kind:class")[0].score < 0.1


def test_a_list_of_what_passes_is_in_order_of_path_and_line_with_tests_last(view: FolderView) -> None:
    found = results(view, "kind:function", limit=40)
    places = [(one.path, one.symbol.selection.start.line) for one in found]
    assert places == [*sorted(places[:-1]), places[-1]]
    assert names(found)[-1] == "test_load_session_reads_the_storage"
    assert {one.score for one in found} == {0.5}


# --- open buffers


def test_open_buffers_hide_what_the_index_has_of_their_files(built: SmallIndex) -> None:
    view = built.view({"src/session.py": "def renew_cookie(cookie):\n    return cookie.renew()\n"})
    for mode in SearchMode:
        for query in ("load session", "SessionStore", "kind:class", "lang:python"):
            assert not {"SessionStore", "load_session"} & set(
                names(results(view, query, mode=mode, limit=60))
            )
    assert names(results(view, "renew cookie"))[0] == "renew_cookie"
    assert "renew_cookie" in names(results(view, "kind:function lang:python path:src/*", limit=60))
    assert "renew_cookie" not in names(results(view, "renew cookie path:core/**"))


def test_a_buffer_scores_as_the_same_text_does_in_the_index(built: SmallIndex, view: FolderView) -> None:
    buffered = built.view({"src/session.py": FILES["src/session.py"]})
    for query in ("load session", "renew access token", "SessionStore", "sessions of all users"):
        from_index, from_buffer = results(view, query, explain=True), results(buffered, query, explain=True)
        assert names(from_index)[:3] == names(from_buffer)[:3]
        for one, other in zip(from_index[:3], from_buffer[:3], strict=True):
            assert one.score == pytest.approx(other.score, abs=0.03)
            assert one.id == other.id


@pytest.mark.parametrize("query", ["zorkmid", "balance of a kvetch", "frobnikate_ledger", "quibblify = 2"])
def test_words_that_only_a_buffer_holds_count_as_they_do_once_it_is_saved(
    tmp_path: Path, embedder: Embedder, query: str
) -> None:
    index = SmallIndex(tmp_path, embedder)
    index.commit(FILES)
    text = '''
def frobnikate_ledger(amount):
    """Return the zorkmid balance of a kvetch."""
    quibblify = 2 * amount
    return quibblify
'''
    from_buffer = results(index.view({"src/ledger.py": text}), query)
    index.commit({"src/ledger.py": text})
    from_index = results(index.view(), query)
    assert names(from_buffer)[0] == names(from_index)[0] == "frobnikate_ledger"
    assert from_buffer[0].score == pytest.approx(from_index[0].score, abs=0.05)


def test_filters_hold_for_buffers_as_for_the_index(built: SmallIndex, view: FolderView) -> None:
    buffered = built.view(FILES)
    for query in ("name:SESSION", "session name:load name:store", "kind:method", "parse lang:go", "-token x"):
        for mode in SearchMode:
            from_index, from_buffer = (results(one, query, mode=mode, limit=60) for one in (view, buffered))
            assert {one.id for one in from_index} == {one.id for one in from_buffer}, query


def test_buffers_are_found_before_the_first_commit(tmp_path: Path, embedder: Embedder) -> None:
    view = SmallIndex(tmp_path, embedder).view(FILES)
    assert view.snapshot is None
    for mode in SearchMode:
        assert "load_session" in names(results(view, "load session", mode=mode))[:4]
    assert len(results(view, "kind:class", limit=50)) == 2


def test_nothing_to_search_finds_nothing(tmp_path: Path, embedder: Embedder) -> None:
    view = SmallIndex(tmp_path, embedder).view()
    assert not results(view, "session")
    assert not results(view, "kind:class")


def test_a_buffer_without_symbols_only_hides(built: SmallIndex) -> None:
    view = built.view({"src/session.py": "\0\0\0"})
    assert not [one for one in results(view, "session store", limit=60) if one.path == "src/session.py"]


# --- generations


def test_words_committed_after_the_generation_are_not_found_yet(tmp_path: Path, embedder: Embedder) -> None:
    index = SmallIndex(tmp_path, embedder)
    index.commit(FILES)
    before = index.view()
    index.commit(
        {"src/late.py": "def load_session_late(session):\n    return session\n", "core/parser.go": None}
    )
    after = index.view()
    assert before.snapshot is not None
    assert after.snapshot is not None
    pinned = replace(before, snapshot=replace(before.snapshot, text=after.snapshot.text))
    for mode in SearchMode:
        found = results(pinned, "load session late", mode=mode, limit=60)
        assert found
        assert not [one for one in found if one.path == "src/late.py"]
    assert "Parser" in names(results(pinned, "Parser"))  # by meaning: its words are gone already
    assert "load_session_late" in names(results(after, "load session late"))


# --- several folders


def test_an_index_with_a_history_scores_as_a_new_one(tmp_path: Path, embedder: Embedder) -> None:
    packing = "".join(f"def pack_{thing}(n):\n    return 'crate'\n\n" for thing in ("moss", "rope", "salt"))
    files = {"box.py": packing, **{f"rest{n}.py": f"def rest_{n}(): ...\n" for n in range(6)}}
    new, changed = SmallIndex(tmp_path / "new", embedder), SmallIndex(tmp_path / "changed", embedder)
    new.commit(files)
    for path, text in files.items():  # each of these segments keeps a file, and what `box.py` was then
        changed.commit({"box.py": packing, path: text})
    expected, score = (results(index.view(), "crate")[0].score for index in (new, changed))
    assert score == pytest.approx(expected, abs=0.1)


def test_a_word_that_is_gone_counts_as_one_that_never_was(tmp_path: Path, embedder: Embedder) -> None:
    files = {f"{word}.py": f"def cache_{word}(n):\n    return n\n" for word in ("vector", "salt", "moss")}
    new, changed = SmallIndex(tmp_path / "new", embedder), SmallIndex(tmp_path / "changed", embedder)
    new.commit(files)
    changed.commit({**files, "gone.py": "def vector_zqsalahumo(n): ...\n"})
    changed.commit({"gone.py": None})
    expected, score = (results(index.view(), "vector_zqsalahumo")[0].score for index in (new, changed))
    assert score == pytest.approx(expected, abs=0.1)


def test_folders_are_merged_by_score(view: FolderView, tmp_path: Path, embedder: Embedder) -> None:
    other = SmallIndex(tmp_path, embedder)
    other.commit(
        {"src/session.py": FILES["src/session.py"], "paint.py": "def paint_wall(colour):\n    pass\n"}
    )
    views = [
        replace(view, coverage=Coverage(3, 3, 9, 0)),
        replace(other.view(), coverage=Coverage(2, 1, 4, 0)),
    ]
    outcome = asked(views, SearchRequest("load session", limit=8))
    assert [one.symbol.name for one in outcome.results[:2]] == ["load_session", "load_session"]
    assert {one.folder for one in outcome.results[:2]} == {views[0].folder, views[1].folder}
    assert len(outcome.results) == 8
    assert outcome.coverage == Coverage(5, 4, 13, 0)
    assert not outcome.is_incomplete
    assert asked([views[0], replace(views[1], is_complete=False)], SearchRequest("x")).is_incomplete
    painted = asked(views, SearchRequest("paint the wall", limit=3)).results
    assert painted[0].symbol.name == "paint_wall"


def test_no_folder_no_results() -> None:
    outcome = asked([], SearchRequest("session"))
    assert outcome.results == ()
    assert not outcome.is_incomplete


# --- calling off


class CancelAt(Cancel):
    """Calls the search off at the n-th look."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self._left = look

    def raise_if_cancelled(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.cancel()
        super().raise_if_cancelled()


def test_a_search_can_be_called_off_between_its_stages(view: FolderView) -> None:
    looks = 1
    while looks < 20:
        try:
            search([view], SearchRequest("session"), CancelAt(looks))
        except Cancelled:
            looks += 1
        else:
            break
    assert 4 < looks < 20


# --- explanations


def test_explanations_come_only_when_asked_for(view: FolderView) -> None:
    assert all(one.explanation is None for one in results(view, "session"))
    explained = results(view, "load session", explain=True)
    for one in explained:
        assert one.explanation is not None
        assert one.explanation.cluster is not None
        assert {"vector", "text", "name", "exact", "penalty", "diversity"} <= set(one.explanation.signals)
    first = explained[0].explanation
    assert first is not None
    assert first.vector is not None
    assert first.vector > 0
    assert first.text is not None
    assert first.text > 0


def test_a_search_tells_how_long_it_took(view: FolderView) -> None:
    assert asked(view, SearchRequest("session")).took_ms > 0
