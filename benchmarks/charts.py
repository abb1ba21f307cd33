"""Draws the figures of the reports; needs matplotlib (extra `bench`). The same figures give the same file.

python benchmarks/charts.py vectors RESULT.json CHART.svg
python benchmarks/charts.py scale RESULT.json CHART.svg
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams |= {"svg.hashsalt": "semantic-symbols", "font.size": 9, "axes.spines.top": False}
mpl.rcParams |= {"axes.spines.right": False, "svg.fonttype": "none"}

from matplotlib import pyplot as plt  # noqa: E402 - after the backend is chosen

OURS, OTHERS = "#2a6fdb", "#9aa3ad"
ASKED, SIMULATED = "#c2410c", "#2a6fdb"


def draw_vectors(report: dict[str, Any], path: Path) -> None:
    """Draw how long each system takes, how much it reads, and the recall that was predicted."""
    rows = [row for row in report["rows"] if row["system"] != "ours, a tenth allowed"]
    names = [f"{row['system']}  ({row['recall_at_10']:.3f})" for row in rows]
    colours = [OURS if row["system"].startswith("ours") else OTHERS for row in rows]
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    for axis, key, title in (
        (axes[0], "p50_ms", "milliseconds a query, median"),
        (axes[1], "kilobytes", "kilobytes read a query"),
    ):
        values = [row[key] for row in rows]
        axis.barh(names, values, color=colours)
        axis.set_xscale("log")
        axis.set_title(title)
        axis.invert_yaxis()
        axis.bar_label(
            axis.containers[0],
            [f"{value:,.0f}" if value >= 100 else f"{value:.2g}" for value in values],
            padding=2,
        )
        axis.margins(x=0.25)
    axes[1].set_yticklabels([])
    draw_curve(axes[2], report)
    save(figure, path)


def draw_curve(axis: Any, report: dict[str, Any]) -> None:
    """Draw recall by probed clusters, as calibration simulates it and as real queries have it."""
    rerank = min({point["rerank"] for point in report["curve"]}, key=lambda one: abs(one - 700))
    points = [point for point in report["curve"] if point["rerank"] == rerank]
    probes = [point["probes"] for point in points]
    axis.plot(probes, [point["asked"] for point in points], "o-", color=ASKED, label="documentation")
    axis.plot(probes, [point["simulated"] for point in points], "s--", color=SIMULATED, label="simulated")
    axis.axhline(report["target"], color=OTHERS, linewidth=0.8)
    axis.set_xscale("log")
    axis.set_title(f"recall@10 by probes, {rerank} reranked")
    axis.legend(frameon=False)


def draw_scale(report: dict[str, Any], path: Path) -> None:
    """Draw what a user waits for, and what it costs, by the number of symbols."""
    sizes = [table for _, table in sorted(report["sizes"].items(), key=lambda pair: int(pair[0]))]
    symbols = [table["symbols"] for table in sizes]
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
    lines = (
        (
            axes[0],
            "milliseconds, median",
            ("search, p50", "workspace/symbol, p50", "edit to searchable, p50"),
        ),
        (
            axes[1],
            "milliseconds",
            ("search, p99", "process start to first answer", "save to searchable, p50"),
        ),
        (axes[2], "bytes a symbol", ("own memory per symbol", "index on disk per symbol")),
    )
    for axis, title, keys in lines:
        for key in keys:
            axis.plot(symbols, [table[key] for table in sizes], "o-", label=key)
        axis.set_xscale("log")
        axis.set_ylim(bottom=0)
        axis.set_title(title)
        axis.set_xlabel("symbols")
        axis.legend(frameon=False)
    save(figure, path)


def save(figure: Any, path: Path) -> None:
    """Write a figure without the date, so that it changes only with what it shows."""
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def main() -> None:
    """Draw a chart of a result."""
    kind, source, target = sys.argv[1:]
    report = json.loads(Path(source).read_text(encoding="utf-8"))
    {"vectors": draw_vectors, "scale": draw_scale}[kind](report, Path(target))


if __name__ == "__main__":
    main()
