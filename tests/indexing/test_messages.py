"""Server and indexer understand each other: one line each, nothing lost."""

import pytest

from lsp_server.errors import IndexerFailed
from lsp_server.indexing.messages import (
    Failed,
    Message,
    Pause,
    Prioritise,
    Profile,
    Progress,
    Published,
    Rebuild,
    Resume,
    Scan,
    Settled,
    Tidied,
    Update,
    Waiting,
    decode,
)

MESSAGES = [
    Scan(1),
    Update(("a.py", "dir with space/ä.py", "line\nbreak.py", "lone\udc80.py"), 2),
    Update((), 3),
    Prioritise(("a.py",)),
    Rebuild(4),
    Pause(),
    Resume(),
    Waiting("process 12"),
    Progress(1, 2, 3.5, 4.5, 5),
    Published(7),
    Settled(8),
    Tidied(),
    Failed("IndexBusy", "what\nhappened", "what to do"),
    Profile({"scan": 0.5}),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_survives_as_one_line(message: Message) -> None:
    line = message.encode()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == message


@pytest.mark.parametrize(
    "line", [b"", b"{", b'{"is": "Unknown"}', b'{"is": "Scan"}', b"[]", b"7", b'{"ticket": 1}', b"\xff\xfe"]
)
def test_what_is_no_message(line: bytes) -> None:
    with pytest.raises(IndexerFailed):
        decode(line)
