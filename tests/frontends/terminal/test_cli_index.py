"""`index`, `status`, `clear`, `doctor` and `vector cluster-info`: the care of an index."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shell import KITCHEN, Shell

from lsp_server.storage.lease import WriterLease


def test_cluster_info_tells_sizes_and_recall(indexed: Shell) -> None:
    facts = indexed.json("vector", "cluster-info")
    assert facts["vectors"] == sum(facts["sizes"]) == 8
    assert facts["recallAt10"] >= 0.98
    assert "Recall@10:" in indexed.ask("vector", "cluster-info").stdout


def test_indexing_tells_the_status_and_with_profile_the_stages(shell: Shell) -> None:
    told = shell.json("vector", "index-vectors", "--profile")
    assert told["state"] == "ready"
    assert told["metrics"]["embeddedSymbols"] == told["coverage"]["symbols"] == 8
    assert {"scan", "workers", "commit"} <= set(told["profile"])
    assert told["vectors"]["vectors"] == 8
    again = shell.json("index")
    assert again["metrics"]["embeddedSymbols"] == 0
    assert again["index"]["generation"] == told["index"]["generation"]


def test_status_of_a_folder_and_of_all(indexed: Shell, shell: Shell) -> None:
    status = indexed.json("status")
    assert status["state"] == "ready"
    assert status["folders"][0]["uri"] == indexed.workspace.as_uri()
    (one,) = indexed.json("status", "--all")["indexes"]
    assert (one["workspace"], one["state"]) == (str(indexed.workspace), "ready")
    assert shell.json("status")["state"] == "starting"


def test_status_of_all_counts_every_file_of_the_cache(shell: Shell) -> None:
    shell.index_dir.mkdir(parents=True)
    for ending in ("", "-wal", "-shm"):
        (shell.index_dir / f"analyses.sqlite3{ending}").write_bytes(bytes(1000))
    assert shell.json("status", "--all")["cacheBytes"] == 3000


def test_a_folder_without_files_is_indexed_too(shell: Shell, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert shell.ask("index", str(empty)).returncode == 0
    status = shell.json("status", str(empty))
    assert (status["state"], status.get("message")) == ("ready", None)
    assert shell.names("cake", str(empty), code=1) == []
    (empty / "kitchen.js").write_text(KITCHEN, encoding="utf-8")
    assert "bakeCake" in shell.names("cake", str(empty))


@pytest.mark.parametrize("words", [["{}", "--all"], ["--all", "{}"], [".", "--all"]])
def test_a_folder_and_all_of_them_can_t_both_be_meant(indexed: Shell, words: list[str]) -> None:
    words = [word.format(indexed.workspace) for word in words]
    for command in ("clear", "status"):
        assert indexed.json(command, *words, code=2)["error"]["kind"] == "WrongUsage"
    assert indexed.json("status")["state"] == "ready"


def test_an_index_dir_of_ones_own_and_its_clearing(shell: Shell) -> None:
    elsewhere = shell.base / "elsewhere"
    assert shell.run("index", "--index-dir", str(elsewhere)).returncode == 0
    assert list((elsewhere / "indexes").iterdir())
    assert not shell.index_dir.exists()
    precious = elsewhere / "indexes" / "precious-0123456789abcdef"
    precious.mkdir()
    (precious / "novel.txt").touch()
    assert shell.ask("clear", "--all", "--index-dir", str(elsewhere)).returncode == 0
    assert [entry.name for entry in (elsewhere / "indexes").iterdir()] == [precious.name]
    assert not (elsewhere / "analyses.sqlite3").exists()
    assert shell.ask("clear", "--index-dir", str(elsewhere)).returncode == 1


def test_while_another_process_writes_searches_answer_and_indexing_gives_up_in_time(shell: Shell) -> None:
    shell.ask("index")
    (shell.workspace / "rocket.py").write_text("def launch_rocket():\n    pass\n")
    (index,) = (shell.index_dir / "indexes").iterdir()
    with WriterLease.acquire(index / "lease.lock"):
        done = shell.ask("search", "bake a cake")
        assert "bakeCake" in done.stdout
        assert "Another process is indexing" in done.stderr
        assert shell.json("index", "--wait", "0.1", code=6)["error"]["kind"] == "IndexBusy"
        assert shell.json("status")["state"] == "indexing"


def test_the_doctor_finds_and_repairs_a_damaged_segment(shell: Shell) -> None:
    shell.ask("index")
    assert shell.json("doctor", "--deep")["findings"] == []
    segment = next(shell.index_dir.rglob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 255
    segment.write_bytes(content)
    assert shell.json("doctor", code=7)["sound"] is False
    repaired = shell.json("doctor", "--repair")
    assert repaired["findings"]
    assert repaired["remaining"] == []
    assert shell.names("bake a cake", "--limit", "1") == ["bakeCake"]


def test_the_doctor_repairs_no_version_that_is_sound(shell: Shell) -> None:
    shell.ask("index")
    segment = next(shell.index_dir.rglob("*.seg"))
    sound = segment.parents[1]
    damaged = sound.with_name(sound.name[:3] + "0123456789abcdef")
    shutil.copytree(sound, damaged)
    next(damaged.rglob("*.seg")).write_bytes(b"")
    written_ns = segment.stat().st_mtime_ns
    repaired = shell.json("doctor", "--repair")
    assert repaired["findings"]
    assert repaired["remaining"] == []
    assert segment.stat().st_mtime_ns == written_ns
    assert not damaged.exists()


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C for child processes there")
def test_ctrl_c_keeps_a_good_index(shell: Shell) -> None:
    for number in range(400):
        functions = "".join(f"def function_{i}(value):\n    return value + {i}\n\n" for i in range(60))
        (shell.workspace / f"module_{number}.py").write_text(functions)
    process = subprocess.Popen(
        shell.command("index"), cwd=shell.workspace, env=shell.environment, stderr=subprocess.PIPE, text=True
    )
    while not list(shell.index_dir.rglob("*.seg")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Interrupted" in errors
    assert shell.json("doctor")["sound"] is True
    assert shell.json("index")["coverage"]["indexedFiles"] == 402


@pytest.mark.parametrize("name", ["gone", "x" * 300], ids=["gone", "out of reach"])
def test_indexing_forgets_folders_that_vanished_long_ago(shell: Shell, name: str) -> None:
    old = shell.index_dir / "indexes" / "gone-0123456789abcdef"
    old.mkdir(parents=True)
    (old / "workspace.json").write_text(json.dumps({"path": str(shell.base / name), "lastUsed": 1}))
    assert shell.json("status", "--all")["indexes"][0]["state"] == "vanished"
    shell.ask("index")
    assert not old.exists()
