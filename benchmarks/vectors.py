"""Measures the vector stage, one thread: our index beside exact search and, where installed, others.

    python benchmarks/vectors.py --rows 400000 --dimensions 384 [--json result.json]

The others: FAISS, usearch. Data are synthetic: unit rows in groups on a low-dimensional manifold, queries
near rows. Real vectors (an .npy of unit rows) come in with `--vectors`, queries with `--queries`.
"""

import os

# Before NumPy loads its BLAS.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lsp_server.vectors.arrays import F16, F32, I64, Mask
from lsp_server.vectors.calibration import Calibration, calibrate
from lsp_server.vectors.index import VectorIndex
from lsp_server.vectors.kernels import numpy_hamming
from lsp_server.vectors.kmeans import SAMPLE_PER_CLUSTER, assign, suggested_clusters, train_centroids
from lsp_server.vectors.segment import Segment
from lsp_server.vectors.writer import SegmentRows, write_segment

TOP = 10
SEED = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    system: str
    settings: str
    recall_at_10: float
    p50_ms: float
    p99_ms: float
    build_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Unit rows f16[n, d], unit queries f32[m, d], their exact answers i64[m, 10], and the wanted recall."""

    vectors: F16
    queries: F32
    truth: I64
    target: float


def main() -> None:
    """Parse arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--n-queries", type=int, default=300)
    parser.add_argument("--vectors", type=Path, help=".npy with unit rows instead of synthetic ones")
    parser.add_argument("--queries", type=Path, help=".npy with unit queries")
    parser.add_argument("--target", type=float, default=0.98)
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    report = run(options)
    print_table(report["rows"])
    print(json.dumps({key: value for key, value in report.items() if key not in {"rows", "curve"}}, indent=2))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2), encoding="utf-8")


def run(options: argparse.Namespace) -> dict:
    """Measure every system and return the report, ready for JSON."""
    vectors, queries = load_or_make(options)
    question = Question(vectors, queries, exact(vectors, queries), options.target)
    rows = [exact_row(question)]
    details: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        rows += ours(Path(folder), question, details)
    rows += [*faiss_rows(question), *usearch_rows(question)]
    return {
        "rows": [asdict(row) for row in rows],
        "n_rows": len(vectors),
        "dimensions": vectors.shape[1],
        "n_queries": len(queries),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "numpy": np.__version__,
        "python": sys.version.split()[0],
        **details,
    }


