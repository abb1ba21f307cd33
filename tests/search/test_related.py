from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from small_index import SmallIndex
from small_searches import innermost, line_of, near, qualified_names

from lsp_server.embedding import Embedder
from lsp_server.model import Cursor, Encoding
from lsp_server.search.cancel import Cancel, Cancelled
from lsp_server.search.related import related
from lsp_server.search.results import SearchResult

STORE = """\
import json


class SessionStore:
    def load_session(self, key):
        with open(self.path) as stream:
            return json.load(stream)[key]

    def save_session(self, key, session):
        with open(self.path, "w") as stream:
            json.dump({key: session}, stream)


def draw_circle(canvas, radius):
    canvas.arc(radius, 0, 360)
"""

OTHER = """\
def read_session_file(path):
    with open(path) as stream:
        return json.load(stream)


def paint_square(canvas, side):
    canvas.rect(side, side)
"""

TEST = """\
def test_load_session_reads_the_stream():
    with open(self.path) as stream:
        assert json.load(stream)[key]
"""


def signals(found: SearchResult) -> Mapping[str, float]:
    assert found.explanation is not None
    return found.explanation.signals


@pytest.fixture
def sessions(index: SmallIndex) -> SmallIndex:
    index.commit({"src/store.py": STORE, "src/other.py": OTHER})
    return index


@pytest.mark.parametrize("part", ["def load_session", "json.load"])
def test_the_closest_symbol_comes_first_from_the_name_and_from_inside(
    sessions: SmallIndex, part: str
) -> None:
    found = near(sessions.view(), "src/store.py", line_of(STORE, part), 8)
    code = [one for one in found if one.symbol.name != "other.py"]
    assert code[0].symbol.name in {"read_session_file", "save_session"}
    assert qualified_names(tuple(code)).index("read_session_file") < qualified_names(tuple(code)).index(
        "paint_square"
    )


def test_a_symbol_its_containers_and_its_members_are_left_out(sessions: SmallIndex) -> None:
    method = near(sessions.view(), "src/store.py", line_of(STORE, "json.load"), 8)
    assert not {"SessionStore", "SessionStore.load_session", "store.py"} & set(qualified_names(method))
    assert "SessionStore.save_session" in qualified_names(method)
    of_class = near(sessions.view(), "src/store.py", line_of(STORE, "class SessionStore"))
    assert not any(name.startswith("SessionStore") for name in qualified_names(of_class))
    assert "draw_circle" in qualified_names(of_class)


def test_between_symbols_the_file_stands_for_its_code(sessions: SmallIndex) -> None:
    found = near(sessions.view(), "src/store.py", 0, 0)
    assert found
    assert all(one.path != "src/store.py" for one in found)


def test_a_buffer_is_read_as_it_stands_on_screen(sessions: SmallIndex) -> None:
    view = sessions.view({"src/store.py": "\n\n\ndef paint_round_shape(canvas):\n    canvas.arc(1)\n"})
    found = near(view, "src/store.py", 4)
    assert qualified_names(found)[0] == "paint_square"
    assert all(one.path == "src/other.py" for one in found)


def test_buffers_are_found_in_place_of_their_files(sessions: SmallIndex) -> None:
    buffer = "def paint_rectangle(canvas, side):\n    canvas.rect(side, side)\n"
    found = near(sessions.view({"src/other.py": buffer}), "src/store.py", line_of(STORE, "canvas.arc"))
    assert "paint_rectangle" in qualified_names(found)
    assert "paint_square" not in qualified_names(found)


def test_tests_are_kept_below_other_code(sessions: SmallIndex) -> None:
    sessions.commit({"tests/test_store.py": TEST})
    found = near(sessions.view(), "src/store.py", line_of(STORE, "json.load"), 8)
    tests = [number for number, one in enumerate(found) if signals(one).get("test") == 1.0]
    relevant = [one for one in found if one.score >= 0.5]
    assert {found[number].path for number in tests} == {"tests/test_store.py"}
    kinds = [bool(signals(one).get("test")) for one in relevant]
    assert kinds == sorted(kinds)


def test_what_repeats_a_result_is_marked_and_comes_after_it(sessions: SmallIndex) -> None:
    sessions.commit({f"copy{number}/other.py": OTHER for number in range(3)})
    found = near(sessions.view(), "src/store.py", line_of(STORE, "json.load"), 8, limit=40)
    readers = [one for one in found if one.symbol.name == "read_session_file"]
    assert len(readers) == 4
    assert [bool(signals(one).get("duplicate")) for one in readers] == [False, True, True, True]
    first = next(number for number, one in enumerate(found) if signals(one).get("duplicate"))
    assert all(signals(one).get("duplicate") for one in found[first:] if one.score >= 0.5)


