"""The layers of settings, later ones winning: defaults, user, folder, environment, command line, client."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lsp_server.disk import read_ordinary
from lsp_server.errors import InvalidSettings
from lsp_server.own_folders import own_folder
from lsp_server.settings.options import ENVIRONMENT_PREFIX, Option, OptionValue, Settings, describe
from lsp_server.settings.values import checked, parsed

WORKSPACE_FILE: Final = ".semanticsymbols.toml"
"""The settings file in the root of a workspace folder."""
CLIENT_SECTION: Final = "semanticSymbols"
"""The section of an editor's configuration."""
_MAX_FILE_BYTES: Final = 1_000_000
_MAX_PROBLEMS: Final = 10
"""Problems of one layer that are reported: each is shown to the user, and a file may have any number."""
_MAX_SHOWN: Final = 200

Check = Callable[[Any], Iterable[tuple[str, str]]]
"""Value → (message, suggestion) for each part of it that is wrong, worded as in `SettingProblem`."""
_NO_CHECKS: Final[Mapping[str, Check]] = {}


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """A problem with a setting in one layer; if its value is invalid, those of lower layers apply.

    Attributes:
        source: The layer: a file, "environment", "command line" or "client".
        key: As it was written; "" for a whole file.
        message: What is wrong with it, as the rest of a sentence that begins with the key.
        suggestion: What to write instead, or "".
    """

    source: str
    key: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        what = f"Setting {_shown(self.key)} ({self.source})" if self.key else self.source
        text = f"{what} {_shown(self.message)}."
        return f"{text}\nSuggestion: {self.suggestion}" if self.suggestion else text


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in force, and the problems found."""

    settings: Settings
    problems: tuple[SettingProblem, ...]


def user_settings_file() -> Path:
    """Return the path of the user's settings file, which need not exist."""
    return own_folder("config") / "config.toml"


def load_settings(
    workspace: Path | None,
    environ: Mapping[str, str],
    command_line: Mapping[str, Any],
    client: Mapping[str, Any],
    *,
    user_file: Path | None = None,
    checks: Mapping[str, Check] = _NO_CHECKS,
) -> LoadedSettings:
    """Return the settings in force for a workspace folder.

    Args:
        workspace: The folder whose settings file to read; None for none.
        environ: The environment.
        command_line: Dotted keys → values or texts; None as a value means that the option was not given.
        client: What the editor's section holds, with nested or dotted keys; None as a value means unset.
        user_file: The user's file; None for the default path.
        checks: Dotted keys → further checks of a value, which is used all the same.

    Raises:
        InvalidSettings: The command line has an unknown setting or an invalid value. Problems in all other
            layers are only reported.
    """
    layers = _Layers(checks)
    layers.add_file(user_file if user_file is not None else user_settings_file())
    if workspace is not None:
        layers.add_file(workspace / WORKSPACE_FILE, is_workspace=True)
    layers.add_environment(environ)
    layers.add_command_line(command_line)
    layers.add_nested("client", client)
    return LoadedSettings(layers.settings(), tuple(layers.problems))


def settings_to_mapping(settings: Settings) -> dict[str, Any]:
    """Return every setting by its dotted key, as plain JSON values: for a child process or a report."""
    return {
        option.key: _plain(getattr(getattr(settings, option.section), option.name)) for option in describe()
    }


def settings_from_mapping(values: Mapping[str, Any]) -> Settings:
    """Return the settings that `settings_to_mapping` turned into a mapping.

    Raises:
        InvalidSettings: A key or value is not valid.
    """
    layers = _Layers()
    layers.add_nested("mapping", values)
    layers.raise_problems()
    return layers.settings()


_Reader = Callable[[Option, Any], OptionValue]


