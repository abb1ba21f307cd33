"""Words begin and end where the bundled model's tokenizer says; every way to write a word counts as one."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.text import FileWords, split_file, split_words

# Texts that look like code and like the scripts of the world, rather than like noise.
SCRIPTS = "é É café cafe\u0301 E\u0301cole Größe ЖизньID имя 認証 ユーザー 한국어 ǅ İ ß K हिन्दी ٣"
SYMBOLS = "— → “ \u00a0 \ufeff ½ 😀 \u0301"
CODE = "get HTTP Server ABCd aB x Z 0 42 1e9 _ __ - . ( \x00 12345678901234567"
PIECES = st.sampled_from(
    [
        *SCRIPTS.split(" "),
        *SYMBOLS.split(" "),
        *CODE.split(" "),
        " ",
        "\n",
        "\t",
        "a" * 70,
        "Ab" * 40,
        "é" * 40,
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=30).map("".join),
    st.text(alphabet="aBcDeZ01_ .é認", max_size=60),
    st.text(max_size=60),
)


def ascii_reference(text: str) -> list[str]:
    """The normalizer's two replacements and its pattern, with runs of digits instead of single ones."""
    text = re.sub("(?<=[a-z0-9])(?=[A-Z])", " ", text)
    text = re.sub("(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return [word[:64] for word in re.findall("[a-z]+|[0-9]+", text.lower())]


def character_class(character: str) -> str:
    if unicodedata.category(character).startswith("M"):
        return "m"
    if character.isdecimal():
        return "0"
    if not character.isalpha():
        return " "
    if "\u3040" <= character <= "\u30ff" or unicodedata.name(character, "").startswith("CJK "):
        return "x"
    return "A" if character.isupper() or character.istitle() else "a"


def reference(text: str) -> list[tuple[int, int, str]]:
    """Byte range and text of every word, by a regular expression over the classes of the characters."""
    classes = "".join(map(character_class, text))
    words = []
    for match in re.finditer("(?:Am*)+(?![am])|(?:Am*)?(?:am*)+|(?:0m*)+|xm*", classes):
        word = text[match.start() : match.end()]
        start = len(text[: match.start()].encode())
        cut = word.encode()[:64].decode(errors="ignore")
        words.append((start, start + len(word.encode()), unicodedata.normalize("NFC", cut.lower())))
    return words


def words_of(words: FileWords) -> list[tuple[int, int, str]]:
    texts = [words.vocabulary[number] for number in words.numbers]
    return list(zip(words.starts.tolist(), words.ends.tolist(), texts, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("getUserByID2", "get user by id 2"),
        ("parseHTTPHeader", "parse http header"),
        ("ABCd", "ab cd"),
        ("snake_case-kebab.dot", "snake case kebab dot"),
        ("x86_64 sha256sum", "x 86 64 sha 256 sum"),
        ("İstanbulÜniversitesi", "i̇stanbul üniversitesi"),
        ("ИзмениЖизнь", "измени жизнь"),
        ("cafe\u0301", "café"),
        ("ユーザー認証 v2", "ユ ー ザ ー 認 証 v 2"),
        ("“quoted”—text…", "quoted text"),
        ("== () {};", ""),
        ("", ""),
    ],
)
def test_identifiers_and_prose_fall_apart_into_lower_case_words(text: str, expected: str) -> None:
    assert " ".join(split_words(text)) == expected


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=80))
def test_ascii_splits_as_the_tokenizer_does(text: str) -> None:
    assert split_words(text) == ascii_reference(text)
    assert [word for _, _, word in words_of(split_file(text.encode()))] == ascii_reference(text)


@given(TEXTS)
def test_every_script_splits_as_the_regular_expression_does(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    assert words_of(split_file(text.encode())) == reference(text)
    assert split_words(text) == [word for _, _, word in reference(text)]


@given(TEXTS)
def test_vocabulary_is_distinct_and_in_order_of_first_appearance(text: str) -> None:
    words = split_file(text.encode("utf-8", "replace"))
    texts = [words.vocabulary[number] for number in words.numbers]
    assert words.vocabulary == list(dict.fromkeys(texts))
    assert {column.dtype for column in (words.numbers, words.starts, words.ends)} == {np.dtype(np.int32)}


@given(st.binary(max_size=200))
def test_any_bytes_split_into_rising_ranges(source: bytes) -> None:
    words = split_file(source)
    assert np.all(words.starts < words.ends)
    assert np.all(words.ends[:-1] <= words.starts[1:])


def test_many_distinct_words_keep_apart() -> None:
    expected = [
        f"{first}{second}{tail}"
        for first in "abcdefgh"
        for second in "ijklmnop"
        for tail in ("", "suffix" * 3)
    ]
    words = split_file(" ".join(expected * 3).encode())
    assert words.vocabulary == expected
    assert words.numbers.tolist() == list(range(len(expected))) * 3


def test_runs_of_words_lie_wholly_inside_their_ranges() -> None:
    words = split_file(b"def readFile(path): pass")
    # In the third, "read" begins before; in the fourth, "file" ends after; the last ends before it starts.
    ranges = np.array([(0, 24), (4, 13), (5, 12), (5, 11), (20, 5)])
    firsts, ends = words.runs(ranges[:, 0], ranges[:, 1])
    texts = [
        " ".join(words.vocabulary[number] for number in words.numbers[first:end].tolist())
        for first, end in zip(firsts.tolist(), ends.tolist(), strict=True)
    ]
    assert texts == ["def read file path pass", "read file", "file", "", ""]


def test_a_word_of_any_length_is_one_word_with_a_bounded_text() -> None:
    words = split_file(b"x " + b"a" * 100_000 + b" y")
    assert [len(word) for word in words.vocabulary] == [1, 64, 1]
    assert split_words("a" * 100_000) == ["a" * 64]
