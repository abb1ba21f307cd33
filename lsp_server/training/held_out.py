"""Held-out questions, which training never sees: they measure a model and calibrate its scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lsp_server.embedding.scores import ScoreCurves
from lsp_server.training.calibration import fit_curves
from lsp_server.training.contender import Contender
from lsp_server.training.corpus import CorpusPart, hash_of
from lsp_server.training.evaluation import hidden_documentation, question_texts
from lsp_server.training.ragged import Ragged, starts_of

ONE_IN = 50
"""One question in this many is held out."""

SAMPLE = 200
"""Symbols of each repository whose nearest neighbour in another one is searched."""

MAX_SYMBOLS = 20_000
"""How many symbols are looked at, over all repositories."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How the held-out questions did.

    Attributes:
        questions: How many were asked.
        mrr: Mean reciprocal rank of the right symbol among all of its repository; None without questions.
        curves: From similarity to score; None where there was too little data.
    """

    questions: int
    mrr: float | None
    curves: ScoreCurves | None


def is_held_out(part: CorpusPart) -> np.ndarray:
    """Return which symbols' questions are held out, bool[n]: always the same, whatever else is read."""
    texts = (np.frombuffer(text.encode(), np.uint8) for text in question_texts(part))
    return np.array([len(text) > 0 and hash_of(text) % ONE_IN == 0 for text in texts], bool)


def without_held_out(part: CorpusPart) -> CorpusPart:
    """Return the part without those questions; the symbols stay."""
    lengths = np.where(is_held_out(part), 0, part.questions.lengths)
    return replace(part, questions=Ragged(part.questions.take(lengths > 0).flat, starts_of(lengths)))


def measure(contender: Contender, parts: Sequence[CorpusPart], seed: int) -> HeldOut:
    """Ask the questions that were held out.

    A question's best hit in its own repository is right or wrong; its best hit in another one is wrong, and a
    symbol's nearest neighbour there is unrelated.
    """
    random = np.random.default_rng(seed)
    ranks: list[np.ndarray] = []
    hits: list[tuple[float, bool]] = []
    unrelated: list[float] = []
    stranger: np.ndarray | None = None
    seen = 0
    for number in random.permutation(len(parts)):
        part = parts[number]
        if seen > MAX_SYMBOLS:
            break
        asked = np.flatnonzero(is_held_out(part))
        if not len(asked):
            continue
        seen += len(part)
        found = hidden_documentation(contender, part, asked)
        ranks.append(found.ranks)
        hits += zip(found.similarities.max(axis=1).tolist(), (found.ranks == 1).tolist(), strict=True)
        symbols = contender.symbols(part)
        if stranger is not None:
            queries = contender.queries(question_texts(part.take(asked)))
            hits += [(value, False) for value in (queries @ stranger.T).max(axis=1).tolist()]
            sample = random.choice(len(part), min(len(part), SAMPLE), replace=False)
            unrelated += (symbols[sample] @ stranger.T).max(axis=1).tolist()
        stranger = symbols
    if not ranks:
        return HeldOut(0, None, None)
    all_ranks = np.concatenate(ranks)
    return HeldOut(len(all_ranks), float((1 / all_ranks).mean()), _curves(hits, unrelated))


def _curves(hits: list[tuple[float, bool]], unrelated: list[float]) -> ScoreCurves | None:
    is_relevant = np.array([is_right for _, is_right in hits], bool)
    if not unrelated or is_relevant.all() or not is_relevant.any():
        return None
    return fit_curves(np.array([value for value, _ in hits]), is_relevant, np.array(unrelated))
