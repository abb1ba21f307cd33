"""How many parse workers suit a machine: by its cores, its container's CPU and memory, and its battery."""

import os
import sys
from pathlib import Path

import psutil

SMALL_MACHINE_CORES = 4
"""Up to this many cores, all are used, at low priority; on larger machines two stay free for other work."""

MAX_WORKERS = 16
"""More would only wait for the one process that writes."""

WORKER_BYTES = 60 << 20
"""What a worker needs for itself; some need more for a while."""

BASE_BYTES = 300 << 20
"""What the server and an indexer need."""

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_MEMORY = Path("/sys/fs/cgroup/memory.max")


def suggested_workers(n_cores: int, *, on_battery: bool) -> int:
    """Return how many parse workers to run.

    Args:
        n_cores: Cores that may be used.
        on_battery: Whether the machine runs on battery, which halves the number.
    """
    n_workers = n_cores if n_cores <= SMALL_MACHINE_CORES else min(n_cores - 2, MAX_WORKERS)
    return max(1, n_workers // 2 if on_battery else n_workers)


def usable_cores() -> int:
    """Return how many cores this process may use, by its affinity and its container's CPU quota."""
    if sys.platform == "linux":
        n_cores = len(os.sched_getaffinity(0))
    else:
        n_cores = os.cpu_count() or 1
    return max(1, min(n_cores, _quota(_QUOTA) or n_cores))


def fitting_workers() -> int:
    """Return how many workers fit into the memory of a Linux container (cgroup v2)."""
    try:
        limit_bytes = int(_MEMORY.read_text())
    except (OSError, ValueError):  # "max" is no limit
        return MAX_WORKERS
    return max(1, min(MAX_WORKERS, (limit_bytes - BASE_BYTES) // WORKER_BYTES))


def is_on_battery() -> bool:
    """Return whether the machine runs on battery; False where that can't be told."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError, NotImplementedError):  # not on every system
        return False
    return battery is not None and battery.power_plugged is False


def _quota(path: Path) -> int | None:
    """Return the CPU quota of a Linux container (cgroup v2) in cores, rounded up; None without a limit."""
    try:
        share, period = path.read_text().split()
        return None if share == "max" else -(-int(share) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None
