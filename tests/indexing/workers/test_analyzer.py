"""The analysis of one file: the same for the same bytes, wherever they lie."""

from pathlib import Path

import numpy as np
import pytest

from lsp_server.embedding import Embedder
from lsp_server.indexing.workers.analyzer import MAX_BODY_WORDS, FileAnalyzer, content_digest
from lsp_server.indexing.workers.jobs import ParseJob, ParseReply, ReplyStatus
from lsp_server.indexing.workers.worker import ParseWorker, cache_key
from lsp_server.model import SymbolKind
from lsp_server.parsing import ParseLimits
from lsp_server.storage.analysis_cache import AnalysisCache
from lsp_server.storage.file_analysis import pack, unpack

SOURCE = b'''class HttpClient:
    """Retries requests."""

    def sendRequest(self, url):
        return self.pool.open(url)
'''


@pytest.fixture
def analyzer(embedder: Embedder) -> FileAnalyzer:
    return FileAnalyzer(embedder, ParseLimits(), {})


def test_symbols_words_and_vectors_belong_together(analyzer: FileAnalyzer, embedder: Embedder) -> None:
    made = analyzer.analyze("lib/client.py", SOURCE)
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


def test_an_analysis_does_not_depend_on_the_folder(analyzer: FileAnalyzer) -> None:
    """But for the file's own entry, which is named anew when the file is placed."""
    one, other = analyzer.analyze("a/x.py", SOURCE), analyzer.analyze("b/c/y.py", SOURCE)
    assert one.vectors.tobytes() == other.vectors.tobytes()
    assert one.texts == other.texts
    assert one.records[1:] == other.records[1:]
    assert pack(analyzer.analyze("a/x.py", SOURCE)) == pack(one)


def test_an_analysis_depends_on_the_language(analyzer: FileAnalyzer) -> None:
    assert analyzer.analyze("x.py", SOURCE).language == "python"
    assert analyzer.analyze("x.txt", SOURCE).language != "python"


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
def test_any_bytes_can_be_analyzed(analyzer: FileAnalyzer, raw: bytes) -> None:
    made = analyzer.analyze("x.py", raw)
    assert made.skipped is not None or len(made) >= 1
    assert pack(unpack(pack(made))) == pack(made)


@pytest.mark.parametrize("name", ["prod.env", "test.pem", "id_rsa"])
def test_a_secret_that_was_forced_in_is_read(analyzer: FileAnalyzer, name: str) -> None:
    made = analyzer.analyze(name, b"-----BEGIN PRIVATE KEY-----\n")
    assert made.skipped is None
    assert made.names == (name,)


def test_long_bodies_are_cut(analyzer: FileAnalyzer) -> None:
    body = "".join(f"    value_{number} = {number}\n" for number in range(2000))
    made = analyzer.analyze("x.py", f"def long():\n{body}".encode())
    assert len(made.texts[1].body.split()) <= MAX_BODY_WORDS


def test_the_key_of_an_analysis() -> None:
    """Content, what decides the language, and the recipe: nothing else."""
    digest = content_digest(b"x")
    key = cache_key(digest, "python", "r")
    assert cache_key(digest, "python", "r") == key
    assert cache_key(digest, "javascript", "r") != key
    assert cache_key(digest, "python", "s") != key
    assert cache_key(content_digest(b"y"), "python", "r") != key


@pytest.fixture
def choosy(embedder: Embedder) -> FileAnalyzer:
    return FileAnalyzer(embedder, ParseLimits(), {"RULES.own": "ruby"})


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
def test_what_a_rename_leaves_as_it_was(choosy: FileAnalyzer, one: str, other: str) -> None:
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
def test_what_a_rename_changes(choosy: FileAnalyzer, one: str, other: str) -> None:
    assert choosy.kind_of(one, 9) != choosy.kind_of(other, 9)


def test_a_worker_reads_looks_up_and_makes(analyzer: FileAnalyzer, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(SOURCE)
    with AnalysisCache(tmp_path / "cache.sqlite3", 1 << 20) as cache:
        work = ParseWorker(analyzer, cache, "recipe")

        def reply(job: ParseJob) -> ParseReply:
            return ParseReply.unpack(work(job.pack()))

        fresh = reply(ParseJob("a.py", str(path)))
        assert (fresh.status, fresh.cached, fresh.recipe) == (ReplyStatus.ANALYZED, False, "recipe")
        assert (fresh.size_bytes, fresh.mtime_ns) == (len(SOURCE), path.stat().st_mtime_ns)
        cache.put_many({fresh.cache_key: fresh.packed_analysis})
        cached = reply(ParseJob("b.py", str(path)))
        assert cached.cached
        assert cached.packed_analysis == fresh.packed_analysis
        assert not reply(ParseJob("a.py", str(path), use_cache=False)).cached
        assert reply(ParseJob("a.py", str(path), fresh.digest)).status is ReplyStatus.UNCHANGED
        assert reply(ParseJob("a.py", "", raw=b"def b(): pass")).digest == content_digest(b"def b(): pass")
        assert reply(ParseJob("a.py", str(tmp_path / "gone.py"))).status is ReplyStatus.VANISHED
        assert reply(ParseJob("a.py", str(path / "below.py"))).status is ReplyStatus.VANISHED
        assert reply(ParseJob("a.py", str(tmp_path))).status is ReplyStatus.UNREADABLE
