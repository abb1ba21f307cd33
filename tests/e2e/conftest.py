import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "frontends" / "lsp"))  # its client is ours

from editor import Desk, write


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Starts editors, each with a server of its own, over one user's folders."""
    desk = Desk(tmp_path)
    yield desk
    desk.clear()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write(
        folder,
        "net.py",
        'def resend_after_error(request):\n    """Send it again when the connection broke."""\n',
    )
    write(folder, "deep/box.go", "package deep\n\n// OpenCrate opens it.\nfunc OpenCrate(path string) {}\n")
    return folder
