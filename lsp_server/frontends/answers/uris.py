"""File URIs as this client writes them: what it sent for a folder or a document is what it gets back."""

import os
from functools import lru_cache
from pathlib import Path, PurePath
from urllib.parse import quote, unquote_to_bytes, urlsplit

from lsp_server.disk import composed

_SUB_DELIMITERS = "!$&'()*+,;=:@"
_WINDOWS = os.name == "nt"
_MOST_QUOTED = 10_000
"""Paths whose quoted form is remembered, some 2 MB: each key press in a palette lists 500 symbols."""


def path_of_uri(uri: str) -> Path | None:
    """Return the path that a `file:` URI names, or None for every other text."""
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
    """Remembers the URIs that the client used; the event loop's thread alone talks to it."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._documents: dict[str, str] = {}
        self._safe = "/"

    def learn_folder(self, uri: str) -> Path | None:
        """Remember a workspace folder.

        Returns:
            Its path, or None when it is not on disk.
        """
        path = path_of_uri(uri)
        if path is not None:
            self._learn_style(uri)
            self._folders[_key(path)] = uri
            # The core may have followed symbolic links before it hands the folder back.
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
        """Return the URI of a file, given its folder and its path in it with forward slashes."""
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
        """Notice whether this client escapes the characters that RFC 3986 leaves to choice.

        VS Code escapes them all, most others none; a path that has none tells nothing.
        """
        path = urlsplit(uri).path
        if any(character in path for character in _SUB_DELIMITERS):
            self._safe = "/" + _SUB_DELIMITERS
        elif any(f"%{ord(character):02x}" in path.lower() for character in _SUB_DELIMITERS):
            self._safe = "/"


@lru_cache(_MOST_QUOTED)
def _quoted(path: str, safe: str) -> str:
    return quote(os.fsencode(path), safe)


def _key(path: PurePath | str) -> str:
    return os.path.normcase(path)
