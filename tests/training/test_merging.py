"""Parts of words: what stands side by side most often is joined first, the same way every time."""

from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from lsp_server.training.merging import letters_of, merged_parts

WORDS = st.dictionaries(st.text("abc", min_size=1, max_size=6), st.floats(0.1, 1000), max_size=12)


def check(counts: dict[str, float], expected: list[str]) -> None:
    assert list(islice(merged_parts(counts), len(expected))) == expected


def test_the_most_frequent_neighbours_are_joined_first() -> None:
    check({"ab": 1.0, "cd": 3.0, "cde": 1.0}, ["cd", "ab", "cde"])


def test_what_stands_inside_words_is_apart_from_what_begins_them() -> None:
    check({"xab": 2.0, "yab": 2.0, "ab": 3.0}, ["##ab", "ab", "xab", "yab"])


def test_equal_counts_go_by_the_alphabet() -> None:
    check({"dc": 1.0, "ba": 1.0}, ["ba", "dc"])


def test_letters_that_repeat_are_joined_from_the_left() -> None:
    check({"aaaaa": 1.0}, ["##aa", "##aaaa", "aaaaa"])


def test_counts_follow_what_was_joined_before() -> None:
    # Once "ab" is one part, nothing is left of its letters' other neighbours.
    check({"abc": 5.0, "ab": 4.0, "zbc": 3.0}, ["ab", "abc", "##bc", "zbc"])


@given(WORDS)
def test_in_the_end_every_word_is_a_part_and_none_comes_twice(counts: dict[str, float]) -> None:
    parts = list(merged_parts(counts))
    assert len(set(parts)) == len(parts)
    assert {word for word in counts if len(word) > 1} <= set(parts)


@given(WORDS)
def test_the_order_of_the_words_does_not_matter(counts: dict[str, float]) -> None:
    assert list(merged_parts(dict(reversed(counts.items())))) == list(merged_parts(counts))


def _slowly(counts: dict[str, float]) -> list[str]:
    """Join by the definition: count everything anew after every step."""
    words = [(letters_of(word), round(16 * count)) for word, count in counts.items()]
    found: list[str] = []
    while True:
        totals: dict[tuple[str, str], int] = {}
        for parts, count in words:
            for pair in pairwise(parts):
                totals[pair] = totals.get(pair, 0) + count
        totals = {pair: total for pair, total in totals.items() if total}
        if not totals:
            return found
        best = min(totals, key=lambda pair: (-totals[pair], pair))
        part = best[0] + best[1].removeprefix("##")
        if part not in found:
            found.append(part)
        for parts, _ in words:
            at = 0
            while at < len(parts) - 1:
                if (parts[at], parts[at + 1]) == best:
                    parts[at : at + 2] = [part]
                at += 1


@given(WORDS)
def test_it_finds_what_counting_anew_each_time_finds(counts: dict[str, float]) -> None:
    assert list(merged_parts(counts)) == _slowly(counts)
