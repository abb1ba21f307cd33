"""Writes the server's settings into the extension's manifest: `python vscode-client/scripts/settings.py`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsp_server.settings import CLIENT_SECTION, Option, describe

CLIENT = Path(__file__).resolve().parents[1]
OWN_TITLE = "%settings.client%"
"""The group of settings that the extension itself reads; it is written by hand."""
OWN_RESTRICTED = (f"{CLIENT_SECTION}.interpreter",)


def with_settings(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest (`package.json`) with the server's settings as they are now."""
    contributes, capabilities = dict(manifest["contributes"]), dict(manifest["capabilities"])
    own = [group for group in contributes["configuration"] if group["title"] == OWN_TITLE]
    contributes["configuration"] = [*own, *map(_group, _sections())]
    trust = dict(capabilities["untrustedWorkspaces"])
    trust["restrictedConfigurations"] = [
        *OWN_RESTRICTED,
        *(_key(o) for o in describe() if o.rule.is_ceiling or not o.rule.in_workspace),
    ]
    capabilities["untrustedWorkspaces"] = trust
    return {**manifest, "capabilities": capabilities, "contributes": contributes}


def with_descriptions(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the manifest's texts (`package.nls.json`), with one for each of the server's settings."""
    kept = {key: text for key, text in texts.items() if not key.startswith("settings.server.")}
    titles = {_title_key(section): section.capitalize() for section in _sections()}
    return {**kept, **titles, **{_text_key(option): option.rule.description for option in describe()}}


def _sections() -> list[str]:
    return list(dict.fromkeys(option.section for option in describe()))


def _group(section: str) -> dict[str, Any]:
    options = [option for option in describe() if option.section == section]
    return {
        "title": f"%{_title_key(section)}%",
        "order": 2 + _sections().index(section),
        "properties": {_key(option): _schema(option, order) for order, option in enumerate(options)},
    }


def _schema(option: Option, order: int) -> dict[str, Any]:
    rule = option.rule
    schema: dict[str, Any] = {"type": option.type_name, "default": _plain(option), "order": order}
    if rule.minimum is not None and rule.maximum is not None:
        schema |= {"minimum": rule.minimum, "maximum": rule.maximum}
    if rule.choices:
        schema["enum"] = list(rule.choices)
    if option.type_name == "array":
        schema["items"] = {"type": "string"}
    if option.type_name == "object":
        schema["additionalProperties"] = {"type": "string"}
    # A workspace's settings are files of the workspace: what those may not set, they may not set either.
    schema["scope"] = "window" if rule.in_workspace else "machine"
    return {**schema, "markdownDescription": f"%{_text_key(option)}%"}


def _key(option: Option) -> str:
    return f"{CLIENT_SECTION}.{option.key}"


def _title_key(section: str) -> str:
    return f"settings.server.{section}"


def _text_key(option: Option) -> str:
    return f"settings.server.{option.key}"


def _plain(option: Option) -> Any:
    return list(option.default) if isinstance(option.default, tuple) else option.default


def _rewrite(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Rewrite both files."""
    manifest, texts = CLIENT / "package.json", CLIENT / "package.nls.json"
    _rewrite(manifest, with_settings(json.loads(manifest.read_text(encoding="utf-8"))))
    _rewrite(texts, with_descriptions(json.loads(texts.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
