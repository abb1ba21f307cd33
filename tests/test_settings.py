"""Settings: every layer over the last, every mistake named, nothing dangerous from a workspace."""

import dataclasses
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lsp_server.errors import InvalidSettings
from lsp_server.settings import (
    WORKSPACE_FILE,
    LoadedSettings,
    Settings,
    describe,
    load_settings,
    settings_from_mapping,
    settings_to_mapping,
    user_settings_file,
)


class Place:
    """A user's file and a workspace's, and the settings that come of them."""

    def __init__(self, folder: Path) -> None:
        self.user_file = folder / "config.toml"
        self.workspace = folder / "workspace"
        self.workspace.mkdir()

    def load(
        self,
        *,
        user: str = "",
        workspace: str = "",
        environ: dict[str, str] | None = None,
        command_line: dict[str, Any] | None = None,
        client: dict[str, Any] | None = None,
    ) -> LoadedSettings:
        self.user_file.write_text(user, encoding="utf-8")
        (self.workspace / WORKSPACE_FILE).write_text(workspace, encoding="utf-8")
        return load_settings(
            self.workspace, environ or {}, command_line or {}, client or {}, user_file=self.user_file
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def workers(loaded: LoadedSettings) -> int:
    assert loaded.problems == ()
    return loaded.settings.indexing.workers


def test_without_any_layer_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load_settings(None, {}, {}, {}, user_file=tmp_path / "absent.toml")
    assert loaded == LoadedSettings(Settings(), ())


def test_each_layer_lies_over_the_one_before(place: Place) -> None:
    layers: dict[str, Any] = {}
    for number, (name, content) in enumerate(
        [
            ("user", "[hover]\nlimit = 1"),
            ("workspace", "[hover]\nlimit = 2"),
            ("environ", {"SEMANTIC_SYMBOLS_HOVER_LIMIT": "3"}),
            ("command_line", {"hover.limit": 4}),
            ("client", {"hover": {"limit": 5}}),
        ],
        start=1,
    ):
        layers[name] = content
        loaded = place.load(**layers)
        assert (loaded.settings.hover.limit, loaded.problems) == (number, ())


def test_layers_set_one_thing_each(place: Place) -> None:
    loaded = place.load(
        user="[search]\nrecallTarget = 1",
        workspace="[search]\ndefault_limit = 7",
        environ={"SEMANTIC_SYMBOLS_HOVER_ENABLED": "no"},
    )
    assert loaded.problems == ()
    assert loaded.settings.search.recall_target == 1.0
    assert loaded.settings.search.default_limit == 7
    assert loaded.settings.hover.enabled is False
    assert loaded.settings.palette == Settings().palette


@pytest.mark.parametrize(
    "text",
    [
        "[indexing]\nmaxFileBytes = 5000",
        "[indexing]\nmax_file_bytes = 5000",
        "indexing.maxFileBytes = 5000",
        '"indexing.maxFileBytes" = 5000',
    ],
)
def test_a_file_may_spell_a_key_in_either_case_nested_or_dotted(place: Place, text: str) -> None:
    loaded = place.load(user=text)
    assert (loaded.settings.indexing.max_file_bytes, loaded.problems) == (5000, ())


def test_the_client_may_send_keys_nested_or_dotted(place: Place) -> None:
    assert workers(place.load(client={"indexing": {"workers": 2}})) == 2
    assert workers(place.load(client={"indexing.workers": 2})) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_in_place_of_a_file_is_a_mistake_that_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / WORKSPACE_FILE)
    loaded = load_settings(tmp_path, {}, {}, {})
    assert any("not an ordinary file" in str(problem) for problem in loaded.problems)


@pytest.mark.skipif(sys.platform == "win32", reason="a file of holes takes its space there")
def test_a_file_too_large_for_settings_is_a_mistake_that_is_named(tmp_path: Path) -> None:
    with (tmp_path / WORKSPACE_FILE).open("wb") as file:
        file.truncate(1 << 40)
    (problem,) = load_settings(tmp_path, {}, {}, {}).problems
    assert "larger than" in str(problem)


def test_null_from_a_client_means_unset(place: Place) -> None:
    assert workers(place.load(user="indexing.workers = 3", client={"indexing": {"workers": None}})) == 3


def test_a_file_may_begin_with_a_byte_order_mark(place: Place) -> None:
    loaded = place.load(user="\ufeff[indexing]\nworkers = 2")
    assert (workers(loaded), loaded.problems) == (2, ())


def test_a_group_of_settings_takes_no_value(place: Place) -> None:
    loaded = place.load(client={"search": 4, "hover": None})
    assert [str(problem) for problem in loaded.problems] == [
        "Setting search (client) is a section, not a setting."
    ]


