"""The program in a shell: Ctrl-C at any moment, streams that are closed, users without a home."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shell import Shell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX shells")

PATIENCE_S = 60.0

IMPORTS = """
import builtins, os, pathlib, signal, sys, time

def while_importing(name, *arguments, original=builtins.__import__, **options):
    if name == "lsp_server.embedding":  # the first that only `app` imports
        {here}
    return original(name, *arguments, **options)

builtins.__import__ = while_importing
signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored where tests run in the background
"""
SWALLOWS_CTRL_C = """
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except BaseException:
            pass
"""
STARTS_SLOWLY = """
        if "_worker" in sys.orig_argv:
            pathlib.Path("{mark}").touch()
            time.sleep(2)
"""


def python_that(here: str, shell: Shell, folder: Path) -> dict[str, str]:
    """Return an environment in which Python does something whenever the program is imported."""
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(IMPORTS.format(here=here.strip()))
    path = os.pathsep.join([str(folder / "site"), shell.environment["PYTHONPATH"]])
    return {**shell.environment, "PYTHONPATH": path}


def test_ctrl_c_counts_while_modules_are_imported_that_swallow_it(shell: Shell, tmp_path: Path) -> None:
    shell.environment = python_that(SWALLOWS_CTRL_C, shell, tmp_path)
    done = shell.run("search", "retry")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")


def test_ctrl_c_while_workers_start_shows_no_traceback(shell: Shell, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    process = subprocess.Popen(
        shell.command("search", "retry"),
        cwd=shell.workspace,
        env=python_that(STARTS_SLOWLY.format(mark=mark), shell, tmp_path),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until_s = time.monotonic() + PATIENCE_S
    while not mark.exists():
        assert process.poll() is None
        assert time.monotonic() < until_s
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    assert errors == ""


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "<&- 2>&-"])
def test_a_command_answers_without_some_streams(shell: Shell, closed: str) -> None:
    done = run_without(closed, shell, "search", "retry")
    assert done.returncode == 0, done.stderr
    assert "send_again" in done.stdout
    assert "Error" not in done.stdout


def test_a_command_ends_as_usual_without_any_stream(shell: Shell) -> None:
    done = run_without("<&- >&- 2>&-", shell, "index")
    assert done.returncode == 0
    assert shell.json("status")["state"] == "ready"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_output_to_a_full_disk_fails_with_a_plain_message(shell: Shell, options: tuple[str, ...]) -> None:
    done = run_without(">/dev/full", shell, "search", "retry", *options)
    assert done.returncode == 8
    message, suggestion = done.stderr.splitlines()[-2:]
    assert message == "Error: The output can't be written: No space left on device."
    assert suggestion.startswith("Suggestion: ")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_messages_to_a_full_disk_change_no_exit_code(shell: Shell) -> None:
    assert run_without("2>/dev/full", shell, "search", "retry").returncode == 0
    assert run_without("2>/dev/full", shell, "search", "retry", "/no/such/folder").returncode == 5


def test_a_server_without_input_ends(shell: Shell) -> None:
    done = run_without("<&-", shell, "serve")
    assert (done.returncode, done.stderr) == (1, "")


def run_without(closed: str, shell: Shell, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *shell.command(*arguments)],
        cwd=shell.workspace,
        env=shell.environment,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )


NOBODY = """
import pwd

def unknown(_):
    raise KeyError

pwd.getpwuid = unknown
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system knows a folder without a home")
def test_a_user_without_a_home_is_told_what_to_set(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NOBODY)
    path = os.pathsep.join([str(tmp_path / "site"), shell.environment["PYTHONPATH"]])
    own = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
    kept = {name: value for name, value in shell.environment.items() if name not in own}
    shell.environment = {**kept, "PYTHONPATH": path}
    done = shell.run("status")
    assert done.returncode == 4
    assert "Set HOME" in done.stderr
    assert len(done.stderr.splitlines()) == 2
