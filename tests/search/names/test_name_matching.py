import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.search.names.columns import NameTable, possible_rows
from lsp_server.search.names.matching import (
    NameMatch,
    match_beginning,
    match_closely,
    match_in_order,
    match_words,
)


def matches(names: list[str], query: str) -> dict[str, NameMatch]:
    table = NameTable.of(names)
    found = match_in_order(table, query, possible_rows(table, query))
    assert (np.diff(found.rows) > 0).all()
    return {names[row]: NameMatch(match) for row, match in zip(found.rows, found.classes, strict=True)}


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("getUser", "getUser", NameMatch.EXACT),
        ("getuser", "getUser", NameMatch.SAME_LETTERS),
        ("GETU", "getUser", NameMatch.PREFIX),
        ("gUBI", "getUserById", NameMatch.HUMPS),
        ("gubi", "get_user_by_id", NameMatch.HUMPS),
        ("geUsB", "getUserById", NameMatch.HUMPS),
        ("gubi", "_getUserById", NameMatch.HUMPS),
        ("hs", "HTTPServer", NameMatch.HUMPS),
        ("u8", "utf8", NameMatch.HUMPS),
        ("user", "getUserById", NameMatch.WORD_PREFIX),
        ("server", "HTTPServer", NameMatch.WORD_PREFIX),
        ("ser", "getUserById", NameMatch.INSIDE),
        ("tsby", "getUserById", NameMatch.LETTERS),
        ("ubi", "getUserById", NameMatch.LETTERS),
        ("über", "Überweisung", NameMatch.PREFIX),
        ("weis", "Überweisung", NameMatch.INSIDE),
        ("i̇stan", "İstanbul", NameMatch.PREFIX),
        ("gi", "g" + "x" * 200 + "i", NameMatch.LETTERS),
    ],
)
def test_how_a_name_matches(query: str, name: str, expected: NameMatch) -> None:
    assert matches(["other", name, "another"], query) == {name: expected}


@pytest.mark.parametrize("query", ["resu", "getUserByIds", "gg", "é"])
def test_letters_that_do_not_come_in_order_do_not_match(query: str) -> None:
    assert matches(["getUserById"], query) == {}


def test_bytes_of_two_characters_do_not_make_a_third() -> None:
    name = "ÄҩÃ"  # its UTF-8 holds the bytes of "é" in order
    assert all(byte in name.lower().encode() for byte in "é".encode())
    assert matches([name], "é") == {}


NAMES = st.lists(
    st.text(st.sampled_from("abAB_ 1é\nÄİ"), max_size=12) | st.text("abcABC_1", min_size=20, max_size=90),
    unique=True,
    max_size=40,
)
QUERIES = st.text(st.sampled_from("abAB_1éÄ"), min_size=1, max_size=6)


@given(NAMES, QUERIES)
def test_every_name_with_the_letters_in_order_matches_and_no_other(names: list[str], query: str) -> None:
    pattern = re.compile(".*".join(map(re.escape, query.lower())), re.DOTALL)
    expected = {name for name in names if pattern.search(name.lower())}
    assert set(matches(names, query)) == expected


@given(NAMES, QUERIES)
def test_classes_mean_what_they_say(names: list[str], query: str) -> None:
    low = query.lower()
    for name, match in matches(names, query).items():
        assert (match is NameMatch.EXACT) == (name == query)
        assert (match <= NameMatch.SAME_LETTERS) == (name.lower() == low)
        assert (match <= NameMatch.PREFIX) == name.lower().startswith(low)
        if match in {NameMatch.INSIDE, NameMatch.WORD_PREFIX}:
            assert low in name.lower()


@given(NAMES, QUERIES)
def test_beginnings_are_found_alone_too(names: list[str], query: str) -> None:
    table = NameTable.of(names)
    found = match_beginning(table, query, possible_rows(table, query))
    expected = {name for name in names if name.lower().startswith(query.lower())}
    assert {names[row] for row in found.rows} == expected


@given(NAMES, QUERIES)
def test_close_matches_are_all_but_scattered_letters(names: list[str], query: str) -> None:
    table = NameTable.of(names)
    rows = possible_rows(table, query)
    close, all_matches = match_closely(table, query, rows), match_in_order(table, query, rows)
    expected = all_matches.classes < NameMatch.LETTERS
    assert close.rows.tolist() == all_matches.rows[expected].tolist()
    assert close.classes.tolist() == all_matches.classes[expected].tolist()


@pytest.mark.parametrize(
    ("words", "name", "expected"),
    [
        ("get user by id", "getUserById", NameMatch.SAME_LETTERS),
        ("Get User By Id", "get_user_by_id", NameMatch.SAME_LETTERS),
        ("user id", "getUserById", NameMatch.WORD_PREFIX),
        ("id user", "getUserById", NameMatch.INSIDE),
        ("ser yId", "getUserById", NameMatch.WORD_PREFIX),
        ("user name", "getUserById", None),
        ("sections of", "a heading with " + "very " * 20 + "many sections of prose", NameMatch.WORD_PREFIX),
    ],
)
def test_a_sentence_matches_names_that_hold_all_its_words(
    words: str, name: str, expected: NameMatch | None
) -> None:
    table = NameTable.of(["user", name, "id"])
    found = match_words(table, words.split(), np.arange(3))
    assert found.rows.tolist() == ([] if expected is None else [1])
    assert found.classes.tolist() == ([] if expected is None else [expected])


def test_matching_is_the_same_across_blocks() -> None:
    names = [f"name{number}Part" for number in range(40_000)]
    assert set(matches(names, "n39999p")) == {"name39999Part"}
