"""Children: they end with the server, and the server outlives them."""

import os
import platform
import random
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from editor import PATIENT, Desk, Editor, are_gone, eventually, write

N_FILES = 400
N_FUNCTIONS = 20
N_KILLS = 20
N_CHECKOUTS = 2
MAX_OWN_BYTES = 70_000_000
"""Half as much again as an indexer of a small folder needs."""

WORDS = tuple(
    word
    for line in (
        "open close read write parse send receive encode decode render paint sort merge split cache flush",
        "retry file socket image invoice user session token matrix vector tree queue letter window camera",
        "engine market bridge river kitchen garden guitar planet dragon castle doctor lawyer soldier harvest",
    )
    for word in line.split()
)

CROWDED = """
import sys, threading
from lsp_server.cli import main

def refuse(thread, start=threading.Thread.start):
    if thread.name == "folder-watcher":
        raise RuntimeError("can't start new thread")  # where there may be no more of them
    start(thread)

threading.Thread.start = refuse
sys.exit(main(["serve"]))
"""

EXPENDABLE = """
import pathlib, sys
from lsp_server.cli import main

pathlib.Path("/proc/self/oom_score_adj").write_text("900")
sys.exit(main(["serve"]))
"""


def fill(project: Path, n_files: int) -> None:
    chance = random.Random(n_files)
    for number in range(n_files):
        names = ["_".join(chance.sample(WORDS, 3)) for _ in range(N_FUNCTIONS)]
        bodies = [" + ".join(chance.sample(WORDS, 5)) for _ in names]
        functions = "\n\n".join(
            f"def {name}_{number}():\n    return {body}" for name, body in zip(names, bodies, strict=True)
        )
        write(project, f"many/m{number}.py", functions + "\n")


def busy(desk: Desk, project: Path, program: Path = PATIENT) -> tuple[Editor, list[psutil.Process]]:
    """An editor whose server indexes with several processes and has an open document."""
    fill(project, N_FILES)
    editor = desk.editor(program).open(project)
    editor.show(project / "net.py", "def mint_coin(): ...\n")
    eventually(lambda: len(editor.children()) >= 3)
    return editor, [psutil.Process(editor.process.pid), *editor.children()]


def oom_score(pid: int) -> int:
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())


def was_cut_short(desk: Desk) -> bool:
    """Tell whether the index was never finished: whoever survives the server goes on with it."""
    return not list(desk.indexes.rglob("ready"))


def test_who_reads_open_documents_is_as_urgent_as_the_searches_that_wait_for_it(
    desk: Desk, project: Path
) -> None:
    editor = desk.editor().open(project).ready()
    editor.show(project / "net.py", "def mint_coin(): ...\n")
    assert editor.finds("mint_coin")
    (reader,) = [one for one in editor.children() if "_buffer_worker" in one.cmdline()]
    assert reader.nice() == psutil.Process(editor.process.pid).nice()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux kills processes when memory runs out")
def test_when_memory_runs_out_indexing_ends_before_the_server(desk: Desk, project: Path) -> None:
    editor, _ = busy(desk, project)
    expected = max(500, oom_score(editor.process.pid))

    def are_expendable() -> bool:
        try:
            (indexer,) = editor.indexers()
            group = [indexer, *indexer.children()]
            return len(group) > 1 and all(oom_score(one.pid) == expected for one in group)
        except (psutil.NoSuchProcess, OSError):  # a worker was replaced meanwhile
            return False

    eventually(are_expendable)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux kills processes when memory runs out")
def test_indexing_is_as_expendable_as_its_server_was_made(desk: Desk, project: Path, tmp_path: Path) -> None:
    editor, _ = busy(desk, project, write(tmp_path, "expendable.py", EXPENDABLE))
    (indexer,) = editor.indexers()
    eventually(lambda: indexer.nice() > psutil.Process(editor.process.pid).nice())
    assert oom_score(indexer.pid) == oom_score(editor.process.pid) == 900


def test_a_folder_that_no_thread_can_follow_is_reported(desk: Desk, project: Path, tmp_path: Path) -> None:
    desk.editor().open(project).ready().leave()
    crowded = write(tmp_path, "crowded.py", CROWDED)
    editor = desk.editor(crowded).open(project)
    assert editor.comes_to("failed")["message"].startswith("The folder can't be followed: searches use ")
    assert editor.finds("resend_after_error")
    editor.quit()


def test_no_process_survives_exit(desk: Desk, project: Path) -> None:
    editor, processes = busy(desk, project)
    editor.quit()
    eventually(lambda: are_gone(processes))
    assert was_cut_short(desk)


def test_no_process_survives_the_end_of_standard_input(desk: Desk, project: Path) -> None:
    editor, processes = busy(desk, project)
    assert editor.process.stdin
    editor.process.stdin.close()
    eventually(lambda: are_gone(processes))
    assert was_cut_short(desk)