def test_lists_and_maps_are_taken_whole(place: Place) -> None:
    loaded = place.load(
        user='[indexing]\nexclude = ["*.a"]\nextraSuffixes = {".x" = "python"}',
        workspace='[indexing]\nexclude = ["*.b", "c/"]\n[indexing.extraSuffixes]\n".y" = "go"',
    )
    assert loaded.problems == ()
    assert loaded.settings.indexing.exclude == ("*.b", "c/")
    assert loaded.settings.indexing.extra_suffixes == {".y": "go"}


def test_the_environment_spells_lists_and_maps_with_commas(place: Place) -> None:
    loaded = place.load(
        environ={
            "SEMANTIC_SYMBOLS_INDEXING_EXCLUDE": "*.a, b/",
            "SEMANTIC_SYMBOLS_INDEXING_EXTRA_SUFFIXES": ".x=python,.y=go",
            "SEMANTIC_SYMBOLS_SEARCH_RECALL_TARGET": "0.9",
            "SEMANTIC_SYMBOLS_MODEL_NAME": "some/model",
            "PATH": "untouched",
        }
    )
    assert loaded.problems == ()
    assert loaded.settings.indexing.exclude == ("*.a", "b/")
    assert loaded.settings.indexing.extra_suffixes == {".x": "python", ".y": "go"}
    assert loaded.settings.search.recall_target == 0.9
    assert loaded.settings.model.name == "some/model"


@pytest.mark.parametrize(
    ("layer", "key", "near"),
    [
        ({"user": "[indexing]\nworker = 1"}, "indexing.worker", "indexing.workers"),
        ({"workspace": "[serach]\ndefaultLimit = 1"}, "serach.defaultLimit", "search.defaultLimit"),
        ({"client": {"hover": {"limits": 3}}}, "hover.limits", "hover.limit"),
        (
            {"environ": {"SEMANTIC_SYMBOLS_LOGLEVEL": "debug"}},
            "SEMANTIC_SYMBOLS_LOGLEVEL",
            "SEMANTIC_SYMBOLS_LOG_LEVEL",
        ),
    ],
)
def test_an_unknown_key_is_reported_with_the_nearest_name(
    place: Place, layer: dict[str, Any], key: str, near: str
) -> None:
    loaded = place.load(**layer)
    assert loaded.settings == Settings()
    (problem,) = loaded.problems
    assert problem.key == key
    assert near in problem.suggestion


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("indexing.workers", "many", "whole number"),
        ("indexing.workers", True, "whole number"),
        ("indexing.workers", 1.5, "whole number"),
        ("indexing.workers", -1, "between 0 and 64"),
        ("indexing.watch", "yes", "true or false"),
        ("indexing.watch", 1, "true or false"),
        ("indexing.include", "*.py", "list of strings"),
        ("indexing.include", [1], "list of strings"),
        ("indexing.extraSuffixes", {".x": 1}, "map strings"),
        ("indexing.extraSuffixes", [".x"], "map strings"),
        ("search.recallTarget", 0.2, "between 0.5 and 1"),
        ("search.recallTarget", float("nan"), "number"),
        ("search.recallTarget", "0.9", "number"),
        ("search.recallTarget", 10**400, "number"),
        ("model.name", 3, "string"),
        ("log.level", "loud", "error, warning, info, debug"),
    ],
)
def test_a_value_that_will_not_do_is_reported_and_passed_over(
    place: Place, key: str, value: object, message: str
) -> None:
    loaded = place.load(client={key: value, "hover.limit": 3})
    (problem,) = loaded.problems
    assert problem.key == key
    assert message in problem.message
    assert "client" in str(problem)
    assert loaded.settings == dataclasses.replace(
        Settings(), hover=dataclasses.replace(Settings().hover, limit=3)
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model.name", '"evil/model"'),
        ("model.path", '"/tmp/evil"'),
        ("model.queryPrefix", '"x"'),
        ("search.rerankModel", '"evil/model"'),
        ("search.rerankDepth", "200"),
        ("storage.indexDir", '"/tmp/evil"'),
        ("storage.index_dir", '"/tmp/evil"'),
        ("indexing.cacheBytes", "0"),
        ("indexing.workers", "64"),
        ("indexing.maxFileBytes", "100_000_000"),
        ("indexing.fileTimeoutSeconds", "600"),
        ("log.level", '"debug"'),
    ],
)
def test_a_workspace_file_sets_nothing_beyond_the_workspace(place: Place, key: str, value: str) -> None:
    loaded = place.load(workspace=f"{key} = {value}")
    assert loaded.settings == Settings()
    assert [problem.key for problem in loaded.problems] == [key]
    assert "workspace" in loaded.problems[0].message
    assert place.load(user=f"{key} = {value}").problems == ()


