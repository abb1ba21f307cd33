"""A workspace of two files for the commands to work in."""

from pathlib import Path

import pytest
from shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One indexed workspace for all tests that leave it as it is."""
    shell = Shell(tmp_path_factory.mktemp("shell"))
    assert shell.run("index").returncode == 0
    return shell
