"""What Tantivy's exceptions mean. Only damage is called damage: an index that is damaged gets deleted."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import tantivy
from plain import of_words

from lsp_server import disk
from lsp_server.errors import IndexDamaged, IndexStorageFailed, SemanticSymbolsError
from lsp_server.fulltext import TextDocument, TextQuery, TextReader
from lsp_server.fulltext.failures import tantivy_failures
from lsp_server.fulltext.schema import ANALYZER, stem_analyzer, text_schema


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("System error.'Failed to spawn segment merging thread'", IndexStorageFailed),
        ("System error.'Failed to spawn segment updater thread'", IndexStorageFailed),
        ("Failed to spawn meta file watcher thread: Os { code: 11, kind: WouldBlock }", IndexStorageFailed),
        ("An IO error occurred: 'No space left on device (os error 28)'", IndexStorageFailed),
        ("An IO error occurred: 'No such file or directory (os error 2)'", IndexDamaged),
        ("Data corrupted: 'Data corruption: managed file cannot be deserialized'", IndexDamaged),
    ],
)
def test_only_damage_is_called_damage(
    words: str, meaning: type[SemanticSymbolsError], tmp_path: Path
) -> None:
    with pytest.raises(meaning), tantivy_failures(tmp_path):
        raise ValueError(words)


def test_documents_without_their_columns_are_damage(tmp_path: Path) -> None:
    index = tantivy.Index(text_schema(), str(tmp_path))
    index.register_tokenizer(ANALYZER, stem_analyzer())
    writer = index.writer()
    document = tantivy.Document()
    document.add_text("body", "crate")
    writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    with pytest.raises(IndexDamaged, match="documents have no id"):
        TextReader.open(tmp_path).search(TextQuery(("crate",)), 10)


@pytest.mark.parametrize(
    "words",
    [
        'IoError { io_error: Os { code: 5, kind: PermissionDenied }, filepath: "meta.json" }',
        'IoError { io_error: Os { code: 32, kind: Uncategorized }, filepath: "meta.json" }',
        "An IO error occurred: 'Access is denied. (os error 5)'",
    ],
)
def test_what_windows_refuses_during_a_commit_is_asked_for_again(
    words: str,
    indexed: Callable[[Sequence[TextDocument]], TextReader],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = indexed([of_words(1, 1, 12, "python", "crate", "crate")])._path
    n_refusals = 0

    class Refusing:
        @staticmethod
        def open(folder: str) -> tantivy.Index:
            nonlocal n_refusals
            if n_refusals < 3:
                n_refusals += 1
                raise ValueError(words)
            return opened(folder)

    opened = tantivy.Index.open
    monkeypatch.setattr(disk, "_IS_SHARED_BY_CONSENT", True)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(tantivy, "Index", Refusing)
    assert TextReader.open(path).num_docs == 1
    assert n_refusals == 3
