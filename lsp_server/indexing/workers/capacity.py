"""How many parse workers a machine is good for: its cores, what a container leaves of them, its battery."""

import os
import sys
from pathlib import Path

import psutil

SMALL_MACHINE_CORES = 4
"""All cores of such a machine work, at low priority; on a larger one two stay free for everything else."""

MOST_WORKERS = 16
"""More would wait for the one process that writes."""

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def suggested_workers(n_cores: int, *, on_battery: bool) -> int:
    """Return how many parse workers suit.

    Args:
        n_cores: Cores that may be used.
        on_battery: Whether the machine runs on one: then half of the workers take twice the time.
    """
    n_workers = n_cores if n_cores <= SMALL_MACHINE_CORES else min(n_cores - 2, MOST_WORKERS)
    return max(1, n_workers // 2 if on_battery else n_workers)


def usable_cores() -> int:
    """Return how many cores this process may use, by its affinity and its container's share."""
    if sys.platform == "linux":
        n_cores = len(os.sched_getaffinity(0))
    else:
        n_cores = os.cpu_count() or 1
    return max(1, min(n_cores, _quota(_QUOTA) or n_cores))


def is_on_battery() -> bool:
    """Return whether the machine runs on a battery; False where that can't be told."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError, NotImplementedError):  # not on every system
        return False
    return battery is not None and battery.power_plugged is False


def _quota(path: Path) -> int | None:
    """Return the cores that a Linux container may use, rounded up; None without a limit."""
    try:
        share, period = path.read_text().split()
        return None if share == "max" else -(-int(share) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None
