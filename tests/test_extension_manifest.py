"""The VS Code extension's manifest says of the settings what the program says of them."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lsp_server import __version__

AGAIN = "run: python vscode-client/scripts/settings.py"
CLIENT = Path(__file__).parents[1] / "vscode-client"

pytestmark = pytest.mark.skipif(
    not CLIENT.is_dir(), reason="the extension is not part of the source distribution"
)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"extension_{name}", CLIENT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def generator() -> ModuleType:
    return script("settings")


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((CLIENT / name).read_text(encoding="utf-8"))
    return content


def test_the_settings_are_those_of_the_program(generator: ModuleType) -> None:
    assert read("package.json") == generator.with_settings(read("package.json")), AGAIN


def test_their_descriptions_are_those_of_the_program(generator: ModuleType) -> None:
    assert read("package.nls.json") == generator.with_descriptions(read("package.nls.json")), AGAIN


def test_every_text_of_the_manifest_exists_and_none_is_left_over() -> None:
    manifest = (CLIENT / "package.json").read_text(encoding="utf-8")
    used = {text for text in read("package.nls.json") if f'"%{text}%"' in manifest}
    assert used == set(read("package.nls.json"))
    assert manifest.count('"%') == len(
        [part for part in manifest.split('"%')[1:] if part.split('%"')[0] in used]
    )


def test_extension_and_server_have_one_version() -> None:
    assert read("package.json")["version"] == __version__


def test_what_a_workspace_may_not_set_counts_only_as_the_users_own(generator: ModuleType) -> None:
    groups = generator.with_settings(read("package.json"))["contributes"]["configuration"]
    scopes = {key: schema["scope"] for group in groups for key, schema in group["properties"].items()}
    assert scopes["semanticSymbols.model.path"] == scopes["semanticSymbols.storage.indexDir"] == "machine"
    assert scopes["semanticSymbols.indexing.exclude"] == "window"
    restricted = read("package.json")["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    own = {key for key, scope in scopes.items() if scope.startswith("machine")}
    limits = {f"semanticSymbols.indexing.{name}" for name in ("maxFileBytes", "fileTimeoutSeconds")}
    assert own | limits == set(restricted), "a trusted workspace may raise limits"


def test_the_bundle_asks_for_no_newer_macos_than_the_editor_does() -> None:
    tags = [tag for tags in script("bundle").PLATFORMS.values() for tag in tags if tag.startswith("macosx")]
    assert tags
    assert max(int(tag.split("_")[1]) for tag in tags) <= 11


def test_the_lock_file_records_no_address() -> None:
    assert '"resolved"' not in (CLIENT / "package-lock.json").read_text(encoding="utf-8")
