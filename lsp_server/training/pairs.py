"""Pairs of a query and the symbol that answers it, in sub-words of one vocabulary."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lsp_server.embedding.wordpiece import WordPiece
from lsp_server.training.bags import Bags, rows_of_words
from lsp_server.training.corpus import FILE_KIND, CorpusPart
from lsp_server.training.network import FIELDS, Batch
from lsp_server.training.ragged import Ragged

QUESTION, NAME = range(2)
"""Where a query comes from: the first paragraph of a documentation, or a symbol's name."""

_MIN_NAME_ROWS = 2


@dataclass(frozen=True, slots=True, eq=False)
class PairSet:
    """p pairs over n symbols.

    Attributes:
        queries: p bags.
        keys: Hashes of the queries, uint64[p]: equal bags have equal keys.
        symbols: Which symbol answers each, int64[p].
        origins: `QUESTION` or `NAME`, uint8[p].
        repositories: Where each comes from, int32[p].
        first_symbols: Where each repository's symbols begin, and the end of the last's, int64[r + 1].
        fields: n bags for each of `FIELDS`.
    """

    queries: Bags
    keys: np.ndarray
    symbols: np.ndarray
    origins: np.ndarray
    repositories: np.ndarray
    first_symbols: np.ndarray
    fields: Mapping[str, Bags]

    def __len__(self) -> int:
        return len(self.symbols)


@dataclass(frozen=True, slots=True)
class Dropout:
    """What is hidden at random, so that the model relies on no single part.

    Attributes:
        token: Share of sub-words of every field and query.
        name: Share of names, where documentation is asked for.
        path: Share of paths.
        documentation: Share of documentations, where a name is asked for.
    """

    token: float = 0.15
    name: float = 0.3
    path: float = 0.5
    documentation: float = 0.5


def field_bags(part: CorpusPart, rows_of_word: Ragged, n_rows: int) -> dict[str, Bags]:
    """Return the fields of a repository's symbols, as `embedding.fields` makes them.

    Args:
        part: The repository.
        rows_of_word: For each of `part.words`.
        n_rows: How many rows the table has.
    """
    names = part.names.replaced(rows_of_word)
    containers = part.containers.replaced(rows_of_word)
    return {
        "name": Bags.of(side_by_side(names, names, containers), n_rows),
        "path": Bags.of(part.paths.replaced(rows_of_word), n_rows),
        "body": Bags.of(part.bodies.replaced(rows_of_word), n_rows),
        "documentation": Bags.of(part.documentations.replaced(rows_of_word), n_rows),
    }


def pairs_of(parts: Sequence[CorpusPart], wordpiece: WordPiece) -> PairSet:
    """Return the pairs of all repositories."""
    n_rows = wordpiece.max_row + 1
    fields: dict[str, list[Bags]] = {name: [] for name in FIELDS}
    queries, symbols, origins, repositories = [], [], [], []
    first_symbols = np.cumsum([0, *map(len, parts)])
    for number, part in enumerate(parts):
        rows_of_word = rows_of_words(part.words, wordpiece)
        for name, bags in field_bags(part, rows_of_word, n_rows).items():
            fields[name].append(bags)
        of_name = side_by_side(part.names, part.containers).replaced(rows_of_word)
        of_question = part.questions.replaced(rows_of_word)
        has_name = (part.kinds != FILE_KIND) & (part.names.replaced(rows_of_word).lengths >= _MIN_NAME_ROWS)
        for origin, lists, usable in (
            (QUESTION, of_question, of_question.lengths > 0),
            (NAME, of_name, has_name),
        ):
            chosen = np.flatnonzero(usable)
            queries.append(Bags.of(lists.take(chosen), n_rows))
            symbols.append(chosen + first_symbols[number])
            origins.append(np.full(len(chosen), origin, np.uint8))
            repositories.append(np.full(len(chosen), number, np.int32))
    joined = Bags.joined(queries)
    return PairSet(
        queries=joined,
        keys=_keys(joined),
        symbols=np.concatenate(symbols),
        origins=np.concatenate(origins),
        repositories=np.concatenate(repositories),
        first_symbols=first_symbols,
        fields={name: Bags.joined(bags) for name, bags in fields.items()},
    )


