"""What every editor is tried on, and the surroundings it runs in."""

import os
import sys
from pathlib import Path

SERVER = [sys.executable, "-P", str(Path(__file__).parents[1] / "frontends" / "lsp" / "patient.py")]
PLUGINS = Path(__file__).parents[2] / "docs" / "editors"


def requests_and_crates(folder: Path) -> Path:
    """Make a project with two functions that do the same, a test of one, and one that does another thing."""
    project = folder / "project"
    (project / "deep").mkdir(parents=True)
    (project / ".git").mkdir()
    (project / "net.py").write_text(
        'def resend_after_error(request):\n    """Send the request again when it failed."""\n\n\n'
        'def retry_failed_request(request):\n    """Send the failed request again."""\n'
    )
    (project / "test_net.py").write_text(
        "def test_resend_after_error():\n    assert resend_after_error(failed_request)\n"
    )
    (project / "deep" / "box.go").write_text(
        "package deep\n\n// OpenCrate opens a crate.\nfunc OpenCrate() {}\n"
    )
    return project


def work_tree(folder: Path) -> None:
    """Make a work tree of git, `outer/side`, within another repository."""
    side = folder / "outer" / "side"
    side.mkdir(parents=True)
    (folder / "outer" / ".git").mkdir()
    (side / ".git").write_text("gitdir: ../.git/worktrees/side\n")
    (side / "far.py").write_text("def measure_distance(): ...\n")


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of an editor whose user has no files but those in `folder`."""
    return {
        **os.environ,
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_STATE_HOME": str(folder / "state"),
        "PLUGIN_PATH": str(PLUGINS),
    }
