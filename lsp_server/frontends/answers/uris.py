"""File URIs in the client's own form: it gets back what it sent for a folder or document."""

import os
from functools import lru_cache
from pathlib import Path, PurePath
from urllib.parse import quote, unquote_to_bytes, urlsplit

from lsp_server.disk import composed

_SUB_DELIMITERS = "!$&'()*+,;=:@"
_WINDOWS = os.name == "nt"
_MAX_QUOTED = 10_000
"""How many paths' quoted forms are cached, some 2 MB: each key press in the palette lists 500 symbols."""


def path_of_uri(uri: str) -> Path | None:
    """Return the path of a `file:` URI, or None for any other text."""
    try:
        parts = urlsplit(uri)
        # VS Code escapes the host of WSL's disks, too: wsl%24.
        host, name = (os.fsdecode(unquote_to_bytes(part)) for part in (parts.netloc, parts.path))
    except ValueError:
        return None
    if parts.scheme != "file" or not name.startswith("/") or "\0" in host + name:
        return None
    if host not in {"", "localhost"}:
        name = f"//{host}{name}"
    elif _WINDOWS and name[2:3] == ":":
        name = name[1:]
    return Path(os.path.normpath(composed(name)))


class ClientUris:
    """Remembers the URIs that the client used. Not thread-safe; for the event loop's thread only."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._documents: dict[str, str] = {}
        self._safe = "/"

    def learn_folder(self, uri: str) -> Path | None:
        """Remember a workspace folder.

        Returns:
            Its path, or None for another scheme than `file`.
        """
        path = path_of_uri(uri)
        if path is not None:
            self._learn_style(uri)
            self._folders[_key(path)] = uri
            # The core may return the folder with symbolic links resolved.
            self._folders.setdefault(_key(os.path.realpath(path)), uri)
        return path

    def learn_document(self, uri: str) -> Path | None:
        """Remember an open document.

        Returns:
            Its path, or None when it is not a file.
        """
        path = path_of_uri(uri)
        if path is not None:
            self._learn_style(uri)
            self._documents[_key(path)] = uri
        return path

    def forget_document(self, path: Path) -> None:
        """Forget a document that was closed."""
        self._documents.pop(_key(path), None)

    def folder(self, path: Path) -> str:
        """Return the URI of a workspace folder."""
        return self._folders.get(_key(path)) or self._written(path)

    def file(self, folder: Path, relative: str) -> str:
        """Return the URI of a file, given its folder and its relative path with forward slashes."""
        if self._documents:
            known = self._documents.get(_key(folder / relative))
            if known is not None:
                return known
        return f"{self.folder(folder).removesuffix('/')}/{_quoted(relative, self._safe)}"

    def _written(self, path: Path) -> str:
        text = path.as_posix()
        if text.startswith("//"):
            return f"file:{quote(os.fsencode(text), self._safe)}"
        return f"file:///{quote(os.fsencode(text.lstrip('/')), self._safe)}"

    def _learn_style(self, uri: str) -> None:
        """Learn from a URI whether the client escapes the characters for which RFC 3986 leaves the choice.

        VS Code escapes all of them, most others none; a path without any tells nothing.
        """
        path = urlsplit(uri).path
        if any(character in path for character in _SUB_DELIMITERS):
            self._safe = "/" + _SUB_DELIMITERS
        elif any(f"%{ord(character):02x}" in path.lower() for character in _SUB_DELIMITERS):
            self._safe = "/"


@lru_cache(_MAX_QUOTED)
def _quoted(path: str, safe: str) -> str:
    return quote(os.fsencode(path), safe)


def _key(path: PurePath | str) -> str:
    return os.path.normcase(path)
