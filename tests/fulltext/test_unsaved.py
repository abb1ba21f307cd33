import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from plain import of_words

from lsp_server.fulltext import (
    Stemmer,
    TextDocument,
    TextFilter,
    TextQuery,
    TextReader,
    held_in_paths,
    held_runs,
    held_words,
    passing_documents,
    prepare,
    score_documents,
)

Indexed = Callable[[Sequence[TextDocument]], TextReader]
WORDS = [
    "retries",
    "retry",
    "upload",
    "uploading",
    "file",
    "files",
    "parse",
    "token",
    "the",
    "where",
    "socket",
]


def documents(count: int) -> list[TextDocument]:
    chosen = random.Random(11)

    def text(most: int) -> str:
        return " ".join(chosen.choices(WORDS, k=chosen.randrange(most)))

    return [
        of_words(
            number,
            number % 9,
            (5, 12)[number % 2],
            ("go", "python")[number % 3 > 0],
            text(4),
            f"name{number % 5}",
            text(3),
            text(5),
            text(9),
            text(30),
            text(260),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(
    "query",
    [
        TextQuery(("retry",)),
        TextQuery(("where", "upload", "files", "kraken")),
        TextQuery(("where", "the")),
        TextQuery(("parse",), identifiers=("name3", "name99")),
        TextQuery(("token", "socket"), filter=TextFilter(kinds=frozenset({5}), files=np.arange(4))),
        TextQuery(
            ("file",),
            filter=TextFilter(phrases=(("socket", "file"),), excluded=(("parse", "upload"),)),
        ),
        TextQuery(("upload",), filter=TextFilter(ids=np.arange(3, 90, 5, np.uint64))),
        TextQuery(()),
    ],
)
def test_unsaved_text_scores_as_if_it_were_indexed(indexed: Indexed, query: TextQuery) -> None:
    held = documents(200)
    reader = indexed(held)
    hits = reader.search(query, 200)
    expected = np.zeros(len(held), np.float32)
    expected[hits.ids.astype(np.int64)] = hits.scores
    scores = score_documents(query, prepare(held), reader)
    assert scores == pytest.approx(expected, rel=1e-4)
    assert not (scores[~passing_documents(query.filter, prepare(held), reader.stemmer)] > 0).any()


@pytest.mark.parametrize("has_index", [True, False])
def test_an_empty_index_or_none_still_orders_unsaved_text(indexed: Indexed, *, has_index: bool) -> None:
    unsaved = prepare(
        [
            of_words(1, 1, 12, "go", "a", "a", body="upload"),
            of_words(2, 1, 12, "go", "upload", "upload"),
            of_words(3, 1, 12, "go", "a", "a"),
        ]
    )
    scores = score_documents(TextQuery(("upload",)), unsaved, indexed([]) if has_index else None)
    assert scores[1] > scores[0] > scores[2] == 0


def test_no_documents_have_no_scores(indexed: Indexed) -> None:
    assert score_documents(TextQuery(("upload",)), [], indexed([])).shape == (0,)


def test_words_are_held_on_disk_as_in_a_buffer(indexed: Indexed) -> None:
    all_documents = documents(40)
    asked = ["retrying", "token", "missing", "name3", "sockets"]
    found = indexed(all_documents).words_held(asked, TextFilter(kinds=frozenset({12})), limit=40)
    expected = {
        (one.document.file, *held_words(asked, one, Stemmer()).tolist())
        for one in prepare(all_documents)
        if one.document.kind == 12
    }
    rows = zip(found.files.tolist(), found.held.tolist(), strict=True)
    assert {(file, *held) for file, held in rows} == expected
    assert found.held.any(axis=0).tolist() == [True, True, False, False, True]


def test_words_of_the_documentation_are_held_like_those_of_the_code(indexed: Indexed) -> None:
    stored = [
        of_words(1, 1, 12, "go", "x", "x", doc="retry", body="token"),
        of_words(2, 1, 12, "go", "x", "x", container="retry", body="upload"),
        of_words(3, 2, 12, "go", "x", "x", body="retry"),
    ]
    asked = ["retries", "token"]
    found = indexed(stored).words_held(asked, TextFilter(ids=np.array([1, 2], np.uint64)), limit=9)
    by_id = dict(zip(found.ids.tolist(), found.held.tolist(), strict=True))
    assert by_id == {1: [True, True], 2: [False, False]}
    for one in prepare(stored[:2]):
        assert held_words(asked, one, Stemmer()).tolist() == by_id[one.document.id]


def test_words_of_a_path_are_held_by_their_stems() -> None:
    paths = [["docs", "uploads"], ["src", "retry"], []]
    held = held_in_paths(["retries", "uploading", "upload"], paths, Stemmer())
    assert held.tolist() == [[False, True, True], [True, False, False], [False, False, False]]


def test_no_more_words_are_told_apart_than_a_score_has_bits(indexed: Indexed) -> None:
    words = [f"word{number}" for number in range(40)]
    reader = indexed([of_words(1, 1, 12, "go", "name", "name", body=" ".join(words))])
    found = reader.words_held(words, TextFilter(), limit=1)
    assert found.held.shape == (1, 24)
    assert found.held.all()


def test_runs_of_words_are_counted_on_disk_as_in_a_buffer(indexed: Indexed) -> None:
    runs = [("retry", "the", "upload"), ("parse", "a", "token")]
    stored = [
        of_words(1, 1, 12, "go", "x", "x", body="retry the uploads then parse a token"),
        of_words(2, 2, 12, "go", "x", "x", body="parse tokens and retries the upload"),
        of_words(3, 3, 12, "go", "x", "x", body="the upload"),
    ]
    reader = indexed(stored)
    hits = reader.runs_held(runs, TextFilter(), 9)
    assert list(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True)) == [(1, 2.0), (2, 1.0)]
    assert held_runs(runs, prepare(stored), reader.stemmer).tolist() == [2, 1, 0]
    assert len(reader.runs_held([("retry",)], TextFilter(), 9)) == 0
