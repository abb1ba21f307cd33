"""How well searches find what people meant: the engine's own answers on annotated repositories.

    python benchmarks/quality.py --repos DIR --data DIR [--indexes DIR] [--only flask,gin] [--worst 5]
                                 [--ablate] [--palette] [--json FILE] [--report FILE]

--repos holds one checked-out repository per name; --data holds specs.json and annotations/NAME.json (queries
with the files that answer them). NDCG@10, recall@10 and the mean reciprocal rank, by language and by kind of
query; a target gains once, where it is first hit. Averages go from queries to repositories to languages.

--ablate leaves each signal out in turn, the others as they are, and says what it is worth: positive is better
with it. "helps" and "harms" count the queries that are better and worse with it. --palette asks
`workspace/symbol` instead. --report writes all of it as a page.
"""

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean, median

import numpy as np
from annotated import Annotated, annotated, mean_over
from learn_ranking import Query, queries_of
from machine import machine
from targets import DEPTH, Task, covers, from_root, ndcg

from lsp_server.search.cancel import Cancel
from lsp_server.search.engine import search
from lsp_server.search.folder.view import FolderView
from lsp_server.search.palette.answer import CentralSymbols, palette
from lsp_server.search.ranking.weights import ADDED, KINDS, LEARNED, TRUST, nothing
from lsp_server.search.results import SearchRequest, SearchResult

NOISE = 0.002
"""A signal worth less than this over all queries is called noise in the report."""

ABOUT = """
- A target is a file that answers a query, or some of its lines. It counts once, where it is first hit.
- Averages go from queries to repositories to languages. `ms` is the median time of a search in the engine.
- The ranking's weights were learned on these queries. [ranking.md](../ranking.md#where-the-weights-come-from)
  says what they reach on languages left out, [model.md](../model.md#how-good-it-is) what the whole server
  reaches on other repositories.

This page is written by a program; the last section says by which command.
"""

