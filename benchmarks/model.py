"""How good an embedding model is by itself: cosine only, no text search, no ranking signals.

    python benchmarks/model.py --repos DIR --data DIR [--cosqa DIR] [--models FOLDER ...] [--only flask,gin]
                               [--minilm FOLDER] [--bm25] [--json FILE] [--calibrate FOLDER]

--repos holds one checked-out repository per name; --data holds specs.json and annotations/NAME.json (queries
with the files that answer them); --cosqa holds CoSQA's code_idx_map.txt and cosqa-retrieval-dev-500.json
(Huang et al. 2021). Four figures: NDCG@10 of the annotated queries with one entry per file and without that
limit; the mean reciprocal rank of documented symbols among all of their repository when asked for by their
documentation, which is hidden; and that of CoSQA's answers among its 6,267 functions. None is for tuning but
the first two.

--calibrate fits a model's score curves instead, and writes them into its config.json: on the five best hits
of each annotated query in its own repository, relevant or not, and in another, where nothing is relevant.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from targets import DEPTH, Task, covers, from_root, ndcg, read_specs, read_tasks

from lsp_server.embedding import BUNDLED_FOLDER, ScoreCurves
from lsp_server.embedding.static_model import CONFIG_FILE
from lsp_server.text import split_words
from lsp_server.training.calibration import fit_curves
from lsp_server.training.contender import Contender
from lsp_server.training.corpus import FILE_KIND, CorpusPart, read_part
from lsp_server.training.evaluation import Finder, hidden_documentation
from lsp_server.training.minilm import MiniLM
from lsp_server.training.pairs import side_by_side
from lsp_server.training.ragged import Ragged
from lsp_server.training.sources import FolderRepository, SourceFile

HITS, SAMPLE = 5, 200
MINILM_WORDS = 90
K1, B = 1.5, 0.75  # of BM25, as Lucene has them but for k1, which is 1.2 there


@dataclass(frozen=True, slots=True)
class Repository:
    """One annotated repository: its symbols, its queries, and where its folder lies in it."""

    name: str
    root: str
    part: CorpusPart
    tasks: Path


class Snippets:
    """CoSQA's functions, one file each; a `training.sources.Repository`."""

    name = "cosqa"

    def __init__(self, sources: Sequence[str]) -> None:
        self._sources = sources

    def licence(self) -> str | None:
        """Not asked: nothing is learned from them."""
        return None

    def files(self) -> Iterator[SourceFile]:
        """Yield them in order."""
        for number, source in enumerate(self._sources):
            yield SourceFile(f"{number}.py", source.encode())


class Bm25:
    """Okapi BM25 over all words of a symbol (Robertson and Zaragoza 2009); a `Finder`."""

    def similarities(self, queries: Sequence[str], part: CorpusPart) -> np.ndarray:
        """See `Finder.similarities`."""
        fields = side_by_side(part.names, part.containers, part.paths, part.bodies, part.documentations)
        n, n_words = len(part), len(part.words)
        counts = sp.csr_matrix((np.ones(len(fields.flat)), fields.flat, fields.starts), (n, n_words))
        counts.sum_duplicates()
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        documents = np.bincount(counts.indices, minlength=n_words)
        rarity = np.log(1 + (n - documents + 0.5) / (documents + 0.5))
        length = np.repeat(lengths / max(lengths.mean(), 1), np.diff(counts.indptr))
        counts.data = counts.data * (K1 + 1) / (counts.data + K1 * (1 - B + B * length))
        weights = counts.multiply(rarity[None, :]).tocsr()
        number = {word: index for index, word in enumerate(part.words)}
        asked = Ragged.of([[number[word] for word in split_words(one) if word in number] for one in queries])
        bags = sp.csr_matrix((np.ones(len(asked.flat)), asked.flat, asked.starts), (len(queries), n_words))
        scores: np.ndarray = (bags @ weights.T).toarray()
        return scores


