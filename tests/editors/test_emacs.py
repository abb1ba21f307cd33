"""The Emacs package of the documentation, and Eglot as it is described there, with the real server."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from projects import SERVER, environment, requests_and_crates

HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("emacs") is None, reason="no Emacs here"),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a person sees who uses the package."""
    folder = tmp_path_factory.mktemp("emacs")
    report = folder / "report"
    run = subprocess.run(
        ["emacs", "--batch", "-l", str(HERE / "drive-emacs.el")],
        cwd=requests_and_crates(folder),
        env={**environment(folder), "SERVER": json.dumps(SERVER), "REPORT": str(report)},
        capture_output=True,
        timeout=900,
        check=False,
    )
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    told: dict[str, Any] = dict(json.loads(line) for line in lines)
    assert run.returncode == 0, (told, run.stderr.decode())
    return told


def test_a_search_lists_references_and_jumps_to_the_name(seen: dict[str, Any]) -> None:
    assert "OpenCrate" in seen["searched"]
    assert seen["taken"] == ["box.go", 4, 5]


def test_related_code_is_listed(seen: dict[str, Any]) -> None:
    assert "retry_failed_request" in seen["related"]
    assert re.search(r"test_resend_after_error.*\(test\)$", seen["related"], re.MULTILINE)


def test_text_that_is_not_saved_is_found_as_it_changes(seen: dict[str, Any]) -> None:
    assert "brew_espresso" in seen["unsaved"]
    assert "wash_cups" in seen["changed"]


def test_text_is_forgotten_with_its_buffer(seen: dict[str, Any]) -> None:
    assert "resend_after_error" in seen["discarded"]
    assert "brew_espresso" not in seen["discarded"]


def test_text_goes_with_its_buffer_to_another_file(seen: dict[str, Any]) -> None:
    assert seen["renamed"].startswith("garden.py\n")
    assert seen["renamed"].count("%  water_plants") == 1


def test_eglot_finds_symbols_and_shows_related_code(seen: dict[str, Any]) -> None:
    assert "retry_failed_request" in seen["symbols"]
    assert "retry_failed_request" in seen["hover"]
