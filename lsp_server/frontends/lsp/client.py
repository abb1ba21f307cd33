"""What a client said about itself in `initialize`, read tolerantly: invalid values count as absent."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_server.frontends.lsp.protocol import Params
from lsp_server.model import Encoding
from lsp_server.settings import CLIENT_SECTION

_ENCODINGS: dict[str, Encoding] = {"utf-8": "utf8", "utf-16": "utf16", "utf-32": "utf32"}


@dataclass(frozen=True, slots=True)
class Client:
    """The client's capabilities and options.

    Attributes:
        process_id: The id of its process, if it told it.
        encoding: The unit of columns: the first of the client's encodings that we know, else UTF-16.
        folders: URIs of the workspace folders.
        options: `initializationOptions`, with or without our section's name around them.
        takes_markdown: Whether it shows Markdown in hovers.
        shows_progress: Whether it shows the progress of work that the server starts.
        gives_configuration: Whether it answers `workspace/configuration`.
        registers_configuration: Whether we can register for changes of our section.
        registers_watchers: Whether we can register for changes of files.
    """

    process_id: int | None = None
    encoding: Encoding = "utf16"
    folders: tuple[str, ...] = ()
    options: Mapping[str, Any] | None = None
    takes_markdown: bool = False
    shows_progress: bool = False
    gives_configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False

    @property
    def encoding_name(self) -> str:
        """LSP's name of the encoding."""
        return next(name for name, encoding in _ENCODINGS.items() if encoding == self.encoding)


def client_of(raw: Any) -> Client:
    """Read the parameters of `initialize`.

    Raises:
        InvalidParams: They are not an object.
    """
    Params(raw)
    able, process_id = _dig(raw, "capabilities"), _dig(raw, "processId")
    return Client(
        process_id=process_id if isinstance(process_id, int) else None,
        encoding=_encoding(_dig(able, "general", "positionEncodings")),
        folders=_folders(raw),
        options=own_section(_dig(raw, "initializationOptions")),
        takes_markdown=_prefers_markdown(_dig(able, "textDocument", "hover", "contentFormat")),
        shows_progress=_dig(able, "window", "workDoneProgress") is True,
        gives_configuration=_dig(able, "workspace", "configuration") is True,
        registers_configuration=_registers(able, "didChangeConfiguration"),
        registers_watchers=_registers(able, "didChangeWatchedFiles"),
    )


def own_section(raw: Any) -> Mapping[str, Any] | None:
    """Return our settings, sent bare or under our section's name, or None when there are none."""
    if not isinstance(raw, dict):
        return None
    section = raw.get(CLIENT_SECTION, raw)
    if section is None:  # nothing is set
        return {}
    return section if isinstance(section, dict) else None


def _registers(able: Any, notification: str) -> bool:
    return _dig(able, "workspace", notification, "dynamicRegistration") is True


def _encoding(offered: Any) -> Encoding:
    names = offered if isinstance(offered, list) else []
    return next((_ENCODINGS[name] for name in names if isinstance(name, str) and name in _ENCODINGS), "utf16")


def _prefers_markdown(formats: Any) -> bool:
    offered = [name for name in formats if isinstance(name, str)] if isinstance(formats, list) else []
    return [name for name in offered if name in {"markdown", "plaintext"}][:1] == ["markdown"]


def _folders(raw: Any) -> tuple[str, ...]:
    listed = _dig(raw, "workspaceFolders")
    uris = [_dig(folder, "uri") for folder in listed] if isinstance(listed, list) else []
    found = tuple(dict.fromkeys(uri for uri in uris if isinstance(uri, str)))
    if found:
        return found
    root_uri, root_path = _dig(raw, "rootUri"), _dig(raw, "rootPath")
    if isinstance(root_uri, str):
        return (root_uri,)
    if isinstance(root_path, str) and Path(root_path).is_absolute():
        return (Path(root_path).as_uri(),)
    return ()


def _dig(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
