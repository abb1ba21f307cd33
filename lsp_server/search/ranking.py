"""From candidates with their evidence to an order: every signal, its reason and its weight. Pure; no I/O.

The evidence is summed, each part normalised by the best of this search. (Reciprocal rank fusion throws the
distances between hits away and was clearly worse on our development queries.)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lsp_server.model import SymbolFlags, SymbolKind
from lsp_server.search.matching import QueryWords, SplitNames


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal adds, relative to a perfect vector match; penalties multiply.

    Attributes:
        vector: Similarity of the symbol's meaning to the query.
        text: BM25 over the symbol's fields.
        file_vector: Similarity of the file's own entry.
        file_text: BM25 of the file's own entry, which holds the words of the whole file.
        name: Coverage of the query by the symbol's name and of the name by the query.
        path: Coverage of the query by the folders and the name of the file.
        stem: Coverage of the file's name by the query: "session management" and sessions.py.
        exact: The query, or an identifier in it, is the symbol's name.
        as_written: It is so to the letter, capitals and all: `Parse` before `parse`.
        neighbours: What further good symbols of the same file add to each of them.
        test: Multiplies tests, unless the query asks for tests.
        example: Multiplies examples, demos and benchmarks, likewise.
        vendored: Multiplies vendored code.
        generated: Multiplies generated code.
        declaration: Multiplies declarations whose definition stands elsewhere.
        constructor: Multiplies constructors: the type they make often bears their name.
        value: Multiplies fields, variables, constants: they are seldom what does or explains something.
        prose: Multiplies sections of documents.
        repeated_file: Multiplies the second, third, … symbol of one file, again and again.
    """

    vector: float = 1.0
    text: float = 0.8
    file_vector: float = 0.3
    file_text: float = 0.3
    name: float = 0.5
    path: float = 0.2
    stem: float = 0.5
    exact: float = 1.5
    as_written: float = 1.5
    neighbours: float = 0.25
    test: float = 0.5
    example: float = 0.7
    vendored: float = 0.7
    generated: float = 0.8
    declaration: float = 0.9
    constructor: float = 0.85
    value: float = 0.7
    prose: float = 0.7
    repeated_file: float = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What is known of each symbol that may answer; arrays and lists of one length n.

    Attributes:
        ids: uint64[n], symbol ids.
        similarity: float32[n], cosine to the query.
        text: float32[n], BM25 of the symbol; 0 where the words did not hit.
        file_similarity: float32[n], cosine of the file's own entry.
        file_text: float32[n], BM25 of the file's own entry.
        kinds: uint8[n], `SymbolKind`.
        flags: uint8[n], `SymbolFlags`.
        files: int64[n], a number per file.
        names: As written.
        containers: Enclosing definitions joined by ".".
        paths: Relative to the workspace folder.
    """

    ids: np.ndarray
    similarity: np.ndarray
    text: np.ndarray
    file_similarity: np.ndarray
    file_text: np.ndarray
    kinds: np.ndarray
    flags: np.ndarray
    files: np.ndarray
    names: Sequence[str]
    containers: Sequence[str]
    paths: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The order of the candidates.

    Attributes:
        order: int64[n], candidate numbers, best first.
        relevance: float64[n], in that order, never rising; the best is not scaled to 1.
        signals: Every signal by name → float64[n] in candidate order, as added or multiplied.
    """

    order: np.ndarray
    relevance: np.ndarray
    signals: dict[str, np.ndarray]


_MOST_NEIGHBOURS = 3

_VALUES = [
    SymbolKind.PROPERTY,
    SymbolKind.FIELD,
    SymbolKind.VARIABLE,
    SymbolKind.CONSTANT,
    SymbolKind.ENUM_MEMBER,
    SymbolKind.KEY,
]

TEST_WORDS = frozenset({"test", "tests", "testing", "spec", "specs", "fixture", "fixtures", "mock", "mocks"})
EXAMPLE_WORDS = frozenset(
    {"example", "examples", "sample", "samples", "demo", "demos", "benchmark", "benchmarks"}
)


def rank(
    words: Sequence[str],
    identifiers: Sequence[str],
    candidates: Candidates,
    weights: Weights,
    split: SplitNames | None = None,
) -> Ranking:
    """Order the candidates of one search.

    Args:
        words: The query's split, lower-case words.
        identifiers: Parts of the query that look like names, as written.
        candidates: What may answer.
        weights: What each signal is worth.
        split: One to keep, for what it remembers; None for a new one.
    """
    signals = {
        "vector": weights.vector * _normalised(candidates.similarity),
        "text": weights.text * _normalised(candidates.text),
        "fileVector": weights.file_vector * _normalised(candidates.file_similarity),
        "fileText": weights.file_text * _normalised(candidates.file_text),
        **_name_signals(words, identifiers, candidates, weights, split or SplitNames()),
    }
    evidence = np.sum(list(signals.values()), axis=0)
    trust = _trust(frozenset(words), candidates.flags, weights)
    # A file full of fitting fields is a fitting file, so their kind is left out of what they lend.
    neighbours = weights.neighbours * _neighbours(evidence * trust, candidates.files)
    penalty = trust * _kind_factors(candidates.kinds, weights)
    signals |= {"penalty": penalty, "neighbours": neighbours}
    relevance = evidence * penalty + neighbours
    diversity = _diversity(relevance, candidates.files, weights.repeated_file)
    signals["diversity"] = diversity
    relevance *= diversity
    order = np.lexsort((candidates.ids, -relevance))
    return Ranking(order, relevance[order], signals)


def _normalised(evidence: np.ndarray) -> np.ndarray:
    top = float(evidence.max(initial=0.0))
    return np.maximum(evidence, 0.0).astype(np.float64) / top if top > 0 else np.zeros(len(evidence))