def test_a_copy_of_the_symbol_itself_comes_first_and_is_marked_so_are_further_ones(
    sessions: SmallIndex,
) -> None:
    sessions.commit({f"copy{number}/store.py": STORE for number in range(2)})
    found = near(sessions.view(), "src/store.py", line_of(STORE, "json.load"), 8, limit=40)
    copies = [n for n, one in enumerate(found) if one.symbol.name == "load_session"]
    assert copies[0] == 0
    assert len(copies) == 2
    assert all(signals(found[n]).get("duplicate") == 1.0 for n in copies)
    assert found[0].marks == ("duplicate",)
    # What is merely close is no duplicate.
    assert not signals(next(one for one in found if one.symbol.name == "save_session")).get("duplicate")


LONG = """\
def load_session(self, key):
    path = self.folder / f"{key}.json"
    if not path.is_file():
        raise SessionNotFound(key)
    with open(path) as stream:
        document = json.load(stream)
    session = Session.from_document(document["session"])
    session.visited_at = self.clock.now()
    session.language = document.get("language", self.default_language)
    self.cache[key] = session
    logger.debug("session %s loaded from %s", key, path)
    return session
"""


def test_a_copy_that_was_edited_a_little_on_screen_is_a_duplicate_still(index: SmallIndex) -> None:
    index.commit({"src/store.py": LONG, "src/other.py": OTHER})
    edited = LONG.replace("    self.cache[key] = session\n", "").replace("visited_at", "seen_at")
    found = near(index.view({"src/copied.py": edited}), "src/store.py", 0)
    marks = {(one.path, one.symbol.name): one.marks for one in found}
    assert marks["src/copied.py", "load_session"] == ("duplicate",)
    assert marks["src/other.py", "read_session_file"] == ()


def test_what_a_file_of_tests_holds_is_marked_even_where_no_name_says_test(sessions: SmallIndex) -> None:
    helper = "def load_session(key):\n    return json.load(open(key))\n"
    sessions.commit({"tests/support.py": helper})
    view = sessions.view({"tests/unsaved_support.py": helper.replace("load_session", "load_one_session")})
    found = near(view, "src/store.py", line_of(STORE, "json.load"), 8)
    marks = {one.path: "test" in one.marks for one in found}
    assert marks == {
        "src/store.py": False,
        "src/other.py": False,
        "tests/support.py": True,
        "tests/unsaved_support.py": True,
    }


def test_declarations_of_results_come_after_all_definitions(index: SmallIndex) -> None:
    declarations = """\
void *pool_take_small(pool_t *pool, size_t size);
void *pool_take_large(pool_t *pool, size_t size);
"""
    definitions = """
/* Take memory from the pool. */
void *pool_take(pool_t *pool, size_t size) {
    return size > pool->most ? pool_take_large(pool, size) : pool_take_small(pool, size);
}

void *pool_take_small(pool_t *pool, size_t size) {
    return pool->last += size;
}

void *pool_take_large(pool_t *pool, size_t size) {
    return pool->large = malloc(size);
}
"""
    index.commit({"pool.c": declarations + definitions, "pool.h": declarations})
    found = near(index.view(), "pool.c", line_of(declarations + definitions, "void *pool_take(") + 1)
    relevant = [one for one in found if one.symbol.name.startswith("pool_take_") and one.score >= 0.5]
    assert len(relevant) == 6
    assert {one.symbol.name for one in relevant[:2]} == {"pool_take_small", "pool_take_large"}
    assert [one.marks for one in relevant] == [(), ()] + [("duplicate",)] * 4


@pytest.mark.parametrize("where", ["pool.c", "pool.h"])
def test_a_declaration_of_the_symbol_is_left_out_wherever_it_is(index: SmallIndex, where: str) -> None:
    definition = "void pool_reset(pool_t *pool) {\n    pool->last = pool->start;\n}\n"
    texts = {"pool.c": definition, "other.c": "void pool_end(pool_t *pool) {\n    free(pool);\n}\n"}
    texts[where] = "void pool_reset(pool_t *pool);\n\n" + texts.get(where, "")
    index.commit(texts)
    found = near(index.view(), "pool.c", line_of(texts["pool.c"], "pool->last"))
    assert "pool_end" in qualified_names(found)
    assert "pool_reset" not in qualified_names(found)


def test_a_copied_test_is_marked_as_both(sessions: SmallIndex) -> None:
    sessions.commit({"tests/test_store.py": TEST, "tests/test_other.py": TEST})
    found = near(sessions.view(), "tests/test_store.py", 0)
    marks = {(one.path, one.symbol.name): one.marks for one in found}
    assert marks["tests/test_other.py", "test_load_session_reads_the_stream"] == ("test", "duplicate")


def test_no_more_related_symbols_come_than_asked_for(sessions: SmallIndex) -> None:
    assert len(near(sessions.view(), "src/store.py", 4, limit=2)) == 2
    assert near(sessions.view(), "src/store.py", 4, limit=0) == ()


