"""Distillation before training proper: what a general model knows of paraphrases.

Bags of words are moved to where the teacher puts the sentences that they come from (as in Minish Lab's
"tokenlearn"; Reimers and Gurevych 2020, arXiv:2004.09813, for sentences of other languages).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lsp_server.training.adam import Adam
from lsp_server.training.bags import Bags
from lsp_server.training.fit import falling_rate
from lsp_server.training.network import Parameters, normalised, pooled, pooled_gradients, rows_of_bags


@dataclass(frozen=True, slots=True)
class Lesson:
    """How to learn from a teacher.

    Attributes:
        sentences: How many questions the teacher encodes, at most.
        epochs: How often each is seen.
        batch: Sentences in a batch.
        table_rate: Peak learning rate of the table.
        weight_rate: Peak learning rate of the sub-words' weights.
        dropout: Share of sub-words that are hidden.
    """

    sentences: int = 240_000
    epochs: int = 6
    batch: int = 2048
    table_rate: float = 4e-3
    weight_rate: float = 2e-2
    dropout: float = 0.1


def learn_sentences(
    parameters: Parameters,
    sentences: Bags,
    vectors: np.ndarray,
    lesson: Lesson,
    *,
    seed: int,
    on_step: Callable[[int, int], None],
) -> None:
    """Train bags of sub-words, as queries and as fields, towards the teacher's vectors, in place.

    Args:
        parameters: What to improve.
        sentences: n bags.
        vectors: The teacher's, float32[n, d].
        lesson: How.
        seed: Seeds the order, and what is hidden.
        on_step: Called after each step with the steps done and their total.
    """
    random = np.random.default_rng(seed)
    # Centre the vectors: the mean does not distinguish any sentences.
    wanted = normalised(vectors - vectors.mean(axis=0))
    size = min(lesson.batch, len(sentences))
    per_epoch = len(sentences) // max(size, 1)
    total = per_epoch * lesson.epochs
    table = Adam(parameters.table)
    # The same sums twice, once with the weights of symbols and once with those of queries.
    weights = [(one, Adam(one)) for one in (parameters.symbol_weights, parameters.query_weights)]
    for done in range(total):
        if done % per_epoch == 0:
            order = random.permutation(len(sentences))
        chosen = order[done % per_epoch * size :][:size]
        bags = sentences.take(chosen)
        bags = bags.without(random.random(len(bags.damped)) < lesson.dropout)
        rows, columns = rows_of_bags([bags], len(parameters.table))
        matrix = bags.matrix(columns, len(rows))
        gradient = -wanted[chosen] / np.float32(size)
        rate = falling_rate(done / total)
        table_gradient = np.zeros((len(rows), wanted.shape[1]), np.float32)
        for values, adam in weights:
            sums = pooled(matrix, parameters.table[rows], values[rows])
            by_row, by_weight = pooled_gradients(matrix, parameters.table[rows], values[rows], sums, gradient)
            table_gradient += by_row
            adam.step(rows, by_weight, lesson.weight_rate * rate)
        table.step(rows, table_gradient, lesson.table_rate * rate)
        on_step(done + 1, total)