Ask = Callable[[FolderView, str], Sequence[SearchResult]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query found.

    Attributes:
        repository: It was asked in.
        language: Of the repository.
        kind: Of the query.
        query: As asked.
        ndcg: NDCG@10.
        recall: Share of the targets among the first ten.
        reciprocal_rank: Of the first that hits any target; 0 beyond the tenth.
        ms: Wall time of the search, in milliseconds.
        first: Names and files of the first three.
    """

    repository: str
    language: str
    kind: str
    query: str
    ndcg: float
    recall: float
    reciprocal_rank: float
    ms: float
    first: tuple[str, ...]


def by_search(view: FolderView, query: str) -> Sequence[SearchResult]:
    """Ask as `semanticSearch` does."""
    return search([view], SearchRequest(query, limit=DEPTH), Cancel()).results


def by_palette(view: FolderView, query: str) -> Sequence[SearchResult]:
    """Ask as `workspace/symbol` does."""
    return palette([view], query, 500, Cancel(), meaning=True, central=CentralSymbols())[:DEPTH]


def answered(one: Annotated, task: Task, ask: Ask) -> Answer:
    """Ask one query."""
    began_s = time.perf_counter()
    found = ask(one.view, task.query)
    took_ms = (time.perf_counter() - began_s) * 1000
    places = [
        (from_root(one.root, hit.path), hit.symbol.span.start.line + 1, hit.symbol.span.end.line + 1)
        for hit in found
    ]
    hits = np.array([[covers(target, *place) for target in task.targets] for place in places], np.bool_)
    hits = hits.reshape(len(places), len(task.targets))
    right = np.flatnonzero(hits.any(axis=1))
    return Answer(
        repository=one.name,
        language=one.language,
        kind=task.category,
        query=task.query,
        ndcg=ndcg(places, task.targets),
        recall=float(hits.any(axis=0).mean()) if task.targets else 0.0,
        reciprocal_rank=1 / (1 + int(right[0])) if len(right) else 0.0,
        ms=took_ms,
        first=tuple(f"{hit.symbol.name} ({hit.path.rpartition('/')[2]})" for hit in found[:3]),
    )


def figures(answers: Sequence[Answer]) -> dict[str, float]:
    """Return the means over repositories, and the median time."""
    names = [answer.repository for answer in answers]
    return {
        "queries": len(answers),
        "ndcg10": mean_over(names, [answer.ndcg for answer in answers]),
        "recall10": mean_over(names, [answer.recall for answer in answers]),
        "mrr": mean_over(names, [answer.reciprocal_rank for answer in answers]),
        "ms": median(answer.ms for answer in answers),
    }


def grouped(answers: Sequence[Answer], name: str) -> dict[str, dict[str, float]]:
    """Return the figures of the answers of each language, or kind."""
    groups: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[getattr(answer, name)].append(answer)
    return {group: figures(some) for group, some in sorted(groups.items())}


def ablated(queries: Sequence[Query]) -> dict[str, dict[str, float]]:
    """Return what each signal is worth: the mean NDCG@10 it adds, and the queries it helps and harms."""
    repositories = [query.repository for query in queries]
    with_all = np.array([query.ndcg(LEARNED) for query in queries])
    worth = {}
    for name in (*ADDED, "neighbours", *TRUST, *KINDS, "repeated_file", "repeated_name"):
        weights = replace(LEARNED, **{name: getattr(nothing(), name)})
        gain = with_all - np.array([query.ndcg(weights) for query in queries])
        worth[name] = {
            "weight": getattr(LEARNED, name),
            "worth": mean_over(repositories, gain.tolist()),
            "helps": int((gain > 0).sum()),
            "harms": int((gain < 0).sum()),
        }
    return dict(sorted(worth.items(), key=lambda item: -item[1]["worth"]))


def table(groups: Mapping[str, Mapping[str, float]], first: str) -> Iterator[str]:
    """Yield the lines of a Markdown table, one row a group."""
    columns = list(next(iter(groups.values())))
    yield f"| {first} | {' | '.join(columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for group, row in groups.items():
        cells = [f"{value:.3f}" if isinstance(value, float) else str(value) for value in row.values()]
        yield f"| {group} | {' | '.join(cells)} |"


def page(
    answers: Sequence[Answer], ablation: Mapping[str, Mapping[str, float]], n_worst: int
) -> Iterator[str]:
    """Yield the lines of the report."""
    of_all = figures(answers)
    yield from ("# Retrieval quality", "")
    yield "How well searches find what people mean, on annotated queries about public repositories:"
    yield f"NDCG@10 {of_all['ndcg10']:.3f}, recall@10 {of_all['recall10']:.3f}, MRR {of_all['mrr']:.3f}."
    yield ABOUT
    yield from table({"all": of_all, **grouped(answers, "kind")}, "kind of query")
    yield ""
    yield from table(grouped(answers, "language"), "language")
    if ablation:
        yield from ("", "## What each signal is worth", "")
        yield "`worth` is NDCG@10 with the signal minus NDCG@10 without it, all else unchanged;"
        yield f"under {NOISE} it is noise. `helps` and `harms` count the queries that get better and worse."
        yield ""
        yield from table(ablation, "signal")
    if n_worst:
        yield from (
            "",
            "## The worst queries",
            "",
            "| NDCG@10 | repository | query | came first |",
            "|---:|---|---|---|",
        )
        for answer in sorted(answers, key=lambda answer: answer.ndcg)[:n_worst]:
            query = answer.query.replace("|", "\\|")
            yield f"| {answer.ndcg:.2f} | {answer.repository} | {query} | {', '.join(answer.first)} |"
    yield from ("", "## The machine", "")
    yield from (f"- {name}: {value}" for name, value in machine().items())


def main() -> None:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--indexes", type=Path, help="where indexes are kept between runs")
    parser.add_argument("--only", default="")
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--ablate", action="store_true")
    parser.add_argument("--palette", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    only = arguments.only.split(",") if arguments.only else []
    answers: list[Answer] = []
    queries: list[Query] = []
    with tempfile.TemporaryDirectory() as scratch:
        for one in annotated(arguments.repos, arguments.data, only, arguments.indexes or Path(scratch)):
            asked = by_palette if arguments.palette else by_search
            of_one = [answered(one, task, asked) for task in one.tasks]
            answers += of_one
            if arguments.ablate:
                queries += queries_of(one)
            print(f"{one.name:20} {fmean(answer.ndcg for answer in of_one):.3f}", flush=True)
    ablation = ablated(queries) if queries else {}
    lines = list(page(answers, ablation, arguments.worst))
    print("\n".join(lines))
    if arguments.report:
        arguments.report.write_text("\n".join(lines) + "\n", "utf-8")
    if arguments.json:
        written = {
            "all": figures(answers),
            "languages": grouped(answers, "language"),
            "kinds": grouped(answers, "kind"),
            "ablation": ablation,
            "answers": [asdict(answer) for answer in answers],
            "machine": machine(),
        }
        arguments.json.write_text(json.dumps(written, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
