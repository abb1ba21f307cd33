import sys
import tomllib
from pathlib import Path

import pytest

from lsp_server.errors import InvalidSettings
from lsp_server.frontends.terminal.user_settings import with_value, write_settings


def check(before: str, expected: str) -> None:
    assert with_value(before, "model", "name", "tiny") == expected


def test_a_section_is_added() -> None:
    check("", '[model]\nname = "tiny"\n')
    check('[log]\nlevel = "info"\n', '[log]\nlevel = "info"\n\n[model]\nname = "tiny"\n')


def test_a_key_is_changed_and_comments_stay() -> None:
    check(
        '# mine\n[model] # here\nname = "old"\npath = "x"\n\n[log]\nname = "other"\n',
        '# mine\n[model] # here\nname = "tiny"\npath = "x"\n\n[log]\nname = "other"\n',
    )


def test_what_ends_lines_elsewhere_ends_none_here() -> None:
    check("# one\u2028two\x85three\n[model]\n", '# one\u2028two\x85three\n[model]\nname = "tiny"\n')


def test_a_key_is_added_to_its_section() -> None:
    check('[model]\npath = "x"\n[log]\n', '[model]\nname = "tiny"\npath = "x"\n[log]\n')


def test_any_text_survives() -> None:
    path = 'C:\\models\\"ö"\n'
    assert tomllib.loads(with_value("", "model", "path", path)) == {"model": {"path": path}}


@pytest.mark.parametrize("text", ["[model\n", 'model = { name = "old" }\n', 'model.name = "old"\n'])
def test_what_can_not_be_changed_safely_is_left_alone(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(InvalidSettings):
        write_settings(file, {"model.name": "tiny"})
    assert file.read_text() == text


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_file_that_is_kept_elsewhere_stays_there(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "config.toml"
    kept.parent.mkdir()
    kept.write_text('[log]\nlevel = "debug"\n')
    link = tmp_path / "config.toml"
    link.symlink_to(kept)
    write_settings(link, {"model.name": "tiny"})
    assert link.is_symlink()
    assert tomllib.loads(kept.read_text()) == {"log": {"level": "debug"}, "model": {"name": "tiny"}}
    assert list(kept.parent.iterdir()) == [kept]


def test_a_file_and_its_folder_are_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    write_settings(file, {"model.name": "tiny", "model.path": "/models/tiny"})
    assert tomllib.loads(file.read_text()) == {"model": {"name": "tiny", "path": "/models/tiny"}}
