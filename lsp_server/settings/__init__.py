"""The settings: defined once, typed, and merged from layers."""

from lsp_server.settings.layers import (
    CLIENT_SECTION,
    WORKSPACE_FILE,
    LoadedSettings,
    SettingProblem,
    load_settings,
    settings_from_mapping,
    settings_to_mapping,
    user_settings_file,
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
    "CLIENT_SECTION",
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
    "settings_from_mapping",
    "settings_to_mapping",
    "user_settings_file",
]
