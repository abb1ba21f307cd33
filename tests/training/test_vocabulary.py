"""The vocabulary: common words whole, others in parts, and a tokenizer.json that says the same."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.text import split_words
from lsp_server.training.vocabulary import UNKNOWN, tokenizer_file, train_vocabulary

COMMON = {"open": 90.0, "file": 80.0, "reader": 70.0, "256": 60.0, "write": 50.0, "close": 40.0}
RARE = {"unpack": 3.0, "prepack": 2.0, "outpack": 1.0}
COUNTS = COMMON | RARE
SIZE = 97
VOCABULARY = train_vocabulary(COUNTS, SIZE)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_text(json.dumps(tokenizer_file(VOCABULARY)), "utf-8")
    return Tokenizer.from_file(str(path))


def test_common_words_are_whole_and_rare_ones_in_parts() -> None:
    wordpiece = WordPiece(VOCABULARY)
    assert [len(wordpiece.rows(word)) for word in COMMON] == [1] * len(COMMON)
    assert [wordpiece.rows(word)[-1] for word in RARE] == [VOCABULARY["##pack"]] * len(RARE)


def test_every_word_of_letters_and_digits_can_be_read() -> None:
    wordpiece = WordPiece(train_vocabulary({}, 0))
    assert len(wordpiece.rows("zebra")) == 5
    assert len(wordpiece.rows("2026")) == 4


def test_it_is_no_larger_than_asked_for_and_numbers_all_rows() -> None:
    assert sorted(VOCABULARY.values()) == list(range(SIZE))
    assert VOCABULARY[UNKNOWN] == 0


def test_the_order_of_the_counts_does_not_matter() -> None:
    assert train_vocabulary(dict(reversed(COUNTS.items())), SIZE) == VOCABULARY


@given(st.text(alphabet="openRFil_25x.認é ", max_size=30))
def test_the_tokenizer_file_splits_as_the_indexer_does(reference: Tokenizer, text: str) -> None:
    expected = [
        row for row in reference.encode(text, add_special_tokens=False).ids if row != VOCABULARY[UNKNOWN]
    ]
    assert WordPiece(VOCABULARY).rows_of(split_words(text)) == expected


@pytest.mark.parametrize("size", [0, 73, 80])
def test_single_letters_and_digits_are_always_in_it(size: int) -> None:
    vocabulary = train_vocabulary(COUNTS, size)
    assert {"a", "##a", "z", "##z", "0", "##0", "9", "##9"} <= set(vocabulary)
    assert len(vocabulary) == max(size, 73)
