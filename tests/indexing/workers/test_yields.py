"""What one file yields: the same for the same bytes, wherever they lie."""

from pathlib import Path

import numpy as np
import pytest

from lsp_server.embedding import Embedder
from lsp_server.indexing.workers.jobs import ParseJob, ParseReply, ReplyStatus
from lsp_server.indexing.workers.worker import ParseWorker, cache_key
from lsp_server.indexing.workers.yields import MAX_BODY_WORDS, YieldMaker, content_digest
from lsp_server.model import SymbolKind
from lsp_server.parsing import ParseLimits
from lsp_server.storage.file_yield import pack, unpack
from lsp_server.storage.yield_cache import YieldCache

SOURCE = b'''class HttpClient:
    """Retries requests."""

    def sendRequest(self, url):
        return self.pool.open(url)
'''


@pytest.fixture
def maker(embedder: Embedder) -> YieldMaker:
    return YieldMaker(embedder, ParseLimits(), {})


def test_symbols_words_and_vectors_belong_together(maker: YieldMaker, embedder: Embedder) -> None:
    made = maker.make("lib/client.py", SOURCE)
    assert made.names == ("client.py", "HttpClient", "sendRequest")
    assert made.qualified_names[2] == "HttpClient.sendRequest"
    assert made.kinds.tolist()[0] == SymbolKind.FILE
    assert made.vectors.shape == (3, embedder.info.dimensions)
    assert made.vectors.dtype == np.float16
    assert made.digest == content_digest(SOURCE)
    words = made.texts[2]
    assert words.name == "send request"
    assert words.whole_name == "sendrequest"
    assert words.container == "http client"
    assert "pool" in words.body.split()
    assert made.texts[1].doc == "retri request"


def test_the_place_does_not_matter(maker: YieldMaker) -> None:
    """But for the file's own entry, which is named anew when the file is placed."""
    one, other = maker.make("a/x.py", SOURCE), maker.make("b/c/y.py", SOURCE)
    assert one.vectors.tobytes() == other.vectors.tobytes()
    assert one.texts == other.texts
    assert one.records[1:] == other.records[1:]
    assert pack(maker.make("a/x.py", SOURCE)) == pack(one)


def test_the_language_does(maker: YieldMaker) -> None:
    assert maker.make("x.py", SOURCE).language == "python"
    assert maker.make("x.txt", SOURCE).language != "python"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\1\2",
        b"\xff\xfe\xff",
        b"((((" * 1000,
        SOURCE[:50],
        "ä\udc80".encode("utf-8", "surrogatepass"),
    ],
)
def test_any_bytes_yield_something(maker: YieldMaker, raw: bytes) -> None:
    made = maker.make("x.py", raw)
    assert made.skipped is not None or len(made) >= 1
    assert pack(unpack(pack(made))) == pack(made)


@pytest.mark.parametrize("name", ["prod.env", "test.pem", "id_rsa"])
def test_a_secret_that_was_forced_in_is_read(maker: YieldMaker, name: str) -> None:
    made = maker.make(name, b"-----BEGIN PRIVATE KEY-----\n")
    assert made.skipped is None
    assert made.names == (name,)


def test_long_bodies_are_cut(maker: YieldMaker) -> None:
    body = "".join(f"    value_{number} = {number}\n" for number in range(2000))
    made = maker.make("x.py", f"def long():\n{body}".encode())
    assert len(made.texts[1].body.split()) <= MAX_BODY_WORDS


def test_the_key_of_a_yield() -> None:
    """Content, what decides the language, and the recipe: nothing else."""
    digest = content_digest(b"x")
    key = cache_key(digest, "python", "r")
    assert cache_key(digest, "python", "r") == key
    assert cache_key(digest, "javascript", "r") != key
    assert cache_key(digest, "python", "s") != key
    assert cache_key(content_digest(b"y"), "python", "r") != key


@pytest.fixture
def choosy(embedder: Embedder) -> YieldMaker:
    return YieldMaker(embedder, ParseLimits(), {"RULES.own": "ruby"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/b.py", "c.py"),
        ("a/b.py", "a/b.PY"),
        ("a/b.test.py", "c.pyi"),
        ("Makefile", "old/makefile"),
        ("a.h", "b.h"),
        ("run", "README"),
    ],
)
def test_what_a_rename_leaves_as_it_was(choosy: YieldMaker, one: str, other: str) -> None:
    assert choosy.kind_of(one, 9) == choosy.kind_of(other, 9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/b.py", "a/b.js"),
        ("Makefile", "Dockerfile"),
        ("CMakeLists.txt", "old.txt"),
        ("BUILD.bazel", "BUILD.old"),
        ("package-lock.json", "a.json"),
        ("RULES.own", "notes.own"),
        ("a.h", "a.c"),
        ("a.m", "a.mm"),
        ("a.js", "a.min.js"),
        ("prod.env", "prod"),
    ],
)
def test_what_a_rename_changes(choosy: YieldMaker, one: str, other: str) -> None:
    assert choosy.kind_of(one, 9) != choosy.kind_of(other, 9)


def test_a_worker_reads_looks_up_and_makes(maker: YieldMaker, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(SOURCE)
    with YieldCache(tmp_path / "cache.sqlite3", 1 << 20) as cache:
        work = ParseWorker(maker, cache, "recipe")

        def reply(job: ParseJob) -> ParseReply:
            return ParseReply.unpack(work(job.pack()))

        fresh = reply(ParseJob("a.py", str(path)))
        assert (fresh.status, fresh.cached, fresh.recipe) == (ReplyStatus.YIELDED, False, "recipe")
        assert (fresh.size_bytes, fresh.mtime_ns) == (len(SOURCE), path.stat().st_mtime_ns)
        cache.put_many({fresh.cache_key: fresh.packed_yield})
        cached = reply(ParseJob("b.py", str(path)))
        assert cached.cached
        assert cached.packed_yield == fresh.packed_yield
        assert not reply(ParseJob("a.py", str(path), use_cache=False)).cached
        assert reply(ParseJob("a.py", str(path), fresh.digest)).status is ReplyStatus.UNCHANGED
        assert reply(ParseJob("a.py", "", raw=b"def b(): pass")).digest == content_digest(b"def b(): pass")
        assert reply(ParseJob("a.py", str(tmp_path / "gone.py"))).status is ReplyStatus.VANISHED
        assert reply(ParseJob("a.py", str(path / "below.py"))).status is ReplyStatus.VANISHED
        assert reply(ParseJob("a.py", str(tmp_path))).status is ReplyStatus.UNREADABLE
