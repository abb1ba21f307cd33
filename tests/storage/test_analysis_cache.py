"""The cache gives back what it was given, stays within its bounds, and never fails its user."""

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from child_process import running

from lsp_server.storage import analysis_cache
from lsp_server.storage.analysis_cache import AnalysisCache

LIMIT = 1_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "base" / "analyses.sqlite3"


def entries(path: Path) -> dict[bytes, bytes]:
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT key, data FROM entries"))


def counted_bytes(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        (n_bytes,) = database.execute("SELECT size_bytes FROM total").fetchone()
        return int(n_bytes)


def test_entries_come_back_also_after_reopening(path: Path) -> None:
    with AnalysisCache(path, LIMIT) as cache:
        cache.put_many({b"a": b"1", b"b": b"2"})
        assert cache.get(b"a") == b"1"
        assert cache.get(b"c") is None
    with AnalysisCache(path, LIMIT) as cache:
        assert [cache.get(key) for key in (b"a", b"b", b"c")] == [b"1", b"2", None]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_only_the_user_may_read_it_wherever_it_lies(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    with AnalysisCache(path, LIMIT) as cache:
        cache.put_many({b"a": b"words of private code"})
        assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_putting_twice_counts_once(path: Path) -> None:
    with AnalysisCache(path, LIMIT) as cache:
        for _ in range(3):
            cache.put_many({b"a": b"12345"})
        assert counted_bytes(path) == 5


def test_the_limit_holds_and_the_oldest_go_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    limit_bytes = 1_300_000  # with the pages that an empty database has
    with AnalysisCache(path, limit_bytes) as cache:
        for number in range(10):
            now[0] = number * 10_000.0
            cache.put_many({bytes([number]): b"x" * 110_000})
        now[0] = 200_000.0
        assert cache.get(bytes([0])) is not None
        cache.put_many({b"new": b"x" * 110_000})
        assert cache.get(b"new") is not None
        assert cache.get(bytes([0])) is not None, "just used"
        assert cache.get(bytes([1])) is None
        assert cache.get(bytes([9])) is not None
    assert path.stat().st_size <= limit_bytes


def test_an_entry_too_large_is_passed_over(path: Path) -> None:
    with AnalysisCache(path, 1000) as cache:
        cache.put_many({b"large": b"x" * 500, b"small": b"x"})
        assert entries(path) == {b"small": b"x"}


def test_a_smaller_limit_takes_effect_with_the_next_entry(path: Path) -> None:
    with AnalysisCache(path, LIMIT) as cache:
        cache.put_many({bytes([n]): b"x" * 10_000 for n in range(100)})
    with AnalysisCache(path, 800_000) as cache:
        cache.put_many({b"new": b"x"})
    assert path.stat().st_size <= 800_000


def test_a_limit_of_zero_turns_it_off(path: Path) -> None:
    with AnalysisCache(path, 0) as cache:
        cache.put_many({b"a": b"1"})
        assert cache.get(b"a") is None
    assert not path.exists()


def test_clearing_forgets_everything(path: Path) -> None:
    with AnalysisCache(path, LIMIT) as cache:
        cache.put_many({b"a": b"1"})
        cache.clear()
        assert cache.get(b"a") is None
        assert counted_bytes(path) == 0


@pytest.mark.parametrize("garbage", [b"this is no database" * 500, b"SQLite format 3\0" + b"\7" * 9000])
def test_a_damaged_cache_starts_anew(path: Path, garbage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(garbage)
    with AnalysisCache(path, LIMIT) as cache:
        assert cache.get(b"a") is None
        cache.put_many({b"a": b"1"})
        assert cache.get(b"a") == b"1"


def test_a_place_that_can_not_be_made_is_only_a_miss(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with AnalysisCache(tmp_path / "file" / "analyses.sqlite3", LIMIT) as cache:
        cache.put_many({b"a": b"1"})
        assert cache.get(b"a") is None


def test_a_busy_cache_is_only_a_miss_and_keeps_what_it_has(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis_cache, "_BUSY_TIMEOUT_S", 0.05)
    with AnalysisCache(path, LIMIT) as cache:
        cache.put_many({b"a": b"1"})
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        cache.put_many({b"b": b"2"})
        assert cache.get(b"a") == b"1"
        other.execute("ROLLBACK")
        other.close()
        assert cache.get(b"b") is None
        cache.put_many({b"b": b"2"})
        assert cache.get(b"b") == b"2"


def test_threads_share_one_cache(path: Path) -> None:
    with AnalysisCache(path, LIMIT) as cache:

        def put(n: int) -> None:
            for i in range(20):
                cache.put_many({bytes([n, i]): bytes([n, i])})

        threads = [Thread(target=put, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        keys = [bytes([n, i]) for n in range(4) for i in range(20)]
        assert entries(path) == {key: key for key in keys}


PUT = """
import sys
from pathlib import Path
from lsp_server.storage.analysis_cache import AnalysisCache
cache = AnalysisCache(Path(sys.argv[1]), 1_000_000)
name = sys.argv[2].encode()
for number in range(50):
    cache.put_many({name + bytes([number, item]): bytes(100) for item in range(5)})
print("done", flush=True)
sys.stdin.read()
"""


def test_processes_share_one_cache(path: Path) -> None:
    with running(PUT, path, "x") as first, running(PUT, path, "y") as second:
        assert first.next_line() == second.next_line() == "done"
        keys = [name + bytes([n, item]) for name in (b"x", b"y") for n in range(50) for item in range(5)]
        assert set(entries(path)) == set(keys)
        assert counted_bytes(path) == 100 * len(keys)
