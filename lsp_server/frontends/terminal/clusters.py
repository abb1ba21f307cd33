"""What the vectors of an index look like: cluster sizes, imbalance and the recall that was measured."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lsp_server.frontends.terminal.console import Console
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.folders import folder_at, settings_of, visiting
from lsp_server.frontends.terminal.results import table
from lsp_server.search.snapshot import Snapshot
from lsp_server.vectors.compaction import imbalance

_MOST_BARS: Final = 12
_BAR_CELLS: Final = 40
_NO_CLUSTERS: Final = "No vectors are indexed; run `semantic-symbols index`."


def run_cluster_info(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Answer `vector cluster-info [PATH]`."""
    folder = folder_at(arguments.path)
    with visiting(folder, settings_of(folder, tools, console), tools, console) as visit:
        visit.status()
        snapshot = visit.snapshot
        console.document(cluster_facts(snapshot))
        show_clusters(snapshot, console)
        return 0 if snapshot is not None else 1


def cluster_facts(snapshot: Snapshot | None) -> dict[str, Any]:
    """Return the facts as JSON."""
    if snapshot is None:
        return {"vectors": 0, "clusters": 0, "sizes": []}
    sizes = _sizes(snapshot)
    meta = snapshot.meta
    return {
        "vectors": snapshot.vectors.n_alive,
        "dimensions": int(meta.centroids.shape[1]),
        "segments": [{"name": entry.name, "rows": entry.n_rows} for entry in snapshot.catalog.segments],
        "clusters": len(sizes),
        "sizes": sizes.tolist(),
        "imbalance": round(imbalance(sizes), 4),
        "probes": snapshot.probes,
        "rerank": meta.rerank,
        "recallAt10": meta.recall_at_10,
        "recallCurve": [
            {"probes": probes, "rerank": rerank, "recallAt10": recall}
            for probes, rerank, recall in meta.recall_curve
        ],
    }


def show_clusters(snapshot: Snapshot | None, console: Console) -> None:
    """Print the facts and a small plot of the sizes."""
    if snapshot is None:
        console.say(_NO_CLUSTERS)
        return
    sizes = _sizes(snapshot)
    meta = snapshot.meta
    console.say(f"{snapshot.vectors.n_alive:,} vectors in {len(snapshot.catalog.segments)} segments")
    console.say(f"{len(sizes):,} clusters of {_spread(sizes)}; imbalance {imbalance(sizes):.2f}")
    for line in histogram(sizes):
        console.say(f"  {line}")
    recall = "not measured yet" if meta.recall_at_10 is None else f"{meta.recall_at_10:.3f}"
    console.say(f"{snapshot.probes:,} probed, {meta.rerank:,} reranked: recall@10 {recall}")
    if meta.recall_curve:
        rows = [["probes", "rerank", "recall@10"]]
        rows += [[f"{p:,}", f"{r:,}", f"{recall:.3f}"] for p, r, recall in meta.recall_curve]
        for line in table(rows, "  "):
            console.say(line)


def histogram(sizes: Sequence[int] | NDArray[np.int64]) -> list[str]:
    """Return how many clusters there are of which size, as bars."""
    values = np.asarray(sizes)
    if not len(values):
        return []
    n_bars = min(_MOST_BARS, len(np.unique(values)))
    counts, edges = np.histogram(values, bins=n_bars)
    most = max(int(counts.max()), 1)
    rows = [
        [f"{int(np.ceil(low)):,}-{int(high):,}", "#" * round(_BAR_CELLS * count / most), str(count)]
        for low, high, count in zip(edges, edges[1:], counts.tolist(), strict=False)
    ]
    width = max(len(row[0]) for row in rows)
    return [f"{label:>{width}} symbols |{bar} {count}" for label, bar, count in rows]


def _sizes(snapshot: Snapshot) -> NDArray[np.int64]:
    """The living symbols of each cluster, int64[k]."""
    vectors = snapshot.vectors
    living = np.arange(vectors.n_rows) if vectors.alive is None else np.flatnonzero(vectors.alive)
    return np.bincount(vectors.cluster_of(living).astype(np.int64), minlength=vectors.n_clusters)


def _spread(sizes: NDArray[np.int64]) -> str:
    if not len(sizes):
        return "no symbols"
    return f"{sizes.min():,} to {sizes.max():,} symbols, {np.median(sizes):,.0f} in the middle"
