"""A documentation's first paragraph is a question when a person might have asked it."""

import pytest

from lsp_server.training.questions import question_of


@pytest.mark.parametrize(
    ("documentation", "expected"),
    [
        (
            "Sends a file again after an error.\n\nArgs:\n    file: Which one.",
            "Sends a file again after an error.",
        ),
        ("Opens the socket\nand waits.\n@param address where", "Opens the socket and waits."),
        ("Reads {@link Reader the reader} to its end", "Reads Reader the reader to its end"),
        (r"\brief Draws a circle on the canvas", "Draws a circle on the canvas"),
        ("Waits until :class:`~asyncio.Event` is set", "Waits until asyncio.Event is set"),
        ("Follow [the guide](https://example.org/x) to its end", "Follow the guide to its end"),
    ],
)
def test_the_first_paragraph_is_kept_without_markup(documentation: str, expected: str) -> None:
    assert question_of(documentation) == expected


def test_of_a_long_paragraph_the_first_sentence_is_kept() -> None:
    sentence = "Finds the shortest way between two places."
    assert question_of(f"{sentence} {'It looks at every road that there is. ' * 12}") == sentence[:-1]


@pytest.mark.parametrize(
    "documentation",
    [
        "",
        "Getter",
        "TODO: write this down",
        "Copyright 2020 the authors of this file",
        "{@inheritDoc}",
        "Default constructor",
        "ファイルを読み込んで解析する関数です",
        "0x00 0x01 0x02 == 0x03 || a && b ;;; {{ }} ab cd ef",
    ],
)
def test_what_helps_nobody_is_no_question(documentation: str) -> None:
    assert question_of(documentation) is None
