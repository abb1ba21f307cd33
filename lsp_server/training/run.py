"""From a list of repositories to an exported model: every stage in order, seeded, with a report."""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from lsp_server.embedding import BUNDLED_FOLDER
from lsp_server.embedding.offsets import Offsets
from lsp_server.embedding.rotation import rotation
from lsp_server.embedding.static_model import StaticModel
from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.errors import InvalidParams
from lsp_server.training.bags import Bags
from lsp_server.training.contender import Contender
from lsp_server.training.corpus import CorpusPart
from lsp_server.training.evaluation import question_texts
from lsp_server.training.export import export
from lsp_server.training.fit import Recipe, fit
from lsp_server.training.gather import Source, gather
from lsp_server.training.held_out import measure, without_held_out
from lsp_server.training.licences import PERMISSIVE
from lsp_server.training.minilm import MiniLM
from lsp_server.training.network import Parameters
from lsp_server.training.pairs import PairSet, pairs_of
from lsp_server.training.ragged import Ragged
from lsp_server.training.start import row_frequencies, start_parameters
from lsp_server.training.teacher import Lesson, learn_sentences
from lsp_server.training.vocabulary import damped_counts, train_vocabulary

REPORT_FILE = "training.json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train on, and how.

    Attributes:
        sources: Repositories and folders.
        out: Folder for the model.
        corpus: Folder that caches what was read: a second run need not parse again.
        name: What the model is called.
        reserved: Names of repositories never to learn from, lower case.
        permissive_only: Learn only from repositories whose own licence file grants use.
        start: Folder with all-MiniLM-L6-v2, which gives the initial vectors and teaches the first lesson;
            None starts from the bundled model.
        lesson: How to learn from its sentence vectors.
        vocabulary_size: How many sub-words, at most.
        recipe: How the training proper is done.
        runs: How many training runs from one start are averaged.
        field_weights: How much each field's unit vector counts in the model; training weights them equally.
        offsets: The offsets of short symbols, tests and examples.
        n_processes: How many repositories are read at once.
    """

    sources: Sequence[Source]
    out: Path
    corpus: Path
    name: str
    reserved: frozenset[str] = frozenset()
    permissive_only: bool = False
    start: Path | None = None
    vocabulary_size: int = 60_000
    lesson: Lesson = field(default_factory=Lesson)
    recipe: Recipe = field(default_factory=Recipe)
    runs: int = 2
    field_weights: Mapping[str, float] = field(
        default_factory=lambda: {"name": 0.75, "path": 1.0, "body": 1.0, "documentation": 1.3}
    )
    offsets: Offsets = field(default_factory=lambda: Offsets(short=1.5, aside=1.1))
    n_processes: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Repository:
    """What one repository contributed."""

    name: str
    licence: str
    symbols: int
    questions: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, and how good the result is.

    Attributes:
        name: The model's name.
        repositories: What it has learned from.
        left_out: Name of each repository left out → why.
        vocabulary: How many sub-words it knows.
        pairs: How many pairs of a query and the symbol that answers it there were.
        held_out: How many questions were kept out of training.
        mrr: Mean reciprocal rank at which they found their symbol; None without any.
        seconds: How long each stage took.
    """

    name: str
    repositories: list[Repository]
    left_out: dict[str, str]
    vocabulary: int
    pairs: int
    held_out: int
    mrr: float | None
    seconds: dict[str, float]


OnProgress = Callable[[Progress], None]


def train(plan: Plan, on_progress: OnProgress = lambda _: None) -> Report:
    """Train and export a model; write the report next to it.

    Raises:
        InvalidParams: There is nothing to learn from.
    """
    clock = _Clock()
    sources = [source for source in plan.sources if source.name.lower() not in plan.reserved]
    left_out = {
        source.name: "reserved for evaluation"
        for source in plan.sources
        if source.name.lower() in plan.reserved
    }
    parts = _read(plan, sources, left_out, on_progress)
    clock.lap("read")
    taught = [without_held_out(part) for part in parts]
    counts = damped_counts(taught)
    vocabulary = train_vocabulary(counts, plan.vocabulary_size)
    wordpiece = WordPiece(vocabulary)
    clock.lap("vocabulary")
    teacher = MiniLM(plan.start) if plan.start is not None else None
    vectors = _first_vectors(teacher, vocabulary, on_progress)
    parameters = start_parameters(vectors, row_frequencies(counts, wordpiece.rows, len(vocabulary)))
    clock.lap("start")
    pairs = pairs_of(taught, wordpiece)
    if len(pairs) < plan.recipe.shape.pairs:
        raise InvalidParams(
            f"There are only {len(pairs)} pairs of a query and a symbol to learn from; a batch needs "
            f"{plan.recipe.shape.pairs}.",
            "Give more repositories, or ones with more documentation.",
            key="sources",
        )
    if teacher is not None:
        _learn_sentences(teacher, parameters, taught, wordpiece, plan=plan, on_progress=on_progress)
        clock.lap("lesson")
    parameters = _trained(parameters, pairs, plan, on_progress)
    clock.lap("training")
    held_out = measure(
        Contender(parameters, wordpiece, plan.field_weights, plan.offsets), parts, plan.recipe.seed
    )
    export(
        plan.out,
        plan.name,
        parameters=parameters,
        vocabulary=vocabulary,
        field_weights=plan.field_weights,
        offsets=plan.offsets,
        curves=held_out.curves or StaticModel.read(BUNDLED_FOLDER).curves,
    )
    clock.lap("export")
    report = Report(
        name=plan.name,
        repositories=[
            Repository(part.name, part.licence, len(part), int((part.questions.lengths > 0).sum()))
            for part in parts
        ],
        left_out=left_out,
        vocabulary=len(vocabulary),
        pairs=len(pairs),
        held_out=held_out.questions,
        mrr=held_out.mrr,
        seconds=clock.laps,
    )
    (plan.out / REPORT_FILE).write_text(json.dumps(asdict(report), indent=1) + "\n", "utf-8")
    return report


