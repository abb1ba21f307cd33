"""The model in training: the same sums as `embedding.static_model`, with hand-written gradients.

A symbol is normalise(Σ weight · normalise(Σ damped count · exp(log weight) · row)) over its fields; a query
is one such field, with log weights of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from lsp_server.training.bags import Bags

FIELDS = ("name", "path", "body", "documentation")
_TINY = 1e-8


@dataclass(slots=True, eq=False)
class Parameters:
    """What is learned; changed in place.

    Attributes:
        table: float32[v, d].
        symbol_weights: Logarithm of each row's weight in the fields of symbols, float32[v].
        query_weights: Likewise in queries.
    """

    table: np.ndarray
    symbol_weights: np.ndarray
    query_weights: np.ndarray

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return all that is learned, in the order of the attributes."""
        return self.table, self.symbol_weights, self.query_weights


@dataclass(frozen=True, slots=True, eq=False)
class Gradients:
    """Gradients of the loss, for the rows of the table that took part.

    Attributes:
        rows: Those rows, ascending, int64[u].
        table: float32[u, d].
        symbol_weights: float32[u].
        query_weights: float32[u].
    """

    rows: np.ndarray
    table: np.ndarray
    symbol_weights: np.ndarray
    query_weights: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """b queries, the b symbols that answer them, and more symbols of the same repositories that answer none.

    Attributes:
        queries: b bags.
        fields: n bags for each name in `FIELDS`, n ≥ b; the first b answer the queries one by one.
        same: bool[b, n]; true where symbol j answers query i too, and so is no negative; false on the
            diagonal.
    """

    queries: Bags
    fields: Mapping[str, Bags]
    same: np.ndarray


def encode_queries(parameters: Parameters, queries: Bags) -> np.ndarray:
    """Return the vectors of queries, float32[n, d], unit or zero."""
    return normalised(pooled(_whole(queries, parameters), parameters.table, parameters.query_weights))


def symbol_sums(
    parameters: Parameters, fields: Mapping[str, Bags], weights: Mapping[str, float]
) -> np.ndarray:
    """Return the weighted sums of the fields' unit vectors, float32[n, d], not normalised."""
    sums = np.zeros((len(fields[FIELDS[0]]), parameters.table.shape[1]), np.float32)
    for name in FIELDS:
        matrix = _whole(fields[name], parameters)
        sums += weights[name] * normalised(pooled(matrix, parameters.table, parameters.symbol_weights))
    return sums


def loss_and_gradients(
    parameters: Parameters, batch: Batch, weights: Mapping[str, float], temperature: float
) -> tuple[float, Gradients]:
    """Return the symmetric InfoNCE loss of a batch and its gradients (van den Oord 2018, arXiv:1807.03748).

    Args:
        parameters: Not changed.
        batch: All other symbols in it are negatives of a query, except those marked `same`.
        weights: How much each field counts.
        temperature: What similarities are divided by.
    """
    rows, columns = rows_of_bags([batch.queries, *batch.fields.values()], len(parameters.table))
    table = parameters.table[rows]
    query_weights, symbol_weights = parameters.query_weights[rows], parameters.symbol_weights[rows]

    # Forward.
    query_matrix = batch.queries.matrix(columns, len(rows))
    query_sums = pooled(query_matrix, table, query_weights)
    queries = normalised(query_sums)
    matrices = {name: batch.fields[name].matrix(columns, len(rows)) for name in FIELDS}
    field_sums = {name: pooled(matrices[name], table, symbol_weights) for name in FIELDS}
    sums = np.sum([np.float32(weights[name]) * normalised(field_sums[name]) for name in FIELDS], axis=0)
    symbols = normalised(sums)
    loss, similarity_gradient = _info_nce(queries @ symbols.T, batch.same, temperature)

    # Backward, in the opposite order.
    table_gradient, query_weight_gradient = pooled_gradients(
        query_matrix, table, query_weights, query_sums, similarity_gradient @ symbols
    )
    symbol_gradient = _through_normalisation(similarity_gradient.T @ queries, sums)
    symbol_weight_gradient = np.zeros_like(symbol_weights)
    for name in FIELDS:
        by_row, by_weight = pooled_gradients(
            matrices[name],
            table,
            symbol_weights,
            field_sums[name],
            np.float32(weights[name]) * symbol_gradient,
        )
        table_gradient += by_row
        symbol_weight_gradient += by_weight
    return loss, Gradients(rows, table_gradient, symbol_weight_gradient, query_weight_gradient)


def pooled(matrix: sp.csr_matrix, table: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sums of bags, not normalised, float32[n, d].

    Args:
        matrix: Bags, float32[n, u].
        table: float32[u, d].
        weights: Logarithms, float32[u].
    """
    sums: np.ndarray = matrix @ (np.exp(weights)[:, None] * table)
    return sums


def pooled_gradients(
    matrix: sp.csr_matrix, table: np.ndarray, weights: np.ndarray, sums: np.ndarray, gradient: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients by table and log weights, float32[u, d] and float32[u].

    Args:
        matrix: As in `pooled`.
        table: As in `pooled`.
        weights: As in `pooled`.
        sums: What `pooled` returned.
        gradient: Gradient by the normalised sums, float32[n, d].
    """
    by_row = np.exp(weights)[:, None] * (matrix.T @ _through_normalisation(gradient, sums))
    return by_row, np.einsum("ud,ud->u", by_row, table)


def normalised(vectors: np.ndarray) -> np.ndarray:
    """Return the rows at unit length; zero rows stay zero."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    unit: np.ndarray = vectors / np.where(lengths > _TINY, lengths, 1)
    return unit


def rows_of_bags(bags: Iterable[Bags], n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that take part, ascending, and for each row of the table its index among them."""
    is_here = np.zeros(n_rows, bool)
    for one in bags:
        is_here[one.rows.flat] = True
    rows = np.flatnonzero(is_here)
    columns = np.zeros(n_rows, np.int32)
    columns[rows] = np.arange(len(rows))
    return rows, columns


def _whole(bags: Bags, parameters: Parameters) -> sp.csr_matrix:
    n_rows = len(parameters.table)
    return bags.matrix(np.arange(n_rows), n_rows)


def _info_nce(similarities: np.ndarray, same: np.ndarray, temperature: float) -> tuple[float, np.ndarray]:
    """Return the mean of both directions' cross-entropy, and its gradient by the similarities, float32[b, n].

    From queries all n symbols are candidates; from symbols, of which the first b have a query, the b queries.
    """
    n = len(similarities)
    logits = np.where(same, np.float32(-np.inf), similarities / np.float32(temperature))
    diagonal = np.arange(n)
    loss = 0.0
    gradient = np.zeros_like(similarities)
    for axis, part in ((1, slice(None)), (0, slice(n))):
        here = logits[:, part]
        shifted = np.exp(here - here.max(axis=axis, keepdims=True))
        chances = shifted / shifted.sum(axis=axis, keepdims=True)
        loss -= float(np.log(np.maximum(chances[diagonal, diagonal], 1e-30)).mean()) / 2
        chances[diagonal, diagonal] -= 1
        gradient[:, part] += chances / np.float32(2 * n * temperature)
    return loss, gradient


def _through_normalisation(gradient: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return the gradient by sums, given the gradient by the unit vectors that they become."""
    lengths = np.sqrt(np.einsum("ij,ij->i", sums, sums))[:, None]
    unit = sums / np.maximum(lengths, _TINY)
    along = np.einsum("ij,ij->i", gradient, unit)[:, None]
    through: np.ndarray = np.where(lengths > _TINY, (gradient - along * unit) / np.maximum(lengths, _TINY), 0)
    return through
