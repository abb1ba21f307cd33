"""The VS Code extension's manifest says of the settings what the program says of them."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lsp_server import __version__

CLIENT = Path(__file__).parents[1] / "vscode-client"


@pytest.fixture
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("extension_settings", CLIENT / "scripts" / "settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((CLIENT / name).read_text(encoding="utf-8"))
    return content


def test_the_settings_are_those_of_the_program(generator: ModuleType) -> None:
    assert read("package.json") == generator.with_settings(read("package.json"))


def test_their_descriptions_are_those_of_the_program(generator: ModuleType) -> None:
    assert read("package.nls.json") == generator.with_descriptions(read("package.nls.json"))


def test_every_text_of_the_manifest_exists_and_none_is_left_over() -> None:
    manifest = (CLIENT / "package.json").read_text(encoding="utf-8")
    used = {text for text in read("package.nls.json") if f'"%{text}%"' in manifest}
    assert used == set(read("package.nls.json"))
    assert manifest.count('"%') == len(
        [part for part in manifest.split('"%')[1:] if part.split('%"')[0] in used]
    )


def test_extension_and_server_have_one_version() -> None:
    assert read("package.json")["version"] == __version__
