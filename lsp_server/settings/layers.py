"""The layers of settings, each over the last: defaults, user, folder, environment, command line, client."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lsp_server.settings.options import Settings

WORKSPACE_FILE: Final = ".semanticsymbols.toml"


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """A setting that could not be taken; whatever the layers below say stands."""

    source: str
    key: str
    message: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in force, and what was wrong on the way."""

    settings: Settings
    problems: tuple[SettingProblem, ...]


def load_settings(
    workspace: Path | None,
    environ: Mapping[str, str],
    command_line: Mapping[str, Any],
    client: Mapping[str, Any],
    *,
    user_file: Path | None = None,
) -> LoadedSettings:
    """Return the settings in force for a workspace folder."""
    raise NotImplementedError
