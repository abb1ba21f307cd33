"""How many parse workers a machine gets."""

from pathlib import Path

import pytest

from lsp_server.indexing.workers import capacity
from lsp_server.indexing.workers.capacity import MAX_WORKERS, fitting_workers, suggested_workers, usable_cores


@pytest.fixture
def cgroups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where Linux says what a container may use."""
    monkeypatch.setattr(capacity, "_CGROUPS", tmp_path)
    (tmp_path / "cpu").mkdir()
    (tmp_path / "memory").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("n_cores", "plugged_in", "on_battery"),
    [(1, 1, 1), (2, 2, 1), (4, 4, 2), (5, 4, 2), (8, 6, 3), (32, 16, 8)],
)
def test_workers_suit_cores_and_battery(n_cores: int, plugged_in: int, on_battery: int) -> None:
    assert suggested_workers(n_cores, on_battery=False) == plugged_in
    assert suggested_workers(n_cores, on_battery=True) == on_battery


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("100000 100000", 1), ("150000 100000", 2), ("max 100000", None), ("nonsense", None), ("5 0", None)],
)
def test_a_container_gives_fewer_cores(limit: str, expected: int | None, cgroups: Path) -> None:
    without_limit = usable_cores()
    (cgroups / "cpu.max").write_text(limit)
    assert usable_cores() == (without_limit if expected is None else min(expected, without_limit))


@pytest.mark.parametrize(("quota", "expected"), [("100000", 1), ("150000", 2), ("-1", None)])
def test_a_container_of_an_older_system_gives_fewer_cores(
    quota: str, expected: int | None, cgroups: Path
) -> None:
    without_limit = usable_cores()
    (cgroups / "cpu/cpu.cfs_quota_us").write_text(f"{quota}\n")
    (cgroups / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert usable_cores() == (without_limit if expected is None else min(expected, without_limit))


@pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (f"{128 << 20}", 1),
        (f"{512 << 20}", 3),
        (f"{1 << 30}", 12),
        (f"{16 << 30}", MAX_WORKERS),
        ("max", MAX_WORKERS),
        ("9223372036854771712", MAX_WORKERS),
        ("nonsense", MAX_WORKERS),
    ],
)
def test_a_container_has_memory_for_fewer_workers(
    name: str, limit: str, expected: int, cgroups: Path
) -> None:
    assert fitting_workers() == MAX_WORKERS
    (cgroups / name).write_text(limit)
    assert fitting_workers() == expected


def test_a_machine_without_a_battery_is_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity.psutil, "sensors_battery", lambda: None)
    assert not capacity.is_on_battery()
