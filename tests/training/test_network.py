"""Gradients are those of the loss, by finite differences, and encoding is what the product does."""

import numpy as np
import pytest

from lsp_server.training.bags import Bags
from lsp_server.training.network import (
    FIELDS,
    Batch,
    Parameters,
    encode_queries,
    loss_and_gradients,
    normalised,
    symbol_sums,
)
from lsp_server.training.ragged import Ragged

N_ROWS, DIMENSIONS, N_QUERIES, N_SYMBOLS = 30, 6, 5, 8
WEIGHTS = dict(zip(FIELDS, (1.0, 0.5, 1.2, 0.8), strict=True))
TEMPERATURE = 0.2
STEP = 1e-4


def random_bags(random: np.random.Generator, n: int, longest: int) -> Bags:
    return Bags.of(
        Ragged.of([random.integers(0, N_ROWS, random.integers(0, longest)) for _ in range(n)]), N_ROWS
    )


def random_case(seed: int) -> tuple[Parameters, Batch]:
    random = np.random.default_rng(seed)
    same = np.zeros((N_QUERIES, N_SYMBOLS), bool)
    same[0, 3] = True
    parameters = Parameters(
        random.standard_normal((N_ROWS, DIMENSIONS)),
        random.standard_normal(N_ROWS) * 0.3,
        random.standard_normal(N_ROWS) * 0.3,
    )
    fields = {name: random_bags(random, N_SYMBOLS, 7) for name in FIELDS}
    return parameters, Batch(random_bags(random, N_QUERIES, 6), fields, same)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("what", ["table", "symbol_weights", "query_weights"])
def test_gradients_are_the_slopes_of_the_loss(what: str, seed: int) -> None:
    parameters, batch = random_case(seed)
    values = getattr(parameters, what)
    _, found = loss_and_gradients(parameters, batch, WEIGHTS, TEMPERATURE)
    gradients = np.zeros_like(values)
    gradients[found.rows] = getattr(found, what)
    for place in np.ndindex(*values.shape):
        kept = values[place]
        losses = []
        for step in (STEP, -STEP):
            values[place] = kept + step
            losses.append(loss_and_gradients(parameters, batch, WEIGHTS, TEMPERATURE)[0])
        values[place] = kept
        assert gradients[place] == pytest.approx((losses[0] - losses[1]) / (2 * STEP), abs=1e-5)


def test_a_symbol_that_answers_the_query_too_is_no_wrong_answer() -> None:
    parameters, batch = random_case(0)
    same = batch.same.copy()
    same[0] = True
    same[0, 0] = False
    alone = Batch(batch.queries, batch.fields, same)
    assert (
        loss_and_gradients(parameters, alone, WEIGHTS, TEMPERATURE)[0]
        < (loss_and_gradients(parameters, batch, WEIGHTS, TEMPERATURE)[0])
    )


def test_vectors_have_unit_length_and_empty_texts_have_none() -> None:
    parameters, batch = random_case(1)
    empty = Bags.of(Ragged.of([[], [3]]), N_ROWS)
    lengths = np.linalg.norm(encode_queries(parameters, empty), axis=1)
    np.testing.assert_allclose(lengths, [0, 1], atol=1e-6)
    symbols = normalised(symbol_sums(parameters, batch.fields, WEIGHTS))
    assert np.all((np.abs(np.linalg.norm(symbols, axis=1) - 1) < 1e-5) | ~symbols.any(axis=1))
