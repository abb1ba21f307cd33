"""The open buffers as they stand on screen, and the notifications that keep them so.

pygls' own documents are not used: they end lines at form feeds and U+2028 too, which LSP does not, and so
misplace every edit below one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_server.frontends.answers.uris import path_of_uri
from lsp_server.frontends.lsp.protocol import Params
from lsp_server.frontends.lsp.session import Session
from lsp_server.model import Encoding


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a text; without a range it replaces all of it. Places are (line, column)."""

    text: str
    range: tuple[tuple[int, int], tuple[int, int]] | None = None


class Documents:
    """Handles `textDocument/did*`; documents that are no files on disk are passed over."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._texts: dict[Path, str] = {}

    def did_open(self, raw: Any) -> None:
        """Take a document's text from the client from now on."""
        document = Params(raw).object("textDocument")
        uri, text = document.text("uri"), document.text("text")
        path = self._session.uris.learn_document(uri)
        if path is not None:
            self._texts[path] = text
            self._session.change("didOpen", lambda workspace: workspace.open_document(path, text))

    def did_change(self, raw: Any) -> None:
        """Apply edits; those of a document that was never opened are passed over."""
        params = Params(raw)
        edits = [_edit(change) for change in params.objects("contentChanges")]
        path = self._open_path(params)
        if path is None:
            return
        text = self._texts[path]
        for edit in edits:
            text = edited(text, edit, self._session.client.encoding)
        self._texts[path] = text
        self._session.change("didChange", lambda workspace: workspace.change_document(path, text))

    def did_save(self, raw: Any) -> None:
        """Learn that the document is on disk now."""
        path = self._open_path(Params(raw))
        if path is not None:
            self._session.change("didSave", lambda workspace: workspace.save_document(path))

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


def edited(text: str, edit: Edit, encoding: Encoding) -> str:
    """Return a text after one edit.

    A place beyond the end of its line means the line's end, a line beyond the last the end of the text
    (specification 3.17, `Position`), and a range written backwards is turned round.
    """
    if edit.range is None:
        return edit.text
    start, end = sorted(offset_of(text, line, column, encoding) for line, column in edit.range)
    return text[:start] + edit.text + text[end:]


def offset_of(text: str, line: int, column: int, encoding: Encoding) -> int:
    """Return the index in a text of a place counted in the units of an encoding."""
    start = _line_start(text, line)
    end = _line_end(text, start)
    if encoding == "utf32" or text.isascii():
        return min(start + column, end)
    count = _UNITS[encoding]
    for offset in range(start, end):
        column -= count(text[offset])
        if column < 0:
            return offset
    return end


def _line_start(text: str, line: int) -> int:
    start = 0
    has_carriage_returns = "\r" in text
    for _ in range(line):
        end = _line_end(text, start) if has_carriage_returns else text.find("\n", start)
        if end in {-1, len(text)}:
            return len(text)
        start = end + (2 if text.startswith("\r\n", end) else 1)
    return start


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