@dataclass(frozen=True, slots=True)
class BatchShape:
    """How a batch is composed.

    Attributes:
        pairs: How many pairs.
        group: How many adjacent ones are from one repository.
        bystanders: How many symbols of the same repositories, for each pair, that answer no query: extra
            negatives, mostly tests and callers of what is asked for.
    """

    pairs: int = 2048
    group: int = 64
    bystanders: float = 0.5


def batches(
    pairs: PairSet, chosen: np.ndarray, shape: BatchShape, dropout: Dropout, random: np.random.Generator
) -> Iterator[Batch]:
    """Yield all chosen pairs once, in groups from one repository: similar symbols are harder negatives.

    Args:
        pairs: All pairs.
        chosen: Which of them, int[m].
        shape: How a batch is composed; pairs that don't fill a whole one are left out this time.
        dropout: What is hidden.
        random: Decides the order and what is hidden.
    """
    order = chosen[random.permutation(len(chosen))]
    order = order[np.argsort(pairs.repositories[order], kind="stable")]
    borders = np.flatnonzero(np.diff(pairs.repositories[order])) + 1
    groups, rests = [], []
    for run in np.split(order, borders):
        whole = len(run) // shape.group * shape.group
        groups += list(run[:whole].reshape(-1, shape.group))
        rests.append(run[whole:])
    rest = random.permutation(np.concatenate(rests)) if rests else np.zeros(0, np.int64)
    groups += list(rest[: len(rest) // shape.group * shape.group].reshape(-1, shape.group))
    shuffled = [groups[index] for index in random.permutation(len(groups))]
    per_batch = max(1, shape.pairs // shape.group)
    for start in range(0, len(shuffled) - per_batch + 1, per_batch):
        yield _batch(pairs, np.concatenate(shuffled[start : start + per_batch]), shape, dropout, random)


def _batch(
    pairs: PairSet, chosen: np.ndarray, shape: BatchShape, dropout: Dropout, random: np.random.Generator
) -> Batch:
    bystanders = _bystanders(pairs, chosen, int(shape.bystanders * len(chosen)), random)
    symbols = np.concatenate((pairs.symbols[chosen], bystanders))
    n = len(symbols)
    # The query must not occur word for word in the symbol that answers it. Fields of bystanders are hidden
    # like those of pairs, so that nothing gives them away.
    is_name = np.resize(pairs.origins[chosen] == NAME, n)
    hidden = {
        "name": is_name | (random.random(n) < dropout.name),
        "path": random.random(n) < dropout.path,
        "body": np.zeros(n, bool),
        "documentation": ~is_name | (random.random(n) < dropout.documentation),
    }
    fields = {
        name: _thinned(pairs.fields[name].take(symbols), hidden[name], dropout.token, random)
        for name in FIELDS
    }
    keys = np.concatenate((pairs.keys[chosen], np.zeros(len(bystanders), np.uint64)))
    same = (keys[: len(chosen), None] == keys) | (symbols[: len(chosen), None] == symbols)
    np.fill_diagonal(same, val=False)
    queries = _thinned(pairs.queries.take(chosen), np.zeros(len(chosen), bool), dropout.token, random)
    return Batch(queries, fields, same)


def _bystanders(pairs: PairSet, chosen: np.ndarray, n: int, random: np.random.Generator) -> np.ndarray:
    """Return random symbols of the repositories of pairs, each in proportion to its pairs, int64[n]."""
    repositories = pairs.repositories[random.choice(chosen, n, replace=n > len(chosen))] if n else chosen[:0]
    first, end = pairs.first_symbols[repositories], pairs.first_symbols[repositories + 1]
    drawn: np.ndarray = first + (random.random(n) * (end - first)).astype(np.int64)
    return drawn


def _thinned(bags: Bags, hidden: np.ndarray, share: float, random: np.random.Generator) -> Bags:
    dropped = random.random(len(bags.damped)) < share
    return bags.without(dropped | np.repeat(hidden, bags.rows.lengths))


def _keys(bags: Bags) -> np.ndarray:
    """Return a hash of each bag, uint64[n]: the sum of hashes of its rows."""
    mixed = (bags.rows.flat.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)))
    keys: np.ndarray = np.diff(sums[bags.rows.starts])
    return keys


def side_by_side(*raggeds: Ragged) -> Ragged:
    """Join list i of all, for every i."""
    order = np.arange(sum(map(len, raggeds))).reshape(len(raggeds), -1).T.ravel()
    joined = Ragged.joined(raggeds).take(order)
    return Ragged(joined.flat, joined.starts[:: len(raggeds)])
