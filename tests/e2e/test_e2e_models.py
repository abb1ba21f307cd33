"""Another model: the old index answers, with the old model, until the new one covers everything."""

import json
import shutil
from pathlib import Path

import pytest
from conversation import PATIENT
from editor import Desk, eventually, write

from lsp_server.embedding import BUNDLED_FOLDER


@pytest.fixture
def other_model(tmp_path: Path) -> Path:
    """The bundled model under another name: another fingerprint."""
    folder = tmp_path / "other model"
    shutil.copytree(BUNDLED_FOLDER, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "name": "other"}))
    return folder


def test_a_change_of_model_never_interrupts_the_answers(desk: Desk, project: Path, other_model: Path) -> None:
    for number in range(200):
        write(project, f"m{number}.py", f"def function_{number}(): ...\n")
    editor = desk.editor().open(project).ready()
    before = editor.status()["index"]["model"]
    meaning = editor.search("try the request once more")[0]
    assert meaning["name"] == "resend_after_error"
    editor.configure({"model": {"path": str(other_model)}})

    def is_switched() -> bool:
        assert editor.search("try the request once more")[0] == meaning
        return bool(editor.status()["index"]["model"] != before)

    eventually(is_switched)
    assert editor.ready().names("try the request once more")[0] == "resend_after_error"
    (index,) = (desk.indexes / "indexes").iterdir()
    eventually(lambda: len(list(index.glob("v*"))) == 1)


def test_two_windows_with_two_models_leave_each_other_alone(
    desk: Desk, project: Path, other_model: Path
) -> None:
    one = desk.editor().open(project).ready()
    other = desk.editor(SEMANTIC_SYMBOLS_MODEL_PATH=str(other_model)).open(project).ready()
    (index,) = (desk.indexes / "indexes").iterdir()
    written = write(project, "late.py", "def mint_coin(): ...\n")
    for editor in (one, other):
        eventually(lambda editor=editor: editor.finds("mint_coin"))
        assert editor.ready().finds("resend_after_error")
    assert one.status()["index"]["model"] != other.status()["index"]["model"]
    assert len([path for path in index.glob("v*") if (path / "ready").is_file()]) == 2
    one.leave()
    written.write_text("def melt_coin(): ...\n")
    eventually(lambda: other.finds("melt_coin"))
    other.request("semanticSearch/rebuild")
    other.ready()
    eventually(lambda: len(list(index.glob("v*"))) == 1)


def test_an_index_whose_model_is_gone_is_searched_by_words(
    desk: Desk, project: Path, other_model: Path
) -> None:
    first = desk.editor(SEMANTIC_SYMBOLS_MODEL_PATH=str(other_model)).open(project).ready()
    assert first.names("try the request once more")[0] == "resend_after_error"
    first.request("semanticSearch/pause")  # so that the old index stays
    first.leave()
    second = desk.editor().open(project)
    assert second.finds("resend_after_error")
    assert second.names("OpenCrate")[0] == "OpenCrate"
    assert second.search("try the request once more", minScore=0.5) == []
    second.show(project / "net.py", "def mint_coin(): ...\n")
    assert second.finds("mint_coin")
    second.request("semanticSearch/resume")
    assert second.ready().names("OpenCrate")[0] == "OpenCrate"


@pytest.mark.parametrize("retry", ["rebuild", "search"])
def test_a_model_that_comes_later_is_loaded_then(
    desk: Desk, project: Path, other_model: Path, retry: str
) -> None:
    away = other_model.rename(desk.home / "away")
    hurried = desk.home / "hurried.py"
    hurried.write_text(
        "from lsp_server.workspace import service\n"
        "service.RETRY_S = 0.0\n"
        "from lsp_server.cli import main\n"
        "raise SystemExit(main(['serve']))\n"
    )
    script = hurried if retry == "search" else PATIENT
    editor = desk.editor(script, SEMANTIC_SYMBOLS_MODEL_PATH=str(other_model)).open(project)
    editor.comes_to("failed")
    write(project, "later.py", "def mint_coin(): ...\n")
    away.rename(other_model)
    if retry == "rebuild":
        editor.request("semanticSearch/rebuild")
    else:
        eventually(lambda: editor.search("coin") is not None and editor.status()["state"] != "failed")
    assert editor.ready().names("make a coin")[0] == "mint_coin"


def test_a_model_that_can_not_be_loaded_is_named(desk: Desk, project: Path) -> None:
    desk.editor().open(project).ready().leave()
    editor = desk.editor(SEMANTIC_SYMBOLS_MODEL_PATH=str(desk.home / "nowhere")).open(project)
    assert "Suggestion: " in editor.comes_to("failed")["message"]
    assert editor.names("try the request once more")[0] == "resend_after_error"
    editor.configure({"model": {"path": ""}})
    assert editor.ready().finds("resend_after_error")
