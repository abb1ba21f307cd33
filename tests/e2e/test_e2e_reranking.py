"""A reranking model in an editor: it comes and goes with the setting, in the background."""

from pathlib import Path
from typing import Any

from editor import Desk, Editor, eventually, write
from tiny_onnx import write_cross_encoder

QUERY = "how are animals fed"
FARM = '''\
def feed_all(herd):
    """Feed all animals of the herd: this is how animals are fed."""


def feed_by_hand(animal):
    """Feed animals by hand."""


def order_hay(farm):
    """Order what animals need in winter."""
'''


def place_of_hay(editor: Editor) -> int:
    return editor.names(QUERY).index("order_hay")


def rerank_parts(editor: Editor) -> list[Any]:
    results = editor.search(QUERY, explain=True)
    scores = [one["score"] for one in results]
    assert scores == sorted(scores, reverse=True)
    return [one["explanation"]["signals"].get("rerank") for one in results]


def test_a_model_comes_and_goes_with_its_setting_and_searches_never_wait(
    desk: Desk, project: Path, tmp_path: Path
) -> None:
    write(project, "farm.py", FARM)
    model = write_cross_encoder(tmp_path / "reranker", {"animals": [1], "hay": [50]})
    editor = desk.editor().open(project).ready()
    embedded = editor.status()["metrics"]["embeddedSymbols"]
    before = place_of_hay(editor)
    assert before > 0
    editor.configure({"search": {"rerankModel": str(model)}})
    assert editor.names(QUERY)
    eventually(lambda: place_of_hay(editor) < before)
    assert any(rerank_parts(editor))
    assert editor.status()["message"] is None
    editor.configure({"search": {"rerankModel": str(model), "rerankDepth": 1}})
    assert not any(rerank_parts(editor))
    editor.configure({})
    assert place_of_hay(editor) == before
    assert set(rerank_parts(editor)) == {None}
    # Nothing was indexed anew for it; housekeeping may have committed.
    assert editor.status()["metrics"]["embeddedSymbols"] == embedded > 0


def test_one_that_can_not_be_loaded_is_named_and_searches_go_on(
    desk: Desk, project: Path, tmp_path: Path
) -> None:
    settings = {"search": {"rerankModel": str(tmp_path / "nowhere")}}
    editor = desk.editor().open(project, settings=settings).ready()
    assert editor.names("try the request once more")[0] == "resend_after_error"
    eventually(lambda: "holds no reranking model" in (editor.status()["message"] or ""))
    status = editor.status()
    assert status["state"] == "ready"
    assert "\nSuggestion: " in status["message"]
    logs = [file.read_text(encoding="utf-8") for file in desk.logs.rglob("*") if file.is_file()]
    assert any("nowhere holds no reranking model" in log for log in logs)
    assert editor.names("try the request once more")[0] == "resend_after_error"
    editor.configure({})
    assert editor.status()["message"] is None


def test_a_workspace_can_t_choose_a_model(desk: Desk, project: Path, tmp_path: Path) -> None:
    model = write_cross_encoder(tmp_path / "reranker", {"animals": [1], "hay": [50]})
    write(project, "farm.py", FARM)
    write(project, ".semanticsymbols.toml", f"[search]\nrerankModel = {str(model)!r}\n")
    editor = desk.editor().open(project).ready()
    assert set(rerank_parts(editor)) == {None}
