from pathlib import Path

import pytest

from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.workspace.explanation import explain


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("gone.py", "there is no such file"),
        (f"{'a' * 300}.py", "there is no such file"),
        ("package.py", "it is a folder"),
        ("a.py", "it is waiting to be indexed"),
    ],
)
def test_what_is_not_indexed_is_told_why(tmp_path: Path, path: str, reason: str) -> None:
    (tmp_path / "package.py").mkdir()
    (tmp_path / "a.py").touch()
    explanation = explain(path, IgnoreRules(tmp_path, (), ()), None)
    assert (explanation.indexed, explanation.reason) == (False, reason)