class Transformer:
    """all-MiniLM-L6-v2 over a symbol's words in the order name, documentation, body; a `Finder`."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model

    def similarities(self, queries: Sequence[str], part: CorpusPart) -> np.ndarray:
        """See `Finder.similarities`."""
        fields = (part.paths, part.containers, part.names, part.documentations, part.bodies)
        words = side_by_side(*fields)
        texts = [
            " ".join(part.words[word] for word in words[index][:MINILM_WORDS]) for index in range(len(part))
        ]
        spaced = [" ".join(split_words(query)) for query in queries]
        cosines: np.ndarray = self._model.encode(spaced) @ self._model.encode(texts).T
        return cosines


def read_repositories(repos: Path, data: Path, only: Sequence[str]) -> list[Repository]:
    """Parse the annotated repositories, every file of them."""
    repositories = []
    for spec in read_specs(data, only):
        source = FolderRepository(repos / spec.name / spec.root, spec.name, lambda _path, _size: True)
        tasks = data / "annotations" / f"{spec.name}.json"
        repositories.append(Repository(spec.name, spec.root, read_part(source), tasks))
    return repositories


def read_cosqa(folder: Path) -> tuple[list[str], np.ndarray, CorpusPart]:
    """Return the queries, the number of each one's answer, and the functions as symbols without a path."""
    index: Mapping[str, int] = json.loads((folder / "code_idx_map.txt").read_bytes())
    part = read_part(Snippets(sorted(index, key=index.__getitem__)))
    size = part.lines[:, 1] - part.lines[:, 0]
    # The whole function, not one inside it, nor the file's own entry.
    order = np.lexsort((-np.arange(len(part)), size, part.kinds != FILE_KIND))
    whole = dict(zip(part.files[order].tolist(), order.tolist(), strict=True))
    functions = part.take(np.array([whole[number] for number in range(len(index))]))
    nowhere = Ragged(np.zeros(0, np.int32), np.zeros(len(index) + 1, np.int64))
    pairs = json.loads((folder / "cosqa-retrieval-dev-500.json").read_bytes())
    answers = np.array([one["retrieval_idx"] for one in pairs])
    return [one["doc"] for one in pairs], answers, replace(functions, paths=nowhere)


def measure(
    finder: Finder,
    repositories: Sequence[Repository],
    cosqa: tuple[list[str], np.ndarray, CorpusPart] | None,
) -> dict[str, float]:
    """Return the figures by name; each repository counts the same."""
    per_file, unlimited, documented = [], [], []
    for repository in repositories:
        part, tasks = repository.part, read_tasks(repository.tasks)
        similarities = finder.similarities([task.query for task in tasks], part)
        for values, one_a_file in ((per_file, True), (unlimited, False)):
            ndcg = annotated_ndcg(similarities, part, tasks, repository.root, one_a_file=one_a_file)
            values.append(statistics.fmean(ndcg))
        found = hidden_documentation(finder, part, np.flatnonzero(part.questions.lengths > 0))
        documented.append(float((1 / found.ranks).mean()))
    figures = {
        "ndcg_one_per_file": statistics.fmean(per_file),
        "ndcg": statistics.fmean(unlimited),
        "documentation_mrr": statistics.fmean(documented),
    }
    if cosqa is not None:
        queries, answers, functions = cosqa
        figures["cosqa_mrr"] = float((1 / ranks(finder.similarities(queries, functions), answers)).mean())
    return figures


def annotated_ndcg(
    similarities: np.ndarray, part: CorpusPart, tasks: Sequence[Task], root: str, *, one_a_file: bool
) -> list[float]:
    """Return NDCG@10 of each query; a target counts once, at its first hit.

    Args:
        similarities: float[tasks, symbols].
        part: The repository.
        tasks: The queries.
        root: The part's folder, from the repository's root; "" for itself.
        one_a_file: Rank only the best symbol of each file.
    """
    values = []
    for row, task in zip(similarities, tasks, strict=True):
        order = np.argsort(-row, kind="stable")[: 200 if one_a_file else DEPTH]
        if one_a_file:
            firsts = np.unique(part.files[order], return_index=True)[1]
            order = order[np.sort(firsts)][:DEPTH]
        places = [
            (from_root(root, part.file_names[part.files[index]]), *(part.lines[index] + 1).tolist())
            for index in order
        ]
        values.append(ndcg(places, task.targets))
    return values


