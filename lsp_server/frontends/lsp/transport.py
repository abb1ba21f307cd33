"""Bytes in and out: framing of messages, the two transports, a writer that never blocks the event loop."""

import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import BinaryIO

from lsp_server.errors import InvalidParams

_CONTENT_LENGTH = re.compile(rb"content-length:\s*(\d{1,12})\s*$", re.IGNORECASE)
_HEADER_LIMIT_BYTES = 65536
_BODY_LIMIT_BYTES = 256 * 1024 * 1024
"""A message that announces more is taken for an error in its header."""


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """A client's two streams."""

    reader: BinaryIO
    writer: BinaryIO


@dataclass(frozen=True, slots=True)
class Stdio:
    """The process's own standard streams."""

    def connect(self) -> Channel:
        """Reserve the streams for the protocol.

        Afterwards descriptor 1 is stderr and descriptor 0 is empty, here and in every child process, so that
        a stray print, or a child that reads its input, can't corrupt the stream of messages.
        """
        sys.stdout.flush()
        reader, writer = os.dup(0), os.dup(1)
        os.dup2(2, 1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        return Channel(os.fdopen(reader, "rb"), os.fdopen(writer, "wb"))


@dataclass(frozen=True, slots=True)
class Tcp:
    """A listening socket that serves one client; port 0 lets the system choose."""

    port: int
    host: str = "127.0.0.1"

    @classmethod
    def parse(cls, text: str) -> "Tcp":
        """Read `HOST:PORT`, `:PORT` or `PORT`; the host is the loopback unless given.

        Raises:
            ValueError: The text does not name a port between 0 and 65535.
        """
        host, _, port = text.rpartition(":")
        if not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"{text!r} is not HOST:PORT")
        return cls(int(port), host.strip("[]") or "127.0.0.1")

    def connect(self) -> Channel:
        """Listen, print the address on stderr, and wait for the client.

        Raises:
            InvalidParams: The address can't be listened on.
        """
        with self._listener() as listener:
            host, port, *_ = listener.getsockname()
            host = f"[{host}]" if ":" in host else host
            sys.stderr.write(f"Listening on {host}:{port}\n")
            sys.stderr.flush()
            connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:  # the two files keep the socket open
            return Channel(connection.makefile("rb"), connection.makefile("wb"))

    def _listener(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, self.port), family=family)
        except OSError as error:
            raise InvalidParams(
                f"--tcp: can't listen on {self.host}:{self.port}: {error.strerror or error}.",
                "Give an address of this machine and a free port, such as 127.0.0.1:0 for any.",
                key="tcp",
            ) from error


Transport = Stdio | Tcp


def read_messages(reader: BinaryIO) -> Iterator[bytes]:
    """Yield the body of each message until the stream ends.

    Lines that are not a header are skipped, so that after a wrong `Content-Length` the stream resynchronises
    at the next one.
    """
    length: int | None = None
    try:
        while line := reader.readline(_HEADER_LIMIT_BYTES):
            if match := _CONTENT_LENGTH.search(line):
                announced = int(match.group(1))
                length = announced if announced <= _BODY_LIMIT_BYTES else None
            elif length is not None and not line.strip():
                body = reader.read(length)
                if len(body) < length:
                    return
                yield body
                length = None
    except (OSError, ValueError):  # the stream was closed meanwhile: for the reader that is its end
        return


class MessageWriter:
    """Writes messages in the order of `send`, in its own thread. Thread-safe.

    Args:
        stream: The stream to write to.
        on_broken: Called once, in the writing thread, when the client no longer reads.
    """

    def __init__(self, stream: BinaryIO, on_broken: Callable[[], None]) -> None:
        self._stream = stream
        self._on_broken = on_broken
        self._bodies: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="lsp-writer", daemon=True)
        self._thread.start()

    def send(self, body: bytes) -> None:
        """Queue one message; its header is added here."""
        self._bodies.put(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def finish(self, timeout_s: float) -> None:
        """Write what is queued, for at most `timeout_s`."""
        self._bodies.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while (body := self._bodies.get()) is not None:
                self._stream.write(body)
                if self._bodies.empty():
                    self._stream.flush()
            self._stream.flush()
        except (OSError, ValueError):
            self._on_broken()
            self._drop_everything()

    def _drop_everything(self) -> None:
        try:
            while self._bodies.get(timeout=1.0) is not None:
                pass
        except Empty:
            return
