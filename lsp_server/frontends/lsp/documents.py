"""The texts of open buffers, and the notifications that keep them in sync.

pygls' own documents are not used: unlike LSP, they also end lines at form feeds and U+2028, and so misplace
every edit below one.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lsp_server.frontends.answers.uris import path_of_uri
from lsp_server.frontends.lsp.protocol import Params
from lsp_server.frontends.lsp.session import Session
from lsp_server.model import Encoding

_LINE_END: Final = re.compile(r"\r\n|\r|\n")

_Position = tuple[int, int]
"""Line and column, in the units of an encoding."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a text; without a range it replaces the whole text. Positions are (line, column)."""

    text: str
    range: tuple[_Position, _Position] | None = None


class Documents:
    """Handles `textDocument/did*`; documents with another scheme than `file` are ignored."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._texts: dict[Path, str] = {}

    def did_open(self, raw: Any) -> None:
        """Use the client's text of a document from now on."""
        document = Params(raw).object("textDocument")
        uri, text = document.text("uri"), document.text("text")
        path = self._session.uris.learn_document(uri)
        if path is not None:
            self._texts[path] = text
            self._session.change("didOpen", lambda workspace: workspace.change_document(path, text))

    def did_change(self, raw: Any) -> None:
        """Apply edits; those of a document that was never opened are ignored."""
        params = Params(raw)
        edits = [_edit(change) for change in params.objects("contentChanges")]
        path = self._open_path(params)
        if path is None:
            return
        text = edited(self._texts[path], edits, self._session.client.encoding)
        self._texts[path] = text
        self._session.change("didChange", lambda workspace: workspace.change_document(path, text))

    def did_save(self, raw: Any) -> None:
        """Check the file of a saved document for changes."""
        path = self._open_path(Params(raw))
        if path is not None:
            self._session.change("didSave", lambda workspace: workspace.files_changed([path]))

    def did_close(self, raw: Any) -> None:
        """Return to what is on disk."""
        path = self._open_path(Params(raw))
        if path is not None:
            del self._texts[path]
            self._session.uris.forget_document(path)
            self._session.change("didClose", lambda workspace: workspace.close_document(path))

    def _open_path(self, params: Params) -> Path | None:
        path = path_of_uri(params.object("textDocument").text("uri"))
        return path if path in self._texts else None


def edited(text: str, edits: Iterable[Edit], encoding: Encoding) -> str:
    """Return a text after edits, whose positions each refer to the text after the edit before.

    A column beyond the end of its line means the line's end, and a line beyond the last one the end of the
    text (specification 3.17, `Position`); a reversed range is turned round.
    """
    starts: list[int] = []
    for edit in edits:
        if edit.range is None:
            text, starts = edit.text, []
            continue
        # Editors replace a word everywhere from one end of a text to the other: no line is counted twice.
        _count_lines(text, starts, max(line for line, _ in edit.range))
        start, end = sorted(_offset(text, starts, position, encoding) for position in edit.range)
        text = text[:start] + edit.text + text[end:]
        del starts[bisect_left(starts, start) :]
    return text


def _count_lines(text: str, starts: list[int], last_line: int) -> None:
    """Add where further lines of a text start, up to a certain one if it has so many."""
    if not starts:
        starts.append(0)
    n_missing = max(0, last_line + 1 - len(starts))
    starts += (match.end() for match in islice(_LINE_END.finditer(text, starts[-1]), n_missing))


def _offset(text: str, starts: list[int], position: _Position, encoding: Encoding) -> int:
    """Return the index in a text of a position whose column counts units of an encoding."""
    line, column = position
    start = starts[line] if line < len(starts) else len(text)
    end = _line_end(text, start)
    if encoding == "utf32" or text.isascii():
        return min(start + column, end)
    count = _UNITS[encoding]
    for offset in range(start, end):
        column -= count(text[offset])
        if column < 0:
            return offset
    return end


def _line_end(text: str, start: int) -> int:
    feed = text.find("\n", start)
    end = len(text) if feed < 0 else feed
    carriage_return = text.find("\r", start, end)
    return end if carriage_return < 0 else carriage_return


def _edit(change: Params) -> Edit:
    text = change.text("text")
    if not change.has("range"):
        return Edit(text)
    span = change.object("range")
    start, end = span.object("start"), span.object("end")
    return Edit(
        text,
        (
            (start.integer("line"), start.integer("character")),
            (end.integer("line"), end.integer("character")),
        ),
    )


_UNITS: dict[Encoding, Callable[[str], int]] = {
    "utf8": lambda character: len(character.encode()),
    "utf16": lambda character: 2 if character > "\uffff" else 1,
}