def _read(
    plan: Plan, sources: Sequence[Source], left_out: dict[str, str], on_progress: OnProgress
) -> list[CorpusPart]:
    done = _counted("Reading", len(sources), on_progress)
    parts = []
    for gathered in gather(sources, plan.corpus, plan.n_processes, lambda _: done(1)):
        part = CorpusPart.load(gathered.part) if gathered.part is not None else None
        problem = gathered.problem if part is None else _problem_of(part, plan)
        if part is None or problem:
            left_out[gathered.source.name] = problem
            logger.info("%s is left out: %s", gathered.source.name, problem)
        else:
            parts.append(part)
    return parts


def _problem_of(part: CorpusPart, plan: Plan) -> str:
    if not len(part):
        return "no symbols"
    if plan.permissive_only and part.licence not in PERMISSIVE:
        return f"its licence is {part.licence}" if part.licence else "no licence was recognised"
    return ""


def _first_vectors(teacher: MiniLM | None, vocabulary: dict[str, int], on_progress: OnProgress) -> np.ndarray:
    """Return the initial model's vector of each sub-word, float32[v, d], in the order of the rows."""
    words = [word.removeprefix("##") for word in sorted(vocabulary, key=vocabulary.__getitem__)]
    if teacher is not None:
        return teacher.encode(words, _counted("Starting", len(words), on_progress))
    bundled = StaticModel.read(BUNDLED_FOLDER)
    vectors = np.stack([bundled.query_vector(word) for word in words])
    # The bundled table is rotated; the export rotates what was learned.
    unrotated: np.ndarray = vectors @ rotation(bundled.info.dimensions).T
    return unrotated


def _learn_sentences(
    teacher: MiniLM,
    parameters: Parameters,
    parts: Sequence[CorpusPart],
    wordpiece: WordPiece,
    *,
    plan: Plan,
    on_progress: OnProgress,
) -> None:
    texts = sorted({text for part in parts for text in question_texts(part) if text})
    random = np.random.default_rng(plan.recipe.seed)
    texts = [texts[index] for index in random.permutation(len(texts))[: plan.lesson.sentences]]
    vectors = teacher.encode(texts, _counted("Asking", len(texts), on_progress))
    rows = Ragged.of([wordpiece.rows_of(text.split()) for text in texts])
    learn_sentences(
        parameters,
        Bags.of(rows, len(parameters.table)),
        vectors,
        plan.lesson,
        seed=plan.recipe.seed,
        on_step=_stage("Learning", on_progress),
    )


def _counted(stage: str, total: int, on_progress: OnProgress) -> Callable[[int], None]:
    n_done = 0

    def done(n: int) -> None:
        nonlocal n_done
        n_done += n
        on_progress(Progress(stage, n_done, total))

    return done


def _trained(start: Parameters, pairs: PairSet, plan: Plan, on_progress: OnProgress) -> Parameters:
    """Return the mean of several runs from one start, better than each (Wortsman 2022, arXiv:2203.05482)."""
    mean = Parameters(*(np.zeros_like(one) for one in start.arrays()))
    for run in range(plan.runs):
        parameters = Parameters(*(one.copy() for one in start.arrays()))
        done = _stage("Training" if plan.runs == 1 else f"Run {run + 1}", on_progress)
        fit(parameters, pairs, replace(plan.recipe, seed=plan.recipe.seed + run), done)
        for total, one in zip(mean.arrays(), parameters.arrays(), strict=True):
            np.add(total, one / np.float32(plan.runs), out=total)
    return mean


def _stage(name: str, on_progress: OnProgress) -> Callable[[int, int], None]:
    return lambda done, total: on_progress(Progress(name, done, total))


class _Clock:
    """Times stages, one after the other."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round(now - self._since, 1)
        self._since = now