def load_or_make(options: argparse.Namespace) -> tuple[F16, F32]:
    """Return unit rows float16 [n, d] and unit queries float32 [m, d]."""
    random = np.random.default_rng(SEED)
    if options.vectors:
        vectors = np.load(options.vectors).astype(np.float16)
    else:
        # So wide that a recall of 0.98 takes a fifth of the clusters, as real code does.
        n_rows, dimensions, latent = options.rows, options.dimensions, 96
        basis = random.standard_normal((latent, dimensions)).astype(np.float32)
        groups = random.standard_normal((max(8, n_rows // 2000), latent)).astype(np.float32)
        vectors = np.empty((n_rows, dimensions), np.float16)
        for start in range(0, n_rows, 20_000):
            size = min(20_000, n_rows - start)
            inner = groups[random.integers(0, len(groups), size)]
            inner = inner + 2 * random.standard_normal((size, latent)).astype(np.float32)
            block = inner @ basis + 6 * random.standard_normal((size, dimensions)).astype(np.float32)
            vectors[start : start + size] = block / np.linalg.norm(block, axis=1, keepdims=True)
    if options.queries:
        return vectors, np.load(options.queries).astype(np.float32)[: options.n_queries]
    queries = vectors[random.choice(len(vectors), options.n_queries)].astype(np.float32)
    noise = random.standard_normal(queries.shape).astype(np.float32)
    queries += 0.8 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return vectors, queries / np.linalg.norm(queries, axis=1, keepdims=True)


def exact(vectors: F16, queries: F32, allowed: Mask | None = None) -> I64:
    """Return the exact top 10 of every query, among the rows allowed."""
    places = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    singles = vectors[places].astype(np.float32)
    truth = np.empty((len(queries), TOP), np.int64)
    for start in range(0, len(queries), 16):
        scores = queries[start : start + 16] @ singles.T
        truth[start : start + 16] = places[np.argpartition(-scores, TOP, axis=1)[:, :TOP]]
    return truth


def exact_row(question: Question) -> Row:
    """Time exact search one query at a time."""
    singles = question.vectors.astype(np.float32)

    def search(query: F32) -> I64:
        scores = singles @ query
        best = np.argpartition(scores, -TOP)[-TOP:]
        return best[np.argsort(-scores[best])]

    few = Question(question.vectors, question.queries[:20], question.truth[:20], 1.0)
    return row("NumPy exact, float32", "", few, search, 0.0)


def row(system: str, settings: str, question: Question, search: Callable[[F32], I64], build_s: float) -> Row:
    """Search every query, after a warm-up."""
    for query in question.queries[:20]:
        search(query)
    seconds, found = [], 0
    for query, answer in zip(question.queries, question.truth, strict=True):
        begun = time.perf_counter()
        places = search(query)
        seconds.append(time.perf_counter() - begun)
        found += len(np.intersect1d(places, answer))
    p50_ms, p99_ms = 1e3 * np.quantile(seconds, [0.5, 0.99])
    return Row(system, settings, found / question.truth.size, float(p50_ms), float(p99_ms), build_s)


def ours(folder: Path, question: Question, details: dict) -> list[Row]:
    """Build an index of one segment, calibrate it, and search it several ways."""
    vectors, queries, target = question.vectors, question.queries, question.target
    n_rows = len(vectors)
    random = np.random.default_rng(SEED)
    n_clusters = suggested_clusters(n_rows)
    stages = [time.perf_counter()]
    sample = np.sort(random.choice(n_rows, min(n_rows, SAMPLE_PER_CLUSTER * n_clusters), replace=False))
    centroids = train_centroids(vectors[sample], n_clusters, SEED)
    stages.append(time.perf_counter())
    clusters = assign(vectors, centroids)
    stages.append(time.perf_counter())
    small, wide = np.zeros(n_rows, np.uint8), np.zeros(n_rows, np.uint32)
    names, ids = [f"name{number}" for number in range(n_rows)], np.arange(n_rows, dtype=np.uint64)
    rows = SegmentRows(ids, vectors, small, small, wide, small, names, [b""] * n_rows)
    write_segment(folder / "a.segment", rows, clusters, n_clusters)
    stages.append(time.perf_counter())
    segment = Segment.open(folder / "a.segment")
    index = VectorIndex([segment], [None], centroids)
    probed = calibrate(index, target, SEED, scan_all_rows=0)
    stages.append(time.perf_counter())
    on_queries = calibrate(index, target, SEED, queries=queries[::4], scan_all_rows=0)
    everything = calibrate(index, target, SEED, queries=queries[::4], scan_all_rows=n_rows)
    plain = VectorIndex([segment], [None], centroids, numpy_hamming)
    allowed = random.random(n_rows) < 0.1
    filtered = Question(vectors, queries, exact(vectors, queries, allowed), target)

    def measured(
        system: str, question: Question, subject: VectorIndex, chosen: Calibration, mask: Mask | None = None
    ) -> Row:
        def search(query: F32) -> I64:
            hits = subject.search(query, TOP, chosen.probes, chosen.rerank, mask)
            return subject.ids(hits.ordinals).astype(np.int64)

        settings = f"probes {chosen.probes}/{n_clusters}, rerank {chosen.rerank}"
        return row(system, settings, question, search, stages[3] - stages[0])

    table = [
        measured("ours, self-calibrated", question, index, probed),
        measured("ours, calibrated on queries", question, index, on_queries),
        measured("ours, every cluster", question, index, everything),
        measured("ours, NumPy kernel", question, plain, on_queries),
        measured("ours, 10 % allowed", filtered, index, on_queries, allowed[index.column("ids")]),
    ]
    picked = np.sort(random.choice(n_rows, min(10_000, n_rows), replace=False))
    begun = time.perf_counter()
    index.similarities(queries[0], picked)
    details |= {
        "gather_us_per_vector": 1e6 * (time.perf_counter() - begun) / len(picked),
        "train_s": stages[1] - stages[0],
        "assign_s": stages[2] - stages[1],
        "write_s": stages[3] - stages[2],
        "calibrate_s": stages[4] - stages[3],
        "predicted_recall": [probed.recall_at_10, on_queries.recall_at_10, everything.recall_at_10],
        "curve": [asdict(point) for point in on_queries.curve],
    }
    segment.close()
    return table


def faiss_rows(question: Question) -> list[Row]:
    """Search FAISS indexes with the smallest nprobe that reaches the target, if FAISS is there."""
    try:
        import faiss  # noqa: PLC0415 - optional
    except ImportError:
        return []
    faiss.omp_set_num_threads(1)
    singles = question.vectors.astype(np.float32)
    n_lists = round(len(singles) ** 0.5)
    table = []
    for kind in ("Flat", "SQ8", "PQ96x4fs,RFlat"):
        begun = time.perf_counter()
        index = faiss.index_factory(singles.shape[1], f"IVF{n_lists},{kind}", faiss.METRIC_INNER_PRODUCT)
        index.train(singles[:: max(1, len(singles) // (64 * n_lists))])
        index.add(singles)
        build_s = time.perf_counter() - begun
        if kind.endswith("RFlat"):
            faiss.ParameterSpace().set_index_parameter(index, "k_factor_rf", 40)

        def search(query: F32, index: Callable = index) -> I64:
            return index.search(query[None], TOP)[1][0]

        for n_probe in (4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, n_lists):
            faiss.ParameterSpace().set_index_parameter(index, "nprobe", n_probe)
            best = row(f"FAISS IVF,{kind}", f"nprobe {n_probe}/{n_lists}", question, search, build_s)
            if best.recall_at_10 >= question.target or n_probe >= n_lists:
                break
        table.append(best)
    return table


def usearch_rows(question: Question) -> list[Row]:
    """Search a usearch graph; nothing where usearch is missing."""
    try:
        from usearch.index import Index  # noqa: PLC0415 - optional
    except ImportError:
        return []
    begun = time.perf_counter()
    index = Index(ndim=question.vectors.shape[1], metric="ip", dtype="f16")
    index.add(np.arange(len(question.vectors)), question.vectors)
    build_s = time.perf_counter() - begun

    def search(query: F32) -> I64:
        return index.search(query, TOP, threads=1).keys.astype(np.int64)

    for expansion in (64, 128, 256, 512, 1024):
        index.expansion_search = expansion
        best = row("usearch HNSW f16", f"expansion {expansion}", question, search, build_s)
        if best.recall_at_10 >= question.target:
            break
    return [best]


def print_table(rows: list[dict]) -> None:
    """Print one line a system."""
    print(f"{'system':<32} {'settings':<36} {'recall@10':>9} {'p50 ms':>8} {'p99 ms':>8} {'build s':>8}")
    for line in rows:
        print(
            f"{line['system']:<32} {line['settings']:<36} {line['recall_at_10']:>9.4f} "
            f"{line['p50_ms']:>8.3f} {line['p99_ms']:>8.3f} {line['build_s']:>8.1f}"
        )


if __name__ == "__main__":
    main()
