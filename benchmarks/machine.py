"""What the benchmarks share: the machine a figure was taken on, percentiles, the table and its JSON."""

import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
import psutil


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table.

    Attributes:
        name: What was measured.
        value: The figure; None where it could not be taken.
        unit: Of the value.
        limit: What the design allows, in words; empty where it says nothing.
        note: What else a reader should know.
    """

    name: str
    value: float | None
    unit: str
    limit: str = ""
    note: str = ""


def machine() -> dict[str, str]:
    """Return what this run's figures depend on, for people."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": _cpu_name(),
        "cores": str(_cores()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "system": _system(),
        "python": platform.python_version(),
        "load": load(),
        "command": " ".join(["python", *sys.argv]),
    }


def load() -> str:
    """Return how busy the machine has been for a minute: other programs' work stands in every wall time."""
    return f"{psutil.getloadavg()[0]:.1f}"


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which a share of all lies, None of none."""
    return float(np.percentile(values, 100 * share)) if values else None


def middle(values: Iterable[float | None]) -> float | None:
    """Return the median of the values that could be taken."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def ratio(above: float | None, below: float | None) -> float | None:
    """Return a quotient, None where a part of it is missing."""
    return above / below if above is not None and below else None


def tree_of(pid: int) -> list[psutil.Process]:
    """Return a process and all its living descendants."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """Return the processor time that living processes have used; what ended meanwhile counts nothing."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def report(title: str, figures: Sequence[Figure], at: Mapping[str, str], json_path: Path | None) -> None:
    """Print the table, and write it where a path is given."""
    print(f"\n{title}")
    print("  " + ", ".join(f"{name} {value}" for name, value in at.items() if name != "command"))
    print(f"  load at the end {load()}; {at['command']}\n")
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        value = "-" if figure.value is None else _rounded(figure.value)
        measured = f"  {figure.name:<{width}} {value:>10} {figure.unit:<10}"
        print(f"{measured} {figure.limit:<16} {figure.note}".rstrip())
    if json_path is not None:
        document = {"title": title, "machine": dict(at), "figures": [asdict(figure) for figure in figures]}
        json_path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _rounded(value: float) -> str:
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _system() -> str:
    """Return the system and its version, without the build."""
    return f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"


def _cpu_name() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
