"""Measures the vector stage, one thread: our index beside exact search, FAISS and usearch, where installed.

    python benchmarks/vectors.py --sources FOLDER... [--rows 400000] [--json result.json] [--chart FILE.svg]

Sources are repositories; symbols and queries are made of them as `real_vectors` says. Vectors made before, or
others, come in with `--vectors` and `--queries` (.npy of unit rows). Without either, data are synthetic.

Half of the queries choose each system's settings, the cheapest that reach the target; the other half measure.
Systems take turns, a few queries at a time, so that all meet the same weather. An answer counts when it is as
similar as the tenth best, so that equal vectors do nobody harm.
"""

import os

# Before NumPy loads its BLAS.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from contenders import SEED, TOP, Contender, Exact, Faiss, Ours, Usearch, build_ours
from machine import load, machine
from real_vectors import embedded

from lsp_server.vectors.arrays import F16, F32, Mask
from lsp_server.vectors.calibration import calibrate
from lsp_server.vectors.kernels import numpy_hamming

ROUNDS = 3
AT_ONCE = 10
WARM_UP = 2
SLOW = 8  # exact search answers one query in so many
_EQUAL = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Unit rows f16[n, d], unit queries f32[m, d], the similarity of each one's tenth best f32[m]."""

    vectors: F16
    queries: F32
    tenth: F32

    @classmethod
    def of(cls, vectors: F16, queries: F32, allowed: Mask | None = None) -> "Question":
        """Answer exactly, among the rows allowed."""
        best = np.full((len(queries), TOP), -np.inf, np.float32)
        for start in range(0, len(vectors), 50_000):
            scores = queries @ vectors[start : start + 50_000].astype(np.float32).T
            if allowed is not None:
                scores[:, ~allowed[start : start + 50_000]] = -np.inf
            best = np.sort(np.concatenate([best, scores], axis=1), axis=1)[:, -TOP:]
        return cls(vectors, queries, best[:, 0])

    def halves(self) -> tuple["Question", "Question"]:
        """Return every other query, and the rest."""
        return tuple(Question(self.vectors, self.queries[first::2], self.tenth[first::2]) for first in (0, 1))  # type: ignore[return-value]

    def recall(self, number: int, found: np.ndarray) -> float:
        """Return which share of the ten best a search found."""
        rows = self.vectors[found[found >= 0]].astype(np.float32)
        return min(1.0, np.count_nonzero(rows @ self.queries[number] >= self.tenth[number] - _EQUAL) / TOP)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    system: str
    settings: str
    recall_at_10: float
    p50_ms: float
    p99_ms: float
    kilobytes: float
    build_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A system as it is measured: with its settings, on its question."""

    contender: Contender
    setting: str
    question: Question
    label: str

    def turn(self) -> None:
        """Set the knobs."""
        if isinstance(self.contender, Ours):
            return  # every entry has an index object of its own
        self.contender.apply(self.setting)


def main() -> None:
    """Parse arguments, measure, print."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("--sources", type=Path, nargs="+", help="repositories whose symbols are embedded")
    parser.add_argument("--rows", type=int, default=400_000, help="at most so many")
    parser.add_argument("--dimensions", type=int, default=384, help="of synthetic vectors")
    parser.add_argument("--n-queries", type=int, default=600)
    parser.add_argument("--vectors", type=Path, help=".npy with unit rows")
    parser.add_argument("--queries", type=Path, help=".npy with unit queries")
    parser.add_argument("--target", type=float, default=0.98)
    parser.add_argument(
        "--skip", nargs="*", default=[], help="systems to leave out, by a part of their names"
    )
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--chart", type=Path, help="also draw them (.svg or .png; needs matplotlib)")
    options = parser.parse_args()
    report = run(options)
    print_report(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.chart:
        from charts import draw_vectors  # noqa: PLC0415 - matplotlib is optional

        draw_vectors(report, options.chart)


def run(options: argparse.Namespace) -> dict:
    """Measure every system and return the report, ready for JSON."""
    at = machine()
    vectors, queries, data = load_or_make(options)
    tuning, asking = Question.of(vectors, queries).halves()
    details: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        entries = [*ours(Path(folder), tuning, asking, options.target, details)]
        entries += [
            Entry(one, cheapest(one, tuning, options.target), asking, one.name)
            for one in others(vectors, options.skip)
        ]
        rows = measure(entries)
    return {
        "title": f"{len(vectors):,} vectors, {len(asking.queries)} queries: {data}",
        "machine": {**at, "load at the end": load()},
        "target": options.target,
        "rows": [asdict(row) for row in rows],
        **details,
    }


def load_or_make(options: argparse.Namespace) -> tuple[F16, F32, str]:
    """Return unit rows float16 [n, d], unit queries float32 [m, d], and what they are."""
    random = np.random.default_rng(SEED)
    if options.sources or options.vectors:
        data = "symbols of real code, documentation asks for it"
        if options.vectors:
            vectors, queries = np.load(options.vectors, mmap_mode="r"), np.load(options.queries)
        else:
            vectors, queries = embedded(options.sources)
        chosen = np.sort(random.choice(len(vectors), min(len(vectors), options.rows), replace=False))
        vectors = np.ascontiguousarray(vectors[chosen], np.float16)
        vectors = vectors[vectors.any(axis=1)]
        queries = queries[queries.any(axis=1)]
        asked = random.choice(len(queries), min(len(queries), options.n_queries), replace=False)
        return vectors, np.ascontiguousarray(queries[asked], np.float32), data
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
    queries = vectors[random.choice(len(vectors), options.n_queries)].astype(np.float32)
    noise = random.standard_normal(queries.shape).astype(np.float32)
    queries += 0.8 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return vectors, queries / np.linalg.norm(queries, axis=1, keepdims=True), "synthetic"


def ours(folder: Path, tuning: Question, asking: Question, target: float, details: dict) -> Iterator[Entry]:
    """Yield our index with settings found in several ways; note what it tells of itself."""
    vectors = tuning.vectors
    parts = build_ours(folder, vectors)
    tuned = Ours("ours", parts)
    setting = cheapest(tuned, tuning, target)
    tuned.apply(setting)
    probes, rerank = tuned._probes, tuned._rerank  # noqa: SLF001 - what `apply` chose
    yield Entry(tuned, setting, asking, "ours")

    began = time.perf_counter()
    own = calibrate(tuned.index, target, SEED, scan_all_rows=0)
    calibrate_s = time.perf_counter() - began
    real = calibrate(tuned.index, target, SEED, queries=asking.queries, scan_all_rows=0)
    calibrated = Ours("ours, calibrated by simulation", parts)
    yield Entry(calibrated, calibrated.set(own.probes, own.rerank), asking, calibrated.name)

    whole = Ours("ours, every cluster", parts)
    yield Entry(whole, whole.set(len(parts.centroids), rerank), asking, whole.name)

    plain = Ours("ours, NumPy kernel", parts, numpy_hamming)
    yield Entry(plain, plain.set(probes, rerank), asking, plain.name)

    allowed = np.random.default_rng(SEED).random(len(vectors)) < 0.1
    filtered = Ours("ours, a tenth allowed", parts, allowed=allowed)
    question = Question.of(vectors, asking.queries, allowed)
    yield Entry(filtered, filtered.set(probes, rerank), question, filtered.name)

    predicted = {(point.probes, point.rerank): point.recall for point in own.curve}
    details |= {
        "gather_us_per_vector": gather_us(tuned, asking.queries[0]),
        "train_s": parts.train_s,
        "assign_s": parts.assign_s,
        "write_s": parts.write_s,
        "calibrate_s": calibrate_s,
        "self_calibrated": {"predicted": own.recall_at_10, "related": own.related_recall_at_10},
        "curve": [
            {
                "probes": point.probes,
                "rerank": point.rerank,
                "simulated": predicted[point.probes, point.rerank],
                "asked": point.recall,
            }
            for point in real.curve
        ],
    }


def gather_us(system: Ours, query: F32) -> float:
    """Return what comparing one of 10,000 rows by number costs, in microseconds."""
    random = np.random.default_rng(SEED)
    times = []
    for _ in range(9):
        picked = random.choice(system.index.n_rows, min(10_000, system.index.n_rows), replace=False)
        began = time.perf_counter()
        system.index.similarities(query, np.sort(picked))
        times.append(1e6 * (time.perf_counter() - began) / len(picked))
    return float(np.median(times))


def others(vectors: F16, skipped: Sequence[str]) -> Iterator[Contender]:
    """Yield the systems that are installed and wanted."""
    singles = vectors.astype(np.float32)
    yield Exact(singles)
    dimensions = singles.shape[1]
    fast_scan = f"PQ{dimensions // 4}x4fs,RFlat"
    makers: Mapping[str, Callable[[], Contender]] = {
        "FAISS IVF,Flat": lambda: Faiss("Flat", singles, 4 * dimensions),
        "FAISS IVF,SQ8": lambda: Faiss("SQ8", singles, dimensions),
        f"FAISS IVF,{fast_scan}": lambda: Faiss(fast_scan, singles, dimensions // 8),
        "usearch": lambda: Usearch(vectors),
    }
    for name, make in makers.items():
        if any(part in name for part in skipped):
            continue
        try:
            yield make()
        except ImportError as error:
            print(f"left out: {error}")


def cheapest(contender: Contender, question: Question, target: float) -> str:
    """Return the settings that reach the target in the least time; the most accurate where none does."""
    good: list[tuple[float, str]] = []
    best = (0.0, "")
    for setting in contender.settings():
        contender.apply(setting)
        if good and _time_ms(contender, question.queries[:AT_ONCE]) > 1.5 * min(good)[0]:
            continue
        step = SLOW if isinstance(contender, Exact) else 1
        numbers = range(0, len(question.queries), step)
        began = time.perf_counter()
        answers = [contender.search(question.queries[number]) for number in numbers]
        mean_ms = 1e3 * (time.perf_counter() - began) / len(numbers)
        recall = float(
            np.mean([question.recall(n, found) for n, found in zip(numbers, answers, strict=True)])
        )
        best = max(best, (recall, setting))
        if recall >= target:
            good.append((min(mean_ms, _time_ms(contender, question.queries)), setting))
    return min(good)[1] if good else best[1]


def _time_ms(contender: Contender, queries: F32) -> float:
    times = []
    for query in queries[:60]:
        began = time.perf_counter()
        contender.search(query)
        times.append(1e3 * (time.perf_counter() - began))
    return float(np.median(times))


def measure(entries: Sequence[Entry]) -> list[Row]:
    """Let all systems answer all queries, in turns."""
    seconds: list[list[float]] = [[] for _ in entries]
    recalls: list[list[float]] = [[] for _ in entries]
    sizes: list[list[int]] = [[] for _ in entries]
    n_queries = len(entries[0].question.queries)
    for turn in range(ROUNDS):
        for first in range(0, n_queries, AT_ONCE):
            for place, entry in enumerate(entries):
                entry.turn()
                step = SLOW if isinstance(entry.contender, Exact) else 1
                numbers = range(first, min(first + AT_ONCE, n_queries), step)
                for number in numbers[:WARM_UP]:
                    entry.contender.search(entry.question.queries[number])
                for number in numbers:
                    query = entry.question.queries[number]
                    began = time.perf_counter()
                    found = entry.contender.search(query)
                    seconds[place].append(time.perf_counter() - began)
                    if not turn:
                        recalls[place].append(entry.question.recall(number, found))
                        sizes[place].append(entry.contender.bytes_read(query))
    rows = []
    for place, entry in enumerate(entries):
        p50_ms, p99_ms = 1e3 * np.quantile(seconds[place], [0.5, 0.99])
        rows.append(
            Row(
                system=entry.label,
                settings=entry.setting,
                recall_at_10=float(np.mean(recalls[place])),
                p50_ms=float(p50_ms),
                p99_ms=float(p99_ms),
                kilobytes=float(np.mean(sizes[place])) / 1e3,
                build_s=entry.contender.build_s,
            )
        )
    return rows


def print_report(report: dict) -> None:
    """Print one line a system, then the rest."""
    print(f"\n{report['title']}")
    print("  " + ", ".join(f"{name} {value}" for name, value in report["machine"].items()))
    mine = report["rows"][0]
    head = ("system", "settings", "recall@10", "p50 ms", "p99 ms", "x ours", "kB read", "x ours", "build s")
    print("{:<28} {:<30} {:>9} {:>8} {:>8} {:>6} {:>10} {:>6} {:>8}".format(*head))
    for line in report["rows"]:
        slower, wider = (line[name] / mine[name] for name in ("p50_ms", "kilobytes"))
        print(
            f"{line['system']:<28} {line['settings']:<30} {line['recall_at_10']:>9.4f} "
            f"{line['p50_ms']:>8.3f} {line['p99_ms']:>8.3f} {slower:>6.1f} "
            f"{line['kilobytes']:>10,.0f} {wider:>6.1f} {line['build_s']:>8.1f}"
        )
    for name in ("gather_us_per_vector", "train_s", "assign_s", "write_s", "calibrate_s", "self_calibrated"):
        print(f"{name}: {report[name]}")


if __name__ == "__main__":
    main()