def test_a_workspace_file_may_lower_a_limit_of_the_user_and_not_raise_it(place: Place) -> None:
    user = "indexing.maxFileBytes = 3_000_000"
    lowered = place.load(workspace="indexing.maxFileBytes = 2_500_000", user=user)
    assert (lowered.settings.indexing.max_file_bytes, lowered.problems) == (2_500_000, ())
    raised = place.load(workspace="indexing.maxFileBytes = 3_000_001", user=user)
    assert raised.settings.indexing.max_file_bytes == 3_000_000
    assert "3,000,000" in raised.problems[0].message
    twice = place.load(workspace="[indexing]\nmax_file_bytes = 5_000\nmaxFileBytes = 1_000_000", user=user)
    assert (twice.settings.indexing.max_file_bytes, twice.problems) == (1_000_000, ())


DEEP = ("a = " + "[" * 3000 + "]" * 3000, ".".join("a" * 3000) + " = 1")


@pytest.mark.parametrize("text", ["[indexing", "= 3", "a = 1\na = 2", *DEEP], ids=range(5))
def test_a_file_that_is_no_toml_is_reported_and_passed_over(place: Place, text: str) -> None:
    loaded = place.load(workspace=text, user="indexing.workers = 2")
    assert loaded.settings.indexing.workers == 2
    (problem,) = loaded.problems
    assert WORKSPACE_FILE in str(problem)


def test_of_many_mistakes_in_a_file_some_are_reported(place: Place) -> None:
    began_s = time.process_time()
    loaded = place.load(workspace="\n".join(f"defaultLimits{n} = 1" for n in range(20_000)))
    assert 0 < len(loaded.problems) < 100
    assert time.process_time() - began_s < 3.0  # to look for the nearest name of each takes half a minute
    with pytest.raises(InvalidSettings):
        place.load(workspace="\n".join(f"a{n} = 1" for n in range(100)), command_line={"log.level": "loud"})


def test_a_mistake_is_told_in_one_short_line(place: Place) -> None:
    (problem,) = place.load(workspace=f'"a\\nSuggestion: {"x" * 5000}" = 1').problems
    first, suggestion = str(problem).split("\n")
    assert first.startswith("Setting a Suggestion: xxx")
    assert len(first) < 1_000
    assert suggestion == "Suggestion: Remove it."


def test_a_file_of_other_bytes_is_reported_and_passed_over(place: Place) -> None:
    place.load()
    place.user_file.write_bytes(b"\xff\xfe\x00")
    loaded = load_settings(None, {}, {}, {}, user_file=place.user_file)
    assert loaded.settings == Settings()
    assert len(loaded.problems) == 1


@pytest.mark.parametrize(
    "command_line", [{"indexing.workres": 3}, {"indexing.workers": 1000}, {"indexing.workers": "x"}]
)
def test_a_mistake_on_the_command_line_is_an_error(place: Place, command_line: dict[str, Any]) -> None:
    with pytest.raises(InvalidSettings, match=r"indexing\.work[\s\S]*Suggestion: ") as caught:
        place.load(command_line=command_line)
    assert caught.value.details["key"] in command_line


def test_texts_and_missing_options_of_the_command_line_are_understood(place: Place) -> None:
    loaded = place.load(command_line={"indexing.workers": "3", "storage.indexDir": "x", "log.level": None})
    assert workers(loaded) == 3
    assert loaded.settings.storage.index_dir == "x"


def test_the_users_file_lies_in_the_platforms_place() -> None:
    assert user_settings_file().parent.name == "semantic-symbols"


def test_every_setting_is_described_and_its_default_allowed() -> None:
    options = describe()
    assert len({option.key for option in options}) == len(options) > 15
    for option in options:
        assert option.rule.description.endswith("."), option.key
        assert option.type_name in {"boolean", "integer", "number", "string", "array", "object"}
        assert option.environment == option.environment.upper()
    mapping = settings_to_mapping(Settings())
    assert list(mapping) == [option.key for option in options]


def test_settings_survive_the_way_to_another_process(place: Place) -> None:
    settings = place.load(
        client={"indexing": {"include": ["a", "b"], "extraSuffixes": {".x": "go"}}, "hover.enabled": False}
    ).settings
    assert settings_from_mapping(settings_to_mapping(settings)) == settings
    with pytest.raises(InvalidSettings):
        settings_from_mapping({"indexing.workers": "3"})
