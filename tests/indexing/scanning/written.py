"""Trees of files, written in one go, and what of them is indexed."""

from pathlib import Path

from lsp_server.indexing.scanning.ignore import IgnoreRules
from lsp_server.indexing.scanning.scanner import walk


def write(root: Path, files: dict[str, str]) -> None:
    """Write files, by their paths below a root."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def indexed(root: Path, **settings: list[str]) -> list[str]:
    """Return the files below a root that are indexed, files of rules left out."""
    rules = IgnoreRules(root, **settings)
    found = sorted(file.path for file in walk(rules, "", []))
    fresh = IgnoreRules(root)
    if not settings:
        assert all(fresh.decide(path).indexed for path in found), "a single path is judged as in the walk"
    return [path for path in found if not fresh.is_ignore_file(path)]
