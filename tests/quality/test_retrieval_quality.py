"""Searches of a corpus with known answers find them as well as they did."""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from filter_oracle import broken_filters
from judging import HERE, Judged, Listed, address, figures, names, read_questions, table_of_worst

FLOORS: Mapping[str, Mapping[str, float]] = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))
QUESTIONS = {"symbol": 37, "semantic": 53, "architecture": 20, "filtered": 31, "snippet": 10}


@pytest.mark.parametrize("group", FLOORS)
def test_answers_are_found_as_well_as_they_were(group: str, judged: Sequence[Judged]) -> None:
    of_group = [one for one in judged if group in ("all", one.question.kind, one.question.language)]
    reached, floor = figures(of_group)[group], FLOORS[group]["floor"]
    assert reached >= floor, f"NDCG@10 of {group} is {reached:.3f}. The worst:\n{table_of_worst(of_group)}"


def test_a_symbol_that_is_named_comes_first(judged: Sequence[Judged]) -> None:
    named = [one for one in judged if one.question.kind == "symbol" and one.question.rank is None]
    assert all(one.rank == 1 for one in named), table_of_worst(named)


def test_every_result_passes_the_filters(judged: Sequence[Judged]) -> None:
    broken = [
        (one.question.query, filter_, address(found.path, found.symbol.qualified_name))
        for one in judged
        if one.question.kind == "filtered"
        for found in one.found
        for filter_ in broken_filters(one.question.query, one.question.language, found)
    ]
    assert not broken


def test_every_answer_names_one_symbol(listed: Sequence[Listed]) -> None:
    symbols = {one.language: one.addresses for one in listed}
    astray = [
        (question.language, answer)
        for question in read_questions()
        for answer in question.answers
        if sum(names(answer, each) for each in symbols[question.language]) != 1
    ]
    assert not astray


def test_no_question_is_dropped_because_it_fails() -> None:
    count = Counter(one.kind for one in read_questions())
    assert {kind: n for kind, n in QUESTIONS.items() if count[kind] < n} == {}
    assert set(FLOORS) == {"all", *count, *(one.language for one in read_questions())}
