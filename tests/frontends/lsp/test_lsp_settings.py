"""Where the client's settings come from, and what they do when they come late or not at all."""

from pathlib import Path

import pytest
from conversation import NEVER, Start, names, settings

pytestmark = pytest.mark.long


def test_settings_come_from_the_options_and_from_pushed_changes(start: Start, folder: Path) -> None:
    client = start()
    client.initialize(folder, initializationOptions={"search": {"a": 1, "b": 2}})
    assert settings(client) == "{'search': {'a': 1, 'b': 2}}"
    changed = {"settings": {"semanticSymbols": {"search": {"b": 3}}}}
    client.notify("workspace/didChangeConfiguration", changed)
    assert settings(client) == "{'search': {'a': 1, 'b': 3}}"
    client.notify("workspace/didChangeConfiguration", {"settings": {"hover.limit": 1}})
    assert settings(client) == "{'search': {'a': 1, 'b': 2}, 'hover.limit': 1}"
    client.notify("workspace/didChangeConfiguration", {"settings": {}})
    assert settings(client) == "{'search': {'a': 1, 'b': 2}}"


def test_settings_of_other_servers_change_nothing(start: Start, folder: Path) -> None:
    client = start()
    client.initialize(folder)
    for pushed in ({"hover": {"limit": 1}}, {"colour": {"python": "blue"}, "python.colour": "red"}, None):
        client.notify("workspace/didChangeConfiguration", {"settings": pushed})
        assert settings(client) == "{'hover': {'limit': 1}}"
    assert not [message for message in client.seen if message.get("method") == "window/showMessage"]


def test_settings_are_asked_for_where_the_client_answers(start: Start, folder: Path) -> None:
    client = start()
    client.answers["workspace/configuration"] = [{"limit": 1}]
    able = {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}
    client.initialize(folder, capabilities={"workspace": able})
    assert settings(client) == "{'limit': 1}"
    asked = client.notification("workspace/configuration")
    assert asked == {"items": [{"section": "semanticSymbols"}]}
    (registered,) = client.notification("client/registerCapability")["registrations"]
    assert registered["registerOptions"] == {"section": "semanticSymbols"}
    client.answers["workspace/configuration"] = [{"limit": 2}]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert settings(client) == "{'limit': 2}"
    client.answers["workspace/configuration"] = [None]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert settings(client) == "{}"


def test_a_request_before_initialized_costs_neither_settings_nor_watchers(start: Start, folder: Path) -> None:
    client = start()
    client.answers["workspace/configuration"] = [{"limit": 1}]
    able = {"configuration": True, "didChangeWatchedFiles": {"dynamicRegistration": True}}
    client.request("initialize", {"capabilities": {"workspace": able}, "rootUri": folder.as_uri()})
    assert settings(client) == "{}"
    client.notify("initialized", {})
    assert settings(client) == "{'limit': 1}"
    (registered,) = client.notification("client/registerCapability")["registrations"]
    assert registered["method"] == "workspace/didChangeWatchedFiles"


def test_problems_with_settings_are_shown(start: Start, folder: Path) -> None:
    client = start()
    client.initialize(folder, initializationOptions={"colour": "red"})
    assert client.notification("window/showMessage")["message"] == "Unknown setting colour"


def test_settings_that_come_late_count_unless_newer_ones_are_asked_for(start: Start, folder: Path) -> None:
    client = start()
    client.answers["workspace/configuration"] = NEVER
    client.initialize(folder, capabilities={"workspace": {"configuration": True}})
    first = client.wait_for(lambda message: message.get("method") == "workspace/configuration")
    assert settings(client) == "{}"
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    second = client.wait_for(lambda message: message.get("method") == "workspace/configuration")
    assert settings(client) == "{}"
    for number, asked in ((2, second), (1, first)):
        client.send({"jsonrpc": "2.0", "id": asked["id"], "result": [{"limit": number}]})
        assert settings(client) == "{'limit': 2}"


def test_an_editor_that_owes_its_settings_does_not_delay_the_end(start: Start, folder: Path) -> None:
    client = start()
    client.answers["workspace/configuration"] = NEVER
    client.initialize(folder, capabilities={"workspace": {"configuration": True}})
    assert client.notification("workspace/configuration")
    assert client.request("shutdown") is None
    client.notify("exit")
    assert client.wait() == 0


def test_an_editor_that_never_tells_its_settings_is_served_without(start: Start, folder: Path) -> None:
    client = start()
    client.answers["workspace/configuration"] = NEVER
    client.initialize(folder, capabilities={"workspace": {"configuration": True}})
    assert names(client, "retry") == ["retry_request"]
