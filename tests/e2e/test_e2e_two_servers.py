"""Two windows on one folder, and a command beside a window: many readers, one writer at a time."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
from editor import Desk, eventually, write


def test_both_answer_and_both_see_a_change(desk: Desk, project: Path) -> None:
    one = desk.editor().open(project)
    two = desk.editor().open(project)
    one.ready()
    two.ready()
    assert one.search("send it again") == two.search("send it again")
    for number in range(5):
        write(project, "net.py", f"def quantum_flux_{number}(): ...\n")
        eventually(lambda n=number: one.finds(f"quantum_flux_{n}"))  # type: ignore[misc]
        eventually(lambda n=number: two.finds(f"quantum_flux_{n}"))  # type: ignore[misc]
    one.leave()
    write(project, "net.py", "def after_one_left(): ...\n")
    eventually(lambda: two.finds("after_one_left"))


def test_when_the_writer_is_killed_the_other_takes_over(desk: Desk, project: Path) -> None:
    for number in range(400):
        functions = "\n\n".join(f"def step_{number}_{step}(): ..." for step in range(20))
        write(project, f"m{number}.py", functions + "\n")
    one = desk.editor().open(project)
    eventually(lambda: one.status()["coverage"]["indexedFiles"] > 0)
    two = desk.editor().open(project)
    assert two.search("step") is not None
    for process in [psutil.Process(one.process.pid), *one.children()]:
        with suppress(psutil.NoSuchProcess):  # some end when their parent does
            process.kill()
    two.ready()
    assert two.status()["coverage"]["indexedFiles"] == 402
    assert two.finds("step_399_19")


def test_a_command_that_indexes_beside_a_paused_window_is_seen_there(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    editor.request("semanticSearch/pause")
    write(project, "coin.py", "def mint_coin(): ...\n")
    assert not editor.finds("mint_coin")
    subprocess.run(
        [sys.executable, "-P", "-m", "lsp_server", "index", str(project)],
        env=desk.environment(),
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert editor.finds("mint_coin")
    assert editor.status()["state"] == "paused"
