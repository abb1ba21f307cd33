"""What the masks of names say: a piece that stands in a name is never told to be absent."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.vectors.names import first_letters, lowered, pack, pair_mask, pair_masks

NAMES = st.lists(st.text("aB_9.é\nΣ", max_size=9), max_size=12)


@given(NAMES)
def test_each_name_has_the_pairs_that_it_has_alone(names: list[str]) -> None:
    low, starts = pack([lowered(name) for name in names])
    assert pair_masks(low, starts).tolist() == [pair_mask(lowered(name)) for name in names]


@given(st.text("abc_9é", max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_pieces_and_beginnings_of_a_name_pass(name: str, start: int, end: int) -> None:
    mask = pair_mask(lowered(name))
    for piece in (lowered(name)[1:][start:end], lowered(name)[:end]):
        assert pair_mask(piece) & ~mask == 0


def test_what_is_not_there_is_mostly_told() -> None:
    mask = pair_mask(lowered("getUserById"))
    absent = [
        pair_mask(first + second) & ~mask for first in (b"q", b"x", b"z") for second in (b"k", b"w", b"j")
    ]
    assert sum(map(bool, absent)) >= 6


@given(NAMES)
def test_the_first_letter_is_the_first_that_is_no_sign(names: list[str]) -> None:
    low, starts = pack([lowered(name) for name in names])
    expected = [
        next((byte for byte in lowered(name) if byte >= 0x80 or chr(byte).isalnum()), 0) for name in names
    ]
    assert first_letters(low, starts).tolist() == expected
    assert first_letters(np.append(low, np.uint8(10)), starts).tolist() == expected
