import io
import socket
import threading

import pytest

from lsp_server.errors import InvalidParams
from lsp_server.frontends.lsp.transport import MessageWriter, Tcp, read_messages


def bodies(data: bytes) -> list[bytes]:
    return list(read_messages(io.BytesIO(data)))


def test_headers_come_in_any_case_and_order() -> None:
    first = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: 2\r\n\r\n{}"
    assert bodies(first + b"Content-Length:3\n\n[1]") == [b"{}", b"[1]"]


def test_a_client_that_miscounted_is_understood_again() -> None:
    assert bodies(b'Content-Length: 2\r\n\r\n{"a":1}Content-Length: 2\r\n\r\n[]') == [b'{"', b"[]"]
    assert bodies(b"hello\r\n\r\nContent-Length: x\r\n\r\nContent-Length: 2\r\n\r\n[]") == [b"[]"]


def test_a_length_that_nobody_has_room_for_is_passed_over() -> None:
    assert bodies(b"Content-Length: 999999999999\r\n\r\nContent-Length: 2\r\n\r\n[]") == [b"[]"]


def test_a_message_cut_short_by_the_end_is_dropped() -> None:
    assert bodies(b"Content-Length: 10\r\n\r\n{}") == []


def test_an_empty_message_is_a_message() -> None:
    assert bodies(b"Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}") == [b"", b"{}"]


def test_what_is_sent_arrives_in_order() -> None:
    stream = io.BytesIO()
    writer = MessageWriter(stream, on_broken=lambda: None)
    for n in range(100):
        writer.send(b"%d" % n)
    writer.finish(timeout_s=5)
    assert list(read_messages(io.BytesIO(stream.getvalue()))) == [b"%d" % n for n in range(100)]


def test_a_client_that_stopped_reading_is_reported() -> None:
    class Broken(io.RawIOBase):
        def write(self, _: object) -> int:
            raise BrokenPipeError

    broken = threading.Event()
    writer = MessageWriter(Broken(), on_broken=broken.set)  # type: ignore[arg-type]
    writer.send(b"{}")
    assert broken.wait(5)
    writer.finish(timeout_s=5)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("9257", "127.0.0.1", 9257),
        (":0", "127.0.0.1", 0),
        ("0.0.0.0:80", "0.0.0.0", 80),
        ("[::1]:5", "::1", 5),
    ],
)
def test_an_address_is_loopback_unless_it_says_otherwise(text: str, host: str, port: int) -> None:
    assert Tcp.parse(text) == Tcp(port, host)


@pytest.mark.parametrize("host", ["127.0.0.1", "nobody.invalid"])
def test_where_nobody_can_listen_the_error_says_what_to_give(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InvalidParams, match="can't listen"):
        Tcp(taken.getsockname()[1], host).connect()


@pytest.mark.parametrize("text", ["", "host", "host:", ":99999", "host:-1", "h:1x"])
def test_other_texts_are_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        Tcp.parse(text)