def test_no_process_survives_a_server_that_is_killed(desk: Desk, project: Path) -> None:
    editor, processes = busy(desk, project)
    editor.process.kill()
    editor.process.wait()
    eventually(lambda: are_gone(processes))
    assert was_cut_short(desk)


def test_an_indexer_that_is_killed_is_replaced(desk: Desk, project: Path) -> None:
    editor, _ = busy(desk, project)
    for indexer in editor.indexers():
        indexer.kill()
    assert editor.status()["state"] != "ready"
    editor.ready()
    assert editor.status()["coverage"]["indexedFiles"] == N_FILES + 2
    assert editor.search("path:many/m399.py")


def test_an_indexer_that_dies_again_and_again_is_reported(desk: Desk, project: Path) -> None:
    editor = desk.editor().open(project).ready()
    deaths = set()
    messages = []

    def kill_again() -> bool:
        for indexer in editor.indexers():
            if indexer.pid not in deaths:
                deaths.add(indexer.pid)
                indexer.kill()
        status = editor.status()
        assert status["state"] in {"indexing", "failed", "ready"}
        if status["state"] == "ready":
            write(project, "net.py", f"def number_{len(deaths)}(): ...\n")
        messages.append(status["message"])
        return bool(status["state"] == "failed")

    eventually(kill_again)
    assert len(deaths) == 5
    assert messages[-1].startswith("The indexer ended unexpectedly 5 times in a row.\nSuggestion: ")
    assert editor.finds("OpenCrate")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries return memory by themselves")
def test_an_indexer_keeps_no_memory_of_what_it_has_done(desk: Desk, project: Path) -> None:
    fill(project, N_FILES)
    editor = desk.editor().open(project).ready()
    (indexer,) = editor.indexers()
    for turn in range(N_CHECKOUTS):
        for number in range(N_FILES):
            with (project / f"many/m{number}.py").open("a", encoding="utf-8") as file:
                file.write(f"\n\ndef turn_{turn}_of_{number}(): ...\n")
        eventually(lambda turn=turn: editor.finds(f"turn_{turn}_of_{N_FILES - 1}"))  # type: ignore[misc]
        editor.ready()
    assert editor.indexers() == [indexer]
    eventually(lambda: 0 < own_bytes(indexer) < MAX_OWN_BYTES)


def own_bytes(process: psutil.Process) -> int:
    """What a process holds besides mapped files and libraries; nothing once it has ended."""
    memory = process.memory_info()
    return int(memory.rss - memory.shared)


@pytest.mark.long
def test_a_server_that_is_killed_at_any_moment_starts_again_and_answers_the_same(
    desk: Desk, project: Path
) -> None:
    fill(project, N_FILES)
    random.seed(7)
    for _ in range(N_KILLS):
        editor = desk.editor().open(project)
        editor.request("semanticSearch/rebuild")
        n_embedded = random.randrange(N_FILES * N_FUNCTIONS)
        eventually(lambda e=editor, n=n_embedded: _has_got_to(e, n))  # type: ignore[misc]
        os.kill(editor.process.pid, signal.SIGKILL)
        editor.process.wait()
        n_file = random.randrange(N_FILES)
        write(project, f"many/m{n_file}.py", f"def rewritten_{n_file}(): ...\n")
    survivor = desk.editor().open(project)
    assert isinstance(survivor.search("garden"), list)
    survivor.ready()
    fresh_desk = Desk(desk.home / "fresh")
    fresh_desk.home.mkdir()
    fresh = fresh_desk.editor().open(project).ready()
    try:
        assert survivor.status()["coverage"] == fresh.status()["coverage"]
        for query in ("paint the garden", "merge sorted trees", "guitar", "send it again kind:function"):
            nearest, expected = (_nearest(e, query) for e in (survivor, fresh))
            assert nearest == expected
        mine, theirs = (set(e.names("rewritten", limit=100, mode="text")) for e in (survivor, fresh))
        assert len(mine) > 1
        assert mine == theirs
    finally:
        fresh_desk.clear()
    survivor.leave()
    command = [sys.executable, "-P", "-m", "lsp_server", "doctor", str(project)]
    doctor = subprocess.run(command, env=desk.environment(), check=False, capture_output=True, timeout=120)
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr


def _has_got_to(editor: Editor, n_embedded: int) -> bool:
    status = editor.status()
    return bool(status["state"] == "ready" or status["metrics"]["embeddedSymbols"] >= n_embedded)


def _nearest(editor: Editor, query: str) -> tuple[list[float], set[str]]:
    """The scores of the nearest symbols, and the symbols but for those that share the last place."""
    found = editor.search(query, limit=20, mode="vector")
    scores = [round(one["score"], 4) for one in found]
    above = {str((one["name"], one["location"])) for one in found if round(one["score"], 4) > scores[-1]}
    return scores, above
