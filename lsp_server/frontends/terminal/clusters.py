"""What the vectors of an index look like: cluster sizes, imbalance and measured recall."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lsp_server.frontends.terminal.console import Console
from lsp_server.frontends.terminal.contract import Tools
from lsp_server.frontends.terminal.folders import folder_at, settings_of, visiting
from lsp_server.search.folder.snapshot import Snapshot
from lsp_server.storage.index_meta import IndexMeta
from lsp_server.vectors.compaction import imbalance

_MAX_BARS: Final = 12
_BAR_CELLS: Final = 40
_LABEL: Final = 26
_NO_CLUSTERS: Final = "No vectors are indexed; run `semantic-symbols index`."


def run_cluster_info(arguments: Namespace, tools: Tools, console: Console) -> int:
    """Run `vector cluster-info [PATH]`."""
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
        "inSecondClusters": sum(len(segment.spilled_rows) for segment in snapshot.vectors.segments),
        "recallAt10": meta.recall_at_10,
        "relatedRecallAt10": meta.related_recall_at_10,
        "recallCurve": [
            {"probes": probes, "rerank": rerank, "recallAt10": recall, "relatedRecallAt10": related}
            for probes, rerank, recall, related in meta.recall_curve
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
    shared = sum(len(segment.spilled_rows) for segment in snapshot.vectors.segments)
    if shared:
        console.say(f"{shared:,} symbols are in a second cluster, too")
    if meta.recall_at_10 is None or meta.related_recall_at_10 is None:
        console.say("recall@10 is not measured yet")
        return
    console.say(f"{snapshot.probes:,} clusters probed, {meta.rerank:,} symbols compared exactly. Recall@10:")
    console.say(f"  {meta.recall_at_10:.3f} of what people ask")
    console.say(f"  {meta.related_recall_at_10:.3f} of what is related to a symbol")
    for line in recall_plot(meta, snapshot.probes):
        console.say(f"  {line}")


def recall_plot(meta: IndexMeta, probes: int) -> list[str]:
    """Return the recall curve as text: by clusters probed and by symbols compared exactly; [] without one."""
    by_probes = [(p, recall) for p, r, recall, _ in meta.recall_curve if r == meta.rerank]
    by_rerank = [(r, recall) for p, r, recall, _ in meta.recall_curve if p == probes]
    lines = []
    for title, points, chosen in (
        (f"probed    (compared: {meta.rerank:,})", by_probes, probes),
        (f"compared  (probed: {probes:,})", by_rerank, meta.rerank),
    ):
        if points:
            lines += [f"{title:<{_LABEL + 1}} recall@10 of what people ask", *_bars(points, chosen)]
    return lines


def _bars(points: Sequence[tuple[int, float]], chosen: int) -> list[str]:
    return [
        f"{number:>{_LABEL},} |{'#' * round(_BAR_CELLS * recall):<{_BAR_CELLS}} {recall:.3f}"
        + ("  <- searches" if number == chosen else "")
        for number, recall in points
    ]


def histogram(sizes: NDArray[np.int64]) -> list[str]:
    """Return a histogram of cluster sizes, int64[k], as text bars."""
    if not len(sizes):
        return []
    n_bars = min(_MAX_BARS, len(np.unique(sizes)))
    counts, edges = np.histogram(sizes, bins=n_bars)
    most = max(int(counts.max()), 1)
    rows = [
        [f"{int(np.ceil(low)):,}-{int(high):,}", "#" * round(_BAR_CELLS * count / most), str(count)]
        for low, high, count in zip(edges, edges[1:], counts.tolist(), strict=False)
    ]
    width = max(len(row[0]) for row in rows)
    return [f"{label:>{width}} symbols |{bar} {count}" for label, bar, count in rows]


def _sizes(snapshot: Snapshot) -> NDArray[np.int64]:
    """Return the number of live symbols in each cluster, int64[k]."""
    vectors = snapshot.vectors
    return np.bincount(vectors.cluster_of(vectors.living()).astype(np.int64), minlength=vectors.n_clusters)


def _spread(sizes: NDArray[np.int64]) -> str:
    if not len(sizes):
        return "no symbols"
    return f"{sizes.min():,} to {sizes.max():,} symbols, median {np.median(sizes):,.0f}"
