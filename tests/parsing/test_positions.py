import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.model import Position
from lsp_server.parsing.positions import Positions, line_starts


@pytest.mark.parametrize(
    ("source", "starts"),
    [
        (b"", [0]),
        (b"a", [0]),
        (b"a\nb\n", [0, 2, 4]),
        (b"a\r\nb\r\n", [0, 3, 6]),
        (b"a\rb", [0, 2]),
        (b"a\n\rb\r\n", [0, 2, 3, 6]),
    ],
)
def test_a_line_ends_with_either_sign_or_both(source: bytes, starts: list[int]) -> None:
    assert line_starts(source) == starts


def test_columns_are_counted_in_bytes_code_units_and_characters() -> None:
    source = "x\né😀z".encode()
    assert Positions(source).position(source.index(b"z")) == Position(1, 6, 3, 2)


def test_an_offset_inside_a_character_counts_as_after_it() -> None:
    source = "é!".encode()
    assert Positions(source).position(1).utf32 == 1


def test_broken_bytes_count_as_one_character() -> None:
    assert Positions(b"\xff\xfex").position(2).utf32 == 2


def test_the_end_of_the_text_has_a_position() -> None:
    assert Positions(b"ab\n").position(3) == Position(1, 0, 0, 0)
    assert Positions(b"ab").position(2) == Position(0, 2, 2, 2)


@given(st.text(alphabet="aé😀\n\r", max_size=30), st.data())
def test_a_span_is_two_positions(text: str, data: st.DataObject) -> None:
    source = text.encode()
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    positions = Positions(source)
    span = positions.span(start, end)
    assert (span.start, span.end) == (positions.position(start), positions.position(end))


@given(st.text(alphabet="ab\n", max_size=30), st.data())
def test_a_span_of_plain_text_is_counted_alike_in_all_encodings(text: str, data: st.DataObject) -> None:
    source = text.encode()
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    for place, offset in zip(
        (Positions(source).span(start, end).start, Positions(source).span(start, end).end),
        (start, end),
        strict=True,
    ):
        before = text[:offset]
        column = len(before) - (before.rfind("\n") + 1)
        assert place == Position(before.count("\n"), column, column, column)
