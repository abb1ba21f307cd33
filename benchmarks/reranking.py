"""What a cross-encoder is worth on annotated queries, and how much it should count.

    python benchmarks/reranking.py --repos DIR --data DIR --model NAME_OR_FOLDER [--depth 20] [--only gin]

--repos and --data as for quality.py; the model as in the setting `search.rerankModel`. Every query is ranked
by the engine's own code, its first results are judged once, and NDCG@10 is told for each part that the
judgement may have in a result's place: 0 is the ranking without, 1 is the cross-encoder alone.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from annotated import Annotated, annotated, mean_over
from targets import DEPTH, Task, covers, from_root

from lsp_server.embedding import CrossEncoder, load_reranker
from lsp_server.search.cancel import Cancel
from lsp_server.search.candidates.gather import gather
from lsp_server.search.engine import retrieval_of, signals, symbol_at
from lsp_server.search.folder.filters import Filters
from lsp_server.search.query.syntax import parse_query
from lsp_server.search.ranking.order import rank
from lsp_server.search.ranking.reranking import Reranking, reranked, text_of
from lsp_server.search.ranking.weights import LEARNED
from lsp_server.search.results import SearchRequest

BLENDS = (0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0)


@dataclass(eq=False)
class Remembering:
    """Judges each list of texts once.

    Attributes:
        judge: The model's.
        took_s: Seconds of each judgement.
    """

    judge: Callable[[str, Sequence[str]], np.ndarray]
    took_s: list[float] = field(default_factory=list)
    _known: dict[tuple[str, ...], np.ndarray] = field(default_factory=dict)

    def rerank(self, query: str, documents: Sequence[str], batch_size: int) -> np.ndarray:  # noqa: ARG002
        """Stand where fastembed's models stand."""
        key = (query, *documents)
        if key not in self._known:
            began_s = time.perf_counter()
            self._known[key] = self.judge(query, documents)
            self.took_s.append(time.perf_counter() - began_s)
        return self._known[key]


def ndcg(one: Annotated, task: Task, model: CrossEncoder, depth: int) -> list[float]:
    """Return a query's NDCG@10 for each blend."""
    query = parse_query(task.query)
    request = SearchRequest(task.query, limit=DEPTH)
    retrieval = retrieval_of(one.view, request, query, Filters.of(request, query))
    found = gather(one.view, retrieval, Cancel())
    ranking = rank(signals(one.view, retrieval, found), LEARNED)
    paths = found.candidates.paths
    symbols = {
        int(place): symbol_at(one.view, found.refs[place]) for place in ranking.order[: max(depth, DEPTH)]
    }

    def hits(candidate: int) -> list[bool]:
        span = symbols[candidate].span
        where = (from_root(one.root, paths[candidate]), span.start.line + 1, span.end.line + 1)
        return [covers(target, *where) for target in task.targets]

    reached = []
    for blend in BLENDS:
        order = reranked(
            Reranking(model, depth, blend),
            query.text,
            ranking,
            lambda candidate: text_of(symbols[candidate], paths[candidate]),
            Cancel(),
        ).order
        top = np.array([hits(int(candidate)) for candidate in order[:DEPTH]]).reshape(-1, len(task.targets))
        firsts = np.unique(top.argmax(axis=0)[top.any(axis=0)])
        ideal = (1 / np.log2(np.arange(min(DEPTH, len(task.targets))) + 2)).sum()
        reached.append(float((1 / np.log2(firsts + 2)).sum() / ideal) if ideal else 0.0)
    return reached


def measure(found: Sequence[tuple[str, list[float]]], took_s: Sequence[float]) -> None:
    """Print the mean over repositories for each blend, and the time of a judgement."""
    names = [name for name, _ in found]
    for column, blend in enumerate(BLENDS):
        print(f"blend {blend:4.2f}  NDCG@10 {mean_over(names, [values[column] for _, values in found]):.3f}")
    print(f"{len(found)} queries, {1000 * float(np.median(took_s)):.0f} ms a judgement at the median")


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--depth", type=int, default=20)
    parser.add_argument("--indexes", type=Path, help="where indexes are kept between runs")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    remembering = Remembering(load_reranker(arguments.model).judge)
    model = CrossEncoder(arguments.model, remembering)
    only = arguments.only.split(",") if arguments.only else []
    with TemporaryDirectory() as scratch:
        found = [
            (one.name, ndcg(one, task, model, arguments.depth))
            for one in annotated(arguments.repos, arguments.data, only, arguments.indexes or Path(scratch))
            for task in one.tasks
        ]
    measure(found, remembering.took_s)


if __name__ == "__main__":
    main()
