import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lsp_server
from lsp_server import logs

FAILING_CHILD = """
import threading
from lsp_server import app, cli, logs

def fail():
    {}["secret"]

def run_worker(packed_settings):
    logs.start_logging("worker", "info")
    thread = threading.Thread(target=fail, name="helper")
    thread.start()
    thread.join()
    fail()

app.run_worker = run_worker
cli.main(["_worker", "{}"])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(logs, "log_folder", lambda: tmp_path / "log")
    root, own = logging.getLogger(), logging.getLogger("lsp_server")
    handlers, levels, raises = list(root.handlers), (root.level, own.level), logging.raiseExceptions
    yield tmp_path / "log"
    for handler in [one for one in root.handlers if one not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(levels[0])
    own.setLevel(levels[1])
    logging.raiseExceptions = raises


def own_file(folder: Path) -> Path:
    return folder / f"server-{os.getpid()}.log"


def test_a_name_of_a_file_does_not_control_the_terminal_that_shows_the_log(folder: Path) -> None:
    logs.start_logging("server", "warning")
    logging.getLogger("lsp_server.somewhere").warning("%s is quarantined", "\x1b]0;title\x07\x9b31m.py")
    assert "\u241b]0;title\u2407\ufffd31m.py is quarantined" in own_file(folder).read_text(encoding="utf-8")


def test_a_file_appears_with_the_first_line_and_holds_what_the_level_lets_through(folder: Path) -> None:
    logs.start_logging("server", "warning")
    logger = logging.getLogger("lsp_server.somewhere")
    logger.info("quiet")
    assert not folder.exists()
    logger.warning("loud")
    logs.set_level("debug")
    logger.debug("chatty")
    logging.getLogger("somebody.else").info("gossip")
    lines = own_file(folder).read_text().splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["loud", "chatty"]


def test_a_long_log_is_rotated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_MAX_BYTES", 2_000)
    logs.start_logging("server", "info")
    for number in range(100):
        logging.getLogger("lsp_server").info("line %d", number)
    assert own_file(folder).stat().st_size <= 2_000
    assert "line 99" in own_file(folder).read_text()
    assert len(list(folder.iterdir())) == 2


def test_of_foreign_exceptions_it_tells_the_place_and_not_the_words(folder: Path) -> None:
    logs.start_logging("server", "info")
    try:
        try:
            {}["secret_identifier"]
        except KeyError as error:
            raise OSError(28, "No space left on device") from error
    except OSError:
        logging.getLogger("lsp_server").exception("that failed")
    text = own_file(folder).read_text()
    assert "secret_identifier" not in text.replace('{}["secret_identifier"]', "")
    assert "KeyError" in text
    assert "OSError: [Errno 28] No space left on device" in text
    assert f'File "{__file__}"' in text


def test_what_ends_a_child_process_or_a_thread_of_it_is_told(tmp_path: Path) -> None:
    source = str(Path(lsp_server.__file__).parent.parent)
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": source}
    command = [sys.executable, "-P", "-c", FAILING_CHILD]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    (file,) = tmp_path.rglob("worker-*.log")
    text = file.read_text()
    assert done.returncode == 1
    assert "the thread helper ends" in text
    assert "the process ends" in text
    assert text.count("in fail") == done.stderr.count("in fail") == 2
    assert "secret" not in text.replace('{}["secret"]', "")  # a line of code, from Python 3.13 on


def test_starting_again_does_not_log_twice(folder: Path) -> None:
    logs.start_logging("server", "info")
    logs.start_logging("server", "info")
    logging.getLogger("lsp_server").info("once")
    assert own_file(folder).read_text().count("once") == 1


def test_old_files_of_processes_that_are_gone_are_deleted(tmp_path: Path) -> None:
    now = 2_000_000_000.0
    gone = 2**22 + 1  # beyond the largest process id of Linux
    for name, age_days in {
        f"server-{gone}.log": 20,
        f"worker-{gone}.log.1": 20,
        f"indexer-{gone}.log": 1,
    }.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (now, now - age_days * 86_400))
    (tmp_path / f"server-{os.getpid()}.log").touch()
    os.utime(tmp_path / f"server-{os.getpid()}.log", (now, now - 20 * 86_400))
    (tmp_path / "notes.txt").touch()
    logs.delete_old_files(tmp_path, now)
    kept = {file.name for file in tmp_path.iterdir()}
    assert kept == {f"indexer-{gone}.log", f"server-{os.getpid()}.log", "notes.txt"}


def test_only_so_many_files_are_kept(tmp_path: Path) -> None:
    now = 2_000_000_000.0
    for number in range(40):
        file = tmp_path / f"command-{2**22 + number}.log"
        file.touch()
        os.utime(file, (now, now - number))
    logs.delete_old_files(tmp_path, now)
    assert len(list(tmp_path.iterdir())) == 30
    assert (tmp_path / f"command-{2**22}.log").exists()
