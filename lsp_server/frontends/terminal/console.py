"""Standard output and standard error as commands use them: one JSON document, or text for a person."""

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TextIO

from lsp_server.errors import IndexStorageFailed, SemanticSymbolsError
from lsp_server.harmless import harmless

INTERRUPTED_EXIT_CODE = 130
"""What shells expect of a program that was ended by Ctrl-C."""

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Styled:
    """A part of a line that is highlighted on a terminal that supports it.

    Attributes:
        style: "bold", "dim" or a colour.
        text: Unescaped: the console calls `harmless` before it adds the style.
    """

    style: str
    text: str


class Console:
    """A command's output.

    Args:
        output: Standard output.
        errors: Standard error.
        as_json: Whether standard output gets one JSON document and nothing else.
    """

    def __init__(self, output: TextIO, errors: TextIO, *, as_json: bool) -> None:
        self._output = output
        self._errors = errors
        self.as_json = as_json
        self._before_writing: Callable[[], None] = lambda: None
        self._is_coloured = output.isatty() and "NO_COLOR" not in os.environ and _takes_colours()

    @property
    def shows_progress(self) -> bool:
        """Whether standard error is a terminal, on which somebody may watch a progress bar."""
        return self._errors.isatty()

    @property
    def errors(self) -> TextIO:
        """Standard error."""
        return self._errors

    def before_writing(self, action: Callable[[], None]) -> None:
        """Have something done before anything is printed, such as taking away a bar."""
        self._before_writing = action

    def say(self, *parts: str | Styled, between: str = "") -> None:
        """Print a line of text; nothing with `--json`.

        Args:
            *parts: The parts of the line; control characters in them are made harmless.
            between: Separates two parts.
        """
        if not self.as_json:
            self._print(between.join(self._written(part) for part in parts))

    def document(self, value: Any) -> None:
        """Print the JSON document; nothing without `--json`."""
        if self.as_json:
            self._print(json.dumps(value, ensure_ascii=False, indent=2))

    def flush(self) -> None:
        """Flush standard output.

        Raises:
            BrokenPipeError: The reader has closed the pipe, as every method that prints may find.
            IndexStorageFailed: It can't be written, such as to a full disk; likewise.
        """
        with self._writing():
            self._output.flush()

    def note(self, text: str) -> None:
        """Print a line on standard error."""
        self._before_writing()
        with suppress(OSError):  # nobody is left to be told
            print(harmless(text), file=self._errors)

    def fail(self, error: SemanticSymbolsError) -> None:
        """Print an error: with `--json` on standard output, else on standard error."""
        if self.as_json:
            described = {"kind": error.kind, "message": error.message, "suggestion": error.suggestion}
            self.document({"error": described})
        else:
            self.note(f"Error: {error}")

    def _print(self, text: str) -> None:
        self._before_writing()
        with self._writing():
            print(text, file=self._output)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # Windows calls a pipe that nobody reads any more an invalid argument.
            if error.errno in {errno.EPIPE, errno.EINVAL}:
                raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from error
            # What is still in the buffer would fail again when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._output.fileno())
            self.as_json = False
            raise IndexStorageFailed(
                f"The output can't be written: {error.strerror}.", "Free some space, or send it elsewhere."
            ) from error

    def _written(self, part: str | Styled) -> str:
        if isinstance(part, str):
            return harmless(part)
        text = harmless(part.text)
        return f"\x1b[{_CODES[part.style]}m{text}\x1b[0m" if self._is_coloured else text


def standard_console(*, as_json: bool) -> Console:
    """Return the console over the process's own streams, which it makes accept any character."""
    for stream in (sys.stdout, sys.stderr):
        # Source code has characters that a terminal's encoding may lack; JSON is UTF-8 in any locale.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", **({"encoding": "utf-8"} if not stream.isatty() else {}))
    return Console(sys.stdout, sys.stderr, as_json=as_json)


def _takes_colours() -> bool:
    if os.name != "nt":
        return os.environ.get("TERM") != "dumb"
    return bool(os.environ.get("WT_SESSION") or os.environ.get("ANSICON") or os.environ.get("TERM"))


def size(n_bytes: int) -> str:
    """Return a number of bytes in human-readable form."""
    if n_bytes < 1e3:
        return f"{n_bytes} B"
    if n_bytes < 1e6:
        return f"{n_bytes / 1e3:.1f} kB"
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:.1f} GB"
