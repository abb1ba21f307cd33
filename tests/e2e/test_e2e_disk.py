"""The index follows the disk, whatever program writes there."""

import os
import shutil
from pathlib import Path

from editor import Desk, eventually, git, write


def test_edits_renames_removals_and_new_files_are_noticed(desk: Desk, project: Path) -> None:
    editor = desk.editor(TEST_WITHOUT_POLLING="1").open(project).ready()
    net = write(project, "net.py", "def quantum_flux(): ...\n")
    eventually(lambda: editor.finds("quantum_flux"))
    assert not editor.finds("resend_after_error")
    net.rename(project / "deep" / "moved.py")
    eventually(lambda: editor.places("quantum_flux") == [(project / "deep/moved.py").as_uri()])
    write(project, "brand/new/file.py", "def mint_coin(): ...\n")
    eventually(lambda: editor.finds("mint_coin"))
    shutil.rmtree(project / "deep")
    eventually(lambda: not editor.finds("quantum_flux") and not editor.finds("OpenCrate"))
    assert editor.ready().status()["coverage"]["files"] == 1


def test_an_edit_that_keeps_size_and_time_is_noticed(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    file = project / "net.py"
    before, text = file.stat(), file.read_text()
    file.write_text(text.replace("resend_after_error", "repeat_after_error"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    eventually(lambda: editor.finds("repeat_after_error") and not editor.finds("resend_after_error"))


def test_a_switch_of_branches_moves_hundreds_of_files(desk: Desk, project: Path) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    git(project, "checkout", "-q", "-b", "other")
    for number in range(500):
        write(project, f"many/m{number}.py", f"def branch_function_{number}(): ...\n")
    write(project, "net.py", "def other_branch(): ...\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "two")
    git(project, "checkout", "-q", "main")
    editor = desk.editor().open(project).ready()

    git(project, "checkout", "-q", "other")
    eventually(lambda: editor.finds("branch_function_499") and editor.finds("other_branch"))
    eventually(lambda: editor.ready().status()["coverage"]["indexedFiles"] == 502)
    assert not editor.finds("resend_after_error")

    git(project, "checkout", "-q", "main")
    eventually(lambda: not editor.finds("branch_function_499") and editor.finds("resend_after_error"))
    eventually(lambda: editor.ready().status()["coverage"]["indexedFiles"] == 2)


def test_a_changed_ignore_file_takes_effect_at_once(desk: Desk, project: Path) -> None:
    editor = desk.editor(TEST_WITHOUT_POLLING="1").open(project).ready()
    write(project, "deep/.gitignore", "*.go\n")
    eventually(lambda: not editor.finds("OpenCrate"))
    explanation = editor.explain(project / "deep" / "box.go")
    assert explanation["rule"] == {
        "file": str(project / "deep" / ".gitignore"),
        "line": 1,
        "pattern": "*.go",
    }
    (project / "deep" / ".gitignore").unlink()
    eventually(lambda: editor.finds("OpenCrate"))


def test_a_restart_on_an_unchanged_tree_embeds_nothing(desk: Desk, project: Path) -> None:
    first = desk.editor().open(project).ready()
    assert first.status()["metrics"]["embeddedSymbols"] > 0
    answers = first.search("send it again")
    first.leave()
    second = desk.editor().open(project).ready()
    assert second.status()["metrics"]["embeddedSymbols"] == 0
    assert second.search("send it again") == answers


def test_an_event_of_the_folder_itself_finds_nothing_twice(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    before = editor.status()["coverage"]
    events = [{"uri": project.as_uri(), "type": kind} for kind in (1, 2)]
    editor.notify("workspace/didChangeWatchedFiles", {"changes": events})
    assert editor.ready().status()["coverage"] == before
    assert len(editor.places("resend_after_error")) == 1


def test_what_a_build_writes_into_ignored_folders_starts_nothing(desk: Desk, project: Path) -> None:
    write(project, ".gitignore", "out/\n*.log\n")
    editor = desk.editor().open(project).ready()
    written = [write(project, path, "def built(): ...\n") for path in ("out/a.py", ".git/index", "run.log")]
    gone = [project / "out/gone.py", project / ".git/index.lock"]
    events = [{"uri": path.as_uri(), "type": 1} for path in written + gone]
    editor.notify("workspace/didChangeWatchedFiles", {"changes": events})
    status = editor.status()
    assert (status["state"], status["metrics"]["updateMs"]["p50"]) == ("ready", None)
    seen = write(project, "seen.py", "def mint_coin(): ...\n")
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": seen.as_uri(), "type": 1}]})
    status = editor.comes_to("ready")
    assert status["metrics"]["updateMs"]["p50"] is not None
    assert editor.finds("mint_coin")


def test_an_index_inside_the_folder_does_not_index_itself(desk: Desk, project: Path) -> None:
    editor = desk.editor(
        SEMANTIC_SYMBOLS_STORAGE_INDEX_DIR=str(project / "mine"),
        SEMANTIC_SYMBOLS_LOG_LEVEL="debug",
        XDG_STATE_HOME=str(project / "log"),
    )
    editor.open(project).ready()
    seen = write(project, "seen.py", "def mint_coin(): ...\n")
    eventually(lambda: editor.finds("mint_coin"))
    files = [file for folder in ("mine", "log") for file in (project / folder).rglob("*") if file.is_file()]
    assert {file.suffix for file in files} >= {".json", ".sqlite3", ".log"}
    events = [{"uri": file.as_uri(), "type": 2} for file in files]
    editor.ready().notify("workspace/didChangeWatchedFiles", {"changes": events})
    status = editor.status()
    assert (status["state"], status["coverage"]["files"]) == ("ready", 3)
    assert "keeps its index" in editor.explain(files[0])["reason"]
    assert editor.explain(seen)["indexed"]


def test_rules_of_a_folder_above_are_read_anew_though_nobody_tells_of_them(desk: Desk, project: Path) -> None:
    git(project, "init", "-q")
    editor = desk.editor().open(project / "deep").ready()
    assert editor.finds("OpenCrate")
    write(project, ".gitignore", "*.go\n")
    eventually(lambda: not editor.finds("OpenCrate"))
    (project / ".gitignore").unlink()
    write(project, ".git/info/exclude", "*.go\n")
    eventually(lambda: not editor.finds("OpenCrate"))
    write(project, ".git/info/exclude", "")
    eventually(lambda: editor.finds("OpenCrate"))


def test_rules_of_a_folder_above_are_read_anew_when_the_client_tells_of_them(
    desk: Desk, project: Path
) -> None:
    git(project, "init", "-q")
    editor = desk.editor(TEST_WITHOUT_POLLING="1").open(project / "deep").ready()
    assert editor.finds("OpenCrate")
    rules = write(project, ".gitignore", "*.go\n")
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": rules.as_uri(), "type": 1}]})
    eventually(lambda: not editor.finds("OpenCrate"))


def test_a_secret_is_found_only_when_it_is_forced_in(desk: Desk, project: Path) -> None:
    write(project, ".env.team", "RETRY_BUDGET=7\n")
    editor = desk.editor(TEST_WITHOUT_POLLING="1").open(project).ready()
    assert not editor.explain(project / ".env.team")["indexed"]
    write(project, ".semanticsymbolsignore", "!.env.team\n")
    eventually(lambda: editor.explain(project / ".env.team")["indexed"])
    assert (project / ".env.team").as_uri() in {
        result["location"]["uri"] for result in editor.search("retry budget", mode="text")
    }


def test_folders_are_no_files_that_wait(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    assert editor.explain(project / "deep")["reason"] == "it is a folder"