def ranks(similarities: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return the rank, from 1, of each query's answer, int64[q]; in a tie the answer comes last."""
    own = similarities[np.arange(len(answers)), answers]
    placed: np.ndarray = (similarities >= own[:, None]).sum(axis=1)
    return placed


def answers(target: Any, root: str, part: CorpusPart, index: int) -> bool:
    """Return whether a symbol of a repository matches a target.

    Args:
        target: Of a `Task`.
        root: The part's folder, from the repository's root.
        part: The repository.
        index: The symbol.
    """
    path = from_root(root, part.file_names[part.files[index]])
    first, last = (part.lines[index] + 1).tolist()
    return covers(target, path, first, last)


def calibrate(model: Contender, repositories: Sequence[Repository]) -> ScoreCurves:
    """Fit a model's curves to hits of queries, and to nearest neighbours in another repository."""
    random = np.random.default_rng(0)
    vectors = [model.symbols(repository.part) for repository in repositories]
    hits: list[tuple[float, bool]] = []
    strangers: list[float] = []
    for number, repository in enumerate(repositories):
        part, own = repository.part, vectors[number]
        other = vectors[(number + len(repositories) // 3) % len(repositories)]
        tasks = read_tasks(repository.tasks)
        queries = model.queries([task.query for task in tasks])
        for task, row in zip(tasks, queries @ own.T, strict=True):
            for index in np.argsort(-row)[:HITS].tolist():
                place = (repository.root, part, index)
                hits.append((float(row[index]), any(answers(target, *place) for target in task.targets)))
        elsewhere = np.sort(queries @ other.T, axis=1)[:, -HITS:]
        hits += [(value, False) for value in elsewhere.ravel().tolist()]
        sample = random.choice(len(part), min(len(part), SAMPLE), replace=False)
        strangers += (own[sample] @ other.T).max(axis=1).tolist()
    similarities = np.array([value for value, _ in hits])
    return fit_curves(similarities, np.array([is_right for _, is_right in hits]), np.array(strangers))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cosqa", type=Path)
    parser.add_argument("--models", type=Path, nargs="*", default=[BUNDLED_FOLDER])
    parser.add_argument("--only", default="")
    parser.add_argument("--minilm", type=Path, help="all-MiniLM-L6-v2: minutes, and an hour for all of them")
    parser.add_argument("--bm25", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--calibrate", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    repositories = read_repositories(
        arguments.repos, arguments.data, arguments.only.split(",") if arguments.only else []
    )
    if not repositories:
        sys.exit("no repository of that name")
    cosqa = read_cosqa(arguments.cosqa) if arguments.cosqa else None
    finders: dict[str, Finder] = {str(folder): Contender.of_exported(folder) for folder in arguments.models}
    if arguments.bm25:
        finders["BM25"] = Bm25()
    if arguments.minilm:
        finders["all-MiniLM-L6-v2"] = Transformer(MiniLM(arguments.minilm))
    if arguments.calibrate:
        curves = calibrate(Contender.of_exported(arguments.calibrate), repositories)
        config = arguments.calibrate / CONFIG_FILE
        written = json.loads(config.read_bytes()) | {"score_curves": asdict(curves)}
        config.write_text(json.dumps(written, indent=1) + "\n", "utf-8")
        print(curves)
        return
    results = {}
    for name, finder in finders.items():
        results[name] = measure(finder, repositories, cosqa)
        print(name, "  ".join(f"{figure} {value:.4f}" for figure, value in results[name].items()), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
