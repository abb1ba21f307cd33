from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_index import SmallIndex

from lsp_server.embedding import Embedder
from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.query.spelling import edits, one_edit_away
from lsp_server.search.results import SearchMode, SearchOutcome, SearchRequest

SOURCE = '''
def refresh_session(token):
    """Renew the session of a customer whose management token has expired."""


def parse_header(line):
    return line.split(":")
'''


def ask(index: SmallIndex, query: str, mode: SearchMode = SearchMode.HYBRID) -> SearchOutcome:
    return search([index.view()], SearchRequest(query, mode=mode), Cancel())


@pytest.mark.parametrize(
    ("query", "searched"),
    [
        ("refresh the sesion", "refresh the session"),
        ("Refrehs session", "Refresh session"),
        ("mnagaement token", "management token"),
        ("refresh_sesion", "refresh_session"),
        ("pasre_headr", "parse_header"),
        ("refreshSesion", "refreshSession"),
    ],
)
def test_a_misspelt_word_finds_what_was_meant(index: SmallIndex, query: str, searched: str) -> None:
    index.commit({"a.py": SOURCE, "b.py": "def unrelated():\n    return 1\n"})
    outcome = ask(index, query)
    assert outcome.corrected_query == searched
    assert outcome.results[0].symbol.name == ("parse_header" if "header" in searched else "refresh_session")


NAMES = """
def find_one_by(key):
    return rows[key]


def find_one_by_or_fail(key):
    return rows[key] or fail()


class RetryLoop:
    pass
"""


@pytest.mark.parametrize(
    ("query", "searched"),
    [
        ("findOneByOrrFail", "find_one_by_or_fail"),
        ("find_one_byo_r_fail", "find_one_by_or_fail"),  # parted elsewhere
        ("findOneByOFrail", "find_one_by_or_fail"),
        ("RetryLop", "RetryLoop"),  # "lop" is a word, but none of this folder's names
        ("store.RetryLopo", "store.RetryLoop"),
        ("tests of RetryLop", "tests of RetryLoop"),
        ("REtryLoop", None),
        ("retry_loop", None),
        ("findOneByFail", None),  # all its words are in names
        ("RetryLp3x", None),  # too far away
        ('"RetryLop"', None),  # quoted: as it stands
    ],
)
def test_a_misspelt_name_finds_the_one_it_is_nearest_to(
    index: SmallIndex, query: str, searched: str | None
) -> None:
    index.commit({"store.py": NAMES, "b.py": SOURCE})
    outcome = ask(index, query)
    assert outcome.corrected_query == searched
    if searched is not None:
        assert outcome.results[0].symbol.name in searched


def test_a_letter_doubled_or_not_is_the_likelier_mistake(index: SmallIndex) -> None:
    index.commit({"a.py": "def alignment():\n    pass\n", "b.py": "def repo_assignment():\n    pass\n"})
    index.commit({"c.py": "def text_alignment():\n    return alignment()\n"})
    assert ask(index, "repo asignment").corrected_query == "repo assignment"


def test_of_two_names_that_may_be_meant_the_more_frequent_is(index: SmallIndex) -> None:
    index.commit({"a.py": "def big_cat():\n    pass\n", "b.py": "def big_cut():\n    pass\n"})
    index.commit({"c.py": "class Barber:\n    def big_cut(self):\n        pass\n"})
    assert ask(index, "big_cyt").corrected_query == "big_cut"


def test_a_name_is_no_misspelling_where_another_folder_has_it(
    index: SmallIndex, tmp_path: Path, embedder: Embedder
) -> None:
    other = SmallIndex(tmp_path / "other", embedder)
    index.commit({"a.py": "def big_cyt_food():\n    pass\n"})
    other.commit({"b.py": "def big_cat_food():\n    pass\n"})
    views = [index.view(), other.view()]
    assert search(views, SearchRequest("big_cyt_food"), Cancel()).corrected_query is None
    assert search(views[1:], SearchRequest("big_cyt_food"), Cancel()).corrected_query == "big_cat_food"


def test_a_name_that_is_gone_is_not_meant(index: SmallIndex) -> None:
    index.commit({"a.py": "def big_cat():\n    pass\n\n\ndef big_cat_too():\n    pass\n", "b.py": SOURCE})
    index.commit({"a.py": "def big_cut():\n    pass\n"})
    assert ask(index, "big_cyt").corrected_query == "big_cut"


def test_a_name_within_a_longer_one_stays(index: SmallIndex) -> None:
    index.commit({"a.py": "def big_cats():\n    pass\n"})
    assert ask(index, "big_cyts then big_cytsy5").corrected_query == "big_cats then big_cytsy5"


@pytest.mark.parametrize(
    "query",
    [
        "refresh session",
        "router of the session",  # another word, and one that the model knows
        "qzxv",  # near nothing
        '"sesion" token',  # quoted: as it stands
        "sesn",  # two edits away, and too short for that
    ],
)
def test_other_words_are_left_alone(index: SmallIndex, query: str) -> None:
    index.commit({"a.py": SOURCE})
    assert ask(index, query).corrected_query is None


def test_the_name_of_a_folder_is_no_misspelling(index: SmallIndex) -> None:
    index.commit({"sesion/app.py": "def run():\n    return 1\n", "a.py": SOURCE, "b/app.py": SOURCE})
    for query in ("sesion", "sesion/app.py:1"):
        outcome = ask(index, query)
        assert outcome.corrected_query is None
        assert outcome.results[0].path == "sesion/app.py"


def test_only_the_word_itself_is_replaced(index: SmallIndex) -> None:
    index.commit({"a.py": SOURCE, "b.py": "def sesionize(sesions):\n    return sesions\n"})
    assert ask(index, "sesionize the sesionx token").corrected_query is None
    index.commit({"b.py": "def headrless():\n    return 1\n"})
    assert ask(index, "parse headr headrless").corrected_query == "parse header headrless"


def test_names_of_the_folder_are_no_misspellings(index: SmallIndex) -> None:
    index.commit({"a.py": "def sesion():\n    pass\n\n\ndef session():\n    pass\n"})
    outcome = ask(index, "sesion")
    assert outcome.corrected_query is None
    assert outcome.results[0].symbol.name == "sesion"


def test_words_of_unsaved_text_are_the_folders_too(index: SmallIndex) -> None:
    index.commit({"a.py": SOURCE})
    view = index.view({"b.py": "def sesion(umbrella):\n    pass\n"})
    outcome = search([view], SearchRequest("sesion of an umbrela"), Cancel())
    assert outcome.corrected_query == "sesion of an umbrella"
    assert outcome.results[0].symbol.name == "sesion"


@pytest.mark.parametrize("mode", [SearchMode.TEXT, SearchMode.VECTOR])
def test_only_a_hybrid_search_mends(index: SmallIndex, mode: SearchMode) -> None:
    index.commit({"a.py": SOURCE})
    assert ask(index, "refresh the sesion", mode).corrected_query is None


WORDS = st.text("abc", max_size=6)


@given(WORDS, WORDS)
def test_edits_are_symmetric_and_agree_with_what_is_one_away(left: str, right: str) -> None:
    assert edits(left, right, 9) == edits(right, left, 9)
    assert (edits(left, right, 9) <= 1) == (right in one_edit_away(left) or left == right)
    assert edits(left, right, 1) == min(edits(left, right, 9), 2)