def _name_signals(
    words: Sequence[str],
    identifiers: Sequence[str],
    candidates: Candidates,
    weights: Weights,
    split: SplitNames,
) -> dict[str, np.ndarray]:
    n = len(candidates.names)
    query = QueryWords(words)
    name, path, stem, exact = ([0.0] * n for _ in range(4))
    of_path: dict[str, tuple[float, float]] = {}
    is_file = (candidates.kinds == SymbolKind.FILE).tolist()
    name_words = [split(symbol_name) for symbol_name in candidates.names]
    met = query.met(set().union(*name_words))
    for i, symbol_path in enumerate(candidates.paths):
        known = of_path.get(symbol_path)
        if known is None:
            known = of_path[symbol_path] = _path_coverage(query, symbol_path, split)
        path[i], stem[i] = known
        if not is_file[i] and not met.isdisjoint(name_words[i]):
            of_query, of_name = query.coverage(name_words[i])
            name[i] = (of_query * of_name) ** 0.5
    whole = tuple(words)
    for i in _named(identifiers, candidates):
        exact[i] = 1.0
    for i, its_words in enumerate(name_words):
        if its_words == whole:
            exact[i] = 1.0
    exact = [0.0 if is_file[i] else value for i, value in enumerate(exact)]
    # Who types in lower case only may mean any case.
    written = {_folded(name).rpartition(".")[2] for name in identifiers if name != name.lower()}
    as_written = [
        value if symbol_name in written else 0.0
        for value, symbol_name in zip(exact, candidates.names, strict=True)
    ]
    return {
        "name": weights.name * np.array(name),
        "path": weights.path * np.array(path),
        "stem": weights.stem * np.array(stem),
        "exact": weights.exact * np.array(exact),
        "asWritten": weights.as_written * np.array(as_written),
    }


def _named(identifiers: Sequence[str], candidates: Candidates) -> list[int]:
    """Return which candidates one of the identifiers names."""
    wanted = {_bare(identifier) for identifier in identifiers}
    endings = tuple(f".{identifier}" for identifier in wanted)
    qualified = [identifier for identifier in wanted if "." in identifier]
    named = []
    for i, bare in enumerate(map(_bare, candidates.names) if wanted else ()):
        # Containers are unpacked one by one, so only where the last part of a qualified name fits.
        if f".{bare}".endswith(endings) or (
            any(identifier.endswith(f".{bare}") for identifier in qualified)
            and f".{_bare(candidates.containers[i])}.{bare}".endswith(endings)
        ):
            named.append(i)
    return named


def _bare(identifier: str) -> str:
    return _folded(identifier).lower()


def _folded(identifier: str) -> str:
    """Fold the separators of `Foo::bar`, `foo#bar`, `pkg.mod.func` into one."""
    return identifier.replace("::", ".").replace("#", ".").replace("->", ".").strip(".")


def _path_coverage(query: QueryWords, path: str, split: SplitNames) -> tuple[float, float]:
    folders, _, file_name = path.rpartition("/")
    stem_words = split(file_name.partition(".")[0])
    of_query, _ = query.coverage(split(folders) + stem_words)
    stem_of_query, of_stem = query.coverage(stem_words)
    return of_query, of_stem * (0.5 + 0.5 * stem_of_query) if stem_of_query else 0.0


def _trust(words: frozenset[str], flags: np.ndarray, weights: Weights) -> np.ndarray:
    trust = np.ones(len(flags))
    factors = {
        SymbolFlags.TEST: 1.0 if words & TEST_WORDS else weights.test,
        SymbolFlags.EXAMPLE: 1.0 if words & EXAMPLE_WORDS else weights.example,
        SymbolFlags.VENDORED: weights.vendored,
        SymbolFlags.GENERATED: weights.generated,
        SymbolFlags.DECLARATION: weights.declaration,
    }
    for flag, factor in factors.items():
        trust[(flags & flag) != 0] *= factor
    return trust


def _kind_factors(kinds: np.ndarray, weights: Weights) -> np.ndarray:
    of_kind = np.ones(256)
    of_kind[SymbolKind.CONSTRUCTOR] = weights.constructor
    of_kind[_VALUES] = weights.value
    of_kind[SymbolKind.STRING] = weights.prose
    factors: np.ndarray = of_kind[kinds]
    return factors


@dataclass(frozen=True, slots=True, eq=False)
class _ByFile:
    """The candidates of each file, best first: where each stands there, and in which file."""

    order: np.ndarray
    group: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, relevance: np.ndarray, files: np.ndarray) -> "_ByFile":
        order = np.lexsort((-relevance, files))
        is_first = np.ones(len(order), np.bool_)
        is_first[1:] = np.diff(files[order]) != 0
        group = np.cumsum(is_first) - 1
        return cls(order, group, np.arange(len(order)) - np.flatnonzero(is_first)[group])


def _neighbours(relevance: np.ndarray, files: np.ndarray) -> np.ndarray:
    """For each candidate, a falling sum of the next three of its file: 1/1, 1/2, 1/3 of their relevance."""
    by_file = _ByFile.of(relevance, files)
    counts = (by_file.place > 0) & (by_file.place <= _MOST_NEIGHBOURS)
    falling = np.where(counts, relevance[by_file.order] / np.maximum(by_file.place, 1), 0.0)
    added = np.empty(len(relevance))
    added[by_file.order] = np.bincount(by_file.group, falling)[by_file.group]
    return added


def _diversity(relevance: np.ndarray, files: np.ndarray, repeated: float) -> np.ndarray:
    """A factor per candidate that lets other files in between the symbols of one."""
    by_file = _ByFile.of(relevance, files)
    factor = np.empty(len(relevance))
    factor[by_file.order] = repeated**by_file.place
    return factor
