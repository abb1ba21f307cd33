"""Sub-words are those that Hugging Face's tokenizers finds with the same file."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from lsp_server.embedding import BUNDLED_FOLDER
from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.errors import ModelUnavailable
from lsp_server.text import split_words

PATH = BUNDLED_FOLDER / "tokenizer.json"
WORDPIECE = WordPiece.read(PATH)
REFERENCE = Tokenizer.from_file(str(PATH))
UNKNOWN = REFERENCE.token_to_id("[UNK]")

WORDS = st.sampled_from(
    ["HTTPServer", "getUserById2", "naïveCafé", "unbelievablyLongIdentifier", "apiЖизнь", "größe"]
)


def reference_rows(text: str) -> list[int]:
    return [row for row in REFERENCE.encode(text, add_special_tokens=False).ids if row != UNKNOWN]


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60) | st.lists(WORDS).map(" ".join))
def test_rows_are_those_of_the_reference(text: str) -> None:
    assert WORDPIECE.rows_of(split_words(text)) == reference_rows(text)


@given(st.text(alphabet="ÀÉîõüÇñåÿŘaBcD_ ", max_size=20))
def test_accents_are_dropped_as_the_reference_drops_them(text: str) -> None:
    assert WORDPIECE.rows_of(split_words(text)) == reference_rows(text)


def test_rows_of_each_word_stand_apart() -> None:
    assert WORDPIECE.rows_of_each(["read", "file", "zzqx認", "read"]) == [
        WORDPIECE.rows("read"),
        WORDPIECE.rows("file"),
        WORDPIECE.rows("zzqx認"),
        WORDPIECE.rows("read"),
    ]


def test_a_word_with_an_unknown_part_is_unknown_as_a_whole() -> None:
    small = WordPiece({"un": 0, "##do": 1, "do": 2})
    assert small.rows("undo") == (0, 1)
    assert small.rows("undone") == ()


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"model": {"type": "BPE", "vocab": {}}})])
def test_another_kind_of_tokenizer_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(ModelUnavailable):
        WordPiece.read(path)
