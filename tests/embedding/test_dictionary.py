from hypothesis import given
from hypothesis import strategies as st

from lsp_server.embedding import NO_WORDS, Dictionary
from lsp_server.search.query.spelling import edits

WORDS = st.text("abcd", min_size=1, max_size=7)


def test_it_is_a_set_of_words() -> None:
    words = Dictionary(["session", "token"])
    assert "session" in words
    assert "sesion" not in words
    assert sorted(words) == ["session", "token"]
    assert len(words) == 2
    assert NO_WORDS.near("session", 2) == []


@given(st.lists(WORDS), WORDS)
def test_no_word_so_near_is_missing(known: list[str], word: str) -> None:
    near = Dictionary(known).near(word, 2)
    assert {other for other in known if other[0] == word[0] and edits(word, other, 2) <= 2} <= set(near)
    assert near == sorted(set(near))


def test_words_of_other_letters_are_not_looked_at() -> None:
    words = Dictionary(["management", "mountain", "minimum", "argument"])
    assert words.near("mnagaement", 2) == ["management"]
