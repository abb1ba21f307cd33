"""The training loop: learns parameters from batches of pairs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from lsp_server.training.adam import Adam
from lsp_server.training.network import FIELDS, Parameters, loss_and_gradients
from lsp_server.training.pairs import NAME, QUESTION, BatchShape, Dropout, PairSet, batches

ALIKE: Mapping[str, float] = dict.fromkeys(FIELDS, 1.0)
"""Equal weights of the fields in training: `Dropout` hides fields at random anyway."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyperparameters of training.

    Attributes:
        epochs: How often every pair is seen.
        shape: How a batch is composed.
        temperature: What similarities are divided by.
        table_rate: Peak learning rate of the table.
        weight_rate: Peak learning rate of the sub-words' weights.
        warm_up: Share of the steps in which the rate rises.
        name_share: How many name pairs for each question pair, at most.
        dropout: What is hidden.
        seed: Seeds everything random.
    """

    epochs: int = 1
    shape: BatchShape = field(default_factory=BatchShape)
    temperature: float = 0.05
    table_rate: float = 2e-3
    weight_rate: float = 2e-2
    warm_up: float = 0.05
    name_share: float = 0.5
    dropout: Dropout = field(default_factory=Dropout)
    seed: int = 0


def fit(parameters: Parameters, pairs: PairSet, recipe: Recipe, on_step: Callable[[int, int], None]) -> None:
    """Train parameters in place.

    Args:
        parameters: Where to start.
        pairs: What to learn.
        recipe: How.
        on_step: Called after every step with the steps done and their total.
    """
    random = np.random.default_rng(recipe.seed)
    table = Adam(parameters.table)
    symbol_weights = Adam(parameters.symbol_weights)
    query_weights = Adam(parameters.query_weights)
    per_epoch = len(_chosen(pairs, recipe, np.random.default_rng(recipe.seed))) // recipe.shape.pairs
    total = max(1, per_epoch * recipe.epochs)
    number = 0
    for _ in range(recipe.epochs):
        chosen = _chosen(pairs, recipe, random)
        for batch in batches(pairs, chosen, recipe.shape, recipe.dropout, random):
            _, gradient = loss_and_gradients(parameters, batch, ALIKE, recipe.temperature)
            rate = falling_rate(number / total, recipe.warm_up)
            table.step(gradient.rows, gradient.table, recipe.table_rate * rate)
            symbol_weights.step(gradient.rows, gradient.symbol_weights, recipe.weight_rate * rate)
            query_weights.step(gradient.rows, gradient.query_weights, recipe.weight_rate * rate)
            number += 1
            on_step(number, total)


def _chosen(pairs: PairSet, recipe: Recipe, random: np.random.Generator) -> np.ndarray:
    """Return the pairs of one epoch: all questions, and as many names as the recipe wants."""
    questions = np.flatnonzero(pairs.origins == QUESTION)
    names = random.permutation(np.flatnonzero(pairs.origins == NAME))
    n_names = int(recipe.name_share * len(questions)) if len(questions) else len(names)
    return np.concatenate((questions, names[:n_names]))


def falling_rate(done: float, warm_up: float = 0.0) -> float:
    """Return the learning rate's factor, from 0 to 1: a linear warm-up, then a cosine decay.

    Args:
        done: Share of all steps that are done.
        warm_up: Share of them in which it rises.
    """
    if done < warm_up:
        return max(done, 1e-3) / warm_up
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warm_up) / (1 - warm_up))))
