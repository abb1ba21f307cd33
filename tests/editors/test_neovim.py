"""The Neovim plugin of the documentation, in every Neovim at hand, with the real server."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from projects import SERVER, environment, requests_and_crates, work_tree

HERE = Path(__file__).parent
NEOVIMS = os.environ.get("EDITOR_TESTS_NVIMS", "").split(os.pathsep)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not NEOVIMS[0] and shutil.which("nvim") is None, reason="no Neovim here"),
]


@pytest.fixture(scope="module", params=[name for name in NEOVIMS if name] or ["nvim"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a person sees who uses the plugin."""
    folder = tmp_path_factory.mktemp("neovim")
    work_tree(folder)
    run = subprocess.run(
        [request.param, "--headless", "--clean", "-n", "-c", f"luafile {HERE / 'drive_neovim.lua'}"],
        cwd=requests_and_crates(folder),
        env={**environment(folder), "SERVER": json.dumps(SERVER), "REPORT": str(folder / "report")},
        capture_output=True,
        timeout=900,
        check=False,
    )
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
    marked = [line for line in seen["all related"].splitlines() if line.endswith("(test)")]
    assert any("test_resend_after_error" in line for line in marked)
    assert not any("retry_failed_request" in line for line in marked)


def test_hover_shows_related_code(seen: dict[str, Any]) -> None:
    assert any("Related code" in line for line in seen["hover"])
    assert any("retry_failed_request" in line for line in seen["hover"])


def test_the_live_list_finds_what_is_not_saved_and_jumps_there(seen: dict[str, Any]) -> None:
    assert "net.py:1" in seen["live"]
    assert seen["taken"] == ["net.py", 1, 5]


def test_a_work_tree_is_searched_by_itself(seen: dict[str, Any]) -> None:
    assert sorted(seen["roots"]) == ["project", "side"]
