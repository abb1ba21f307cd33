"""Lists in one array behave like lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.training.pairs import side_by_side
from lsp_server.training.ragged import Ragged

LISTS = st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=8)


def as_lists(ragged: Ragged) -> list[list[int]]:
    return [ragged[index].tolist() for index in range(len(ragged))]


@given(LISTS)
def test_it_holds_what_was_put_in(lists: list[list[int]]) -> None:
    assert as_lists(Ragged.of(lists)) == lists
    assert Ragged.of(lists).lengths.tolist() == [len(one) for one in lists]


@given(LISTS, st.data())
def test_taking_takes_in_the_order_that_is_asked_for(lists: list[list[int]], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=10)) if lists else []
    taken = Ragged.of(lists).take(np.array(chosen, np.int64))
    assert as_lists(taken) == [lists[index] for index in chosen]


@given(LISTS, st.lists(st.lists(st.integers(0, 99), max_size=3), min_size=6, max_size=6))
def test_replacing_puts_a_list_for_each_number(lists: list[list[int]], by: list[list[int]]) -> None:
    expected = [[new for number in one for new in by[number]] for one in lists]
    assert as_lists(Ragged.of(lists).replaced(Ragged.of(by))) == expected


@given(LISTS)
def test_side_by_side_joins_one_by_one(lists: list[list[int]]) -> None:
    other = [[9] * (len(one) % 3) for one in lists]
    joined = side_by_side(Ragged.of(lists), Ragged.of(other))
    assert as_lists(joined) == [one + more for one, more in zip(lists, other, strict=True)]


@given(LISTS, LISTS)
def test_joining_puts_one_after_the_other(first: list[list[int]], second: list[list[int]]) -> None:
    assert as_lists(Ragged.joined([Ragged.of(first), Ragged.of(second)])) == first + second
