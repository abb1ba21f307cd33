"""The layers of settings, each over the last: defaults, user, folder, environment, command line, client."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import platformdirs

from lsp_server.disk import read_ordinary
from lsp_server.errors import InvalidSettings
from lsp_server.settings.options import ENVIRONMENT_PREFIX, Option, OptionValue, Settings, describe
from lsp_server.settings.values import checked, parsed

WORKSPACE_FILE: Final = ".semanticsymbols.toml"
"""In the root of a workspace folder."""
CLIENT_SECTION: Final = "semanticSymbols"
"""The section of an editor's configuration."""

Doubt = Callable[[Any], Iterable[tuple[str, str]]]
"""From a value to what is wrong with parts of it: a message and a suggestion, as in `SettingProblem`."""
_NO_DOUBTS: Final[Mapping[str, Doubt]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """A setting that could not be taken; what the layers below it say stands.

    Attributes:
        source: The layer: a file, "environment", "command line" or "client".
        key: As it was written.
        message: What is wrong with it.
        suggestion: What to write instead, or "".
    """

    source: str
    key: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        what = f"Setting {self.key} ({self.source})" if self.key else self.source
        text = f"{what} {self.message}."
        return f"{text}\nSuggestion: {self.suggestion}" if self.suggestion else text


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in force, and what was wrong on the way."""

    settings: Settings
    problems: tuple[SettingProblem, ...]


def user_settings_file() -> Path:
    """Return where the user's own settings file is looked for."""
    return platformdirs.user_config_path("semantic-symbols", appauthor=False) / "config.toml"


def load_settings(
    workspace: Path | None,
    environ: Mapping[str, str],
    command_line: Mapping[str, Any],
    client: Mapping[str, Any],
    *,
    user_file: Path | None = None,
    doubts: Mapping[str, Doubt] = _NO_DOUBTS,
) -> LoadedSettings:
    """Return the settings in force for a workspace folder.

    Args:
        workspace: The folder whose settings file counts; None for none.
        environ: The environment.
        command_line: Dotted keys → values or texts; None as a value means that the option was not given.
        client: What the editor sent for its section: nested or dotted keys; None as a value means unset.
        user_file: The user's file; None for the platform's place.
        doubts: Dotted keys → what else may be wrong with a value, which is taken all the same.

    Raises:
        InvalidSettings: The command line names an unknown setting or a value that won't do. Problems of every
            other layer are reported and passed over.
    """
    layers = _Layers(doubts)
    layers.add_file(user_file if user_file is not None else user_settings_file(), _allow_all)
    if workspace is not None:
        layers.add_file(workspace / WORKSPACE_FILE, _allow_in_workspace)
    layers.add_environment(environ)
    layers.add_command_line(command_line)
    section = client.get(CLIENT_SECTION, client)
    layers.add_nested("client", section if isinstance(section, Mapping) else {}, _allow_all)
    return LoadedSettings(layers.settings(), tuple(layers.problems))


def settings_to_mapping(settings: Settings) -> dict[str, Any]:
    """Return every setting by its dotted key, as plain JSON values: for a child process or a report."""
    return {
        option.key: _plain(getattr(getattr(settings, option.section), option.name)) for option in describe()
    }


def settings_from_mapping(values: Mapping[str, Any]) -> Settings:
    """Return the settings that `settings_to_mapping` was given.

    Raises:
        InvalidSettings: A key or value won't do.
    """
    layers = _Layers()
    layers.add_nested("mapping", values, _allow_all)
    layers.raise_problems()
    return layers.settings()


_Reader = Callable[[Option, Any], OptionValue]


class _Layers:
    """Collects the values of one layer after the other."""

    def __init__(self, doubts: Mapping[str, Doubt] = _NO_DOUBTS) -> None:
        self._doubts = doubts
        self.problems: list[SettingProblem] = []
        self._values: dict[str, OptionValue] = {}
        self._options = {option.key: option for option in describe()}
        self._sections = {option.section for option in self._options.values()}
        self._spellings = self._options | {f"{o.section}.{o.name}": o for o in describe()}

    def add_file(self, path: Path, is_allowed: Callable[[Option], bool]) -> None:
        """Lay a TOML file over what is there; one that does not exist says nothing."""
        try:
            content = tomllib.loads(read_ordinary(path)[0].decode("utf-8-sig"))
            self.add_nested(str(path), content, is_allowed)
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, ValueError, RecursionError) as error:
            self.problems.append(
                SettingProblem(str(path), "", f"can't be read: {error}", "Correct the file.")
            )

    def add_nested(
        self, source: str, content: Mapping[str, Any], is_allowed: Callable[[Option], bool]
    ) -> None:
        """Lay nested or dotted keys over what is there."""
        # Listed first: what nests too deep fails before any of it counts.
        for key, value in list(self._flatten("", content)):
            option = self._spellings.get(key)
            if option is not None and not is_allowed(option):
                place = f"Set it in {user_settings_file()} or in the editor's own settings."
                self.problems.append(
                    SettingProblem(source, key, "may not be set by a workspace's file", place)
                )
            else:
                self._take(source, key, option, value, checked)

    def add_environment(self, environ: Mapping[str, str]) -> None:
        """Lay the environment's variables over what is there."""
        variables = {option.environment: option for option in self._options.values()}
        for name, text in environ.items():
            if name in variables:
                self._take("environment", name, variables[name], text, parsed)
            elif name.startswith(ENVIRONMENT_PREFIX):
                self._unknown("environment", name, variables)

    def add_command_line(self, values: Mapping[str, Any]) -> None:
        """Lay the command line's options over what is there.

        Raises:
            InvalidSettings: One of them won't do.
        """
        n_before = len(self.problems)
        for key, value in values.items():
            reader: _Reader = parsed if isinstance(value, str) else checked
            self._take("command line", key, self._spellings.get(key), value, reader)
        self.raise_problems(n_before)

    def raise_problems(self, first: int = 0) -> None:
        """Raise the first problem since problem number `first`, if there is one."""
        for problem in self.problems[first:]:
            raise InvalidSettings(
                f"Setting {problem.key} {problem.message}.",
                problem.suggestion or "See the list of settings in docs/settings.md.",
                key=problem.key,
            )

    def settings(self) -> Settings:
        """Return what the layers say together."""
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
                self.problems.append(SettingProblem(source, key, "holds settings and is none itself"))
        elif option is None:
            self._unknown(source, key, self._options)
        elif value is not None:
            try:
                taken = self._values[option.key] = reader(option, value)
            except ValueError as error:
                self.problems.append(SettingProblem(source, key, str(error)))
            else:
                doubt = self._doubts.get(option.key, lambda _: ())
                self.problems += [SettingProblem(source, key, *words) for words in doubt(taken)]

    def _unknown(self, source: str, key: str, names: Iterable[str]) -> None:
        near = get_close_matches(key, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else "Remove it."
        self.problems.append(SettingProblem(source, key, "is unknown", hint))

    def _flatten(self, prefix: str, content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in content.items():
            key = f"{prefix}{name}"
            if isinstance(value, Mapping) and key not in self._spellings:
                yield from self._flatten(f"{key}.", value)
            else:
                yield key, value


def _allow_all(_: Option) -> bool:
    return True


def _allow_in_workspace(option: Option) -> bool:
    return option.rule.in_workspace


def _plain(value: OptionValue) -> Any:
    return list(value) if isinstance(value, tuple) else value