def test_other_folders_answer_too(tmp_path: Path, embedder: Embedder) -> None:
    one, two = SmallIndex(tmp_path / "one", embedder), SmallIndex(tmp_path / "two", embedder)
    one.commit({"store.py": STORE})
    two.commit({"other.py": OTHER})
    line = line_of(STORE, "json.load")
    found = related(one.view(), "store.py", Cursor(line, 8, "utf16"), 20, Cancel(), other_views=[two.view()])
    assert (two.folder, "read_session_file") in {(hit.folder, hit.symbol.name) for hit in found}


@pytest.mark.parametrize("path", ["src/absent.py", "", "../src/store.py"])
def test_unknown_files_have_nothing_near(sessions: SmallIndex, path: str) -> None:
    assert near(sessions.view(), path, 0) == ()
    assert innermost(sessions.view(), path, 0, 0) is None


def test_there_is_nothing_near_before_an_index(index: SmallIndex) -> None:
    assert near(index.view(), "a.py", 0) == ()


def test_text_without_meaning_has_nothing_near(index: SmallIndex, embedder: Embedder) -> None:
    assert not embedder.query_vector("").any()
    index.commit({"a.py": "", "src/other.py": OTHER})
    view = index.view()
    assert view.snapshot is not None
    for one in near(view, "a.py", 0, 0):
        assert one.path == "src/other.py"


def test_a_cancelled_search_stops(sessions: SmallIndex) -> None:
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(Cancelled):
        related(sessions.view(), "src/store.py", Cursor(5, 8, "utf16"), 5, cancel)


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("class SessionStore", 2, "SessionStore"),
        ("def load_session", 9, "SessionStore.load_session"),
        ("json.load(", 30, "SessionStore.load_session"),
        ("def save_session", 0, "SessionStore"),
        ("import json", 3, "store.py"),
        ("canvas.arc", 30, "draw_circle"),
    ],
)
def test_the_innermost_symbol_at_a_position(
    sessions: SmallIndex, line: str, column: int, expected: str
) -> None:
    found = innermost(sessions.view(), "src/store.py", line_of(STORE, line), column)
    assert found is not None
    assert found[1].qualified_name == expected


@pytest.mark.parametrize(("encoding", "before", "on"), [("utf8", 10, 11), ("utf16", 8, 9), ("utf32", 7, 8)])
def test_columns_count_in_the_clients_encoding(
    index: SmallIndex, encoding: Encoding, before: int, on: int
) -> None:
    index.commit({"a.js": '"ä😀x"; function later() { return 1; }\n'})
    view = index.view()
    columns = [innermost(view, "a.js", 0, column, encoding) for column in (before - 1, on)]
    assert [one and one[1].name for one in columns] == ["a.js", "later"]


def test_similarity_is_the_cosine(sessions: SmallIndex) -> None:
    view = sessions.view()
    found = near(view, "src/store.py", line_of(STORE, "json.load"), 8)
    assert view.snapshot is not None
    target = innermost(view, "src/store.py", line_of(STORE, "json.load"), 8)
    assert target is not None
    ordinals = view.snapshot.vectors.ordinals_of(np.array([target[0], found[0].id], np.uint64))
    one, other = (view.snapshot.vectors.segments[0].vectors[row].astype(np.float32) for row in ordinals)
    assert found[0].explanation is not None
    assert found[0].explanation.vector == pytest.approx(float(one @ other), abs=1e-3)


def test_a_file_comes_after_all_else_where_its_symbol_says_it_already(index: SmallIndex) -> None:
    index.commit({"src/store.py": STORE, "src/session_store.py": STORE.partition("\n\n\ndef draw")[0]})
    index.commit({"src/other.py": OTHER})
    found = near(index.view(), "src/store.py", line_of(STORE, "class SessionStore"))
    relevant = [one.symbol.kind.label for one in found if one.score >= 0.5]
    assert "file" in relevant
    assert relevant == sorted(relevant, key=lambda label: label == "file")
    files = near(index.view(), "src/store.py", 0, 0)
    assert files[0].symbol.name == "session_store.py"


def test_an_empty_file_is_related_to_nothing(index: SmallIndex) -> None:
    index.commit({"rows/__init__.py": "", "rows/read.py": "def read_rows(rows):\n    return rows.read()\n"})
    assert "rows/__init__.py" not in [one.path for one in near(index.view(), "rows/read.py", 0)]


def test_sections_of_a_function_are_left_out_where_the_function_is_a_result(index: SmallIndex) -> None:
    steps = "".join(f"    rows.read_row({number}, rows)\n" for number in range(400))
    long = f"def read_rows(rows):\n{steps}\n    if rows.read_row(rows):\n        rows.read()\n\n{steps}"
    index.commit({"long.py": long, "row.py": "def read_row(rows):\n    return rows.read_row(rows)\n"})
    found = qualified_names(near(index.view(), "row.py", 0))
    assert [name for name in found if name.startswith("read_rows")] == ["read_rows"]
