"""A file's analysis in its place: ids and vectors from content and path, and from nothing else."""

import numpy as np
import pytest

from lsp_server.embedding import Embedder
from lsp_server.fulltext import Stemmer
from lsp_server.indexing.workers.analyzer import FileAnalyzer
from lsp_server.indexing.writing.placement import PlacedFile, place, without_symbols
from lsp_server.model import FileId, SymbolFlags, SymbolKind, symbol_id
from lsp_server.parsing import ParseLimits
from lsp_server.storage.file_analysis import pack, unpack
from lsp_server.storage.symbol_record import unpack_symbol

SOURCE = b'def open_socket(host):\n    """Connects."""\n    return connect(host)\n\n\nLIMIT = 5\n'
STEMMER = Stemmer()


@pytest.fixture
def analyzer(embedder: Embedder) -> FileAnalyzer:
    return FileAnalyzer(embedder, ParseLimits(), {})


def same(one: PlacedFile, other: PlacedFile) -> bool:
    return (
        one.vectors.tobytes() == other.vectors.tobytes()
        and one.ids.tolist() == other.ids.tolist()
        and one.flags.tolist() == other.flags.tolist()
        and one.content.records == other.content.records
        and list(one.documents(FileId(1))) == list(other.documents(FileId(1)))
    )


def test_what_comes_from_the_cache_is_as_fresh(analyzer: FileAnalyzer, embedder: Embedder) -> None:
    fresh = place(analyzer.analyze("b/new.py", SOURCE), "b/new.py", embedder, STEMMER)
    cached = unpack(pack(analyzer.analyze("a/old.py", SOURCE)))
    assert same(place(cached, "b/new.py", embedder, STEMMER), fresh)


def test_a_moved_file_keeps_its_content(analyzer: FileAnalyzer, embedder: Embedder) -> None:
    content = analyzer.analyze("a/old.py", SOURCE)
    here = place(content, "a/old.py", embedder, STEMMER)
    there = place(content, "tests/new.py", embedder, STEMMER)
    assert here.content.vectors.tobytes() == there.content.vectors.tobytes()
    assert not set(here.ids.tolist()) & set(there.ids.tolist())
    assert not here.flags[1] & SymbolFlags.TEST
    assert there.flags[1] & SymbolFlags.TEST
    assert here.content.records[1:] == there.content.records[1:]


def test_ids_are_those_of_the_model(analyzer: FileAnalyzer, embedder: Embedder) -> None:
    placed = place(analyzer.analyze("a.py", SOURCE), "a.py", embedder, STEMMER)
    assert placed.ids[1] == symbol_id("a.py", "open_socket", SymbolKind.FUNCTION, 0)


def test_vectors_have_unit_length_or_none(analyzer: FileAnalyzer, embedder: Embedder) -> None:
    vectors = place(analyzer.analyze("a.py", SOURCE), "a.py", embedder, STEMMER).vectors.astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-3) | (lengths == 0))


def test_the_entry_of_a_file_is_named_by_its_path(analyzer: FileAnalyzer, embedder: Embedder) -> None:
    placed = place(analyzer.analyze("x.py", SOURCE), "lib/retryPolicy.py", embedder, STEMMER)
    entry = unpack_symbol(placed.content.records[0])
    assert (entry.name, entry.signature) == ("retryPolicy.py", "lib/retryPolicy.py")
    assert placed.content.names[0] == "retryPolicy.py"
    document = next(placed.documents(FileId(7)))
    assert document.name == "retri polici"
    assert document.whole_name == "retrypolicy.py"
    assert "retri" in document.path.split()
    assert document.file == 7


def test_what_is_left_out_has_no_symbols(analyzer: FileAnalyzer, embedder: Embedder) -> None:
    left_out = place(analyzer.analyze("a.py", b"\0\1\2\3" * 50), "a.py", embedder, STEMMER)
    assert left_out.content.skipped
    assert left_out.vectors.shape == (0, embedder.info.dimensions)
    assert list(left_out.documents(FileId(1))) == []
    assert without_symbols(b"d", "a.py", "why", 4).content.skipped == "why"
