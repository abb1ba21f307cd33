"""Learns what each ranking signal is worth, and writes it where searches read it.

    python benchmarks/learn_ranking.py --repos DIR --data DIR [--indexes DIR] [--only flask,gin] [--write]

--repos and --data as for quality.py. The signals of every query's candidates are gathered once, by the
engine's own code; then each weight in turn is multiplied and divided by smaller and smaller steps, and a step
stays when it raises the mean NDCG@10 by more than `LEAST_GAIN`. Nothing is random: the same index gives the
same weights.

The figure to believe is the second one: the weights are learned anew without each language, and its queries
ranked with them. Signals that these repositories say too little about are left as they are (`BY_HAND`).
--write replaces the weights and their report (lsp_server/search/ranking/data/weights.json).
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from annotated import Annotated, annotated, mean_over
from targets import DEPTH, Task, covers, from_root

import lsp_server.search.ranking
from lsp_server.search.cancel import Cancel
from lsp_server.search.candidates.gather import gather
from lsp_server.search.engine import retrieval_of, signals, symbol_at
from lsp_server.search.folder.filters import Filters
from lsp_server.search.folder.view import FolderView
from lsp_server.search.query.syntax import parse_query
from lsp_server.search.ranking.order import rank
from lsp_server.search.ranking.signals import Signals
from lsp_server.search.ranking.weights import ADDED, LEARNED, Weights
from lsp_server.search.results import SearchRequest

WEIGHTS_FILE = Path(lsp_server.search.ranking.__file__).parent / "data" / "weights.json"

START = Weights(
    vector=1.0, text=0.8, file_vector=0.3, file_text=0.3, file_words=1.0, name=0.5, stem=0.5,
    exact=0.5, as_written=1.5, size=0.27, neighbours=0.3, test=0.5, example=0.7, vendored=0.7, generated=0.8,
    declaration=0.9, elsewhere=0.7, constructor=0.85, value=0.7, prose=0.7, whole_file=0.6,
    repeated_file=0.65, repeated_name=0.85,
)  # fmt: skip
"""Round numbers, set by hand before anything was learned; `size` later, beside benchmarks/places.py."""

BY_HAND = (
    "example",
    "vendored",
    "generated",
    "elsewhere",
    "constructor",
    "prose",
    "size",
    "whole_file",
    "repeated_file",
    "repeated_name",
)
"""Weights that too few of the queries touch, so that one repository would decide, and the last four, which
decide how a list reads to a person: whole files are all that these queries ask for, and the longest symbol of
the right file is as good as the right one."""

STEPS = (1.6, 1.25, 1.1)
PASSES = 2
LEAST_GAIN = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """One annotated query with all that ranking sees.

    Attributes:
        repository: It is asked in.
        language: Of the repository.
        signals: Of its n candidates.
        hits: bool[n, targets], which candidate hits which target.
        n_targets: Targets, those that no candidate hits included.
    """

    repository: str
    language: str
    signals: Signals
    hits: np.ndarray
    n_targets: int

    def ndcg(self, weights: Weights) -> float:
        """Return NDCG@10 of the order that the weights give."""
        top = self.hits[rank(self.signals, weights).order[:DEPTH]]
        firsts = np.unique(top.argmax(axis=0)[top.any(axis=0)])
        ideal = (1 / np.log2(np.arange(min(DEPTH, self.n_targets)) + 2)).sum()
        return float((1 / np.log2(firsts + 2)).sum() / ideal) if ideal else 0.0


def gathered(view: FolderView, root: str, task: Task) -> tuple[Signals, np.ndarray]:
    """Return the signals of a query's candidates, and bool[n, targets], which hits which target."""
    query = parse_query(task.query)
    request = SearchRequest(task.query, limit=DEPTH)
    retrieval = retrieval_of(view, request, query, Filters.of(request, query))
    found = gather(view, retrieval, Cancel())
    hits = np.zeros((len(found.refs), len(task.targets)), np.bool_)
    for row, (ref, path) in enumerate(zip(found.refs, found.candidates.paths, strict=True)):
        span = symbol_at(view, ref).span
        where = (from_root(root, path), span.start.line + 1, span.end.line + 1)
        hits[row] = [covers(target, *where) for target in task.targets]
    return signals(retrieval, found), hits


def queries_of(one: Annotated) -> list[Query]:
    """Return all queries of a repository, gathered."""
    return [
        Query(one.name, one.language, *gathered(one.view, one.root, task), len(task.targets))
        for task in one.tasks
    ]


def mean_ndcg(queries: Sequence[Query], weights: Weights) -> float:
    """Return the mean over repositories of their mean NDCG@10."""
    return mean_over([query.repository for query in queries], [query.ndcg(weights) for query in queries])


def learned(queries: Sequence[Query], start: Weights = START) -> Weights:
    """Return the weights that rank the queries best, as far as small steps lead."""
    weights, best = start, mean_ndcg(queries, start)
    for step in STEPS:
        for _ in range(PASSES):
            before = weights
            for name in asdict(weights):
                if name in BY_HAND:
                    continue
                for factor in (step, 1 / step):
                    value = getattr(weights, name) * factor
                    if value > 1 and name not in {*ADDED, "neighbours"}:  # a penalty that rewards
                        continue
                    moved = replace(weights, **{name: round(value, 3)})
                    reached = mean_ndcg(queries, moved)
                    if reached > best + LEAST_GAIN:
                        weights, best = moved, reached
                        break
            if weights == before:
                break
    return weights


def without(language: str, queries: Sequence[Query]) -> list[float]:
    """Return NDCG@10 of a language's queries, ranked by what the other languages taught."""
    weights = learned([query for query in queries if query.language != language])
    return [query.ndcg(weights) for query in queries if query.language == language]


def main() -> None:
    """Learn, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--indexes", type=Path, help="where indexes are kept between runs")
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true", help="replace the weights that searches use")
    arguments = parser.parse_args()
    only = arguments.only.split(",") if arguments.only else []
    queries: list[Query] = []
    with tempfile.TemporaryDirectory() as scratch:
        for one in annotated(arguments.repos, arguments.data, only, arguments.indexes or Path(scratch)):
            queries += queries_of(one)
    report = {
        "queries": len(queries),
        "by_hand": round(mean_ndcg(queries, START), 4),
        "before": round(mean_ndcg(queries, LEARNED), 4),
    }
    print(report, flush=True)
    weights = learned(queries)
    report["learned"] = round(mean_ndcg(queries, weights), 4)
    print(f"learned {report['learned']}  {asdict(weights)}", flush=True)
    languages = sorted({query.language for query in queries})
    held_out: dict[str, float] = {}
    with ProcessPoolExecutor() as pool:
        for language, values in zip(
            languages, pool.map(partial(without, queries=queries), languages), strict=True
        ):
            held_out[language] = round(float(np.mean(values)), 4)
            print(f"{language:12} learned from the others {held_out[language]:.3f}", flush=True)
    report["cross_validated"] = round(float(np.mean(list(held_out.values()))), 4)
    print(f"cross-validated by language {report['cross_validated']}")
    if arguments.write:
        written = {
            "weights": asdict(weights),
            "report": report | {"languages": held_out, "date": f"{datetime.now(UTC):%Y-%m-%d}"},
        }
        WEIGHTS_FILE.write_text(json.dumps(written, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
