"""The Neovim plugin of the documentation, in every Neovim at hand, with the real server."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PLUGIN = HERE.parents[1] / "docs" / "editors"
SERVER = [sys.executable, "-P", "-m", "lsp_server"]
NEOVIMS = os.environ.get("SEMANTIC_SYMBOLS_NVIMS", "").split(os.pathsep)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not NEOVIMS[0] and shutil.which("nvim") is None, reason="no Neovim here"),
]


@pytest.fixture(scope="module", params=[name for name in NEOVIMS if name] or ["nvim"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a person sees who uses the plugin."""
    folder = tmp_path_factory.mktemp("neovim")
    project = folder / "project"
    (project / "deep").mkdir(parents=True)
    (project / ".git").mkdir()
    (project / "net.py").write_text(
        'def resend_after_error(request):\n    """Send the request again when it failed."""\n\n\n'
        'def retry_failed_request(request):\n    """Send the failed request again."""\n'
    )
    (project / "deep" / "box.go").write_text(
        "package deep\n\n// OpenCrate opens a crate.\nfunc OpenCrate() {}\n"
    )
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_STATE_HOME": str(folder / "state"),
        "PLUGIN_PATH": str(PLUGIN),
        "SERVER": json.dumps(SERVER),
        "REPORT": str(folder / "report"),
    }
    command = [request.param, "--headless", "--clean", "-n", "-c", f"luafile {HERE / 'drive_neovim.lua'}"]
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, timeout=120, check=False)
    lines = (folder / "report").read_text().splitlines()
    report: dict[str, Any] = dict(json.loads(line) for line in lines)
    assert "late" not in report, report
    assert run.returncode == 0, run.stderr.decode()
    return report


def test_a_search_offers_places_and_jumps_to_the_name(seen: dict[str, Any]) -> None:
    assert "OpenCrate" in seen["offered"]
    assert "deep/box.go:4" in seen["offered"]
    assert seen["searched"] == ["box.go", 4, 6]


def test_related_code_is_offered(seen: dict[str, Any]) -> None:
    assert "retry_failed_request" in seen["related"]


def test_hover_shows_related_code(seen: dict[str, Any]) -> None:
    assert any("Related code" in line for line in seen["hover"])
    assert any("retry_failed_request" in line for line in seen["hover"])


def test_the_live_list_finds_what_is_not_saved_and_jumps_there(seen: dict[str, Any]) -> None:
    assert "net.py:1" in seen["live"]
    assert seen["taken"] == ["net.py", 1, 5]