class _Layers:
    """Merges the values of one layer after another."""

    def __init__(self, checks: Mapping[str, Check] = _NO_CHECKS) -> None:
        self._checks = checks
        self.problems: list[SettingProblem] = []
        self._values: dict[str, OptionValue] = {}
        self._options = {option.key: option for option in describe()}
        self._sections = {option.section for option in self._options.values()}
        self._spellings = self._options | {f"{o.section}.{o.name}": o for o in describe()}

    def add_file(self, path: Path, *, is_workspace: bool = False) -> None:
        """Add a TOML file as the next layer, if it exists; a workspace's may set less than the user's."""
        try:
            content = tomllib.loads(read_ordinary(path, _MAX_FILE_BYTES)[0].decode("utf-8-sig"))
            self.add_nested(str(path), content, is_workspace=is_workspace)
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, ValueError, RecursionError) as error:
            self._report(str(path), "", f"can't be read: {error}", "Correct the file.")

    def add_nested(self, source: str, content: Mapping[str, Any], *, is_workspace: bool = False) -> None:
        """Add nested or dotted keys as the next layer."""
        # Listed first, so that content nested too deep fails before any of it is used.
        before = dict(self._values)
        for key, value in list(self._flatten("", content)):
            option = self._spellings.get(key)
            if is_workspace and option is not None and (refusal := _refusal(option, value, before)):
                suggestion = f"Set it in {user_settings_file()} or in the editor's own settings."
                self._report(source, key, refusal, suggestion)
            else:
                self._take(source, key, option, value, checked)

    def add_environment(self, environ: Mapping[str, str]) -> None:
        """Add the environment's variables as the next layer."""
        variables = {option.environment: option for option in self._options.values()}
        for name, text in environ.items():
            if name in variables:
                self._take("environment", name, variables[name], text, parsed)
            elif name.startswith(ENVIRONMENT_PREFIX):
                self._unknown("environment", name, variables)

    def add_command_line(self, values: Mapping[str, Any]) -> None:
        """Add the command line's options as the next layer.

        Raises:
            InvalidSettings: One of them is not valid.
        """
        n_before = len(self.problems)
        for key, value in values.items():
            reader: _Reader = parsed if isinstance(value, str) else checked
            self._take("command line", key, self._spellings.get(key), value, reader)
        self.raise_problems(n_before)

    def raise_problems(self, first: int = 0) -> None:
        """Raise the first problem from number `first` on, if there is one."""
        for problem in self.problems[first:]:
            raise InvalidSettings(
                f"Setting {problem.key} {problem.message}.",
                problem.suggestion or "See the list of settings in docs/settings.md.",
                key=problem.key,
            )

    def settings(self) -> Settings:
        """Return the merged settings."""
        settings = Settings()
        for section in fields(settings):
            own = {o.name: self._values[o.key] for o in self._chosen() if o.section == section.name}
            changed = {section.name: replace(getattr(settings, section.name), **own)}
            settings = replace(settings, **changed)
        return settings

    def _chosen(self) -> list[Option]:
        return [self._options[key] for key in self._values]

    def _take(self, source: str, key: str, option: Option | None, value: Any, reader: _Reader) -> None:
        if key in self._sections:
            if value is not None:
                self._report(source, key, "is a section, not a setting")
        elif option is None:
            self._unknown(source, key, self._options)
        elif value is not None:
            try:
                taken = self._values[option.key] = reader(option, value)
            except ValueError as error:
                self._report(source, key, str(error))
            else:
                check = self._checks.get(option.key, lambda _: ())
                for message, suggestion in islice(check(taken), _MAX_PROBLEMS):
                    self._report(source, key, message, suggestion)

    def _unknown(self, source: str, key: str, names: Iterable[str]) -> None:
        near = get_close_matches(key, names, n=1) if self._listens_to(source) else []
        hint = f"Did you mean {near[0]}?" if near else "Remove it."
        self._report(source, key, "is unknown", hint)

    def _report(self, source: str, key: str, message: str, suggestion: str = "") -> None:
        if self._listens_to(source):
            self.problems.append(SettingProblem(source, key, message, suggestion))

    def _listens_to(self, source: str) -> bool:
        return sum(problem.source == source for problem in self.problems) < _MAX_PROBLEMS

    def _flatten(self, prefix: str, content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in content.items():
            key = f"{prefix}{name}"
            if isinstance(value, Mapping) and key not in self._spellings:
                yield from self._flatten(f"{key}.", value)
            else:
                yield key, value


def _shown(text: str) -> str:
    """Return a text from a file as a message has it: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_SHOWN else f"{line[: _MAX_SHOWN - 1]}…"


def _refusal(option: Option, value: Any, before: Mapping[str, OptionValue]) -> str:
    """Return why a workspace's file may not set this over the values before it; empty if it may."""
    if not option.rule.in_workspace:
        return "can't be set in a workspace's file"
    ceiling = before.get(option.key, option.default) if option.rule.is_ceiling else None
    if isinstance(ceiling, int | float) and isinstance(value, int | float) and value > ceiling:
        return f"can't be raised above {ceiling:,} in a workspace's file"
    return ""


def _plain(value: OptionValue) -> Any:
    return list(value) if isinstance(value, tuple) else value
