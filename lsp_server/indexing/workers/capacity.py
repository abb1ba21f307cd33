"""How many parse workers suit a machine: by its cores, its container's CPU and memory, and its battery."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import psutil

SMALL_MACHINE_CORES = 4
"""Up to this many cores, all are used, at low priority; of more, two stay free for other work."""

MAX_WORKERS = 16
"""More would only wait for the one process that writes."""

WORKER_BYTES = 60 << 20
"""What a worker needs for itself; some need more for a while."""

BASE_BYTES = 300 << 20
"""What the server and an indexer need."""

_CGROUPS = Path("/sys/fs/cgroup")
_QUOTAS = ("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")
_MEMORY = "memory.max", "memory/memory.limit_in_bytes"
"""Files of version 2, then of version 1."""


def suggested_workers(n_cores: int, *, on_battery: bool) -> int:
    """Return how many parse workers to run.

    Args:
        n_cores: Cores that may be used.
        on_battery: Whether the machine runs on battery, which halves the number.
    """
    n_workers = min(max(n_cores - 2, min(n_cores, SMALL_MACHINE_CORES)), MAX_WORKERS)
    return max(1, n_workers // 2 if on_battery else n_workers)


def usable_cores() -> int:
    """Return how many cores this process may use, by its affinity and its container's CPU quota."""
    if sys.platform == "linux":
        n_cores = len(os.sched_getaffinity(0))
    else:
        n_cores = os.cpu_count() or 1
    return max(1, min(n_cores, *(_quota(names) or n_cores for names in _QUOTAS)))


def fitting_workers() -> int:
    """Return how many workers fit into the memory of a Linux container."""
    n_workers = MAX_WORKERS
    for name in _MEMORY:
        with suppress(OSError, ValueError):  # "max" is no limit
            limit_bytes = int((_CGROUPS / name).read_text())
            n_workers = min(n_workers, (limit_bytes - BASE_BYTES) // WORKER_BYTES)
    return max(1, n_workers)


def is_on_battery() -> bool:
    """Return whether the machine runs on battery; False where that can't be told."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError, NotImplementedError):  # not on every system
        return False
    return battery is not None and battery.power_plugged is False


def _quota(names: tuple[str, ...]) -> int | None:
    """Return the CPU quota of a Linux container in cores, rounded up; None without a limit."""
    try:
        share, period = " ".join((_CGROUPS / name).read_text() for name in names).split()
        return None if share in {"max", "-1"} else -(-int(share) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None
