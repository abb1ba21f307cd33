"""Fixtures of several modules here."""

from pathlib import Path

import pytest
from ear import Ear, write


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write(root, "src/a.py")
    write(root, "src/deep/b.py")
    write(root, "node_modules/lib/index.js")
    write(root, ".gitignore", "*.log\n")
    return root
