"""What Tantivy's exceptions mean. Only damage is called damage: an index that is damaged gets deleted."""

from pathlib import Path

import pytest

from lsp_server.errors import IndexDamaged, IndexStorageFailed, SemanticSymbolsError
from lsp_server.fulltext.failures import tantivy_failures


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
