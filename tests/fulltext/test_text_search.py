from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain import of_words

from lsp_server.fulltext import TextDocument, TextFilter, TextIndex, TextQuery, TextReader

Indexed = Callable[[Sequence[TextDocument]], TextReader]


def document(number: int, **changes: object) -> TextDocument:
    values: dict[str, object] = {
        "id": number,
        "file": number,
        "kind": 12,
        "language": "python",
        "name": f"name{number}",
        "whole_name": f"name{number}",
    }
    return of_words(**(values | changes))


def found(reader: TextReader, *words: str, limit: int = 50, **conditions: object) -> list[int]:
    condition = TextFilter(**conditions)  # type: ignore[arg-type]
    return [int(number) for number in reader.search(TextQuery(words, filter=condition), limit).ids]


@pytest.mark.parametrize(
    ("held", "asked"),
    [("retries", "retry"), ("uploading", "upload"), ("upload", "uploads"), ("connections", "connection")],
)
def test_forms_of_a_word_find_each_other(indexed: Indexed, held: str, asked: str) -> None:
    assert found(indexed([document(1, body=held)]), asked) == [1]


@pytest.mark.parametrize("field", ["name", "container", "path", "signature", "doc", "body"])
def test_every_field_is_searched(indexed: Indexed, field: str) -> None:
    assert found(indexed([document(1, **{field: "kraken"}), document(2)]), "kraken") == [1]


def test_a_name_weighs_more_than_a_body(indexed: Indexed) -> None:
    reader = indexed([document(1, body="kraken"), document(2, name="kraken"), document(3)])
    assert found(reader, "kraken") == [2, 1]


def test_an_identifier_finds_the_whole_name(indexed: Indexed) -> None:
    named = document(1, name="get user", whole_name="getuser")
    reader = indexed([named, document(2, name="get user", whole_name="get_user")])
    assert reader.search(TextQuery(identifiers=("getuser",)), 9).ids.tolist() == [1]
    assert reader.search(TextQuery(("get", "user"), identifiers=("getuser",)), 9).ids.tolist() == [1, 2]


def test_question_words_count_only_alone(indexed: Indexed) -> None:
    reader = indexed([document(1, body="where do we do this"), document(2, body="retry")])
    assert found(reader, "where", "do", "we", "retry") == [2]
    assert found(reader, "where", "do", "we") == [1]


def test_nothing_asked_finds_nothing(indexed: Indexed) -> None:
    reader = indexed([document(1)])
    assert found(reader) == []
    assert found(reader, "", " ") == []
    assert found(reader, "name", "1", limit=0) == []
    assert found(indexed([]), "name") == []


def test_phrases_stand_in_one_field_in_order(indexed: Indexed) -> None:
    reader = indexed(
        [
            document(1, body="exact phrase here"),
            document(2, body="phrase exact here"),
            document(3, doc="exact", body="phrase"),
        ]
    )
    assert found(reader, "phrase", phrases=(("exact", "phrase"),)) == [1]
    assert found(reader, "phrase", phrases=(("exact",),)) == found(reader, "exact", "phrase")


def test_excluded_words_exclude(indexed: Indexed) -> None:
    reader = indexed(
        [document(1, body="open file"), document(2, body="open", path="file py"), document(3, body="open")]
    )
    assert found(reader, "open", excluded=(("files",),)) == [3]
    assert sorted(found(reader, "open", excluded=(("open", "file"),))) == [2, 3]


def test_all_that_passes_a_filter_is_told(indexed: Indexed) -> None:
    reader = indexed([document(n, kind=5 + n % 2) for n in range(40)])
    classes = TextFilter(kinds=frozenset({5}))
    assert sorted(reader.passing(classes).tolist()) == list(range(0, 40, 2))
    assert reader.count(classes) == 20


def test_frequencies_are_those_of_the_stems(indexed: Indexed) -> None:
    reader = indexed([document(1, body="retries retry"), document(2, body="retrying"), document(3)])
    assert reader.document_frequency("body", "retry") == 2
    assert reader.document_frequency("whole_name", "name3") == 1
    assert reader.document_frequency("body", "kraken") == 0


WORDS = ["alpha", "beta", "gamma", "delta"]
DOCUMENTS = [
    document(
        number * 7919,
        file=number % 60 * 2,
        kind=(5, 6, 12)[number % 3],
        language=("python", "go")[number % 2],
        body=" ".join(WORDS[: 1 + number % 4] * (1 + number % 3)) + " filler" * (number % 11),
    )
    for number in range(600)
]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> TextReader:
    path = tmp_path_factory.mktemp("many")
    with TextIndex.create(path) as index:
        index.replace([], DOCUMENTS)
        index.commit()
    return TextReader.open(path)


CONDITIONS = st.builds(
    TextFilter,
    kinds=st.none() | st.frozensets(st.sampled_from([5, 6, 12, 13])),
    languages=st.none() | st.frozensets(st.sampled_from(["python", "go", "c"])),
    files=st.none()
    | st.lists(st.integers(0, 125)).map(lambda files: np.array(files, np.int64))
    | st.builds(np.arange, st.integers(0, 60), st.integers(0, 300)),
)


def passes(condition: TextFilter, item: TextDocument) -> bool:
    return (
        (condition.kinds is None or item.kind in condition.kinds)
        and (condition.languages is None or item.language in condition.languages)
        and (condition.files is None or item.file in condition.files)
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    condition=CONDITIONS,
    limit=st.integers(1, 700),
)
def test_filters_hold_before_the_limit(
    many: TextReader, words: list[str], condition: TextFilter, limit: int
) -> None:
    everything = many.search(TextQuery(tuple(words)), 1000)
    by_id = {item.id: item for item in DOCUMENTS}
    expected = [
        (score, number)
        for number, score in zip(everything.ids.tolist(), everything.scores.tolist(), strict=True)
        if passes(condition, by_id[number])
    ]
    hits = many.search(TextQuery(tuple(words), filter=condition), limit)
    assert hits.scores.tolist() == pytest.approx([score for score, _ in expected[:limit]])
    assert set(hits.ids.tolist()) <= {number for _, number in expected}


@pytest.mark.parametrize("step", [2, 3, 50])
def test_thousands_of_scattered_files_hold_before_the_limit(indexed: Indexed, step: int) -> None:
    reader = indexed([document(n, body="kraken " * (1 + n % 9)) for n in range(3_000)])
    files = np.arange(0, 300_000, step, dtype=np.int64)
    everything = reader.search(TextQuery(("kraken",)), 3_000)
    passing = everything.ids % step == 0
    hits = reader.search(TextQuery(("kraken",), filter=TextFilter(files=files)), 100)
    assert hits.scores.tolist() == everything.scores[passing][:100].tolist()
    assert not (hits.ids % step).any()


@given(st.lists(st.text(max_size=8), max_size=4), st.text(max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_is_too_strange(many: TextReader, words: list[str], name: str) -> None:
    condition = TextFilter(phrases=(tuple(words),), excluded=((name,),))
    many.search(TextQuery(tuple(words), identifiers=(name,), filter=condition), 5)


@pytest.mark.parametrize("refused", [1, 2, 50, 600])
def test_what_the_caller_refuses_makes_room_for_the_next_best(many: TextReader, refused: int) -> None:
    everything = many.search(TextQuery(("alpha",)), 1000)
    first = everything.ids[:refused]
    hits = many.search(TextQuery(("alpha",)), 10, passing=lambda ids: ~np.isin(ids, first))
    assert hits.scores.tolist() == everything.scores[refused : refused + 10].tolist()
    assert not np.isin(hits.ids, first).any()
