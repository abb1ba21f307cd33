"""The commit protocol: wherever a batch is cut short, the commit before stands, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from desk import contents
from made_files import made_result

from lsp_server.embedding import Embedder
from lsp_server.errors import IndexDamaged, IndexStorageFailed
from lsp_server.indexing.writing.batch import Batch, Touch
from lsp_server.indexing.writing.writer import IndexWriter
from lsp_server.storage.folders import IndexVersion


class PowerCut(Exception):
    """Stands for the end of the process."""


def cut_after(name: str) -> Callable[[IndexWriter], None]:
    """Return what makes a writer stop right after one of its steps."""

    def prepare(writer: IndexWriter) -> None:
        owner_name, _, method = name.rpartition(".")
        owner = {"": writer, "catalog": writer.catalog, "text": writer.text}[owner_name]
        original = getattr(owner, method)

        def step(*arguments: object, **named: object) -> None:
            original(*arguments, **named)
            raise PowerCut

        setattr(owner, method, step)

    return prepare


def cut_before(name: str) -> Callable[[IndexWriter], None]:
    def prepare(writer: IndexWriter) -> None:
        def step(*_: object, **__: object) -> None:
            raise PowerCut

        setattr(writer, name, step)

    return prepare


CUTS = {
    "the intent": cut_after("catalog.begin"),
    "the segment": cut_after("_write_rows"),
    "the documents": cut_after("text.replace"),
    "the commit of the text": cut_after("text.commit"),
    "all but the catalog": cut_before("_commit"),
    "the catalog's commit": cut_after("catalog.commit"),
}


@pytest.fixture
def version(tmp_path: Path, embedder: Embedder) -> IndexVersion:
    return IndexVersion(tmp_path / "index", 1, embedder.info.fingerprint).create()


@pytest.fixture
def first(embedder: Embedder) -> Batch:
    batch = Batch()
    batch.add(made_result("a.py", 5, 1, embedder))
    batch.add(made_result("b.py", 4, 2, embedder))
    batch.add(made_result("c.py", 3, 3, embedder))
    return batch


@pytest.fixture
def second(embedder: Embedder) -> Batch:
    """Something changed, something new, something gone, something touched."""
    batch = Batch()
    batch.add(made_result("a.py", 6, 4, embedder))
    batch.add(made_result("d.py", 2, 5, embedder))
    batch.remove("b.py")
    batch.touch("c.py", Touch(10, 99))
    return batch


def test_a_batch_is_in_all_three_stores(
    version: IndexVersion, first: Batch, second: Batch, embedder: Embedder
) -> None:
    with IndexWriter(version, embedder.info) as writer:
        writer.commit(first, 12)
        assert writer.commit(second, 12) == 2
    found = contents(version)
    assert found.problems == []
    assert set(found.files) == {"a.py", "c.py", "d.py"}
    assert len(found.symbols) == 6 + 3 + 2
    with IndexWriter(version, embedder.info) as writer:
        assert writer.known["c.py"].mtime_ns == 99
        assert writer.known["c.py"].n_symbols == 3


@pytest.mark.parametrize("place", CUTS)
@pytest.mark.parametrize("n_batches", [1, 2])
def test_a_batch_that_is_cut_short_anywhere_is_whole_or_done_again(
    place: str, n_batches: int, version: IndexVersion, embedder: Embedder, request: pytest.FixtureRequest
) -> None:
    batches = [request.getfixturevalue(name) for name in ("first", "second")[:n_batches]]
    whole = IndexVersion(version.path.with_name("whole"), 1, embedder.info.fingerprint).create()
    with IndexWriter(whole, embedder.info) as writer:
        for batch in batches:
            writer.commit(batch, 12)
    with IndexWriter(version, embedder.info) as writer:
        for batch in batches[:-1]:
            writer.commit(batch, 12)
        CUTS[place](writer)
        with pytest.raises(PowerCut):
            writer.commit(batches[-1], 12)
    with IndexWriter(version, embedder.info) as writer:
        is_committed = place == "the catalog's commit"
        assert writer.generation == len(batches) - (not is_committed)
        assert writer.catalog.unlisted_segments(version.segments) == []
        if not is_committed:
            begun = {result.placed.path for result in batches[-1].results} | set(batches[-1].removed)
            assert set(writer.unfinished) == begun
            assert all(writer.known[path].digest == b"" for path in begun)
            writer.commit(batches[-1], 12)
            writer.finish_unfinished()
            assert writer.unfinished == ()
    assert contents(version) == contents(whole)
    assert contents(version).problems == []


def test_a_file_that_vanished_after_its_batch_was_cut_short(
    version: IndexVersion, first: Batch, embedder: Embedder
) -> None:
    """Its documents may be in the text index already; they go with it."""
    with IndexWriter(version, embedder.info) as writer:
        CUTS["the commit of the text"](writer)
        with pytest.raises(PowerCut):
            writer.commit(first, 12)
    with IndexWriter(version, embedder.info) as writer:
        batch = Batch()
        for path in writer.unfinished:
            batch.remove(path)
        writer.commit(batch, 0)
    assert contents(version).problems == []
    assert contents(version).documents == {}


def test_a_full_disk_leaves_the_commit_before(
    version: IndexVersion, first: Batch, second: Batch, embedder: Embedder
) -> None:
    with IndexWriter(version, embedder.info) as writer:
        writer.commit(first, 12)
        before = contents(version)
        version.segments.rename(version.path / "away")
        with pytest.raises(IndexStorageFailed):
            writer.commit(second, 12)
        (version.path / "away").rename(version.segments)
    with IndexWriter(version, embedder.info) as writer:
        assert writer.generation == 1
        assert set(writer.unfinished) == {"a.py", "b.py", "d.py"}
    found = contents(version)
    assert found.symbols == before.symbols
    assert found.documents == before.documents


def test_another_segment_under_a_listed_name(
    version: IndexVersion, first: Batch, second: Batch, embedder: Embedder
) -> None:
    with IndexWriter(version, embedder.info) as writer:
        writer.commit(first, 12)
        writer.commit(second, 12)
        one, other = (writer.segment_path(name) for name in writer.segments)
    one.write_bytes(other.read_bytes())
    with pytest.raises(IndexDamaged, match="not the one"):
        IndexWriter(version, embedder.info)


def test_a_text_index_that_went_back_in_time(
    version: IndexVersion, first: Batch, second: Batch, embedder: Embedder, tmp_path: Path
) -> None:
    import shutil

    with IndexWriter(version, embedder.info) as writer:
        writer.commit(first, 12)
    shutil.copytree(version.text, tmp_path / "old")
    with IndexWriter(version, embedder.info) as writer:
        writer.commit(second, 12)
    shutil.rmtree(version.text)
    shutil.copytree(tmp_path / "old", version.text)
    with pytest.raises(IndexDamaged, match="text index"):
        IndexWriter(version, embedder.info)


def test_the_last_word_on_a_path_counts(embedder: Embedder) -> None:
    batch = Batch()
    batch.remove("a.py")
    batch.add(made_result("a.py", 5, 1, embedder))
    assert (batch.removed, batch.n_symbols) == ([], 5)
    batch.touch("a.py", Touch(7, 8))
    assert (batch.results[0].size_bytes, batch.results[0].mtime_ns) == (7, 8)
    batch.add(made_result("a.py", 3, 1, embedder))
    assert (len(batch.results), batch.n_symbols) == (1, 3)
    batch.remove("a.py")
    assert (batch.removed, batch.n_symbols, batch.n_files) == (["a.py"], 0, 1)
    batch.touch("b.py", Touch(1, 2))
    batch.remove("b.py")
    assert batch.touched == {}
