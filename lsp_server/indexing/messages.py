"""What a server and its indexer process say to each other: one JSON object a line, commands and events."""

import json
from dataclasses import asdict, dataclass, fields
from typing import get_type_hints

from lsp_server.errors import IndexerFailed


@dataclass(frozen=True, slots=True)
class Message:
    """The root of both kinds; a message is its class name and its fields."""

    def encode(self) -> bytes:
        """Return one line, with its end."""
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
    """Look at these paths (relative, files or folders) again."""

    paths: tuple[str, ...]
    ticket: int


@dataclass(frozen=True, slots=True)
class Prioritise(Command):
    """Index these paths (relative) before others: they are open in an editor."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rebuild(Command):
    """Read, parse and embed everything anew; what is there answers meanwhile."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Finish the batch in flight, then wait."""


@dataclass(frozen=True, slots=True)
class Resume(Command):
    """Go on."""


@dataclass(frozen=True, slots=True)
class Event(Message):
    """Indexer → server."""


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """Another process writes this index; `holder` says which."""

    holder: str


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """How far the running job is.

    Attributes:
        done: Files of this job that are finished, whether committed or not.
        total: Files of this job as far as they are known.
        files_per_second: Over this job.
        symbols_per_second: Over this job.
        embedded_symbols: Since the process started; what came from the cache is not counted.
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
    """Housekeeping is over, too; until the next command there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The indexer can't go on; the index answers as it is. `kind` names the error class."""

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
        IndexerFailed: The line is no message of this version.
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
