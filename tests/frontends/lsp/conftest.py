from collections.abc import Iterator
from pathlib import Path

import pytest
from conversation import Conversation, Start, example_project, start_fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return example_project(tmp_path)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Conversation] = []

    def start(*arguments: str, **variables: str) -> Conversation:
        started.append(start_fake(tmp_path, *arguments, **variables))
        return started[-1]

    yield start
    for conversation in started:
        conversation.end()


@pytest.fixture
def client(start: Start, folder: Path) -> Conversation:
    """A server of the test's own."""
    conversation = start()
    conversation.initialize(folder)
    return conversation


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    """One server for all tests that leave it as it was."""
    parent = tmp_path_factory.mktemp("shared")
    conversation = start_fake(parent)
    conversation.initialize(example_project(parent))
    yield conversation
    conversation.end()
