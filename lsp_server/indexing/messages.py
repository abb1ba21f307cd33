"""The protocol between a server and its indexer process: commands and events, one JSON object per line."""

import json
from dataclasses import asdict, dataclass, fields
from typing import get_type_hints

from lsp_server.errors import IndexerFailed


@dataclass(frozen=True, slots=True)
class Message:
    """The base of commands and events, sent as the class name and the fields."""

    def encode(self) -> bytes:
        """Return one line, with its newline."""
        return json.dumps({"is": type(self).__name__, **asdict(self)}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Command(Message):
    """Server → indexer."""


@dataclass(frozen=True, slots=True)
class Scan(Command):
    """Compare the whole folder with the index. `ticket` is answered by `Settled`."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Update(Command):
    """Check these paths (relative, files or folders) again. `ticket` is answered by `Settled`."""

    paths: tuple[str, ...]
    ticket: int


@dataclass(frozen=True, slots=True)
class Prioritise(Command):
    """Index these relative paths before others: they are open in an editor."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rebuild(Command):
    """Read, parse and embed everything again; the old index answers meanwhile."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Finish the batch in flight, then wait."""


@dataclass(frozen=True, slots=True)
class Resume(Command):
    """Continue after `Pause`."""


@dataclass(frozen=True, slots=True)
class Event(Message):
    """Indexer → server."""


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """Another process holds the writer lease; `holder` says which."""

    holder: str


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """The progress of the running job.

    Attributes:
        done: Files of this job that are finished, whether committed or not.
        total: Files of this job, as far as known.
        files_per_second: Averaged over this job.
        symbols_per_second: Averaged over this job.
        embedded_symbols: Since the process started; symbols from the cache are not counted.
    """

    done: int
    total: int
    files_per_second: float
    symbols_per_second: float
    embedded_symbols: int


@dataclass(frozen=True, slots=True)
class Published(Event):
    """A generation was committed; readers may open it."""

    generation: int


@dataclass(frozen=True, slots=True)
class Settled(Event):
    """Everything asked for up to this ticket is in the index."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Tidied(Event):
    """Housekeeping is done, too; there is nothing to do until the next command."""


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The indexer can't continue; the index answers as it is. `kind` is the error's class name."""

    kind: str
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Profile(Event):
    """Seconds spent by stage since the process started, for `--profile`."""

    seconds: dict[str, float]


def decode(line: bytes) -> Message:
    """Return the message of one line.

    Raises:
        IndexerFailed: The line is not a message of this version.
    """
    try:
        record = json.loads(line)
        kind = _KINDS[record.pop("is")]
        hints = get_type_hints(kind)
        values = {
            item.name: tuple(record[item.name]) if hints[item.name] == tuple[str, ...] else record[item.name]
            for item in fields(kind)
        }
        return kind(**values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexerFailed(
            "The indexer process sent something unreadable.", "Restart the server."
        ) from error


_KINDS: dict[str, type[Message]] = {
    kind.__name__: kind
    for kind in (
        Scan,
        Update,
        Rebuild,
        Prioritise,
        Pause,
        Resume,
        Waiting,
        Progress,
        Published,
        Settled,
        Tidied,
        Failed,
        Profile,
    )
}
