"""The settings: one typed source, put together from layers."""

from lsp_server.settings.layers import (
    WORKSPACE_FILE,
    LoadedSettings,
    SettingProblem,
    load_settings,
)
from lsp_server.settings.options import (
    HoverSettings,
    IndexingSettings,
    LogSettings,
    ModelSettings,
    Option,
    OptionRule,
    PaletteSettings,
    SearchSettings,
    Settings,
    StorageSettings,
    describe,
)

__all__ = [
    "WORKSPACE_FILE",
    "HoverSettings",
    "IndexingSettings",
    "LoadedSettings",
    "LogSettings",
    "ModelSettings",
    "Option",
    "OptionRule",
    "PaletteSettings",
    "SearchSettings",
    "SettingProblem",
    "Settings",
    "StorageSettings",
    "describe",
    "load_settings",
]
