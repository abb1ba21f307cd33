import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.frontends.lsp.documents import Edit, edited
from lsp_server.model import Encoding

TEXT = "one\ntwo\r\nthree\rfour"
ENCODINGS: tuple[Encoding, ...] = ("utf8", "utf16", "utf32")


def check(text: str, edit: Edit, expected: str, encoding: Encoding = "utf16") -> None:
    assert edited(text, [edit], encoding) == expected


def test_an_edit_without_a_range_replaces_everything() -> None:
    check(TEXT, Edit("new"), "new")


def test_all_three_line_ends_count() -> None:
    check(TEXT, Edit("X", ((1, 0), (1, 3))), "one\nX\r\nthree\rfour")
    check(TEXT, Edit("X", ((2, 0), (2, 5))), "one\ntwo\r\nX\rfour")
    check(TEXT, Edit("X", ((3, 0), (3, 4))), "one\ntwo\r\nthree\rX")


def test_form_feeds_and_line_separators_end_no_line() -> None:
    check("a\x0cb\u2028c\x85d\ne", Edit("X", ((1, 0), (1, 1))), "a\x0cb\u2028c\x85d\nX")


def test_a_range_may_span_lines() -> None:
    check(TEXT, Edit("-", ((0, 2), (2, 2))), "on-ree\rfour")


@pytest.mark.parametrize(("encoding", "column"), [("utf8", 6), ("utf16", 3), ("utf32", 2)])
def test_columns_count_the_units_of_the_encoding(encoding: Encoding, column: int) -> None:
    check("é🙂x", Edit("", ((0, column), (0, column + 1))), "é🙂", encoding)


def test_a_column_inside_a_character_means_its_start() -> None:
    check("🙂x", Edit("-", ((0, 1), (0, 1))), "-🙂x")


def test_places_beyond_the_end_are_brought_back() -> None:
    check(TEXT, Edit("!", ((0, 99), (0, 99))), "one!\ntwo\r\nthree\rfour")
    check(TEXT, Edit("!", ((99, 3), (99, 7))), TEXT + "!")
    check("", Edit("!", ((5, 5), (6, 6))), "!")
    check("a\n", Edit("!", ((1, 0), (1, 0))), "a\n!")


def test_a_range_written_backwards_is_turned_round() -> None:
    check("abc", Edit("-", ((0, 2), (0, 1))), "a-c")


@given(
    text=st.text(alphabet="ab\r\n\x0cé🙂", max_size=30),
    first=st.integers(0, 30),
    second=st.integers(0, 30),
    new=st.text(alphabet="x\ny🙂", max_size=5),
    encoding=st.sampled_from(ENCODINGS),
)
def test_edits_agree_with_slicing(text: str, first: int, second: int, new: str, encoding: Encoding) -> None:
    start, end = sorted((min(first, len(text)), min(second, len(text))))
    if "\r\n" in (text[start - 1 : start + 1], text[end - 1 : end + 1]):
        return  # no place lies inside a line end
    edit = Edit(new, (place(text, start, encoding), place(text, end, encoding)))
    assert edited(text, [edit], encoding) == text[:start] + new + text[end:]


PLACES = st.tuples(st.integers(0, 4), st.integers(0, 4))
TEXTS = st.text(alphabet="ab\r\né🙂", max_size=12)


@given(
    text=TEXTS,
    edits=st.lists(st.builds(Edit, TEXTS, st.none() | st.tuples(PLACES, PLACES)), max_size=5),
    encoding=st.sampled_from(ENCODINGS),
)
def test_edits_together_do_what_they_do_one_by_one(text: str, edits: list[Edit], encoding: Encoding) -> None:
    one_by_one = text
    for edit in edits:
        one_by_one = edited(one_by_one, [edit], encoding)
    assert edited(text, edits, encoding) == one_by_one


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("direction", [1, -1])
def test_a_word_is_soon_replaced_in_all_of_a_long_file(direction: int, line_end: str) -> None:
    n_lines = 20_000
    text = line_end.join(["some line of code that is neither long nor short"] * n_lines)
    edits = [Edit("a", ((line, 0), (line, 4))) for line in range(1, n_lines, 10)[::direction]]
    began_s = time.process_time()
    assert edited(text, edits, "utf16").count("a line") == len(edits)
    assert time.process_time() - began_s < 3.0  # to count the lines anew for each edit takes many times that


def place(text: str, offset: int, encoding: Encoding) -> tuple[int, int]:
    lines = re.split(r"\r\n|\n|\r", text[:offset])
    last = lines[-1]
    units = {"utf8": len(last.encode()), "utf16": len(last.encode("utf-16-le")) // 2, "utf32": len(last)}
    return len(lines) - 1, units[encoding]
