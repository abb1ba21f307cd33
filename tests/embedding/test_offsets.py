"""Symbols that say little, and tests and examples, are near fewer queries, without becoming alike."""

import numpy as np
import pytest

from lsp_server.embedding import BUNDLED_FOLDER, SymbolTexts
from lsp_server.embedding.offsets import (
    Offsets,
    axis_of_tests,
    is_test_or_example,
    own_directions,
    short_offsets,
)
from lsp_server.embedding.static_model import StaticModel
from lsp_server.text import split_file

MODEL = StaticModel.read(BUNDLED_FOLDER)
BODY = (
    b"upload_retries = configuration.read_number('upload', default=3, minimum=0, maximum=limit_of(upload), "
    b"unit=None)"
)


def vectors(*sources: bytes, path: str = "src/net.py", name: str = "upload_retries") -> np.ndarray:
    """Return one vector for each source, as if it were the whole code of a symbol of that name."""
    made = [
        SymbolTexts(split_file(source), [name], [""], [(0, len(source))], [None], source)
        for source in sources
    ]
    placed = [MODEL.place(MODEL.content_vectors(texts), path)[0] for texts in made]
    return np.stack(placed).astype(np.float32)


def test_a_name_alone_answers_less_loudly_than_a_definition() -> None:
    alone, defined = vectors(b"upload_retries", BODY) @ MODEL.query_vector("upload retries")
    assert alone < defined


def test_all_vectors_keep_their_length() -> None:
    lengths = np.linalg.norm(vectors(b"upload_retries", BODY), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=2e-3)


def test_short_symbols_are_not_alike_for_being_short() -> None:
    retries = vectors(b"upload_retries")[0]
    colour = vectors(b"background_colour", name="background_colour", path="paint/brush.py")[0]
    assert abs(retries @ colour) < 0.35
    directions = own_directions(384, [b"one", b"another", b"a third"])
    np.testing.assert_allclose(directions @ directions.T, np.eye(3), atol=0.5)


def test_copies_of_a_short_symbol_stay_copies() -> None:
    one, other = vectors(b"upload_retries", b"upload_retries")
    assert one @ other > 0.999


def test_a_longer_body_is_offset_less() -> None:
    turned = short_offsets(Offsets(short=2.0, enough=10), np.array([0, 5, 10, 100]))
    np.testing.assert_allclose(turned, [2, 1, 0, 0])


def test_tests_answer_less_loudly_unless_they_are_asked_for() -> None:
    code, test = vectors(BODY)[0], vectors(BODY, path="test/net.py")[0]
    plain, asking = MODEL.query_vector("upload retries"), MODEL.query_vector("tests of upload retries")
    assert code @ plain > test @ plain
    assert test @ asking > code @ asking


def test_what_says_nothing_stays_without_a_vector() -> None:
    assert not vectors("認証".encode(), name="認証", path="認証/証")[0].any()
    assert not MODEL.query_vector("認証").any()


def test_no_word_lies_on_the_reserved_axes() -> None:
    for word in ("upload", "test", "configuration", "of"):
        assert abs(MODEL.query_vector(f"{word} retry") @ axis_of_tests(384)) < 0.1 or is_test_or_example(word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("src/test/java/Login.java", True),
        ("tests/test_login.py", True),
        ("examples/login.py", True),
        ("src/main/java/com/example/Login.java", False),
        ("com/example/demo/Login.java", True),
        ("how are logins tested", False),
        ("spec for the login", True),
        ("src/latest/contest.py", False),
    ],
)
def test_what_is_a_test_or_an_example(text: str, expected: bool) -> None:  # noqa: FBT001
    assert is_test_or_example(text) is expected
